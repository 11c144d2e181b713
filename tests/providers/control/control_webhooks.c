/* control_webhooks.c: webhooks on their way, and the settings of webhooks and providers. */
#include <string.h>

#include "../database.h"
#include "../outbox.h"
#include "../settings.h"
#include "../signing_keys.h"
#include "control.h"

enum { NAME_LENGTH = 100 };

/* ---- deliveries ---- */

struct fn_error *control_deliveries(struct fn_request *req)
{
	const char *text = database_first(
		fn_request_arena(req),
		"SELECT json_group_array(json(line)) FROM (SELECT json_object('number', number,"
		" 'provider', provider, 'object', object, 'what', what, 'forged', forged,"
		" 'attempts', attempts, 'status', status, 'answer', answer, 'state',"
		" iif(due IS NOT NULL, 'waiting', iif(status BETWEEN 200 AND 299, 'delivered',"
		" 'given up')), 'due', due, 'created', created, 'finished', finished,"
		" 'body', json(body)) AS line FROM outbox"
		" WHERE (?1 IS NULL OR provider = ?1) AND (?2 IS NULL OR object = ?2)"
		" AND (?3 IS NULL OR what = ?3) ORDER BY number DESC LIMIT ?4)",
		VALUES(of_text(fn_request_query(req, "provider")),
		       of_text(fn_request_query(req, "object")),
		       of_text(fn_request_query(req, "what")), of_number(control_limit(req))));

	return fn_reply_bytes(req, 200, "application/json", text, strlen(text));
}

/* An earlier one again, or a body of the caller's own, signed like any other or forged. No setting
 * holds it up. */
struct fn_error *control_deliver(struct fn_request *req)
{
	const char *provider, *object, *what, *forged;
	enum fn_need need;
	struct json_object *body;
	struct fn_fields f;
	int64_t number;

	FN_TRY(fn_field_begin(req, &f));
	number = fn_field_int(&f, "number", FN_OPTIONAL, 0, INT64_MAX);
	need = number > 0 ? FN_OPTIONAL : FN_REQUIRED;
	provider = fn_field_text(&f, "provider", need, 20);
	body = fn_field_object(&f, "body", need);
	object = fn_field_text(&f, "object", FN_OPTIONAL, NAME_LENGTH);
	what = fn_field_text(&f, "what", FN_OPTIONAL, NAME_LENGTH);
	forged = fn_field_text(&f, "forged", FN_OPTIONAL, NAME_LENGTH);
	if (forged != NULL && !outbox_is_forgery(forged))
		fn_field_complain(&f, "forged", "signature, amount, old or unsigned");
	FN_TRY(fn_field_end(&f));
	if (number > 0)
		return outbox_again(number) ? control_done(req, (struct fn_member){0})
					    : control_refuse(req, 404, "no such delivery");
	outbox_put(provider, object == NULL ? "" : object, what == NULL ? "" : what,
		   fn_json_write(body, NULL), forged, database_now());
	return control_done(req, (struct fn_member){0});
}

/* ---- settings ---- */

enum type { BOOLEAN, WHOLE, WORD, WORDS, FORGERIES, WHOLE_OR_RANGE, ANYTHING };

static const struct member {
	const char *of, *name;
	enum type type;
} members[] = {
	{"webhooks", "provider", WORD},
	{"webhooks", "url", WORD},
	{"webhooks", "drop", BOOLEAN},
	{"webhooks", "duplicate", WHOLE},
	{"webhooks", "delay_ms", WHOLE_OR_RANGE},
	{"webhooks", "shuffle_ms", WHOLE},
	{"webhooks", "forge_percent", WHOLE},
	{"webhooks", "forge_kinds", FORGERIES},
	{"webhooks", "rotate", BOOLEAN},
	{"webhooks", "secrets", WORDS},
	{"webhooks", "raw_signature", BOOLEAN},
	{"webhooks", "retry_ms", WHOLE},
	{"pawapay", "settle_ms", WHOLE},
	{"pawapay", "refunds", WORD},
	{"pawapay", "out_of_funds", BOOLEAN},
	{"pawapay", "closed", WORDS},
	{"stripe", "settle_ms", WHOLE},
	{"stripe", "confirm_ms", WHOLE},
	{"stripe", "card", WORD},
	{"fx", "xe", ANYTHING},
	{"fx", "exchangerate", ANYTHING},
	{"fx", "fixer", ANYTHING},
};

static bool are_words(const struct json_object *list, bool are_forgeries)
{
	for (size_t i = 0; i < fn_json_length(list); i++) {
		const char *word = fn_json_text(fn_json_at(list, i));

		if (word == NULL || (are_forgeries && !outbox_is_forgery(word)))
			return false;
	}
	return fn_json_type(list) == FN_JSON_ARRAY;
}

/* [least, most] */
static bool is_range(const struct json_object *list)
{
	return fn_json_length(list) == 2 && fn_json_type(fn_json_at(list, 0)) == FN_JSON_INTEGER &&
	       fn_json_type(fn_json_at(list, 1)) == FN_JSON_INTEGER;
}

static bool is_type(enum type type, const struct json_object *value)
{
	enum fn_json_type given = fn_json_type(value);

	switch (type) {
	case BOOLEAN:
		return given == FN_JSON_BOOL;
	case WHOLE:
		return given == FN_JSON_INTEGER;
	case WORD:
		return given == FN_JSON_TEXT;
	case WORDS:
		return are_words(value, false);
	case FORGERIES:
		return are_words(value, true);
	case WHOLE_OR_RANGE:
		return given == FN_JSON_INTEGER || is_range(value);
	case ANYTHING:
	default:
		return true;
	}
}

struct checking {
	const char *of;
	const char *bad; /* the first member that is not right */
};

static void check_member(const char *name, struct json_object *value, void *arg)
{
	struct checking *c = arg;

	for (size_t i = 0; i < FN_COUNT(members); i++) {
		if (strcmp(members[i].of, c->of) == 0 && strcmp(members[i].name, name) == 0 &&
		    (value == NULL || is_type(members[i].type, value)))
			return;
	}
	c->bad = name;
}

static bool has_settings(const char *name)
{
	for (size_t i = 0; i < FN_COUNT(members); i++) {
		if (strcmp(members[i].of, name) == 0)
			return true;
	}
	return false;
}

/* webhooks.stripe or webhooks.pawapay; NULL for no such provider. */
static const char *full_name(struct fn_arena *arena, const char *name, const char *provider)
{
	if (strcmp(name, "webhooks") != 0)
		return name;
	if (provider == NULL ||
	    (strcmp(provider, "stripe") != 0 && strcmp(provider, "pawapay") != 0))
		return NULL;
	return fn_arena_format(arena, "webhooks.%s", provider);
}

static struct fn_error *show(struct fn_request *req, const char *name)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *full = full_name(arena, name, fn_request_query(req, "provider"));

	if (full == NULL)
		return control_refuse(req, 422, "provider: stripe or pawapay");
	return fn_reply_json(req, fn_json_share(settings_read(arena, full)));
}

struct fn_error *control_settings(struct fn_request *req, const char *name)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct checking c = {.of = name};
	struct fn_fields f;
	const char *full;

	if (!has_settings(name))
		return fn_fail(req, &fn_message_not_found);
	if (fn_request_method(req) == FN_GET)
		return show(req, name);
	FN_TRY(fn_field_begin(req, &f));
	fn_json_each(f.object, check_member, &c);
	if (c.bad != NULL)
		return control_refuse(req, 422,
				      fn_arena_format(arena, "%s is not what it should be", c.bad));
	full = full_name(arena, name, fn_json_get_text(f.object, "provider"));
	if (full == NULL)
		return control_refuse(req, 422, "provider: stripe or pawapay");
	/* keys stay: pawaPay signs with a new one from now on */
	if (strcmp(full, "webhooks.pawapay") == 0 && fn_json_get_bool(f.object, "rotate", false))
		signing_keys_rotate(arena);
	settings_merge(full, fn_json_write(f.object, NULL));
	return control_done(req, (struct fn_member){0});
}
