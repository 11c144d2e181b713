/* input.c: reading what clients send: the web's, the guests' form's and the mobile guide's bodies.
 */
#include <string.h>

#include "create.h"
#include "temba_phone.h"

enum {
	PROVIDER_MAX = 40,
	KEY_MAX = 255,
	URL_MAX = 1000,
	CODE_MIN = 4,
	CODE_MAX = 36,
	LINES_MAX = 50,
	QUANTITY_MAX = 1000000,
};

static const struct fn_message
	bad_input = {400, "invalid_fields",
		     "Certaines informations manquent ou ne sont pas valables",
		     "Some fields are missing or not valid"},
	bad_phone = {409, "invalid_phone",
		     "Ce numéro de téléphone n'est pas valable pour le paiement mobile",
		     "This phone number is not valid for mobile money"},
	no_operator = {409, "operator_not_available",
		       "Cet opérateur n'est pas disponible pour ce numéro",
		       "This operator is not available for this number"},
	other_currency = {409, "currency_not_available", "Cet opérateur ne prend pas cette monnaie",
			  "This operator does not take this currency"};

struct fn_error *input_end(struct fn_fields *f)
{
	struct fn_error *error = fn_field_end(f);
	struct json_object *detail;

	if (error == NULL)
		return NULL;
	detail = error->detail;
	error = fn_fail(f->req, &bad_input); /* the contract's status of a bad body */
	error->detail = detail;
	return error;
}

const char *input_code(struct fn_fields *f)
{
	static const char *const names[] = {"preAuthorisationCode", "pre_authorisation_code",
					    "otpCode"};
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < FN_COUNT(names); i++) {
		const char *code = fn_field_text(f, names[i], FN_OPTIONAL, CODE_MAX);

		if (code == NULL)
			continue;
		if (strlen(code) < CODE_MIN || strspn(code, allowed) != strlen(code))
			fn_field_complain(f, names[i], "4 to 36 letters and digits");
		return code;
	}
	return NULL;
}

/* ---- what is bought ---- */

static void add_line(struct fn_fields *f, struct json_object *into, const struct json_object *line)
{
	struct json_object *quantity = fn_json_get(line, "quantity");
	struct fn_uuid type;
	int64_t n;

	if (!fn_text_uuid(fn_json_get_text(line, "ticket_type_id"), &type) ||
	    fn_json_type(quantity) != FN_JSON_INTEGER) {
		fn_field_complain(f, "ticket_lines", "a line needs ticket_type_id and quantity");
		return;
	}
	n = fn_json_integer(quantity);
	if (n > QUANTITY_MAX || n < -QUANTITY_MAX)
		n = QUANTITY_MAX; /* refused in words by the checkout */
	n += fn_json_get_integer(into, type.text, 0);
	fn_json_set(into, fn_json_int(type.text, n));
}

/* Prices in the lines are the client's, and are not looked at. */
static struct json_object *read_quantities(struct fn_fields *f)
{
	struct json_object *given = fn_field_object(f, "ticket_quantities", FN_OPTIONAL);
	struct json_object *lines = fn_json_get(f->object, "ticket_lines"), *sum;

	if (given != NULL && fn_json_length(given) > 0)
		return given;
	if (fn_json_type(lines) != FN_JSON_ARRAY || fn_json_length(lines) == 0)
		return NULL;
	if (fn_json_length(lines) > LINES_MAX) {
		fn_field_complain(f, "ticket_lines", "too many lines");
		return NULL;
	}
	sum = fn_json_keep(fn_request_arena(f->req), fn_json_object(NULL, 0));
	for (size_t i = 0; i < fn_json_length(lines); i++)
		add_line(f, sum, fn_json_at(lines, i));
	return sum;
}

static void read_amount(struct fn_fields *f, struct ask *a)
{
	const char *currency = fn_field_text(f, "currency", FN_OPTIONAL, 3);
	struct json_object *amount = fn_json_get(f->object, "amount_major");

	/* a browser's sum of fees may have a rest, which it never shows */
	a->has_amount = amount != NULL &&
			temba_money_read_json(amount, currency == NULL ? "XOF" : currency,
					      TEMBA_MONEY_HALF_UP, &a->shown) &&
			a->shown.minor > 0;
	if (!a->has_amount)
		fn_field_complain(f, "amount_major", "an amount above zero in `currency`");
}

static const char *read_phone(struct fn_fields *f)
{
	const char *text = fn_field_text(f, "phone", FN_REQUIRED, 64);

	return text == NULL ? NULL : temba_phone(fn_request_arena(f->req), text);
}

struct fn_error *input_read(struct create *c, struct fn_fields *f)
{
	struct ask *a = &c->ask;

	a->has_order = fn_field_uuid(f, "order_id", FN_OPTIONAL, &a->order);
	a->has_event =
		fn_field_uuid(f, "event_id", a->has_order ? FN_OPTIONAL : FN_REQUIRED, &a->event);
	a->has_date = fn_field_uuid(f, "event_date_id", FN_OPTIONAL, &a->date);
	a->has_user = fn_field_uuid(f, "user_id", FN_OPTIONAL, &a->user);
	a->create_order = fn_field_bool(f, "create_order", false) || !a->has_order;
	a->quantities = a->has_order ? NULL : read_quantities(f);
	if (!a->has_order && a->quantities == NULL)
		fn_field_complain(f, "ticket_quantities", "required without order_id");
	a->email = fn_field_email(f, "buyer_email", FN_OPTIONAL);
	a->provider = fn_field_text(f, "provider", FN_REQUIRED, PROVIDER_MAX);
	a->key = fn_field_text(f, "idempotency_key", FN_OPTIONAL, KEY_MAX);
	a->return_url = fn_field_text(f, "return_url", FN_OPTIONAL, URL_MAX);
	a->phone = read_phone(f);
	a->code = input_code(f);
	read_amount(f, a);
	return input_end(f);
}

/* ---- who is paid through ---- */

static struct fn_error *out_of_bounds(struct create *c, int64_t bound, bool is_least)
{
	struct fn_arena *arena = fn_request_arena(c->req);
	struct fn_message *m = fn_arena_alloc(arena, sizeof(*m));
	struct temba_money limit = {.minor = bound};
	const char *text;

	memcpy(limit.currency, c->ask.shown.currency, sizeof(limit.currency));
	text = temba_money_named(arena, &limit);
	*m = (struct fn_message){409, "amount_out_of_bounds",
				 fn_arena_format(arena,
						 is_least ? "Cet opérateur ne prend pas moins de %s"
							  : "Cet opérateur ne prend pas plus de %s",
						 text),
				 fn_arena_format(arena,
						 is_least ? "This operator takes no less than %s"
							  : "This operator takes no more than %s",
						 text)};
	return fn_fail(c->req, m);
}

struct fn_error *input_check_operator(struct create *c)
{
	struct ask *a = &c->ask;

	if (a->phone == NULL || !temba_phone_is_whole(a->phone))
		return fn_fail(c->req, &bad_phone);
	a->operator= pawapay_operator_for(c->req, a->provider, a->phone);
	if (a->operator== NULL)
		return fn_fail(c->req, pawapay_operator_reaches(c->req, a->phone) ? &no_operator
										  : &bad_phone);
	if (strcmp(a->operator->currency, a->shown.currency) != 0)
		return fn_fail(c->req, &other_currency);
	/* the client's sum is the server's, or it is refused below: so its limits can be looked at
	 * before anything is written */
	if (a->shown.minor < a->operator->least)
		return out_of_bounds(c, a->operator->least, true);
	if (a->shown.minor > a->operator->most)
		return out_of_bounds(c, a->operator->most, false);
	return NULL;
}
