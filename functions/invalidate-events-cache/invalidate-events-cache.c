/* invalidate-events-cache: a tool lets lists be forgotten. Changes of the lists themselves need no
 * call: they do it by themselves (docs/lists.md). */
#include <string.h>
#include <strings.h>

#include "fn.h"
#include "fn_cache.h"
#include "fn_crypto.h"
#include "fn_time.h"
#include "invalidate-events-cache.sql.h"

/* What clients call a list, and who answers it: nobody can name anything else. */
static const struct {
	const char *key, *function;
} lists[] = {
	{"events:published", "get-events"},
	{"events:featured", "get-events"}, /* kept with the other */
	{"categories:all", "get-categories"},
};

static const struct fn_message not_allowed = {403, "not_allowed",
					      "Cette action est réservée aux organisateurs",
					      "Only organizers may do this"};

/* A secret that is too short to be one was never handed over: fn_conf refuses it. */
static bool has_secret(struct fn_request *req)
{
	const char *bearer = fn_request_header(req, "Authorization");
	const char *secret = fn_conf_text("CACHE_INVALIDATION_SECRET");

	if (bearer == NULL || strncasecmp(bearer, "Bearer ", 7) != 0)
		return false;
	bearer += 7;
	return fn_crypto_same(bearer, strlen(bearer), secret, strlen(secret));
}

struct asker {
	struct fn_request *req;
	struct fn_caller caller;
};

static struct fn_error *check_role(struct fn_tx *tx, void *arg)
{
	const struct asker *asker = arg;
	struct fn_row may;

	FN_TRY(fn_auth_alive(tx, &asker->caller));
	FN_TRY(fn_db_one(tx, &sql_may_invalidate, FN_ARGS(fn_arg_uuid(&asker->caller.id)), &may));
	return fn_row_found(&may) ? NULL : fn_fail(asker->req, &not_allowed);
}

/* The secret, the service key, or an organizer or administrator who is signed in. */
static struct fn_error *authenticate(struct fn_request *req)
{
	struct asker asker = {.req = req};

	if (has_secret(req))
		return NULL;
	FN_TRY(fn_auth_any(req, &asker.caller));
	if (strcmp(asker.caller.role, "service_role") == 0)
		return NULL;
	if (*asker.caller.id.text == '\0')
		return fn_fail(req, &fn_message_no_session);
	return fn_db_transaction(req, FN_READ_COMMITTED, check_role, &asker);
}

static const char *function_of(const char *key)
{
	for (size_t i = 0; key != NULL && i < FN_COUNT(lists); i++) {
		if (strcmp(lists[i].key, key) == 0)
			return lists[i].function;
	}
	return NULL;
}

/* The keys asked for, or all; a complaint when one is none of ours. */
static struct json_object *read_keys(struct fn_fields *input)
{
	struct json_object *asked = fn_json_get(input->object, "keys"), *keys = fn_json_array();

	(void)fn_json_keep(fn_request_arena(input->req), keys);
	if (fn_json_type(asked) == FN_JSON_NONE || fn_json_type(asked) == FN_JSON_NULL) {
		for (size_t i = 0; i < FN_COUNT(lists); i++)
			fn_json_append(keys, fn_json_from_text(lists[i].key));
		return keys;
	}
	if (fn_json_type(asked) != FN_JSON_ARRAY)
		fn_field_complain(input, "keys", "must be a list");
	for (size_t i = 0; fn_json_type(asked) == FN_JSON_ARRAY && i < fn_json_length(asked); i++) {
		const char *key = fn_json_text(fn_json_at(asked, i));

		if (function_of(key) == NULL)
			fn_field_complain(input, "keys", "names a list that there is not");
		else
			fn_json_append(keys, fn_json_from_text(key));
	}
	return keys;
}

static struct fn_error *invalidate(struct fn_request *req)
{
	struct json_object *keys;
	struct fn_fields input;
	size_t deleted = 0;
	char stamp[32];

	FN_TRY(fn_field_begin(req, &input));
	FN_TRY(authenticate(req));
	keys = read_keys(&input);
	FN_TRY(fn_field_end(&input));
	for (size_t i = 0; i < fn_json_length(keys); i++)
		deleted += fn_cache_forget(fn_conf_text("CACHE_DIR"),
					   function_of(fn_json_text(fn_json_at(keys, i))));
	return fn_reply_json(req, FN_OBJECT(fn_json_value("invalidated", fn_json_share(keys)),
					    fn_json_int("deleted", (int64_t)deleted),
					    fn_json_string("timestamp", fn_time_stamp(stamp))));
}

const struct fn_function fn_function = {
	.name = "invalidate-events-cache",
	.methods = FN_POST,
	.auth = FN_AUTH_MIXED,
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = invalidate,
};
