/* wish.c: what is asked for, as the JSON that the database takes and keeps. */
#include <string.h>

#include "create.h"

static void set_id(struct json_object *wish, const char *name, bool given, const struct fn_uuid *id)
{
	if (given)
		fn_json_set(wish, fn_json_uuid(name, id));
}

static void set_text(struct json_object *wish, const char *name, const char *text)
{
	if (text != NULL && *text != '\0')
		fn_json_set(wish, fn_json_string(name, text));
}

struct json_object *wish_of(struct create *c)
{
	const struct ask *a = &c->ask;
	struct json_object *wish = temba_checkout_wish(c->req, "pawapay", &c->by, a->key);

	set_id(wish, "order_id", a->has_order, &a->order);
	fn_json_set(wish, fn_json_bool("create_order", a->create_order));
	set_id(wish, "event_id", a->has_event, &a->event);
	set_id(wish, "event_date_id", a->has_date, &a->date);
	set_id(wish, "user_id", a->has_user, &a->user);
	if (a->quantities != NULL)
		fn_json_set(wish, fn_json_value("quantities", fn_json_share(a->quantities)));
	set_text(wish, "email", a->email);
	set_text(wish, "phone", a->phone);
	set_text(wish, "operator", a->operator->name);
	/* an open endpoint that makes phones ring: not for ever, and not for everybody's number */
	temba_checkout_limit(wish, "DEPOSITS_PER_PHONE", "phone", a->phone);
	temba_checkout_limit(wish, "DEPOSITS_PER_PERSON", "person", c->by.id.text);
	temba_checkout_limit(wish, "DEPOSITS_PER_ADDRESS", "address", fn_request_address(c->req));
	fn_json_set(wish, fn_json_int("amount_minor", a->shown.minor));
	set_text(wish, "currency", a->shown.currency);
	return wish;
}

bool wish_read(struct create *c, const char *text)
{
	struct fn_arena *arena = fn_request_arena(c->req);
	struct json_object *wish = fn_json_keep(arena, fn_json_trusted(text));
	const char *operator= fn_json_get_text(wish, "operator");
	const char *currency = fn_json_get_text(wish, "currency");
	struct ask *a = &c->ask;

	a->has_order = fn_text_uuid(fn_json_get_text(wish, "order_id"), &a->order);
	a->has_event = fn_text_uuid(fn_json_get_text(wish, "event_id"), &a->event);
	a->has_date = fn_text_uuid(fn_json_get_text(wish, "event_date_id"), &a->date);
	a->has_user = fn_text_uuid(fn_json_get_text(wish, "user_id"), &a->user);
	a->create_order = fn_json_get_bool(wish, "create_order", false);
	a->quantities = fn_json_get(wish, "quantities");
	a->email = fn_json_get_text(wish, "email");
	a->phone = fn_json_get_text(wish, "phone");
	a->operator= operator== NULL ? NULL : pawapay_operator_named(c->req, operator);
	return a->phone != NULL &&
	       a->operator!= NULL && currency != NULL &&
	       temba_money_of(fn_json_get_integer(wish, "amount_minor", -1), currency, &a->shown);
}
