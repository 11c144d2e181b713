/* stripe_object.c: what all objects of Stripe have in common: ids, errors, events. */
#include <string.h>

#include "fn_crypto.h"
#include "outbox.h"
#include "stripe_objects.h"

enum { ID_LENGTH = 24 };

static const char *cause_id, *cause_key;

const char *stripe_id(struct fn_arena *arena, const char *prefix)
{
	static const char letters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint8_t random[ID_LENGTH];
	char text[ID_LENGTH + 1] = "";

	fn_crypto_random(random, sizeof(random));
	for (size_t i = 0; i < ID_LENGTH; i++)
		text[i] = letters[random[i] % (sizeof(letters) - 1)];
	return fn_arena_format(arena, "%s%s", prefix, text);
}

int64_t stripe_seconds(void)
{
	return database_now() / 1000;
}

/* ---- errors ---- */

const struct stripe_refusal *stripe_refuse(struct fn_arena *arena, const char *code,
					   const char *param, const char *message)
{
	struct stripe_refusal *refusal = fn_arena_alloc(arena, sizeof(*refusal));

	*refusal = (struct stripe_refusal){.status = 400,
					   .type = "invalid_request_error",
					   .code = code,
					   .param = param,
					   .message = message};
	return refusal;
}

static void set_text(struct json_object *object, const char *name, const char *text)
{
	if (text != NULL)
		fn_json_set(object, fn_json_string(name, text));
}

/* parameter_missing -> parameter-missing */
static const char *page_of(struct fn_arena *arena, const char *code)
{
	char *page = fn_arena_text(arena, code);

	for (char *c = page; *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	return fn_arena_format(arena, "https://stripe.com/docs/error-codes/%s", page);
}

struct json_object *stripe_error(struct fn_arena *arena, const struct stripe_refusal *r)
{
	struct json_object *error = fn_json_object(NULL, 0);

	set_text(error, "charge", r->charge);
	set_text(error, "code", r->code);
	set_text(error, "decline_code", r->decline);
	set_text(error, "doc_url", r->code == NULL ? NULL : page_of(arena, r->code));
	set_text(error, "message", r->message);
	set_text(error, "param", r->param);
	if (r->intent != NULL)
		fn_json_set(error, fn_json_value("payment_intent", fn_json_share(r->intent)));
	set_text(error, "request_log_url", "https://dashboard.stripe.com/test/logs");
	set_text(error, "type", r->type);
	return FN_OBJECT(fn_json_value("error", error));
}

/* ---- events ---- */

void stripe_event_cause(const char *request_id, const char *idempotency_key)
{
	cause_id = request_id;
	cause_key = idempotency_key;
}

static const char *order_of(const struct json_object *object)
{
	return fn_json_get_text(fn_json_get(object, "metadata"), "order_id");
}

void stripe_event(struct fn_arena *arena, const char *type, struct json_object *object)
{
	struct stored event = {.kind = "event",
			       .id = stripe_id(arena, "evt_"),
			       .provider = "stripe",
			       .parent = fn_json_get_text(object, "id"),
			       .status = type,
			       .amount = fn_json_get_integer(object, "amount", 0),
			       .currency = fn_json_get_text(object, "currency"),
			       .reference = order_of(object),
			       .due = NONE,
			       .created = database_now()};

	event.document = fn_json_keep(
		arena,
		FN_OBJECT(fn_json_string("id", event.id), fn_json_string("object", "event"),
			  fn_json_string("api_version", STRIPE_VERSION),
			  fn_json_int("created", event.created / 1000),
			  fn_json_value("data",
					FN_OBJECT(fn_json_value("object", fn_json_share(object)))),
			  fn_json_bool("livemode", false), fn_json_int("pending_webhooks", 1),
			  fn_json_value("request",
					FN_OBJECT(fn_json_string("id", cause_id),
						  fn_json_string("idempotency_key", cause_key))),
			  fn_json_string("type", type)));
	(void)store_add(&event);
	outbox_post(arena, "stripe", event.parent, type,
		    outbox_indent(arena, fn_json_write(event.document, NULL)));
}
