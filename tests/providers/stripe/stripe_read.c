/* stripe_read.c: parameters of Stripe's API, and what it says of bad ones. */
#include <stdlib.h>
#include <string.h>

#include "stripe_http.h"

enum {
	METADATA_KEYS = 50,
	METADATA_KEY = 40,
	METADATA_VALUE = 500,
	LIST_DEFAULT = 10,
	LIST_MAX = 100,
	DIGITS_MAX = 18,
};

struct stripe_answer stripe_no(const struct stripe_refusal *refusal)
{
	return (struct stripe_answer){.refusal = refusal};
}

struct stripe_answer stripe_yes(struct json_object *body, const char *accepted)
{
	return (struct stripe_answer){.body = body, .accepted = accepted};
}

struct stripe_answer stripe_missing(struct stripe_call *s, const char *what, const char *id,
				    const char *param)
{
	struct stripe_refusal *r = fn_arena_alloc(s->arena, sizeof(*r));

	*r = (struct stripe_refusal){.status = 404,
				     .type = "invalid_request_error",
				     .code = "resource_missing",
				     .param = param,
				     .message = fn_arena_format(s->arena, "No such %s: '%s'", what,
								id)};
	return stripe_no(r);
}

/* ---- names ---- */

const struct stripe_refusal *stripe_check_known(struct stripe_call *s, const char *const *known)
{
	const char *unknown = provider_unknown(s->form, known, "expand");

	if (unknown == NULL)
		return NULL;
	return stripe_refuse(s->arena, "parameter_unknown", unknown,
			     fn_arena_format(s->arena, "Received unknown parameter: %s", unknown));
}

/* ---- values ---- */

bool stripe_is_true(const struct json_object *form, const char *name)
{
	const char *text = fn_json_get_text(form, name);

	return text != NULL && strcmp(text, "true") == 0;
}

const struct stripe_refusal *stripe_read_text(struct stripe_call *s, const char *name, size_t max,
					      const char **ret)
{
	const struct json_object *value = fn_json_get(s->form, name);

	*ret = fn_json_text(value);
	if (value != NULL && *ret == NULL)
		return stripe_refuse(s->arena, NULL, name,
				     fn_arena_format(s->arena, "Invalid string: %s", name));
	if (*ret != NULL && strlen(*ret) > max)
		return stripe_refuse(s->arena, "parameter_invalid_string_too_long", name,
				     fn_arena_format(s->arena,
						     "Invalid string: must be at most %zu "
						     "characters",
						     max));
	if (*ret != NULL && **ret == '\0')
		*ret = NULL; /* an empty value unsets */
	return NULL;
}

const struct stripe_refusal *stripe_read_integer(struct stripe_call *s, const char *name,
						 int64_t otherwise, int64_t *ret)
{
	const struct json_object *value = fn_json_get(s->form, name);
	const char *text = fn_json_text(value);
	size_t sign = text != NULL && *text == '-';

	*ret = otherwise;
	if (value == NULL)
		return NULL;
	if (text == NULL || text[sign] == '\0' || strlen(text) > DIGITS_MAX ||
	    strspn(text + sign, "0123456789") != strlen(text) - sign)
		return stripe_refuse(s->arena, "parameter_invalid_integer", name,
				     fn_arena_format(s->arena, "Invalid integer: %s",
						     text == NULL ? name : text));
	*ret = strtoll(text, NULL, 10);
	return NULL;
}

struct metadata {
	struct stripe_call *s;
	const struct stripe_refusal *refusal;
};

static void check_field(const char *name, struct json_object *value, void *arg)
{
	struct metadata *m = arg;
	const char *text = fn_json_text(value);

	if (text == NULL)
		m->refusal = stripe_refuse(m->s->arena, NULL, "metadata",
					   "Metadata values must be strings.");
	else if (strlen(name) > METADATA_KEY)
		m->refusal = stripe_refuse(
			m->s->arena, NULL, "metadata",
			fn_arena_format(m->s->arena,
					"Metadata keys can have up to 40 characters. Invalid key: "
					"%s",
					name));
	else if (strlen(text) > METADATA_VALUE)
		m->refusal = stripe_refuse(
			m->s->arena, NULL, fn_arena_format(m->s->arena, "metadata[%s]", name),
			fn_arena_format(m->s->arena,
					"Metadata values can have up to 500 characters, but you "
					"passed in a value that is %zu characters.",
					strlen(text)));
}

const struct stripe_refusal *stripe_read_metadata(struct stripe_call *s, struct json_object **ret)
{
	struct metadata m = {.s = s};

	*ret = fn_json_get(s->form, "metadata");
	if (*ret == NULL)
		*ret = fn_json_keep(s->arena, fn_json_object(NULL, 0));
	if (fn_json_type(*ret) != FN_JSON_OBJECT)
		return stripe_refuse(s->arena, NULL, "metadata", "Invalid hash");
	if (fn_json_length(*ret) > METADATA_KEYS)
		return stripe_refuse(s->arena, NULL, "metadata",
				     "You can have up to 50 metadata keys.");
	fn_json_each(*ret, check_field, &m);
	return m.refusal;
}

/* ---- cards ---- */

static const struct stripe_refusal *bad_card(struct stripe_call *s, const char *code,
					     const char *param, const char *message)
{
	struct stripe_refusal *r = fn_arena_alloc(s->arena, sizeof(*r));

	*r = (struct stripe_refusal){.status = 402,
				     .type = "card_error",
				     .code = code,
				     .param = param,
				     .message = message};
	return r;
}

/* The expiry must lie ahead, as a form at a browser sees to. */
static bool is_over(const char *month, const char *year)
{
	long m = month == NULL ? 12 : strtol(month, NULL, 10);
	long y = year == NULL ? 2034 : strtol(year, NULL, 10);
	int64_t now = stripe_seconds();
	enum { YEAR = 31556952, MONTH = YEAR / 12 };

	y += y < 100 ? 2000 : 0;
	return m < 1 || m > 12 || (y - 1970) * YEAR + m * MONTH < now;
}

static const struct stripe_refusal *
read_number(struct stripe_call *s, const struct json_object *data, const struct stripe_card **ret)
{
	const char *number = fn_json_get_text(data, "number");
	const char *token = fn_json_get_text(data, "token");

	if (number == NULL && token != NULL && strncmp(token, "tok_", 4) == 0) {
		*ret = stripe_card_of_name(fn_arena_format(s->arena, "pm_card_%s", token + 4));
		if (*ret != NULL)
			return NULL;
	}
	if (number == NULL)
		return stripe_refuse(s->arena, "parameter_missing",
				     "payment_method_data[card][number]",
				     "Missing required param: payment_method_data[card][number].");
	if (!stripe_is_card_number(number))
		return bad_card(s, "incorrect_number", "number", "Your card number is incorrect.");
	if (is_over(fn_json_get_text(data, "exp_month"), fn_json_get_text(data, "exp_year")))
		return bad_card(s, "invalid_expiry_year", "exp_year",
				"Your card's expiration year is invalid.");
	*ret = stripe_card_of_number(number);
	if (*ret != NULL)
		return NULL;
	return bad_card(s, "card_declined", NULL,
			"Your card was declined. Your request was in test mode, but used a non "
			"test (live) card.");
}

const struct stripe_refusal *stripe_read_card(struct stripe_call *s, const struct stripe_card **ret)
{
	const struct json_object *data = fn_json_get(s->form, "payment_method_data");
	const char *method = fn_json_get_text(s->form, "payment_method");

	*ret = NULL;
	if (method != NULL) {
		*ret = stripe_card_of_name(method);
		return *ret != NULL ? NULL
				    : stripe_missing(s, "PaymentMethod", method, "payment_method")
					      .refusal;
	}
	return data == NULL ? NULL : read_number(s, fn_json_get(data, "card"), ret);
}

/* ---- lists and nested objects ---- */

struct stripe_answer stripe_list(struct stripe_call *s, const char *url, struct store_list list)
{
	const struct stripe_refusal *refusal;
	struct json_object *data;
	bool more;

	refusal = stripe_read_integer(s, "limit", LIST_DEFAULT, &list.limit);
	if (refusal != NULL)
		return stripe_no(refusal);
	if (list.limit < 1 || list.limit > LIST_MAX)
		return stripe_no(stripe_refuse(s->arena, "parameter_invalid_integer", "limit",
					       "This value must be between 1 and 100."));
	list.after = fn_json_get_text(s->form, "starting_after");
	data = store_documents(&list, &more);
	return stripe_yes(FN_OBJECT(fn_json_string("object", "list"), fn_json_value("data", data),
				    fn_json_bool("has_more", more), fn_json_string("url", url)),
			  NULL);
}

static const char *kind_of(const char *id)
{
	static const struct {
		const char *prefix, *kind;
	} table[] = {{"pi_", "payment_intent"},
		     {"ch_", "charge"},
		     {"re_", "refund"},
		     {"dp_", "dispute"}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (id != NULL && strncmp(id, table[i].prefix, 3) == 0)
			return table[i].kind;
	}
	return NULL;
}

static void expand_one(struct stripe_call *s, struct json_object *object, const char *name)
{
	const char *id = fn_json_get_text(object, name), *kind = kind_of(id);
	struct stored found;

	if (kind != NULL && store_find(s->arena, kind, id, &found))
		fn_json_set(object, fn_json_value(name, fn_json_share(found.document)));
}

void stripe_expand(struct stripe_call *s, struct json_object *body)
{
	const struct json_object *names = fn_json_get(s->form, "expand");
	const struct json_object *data = fn_json_get(body, "data");

	for (size_t i = 0; i < fn_json_length(names); i++) {
		const char *name = fn_json_text(fn_json_at(names, i));

		if (name == NULL)
			continue;
		if (strncmp(name, "data.", 5) != 0) {
			expand_one(s, body, name);
			continue;
		}
		for (size_t j = 0; j < fn_json_length(data); j++)
			expand_one(s, fn_json_at(data, j), name + 5);
	}
}
