/* fn_auth.c: who is calling: bearer and apikey, verified with the public key set. A project key has
 * a role and no person; a person has a session; a token that is neither is refused. */
#include "fn_auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fn_apikey.h"
#include "fn_conf.h"
#include "fn_crypto.h"
#include "fn_die.h"
#include "fn_json.h"
#include "fn_time.h"
#include "shared.sql.h"

enum { SETS = 64, WAYS = 4, CONFIG_ERROR = 78 };

static struct fn_jwt_keys *keys;

/* SHA-256 of tokens whose signature held: a hit saves the signature check, while times and claims
 * are read again each time. A fixed 8 KiB, and nothing to expire. The first byte chooses a set;
 * several ways, so that two busy people do not push each other out. */
static struct set {
	uint8_t hashes[WAYS][FN_SHA256_SIZE];
	unsigned used; /* how many came in: ways are filled, then overwritten in turn */
} remembered[SETS];

static bool is_remembered(const struct set *set, const uint8_t hash[static FN_SHA256_SIZE])
{
	for (unsigned way = 0; way < WAYS && way < set->used; way++) {
		if (fn_crypto_same(set->hashes[way], FN_SHA256_SIZE, hash, FN_SHA256_SIZE))
			return true;
	}
	return false;
}

void fn_auth_init(void)
{
	const char *why = NULL;

	fn_apikey_init();
	fn_jwt_keys_free(keys);
	keys = NULL;
	memset(remembered, 0, sizeof(remembered));
	if (!fn_conf_has("JWKS"))
		return;
	keys = fn_jwt_keys_new(fn_conf_text("JWKS"), &why);
	if (keys == NULL)
		fn_die(CONFIG_ERROR, "setting JWKS: %s", why);
}

enum fn_jwt_result fn_auth_verify(struct fn_arena *arena, const char *token,
				  struct json_object **ret_claims)
{
	uint8_t hash[FN_SHA256_SIZE];
	enum fn_jwt_result result;
	struct set *set;

	*ret_claims = NULL;
	if (keys == NULL)
		return FN_JWT_NO_SECRET;
	if (strnlen(token, FN_JWT_MAX + 1) > FN_JWT_MAX)
		return FN_JWT_MALFORMED;
	fn_crypto_sha256(token, strlen(token), hash);
	set = &remembered[hash[0] % SETS];
	if (is_remembered(set, hash))
		return fn_jwt_reread(arena, token, fn_time_now(), ret_claims);
	result = fn_jwt_verify(keys, arena, token, fn_time_now(), ret_claims);
	if (result == FN_JWT_OK)
		memcpy(set->hashes[set->used++ % WAYS], hash, sizeof(hash));
	return result;
}

/* ---- claims ---- */

static bool is(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

/* One of the words of a setting, separated by spaces. */
static bool is_listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; *at != '\0'; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (length > 0 && strcspn(at, " ") == length && strncmp(at, word, length) == 0)
			return true;
	}
	return false;
}

/* Our own name, or that of a hosted project whose keys were imported. */
static bool is_issuer(const char *issuer, const char *ours)
{
	return is(issuer, ours) ||
	       (issuer != NULL && is_listed(fn_conf_text("JWT_ISSUERS"), issuer));
}

static bool is_for_us(const struct json_object *claims)
{
	const struct json_object *audience = fn_json_get(claims, "aud");

	if (fn_json_type(audience) != FN_JSON_ARRAY)
		return is(fn_json_text(audience), "authenticated");
	for (size_t i = 0; i < fn_json_length(audience); i++) {
		if (is(fn_json_text(fn_json_at(audience, i)), "authenticated"))
			return true;
	}
	return false;
}

/* NULL, or why these genuine claims name nobody. */
static const char *read_claims(struct fn_arena *arena, struct json_object *claims,
			       struct fn_caller *ret)
{
	const char *role = fn_json_get_text(claims, "role"),
		   *email = fn_json_get_text(claims, "email");
	const char *issuer = fn_json_get_text(claims, "iss");
	const char *ours = fn_arena_format(arena, "%s/auth/v1", fn_conf_text("API_URL"));

	*ret = (struct fn_caller){.role = role,
				  .email = email != NULL ? email : "",
				  .claims = claims};
	if (is(role, "anon") || is(role, "service_role")) {
		if (fn_json_get(claims, "sub") != NULL || fn_json_get(claims, "session_id") != NULL)
			return "a project key names a person";
		return is_issuer(issuer, "supabase") ? NULL : "unknown issuer of a project key";
	}
	if (!is(role, "authenticated"))
		return "unknown role";
	if (!fn_text_uuid(fn_json_get_text(claims, "sub"), &ret->id) ||
	    !fn_text_uuid(fn_json_get_text(claims, "session_id"), &ret->session))
		return "no sub or no session_id";
	if (fn_json_get(claims, "exp") == NULL)
		return "no exp"; /* a project key may live for ever, a session not */
	if (!is_for_us(claims))
		return "another audience";
	return is_issuer(issuer, ours) ? NULL : "unknown issuer";
}

/* NULL, or why the token is nobody's. */
static const char *read_token(struct fn_request *req, const char *token, struct fn_caller *ret)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct json_object *claims;
	enum fn_jwt_result result = fn_auth_verify(arena, token, &claims);

	*ret = (struct fn_caller){0};
	return result == FN_JWT_OK ? read_claims(arena, claims, ret) : fn_jwt_result_name(result);
}

/* NULL, or why the opaque key is nobody's. */
static const char *read_opaque(struct fn_request *req, const char *key, struct fn_caller *ret)
{
	const char *role = fn_apikey_role(key);

	*ret = (struct fn_caller){.role = role, .email = ""};
	if (role == NULL)
		return "an API key that API_KEYS does not know";
	ret->claims = fn_json_keep(fn_request_arena(req), FN_OBJECT(fn_json_string("role", role)));
	return is(role, "anon") || is(role, "service_role") ? NULL : "unknown role";
}

/* ---- headers ---- */

/* The token of `Authorization: Bearer TOKEN`; NULL when there is no bearer at all. */
static const char *read_bearer(struct fn_request *req)
{
	const char *header = fn_request_header(req, "Authorization");

	if (header == NULL || strncasecmp(header, "Bearer", 6) != 0 ||
	    (header[6] != '\0' && header[6] != ' '))
		return NULL;
	return fn_text_trim(fn_request_arena(req), header + 6);
}

/* A bearer that says more than the apikey beside it, else NULL: "the apikey decides". */
static const char *read_own_bearer(struct fn_request *req)
{
	const char *bearer = read_bearer(req), *key = fn_request_header(req, "apikey");

	return bearer == NULL || is(key, bearer) ? NULL : bearer;
}

/* An opaque key is no proof of a person: it belongs into the other header. */
static const char *read_person(struct fn_request *req, const char *bearer, struct fn_caller *ret)
{
	*ret = (struct fn_caller){0};
	return fn_apikey_is(bearer) ? "an opaque API key" : read_token(req, bearer, ret);
}

static struct fn_error *known(struct fn_request *req, const struct fn_caller *caller)
{
	fn_request_set_caller(req, caller->id.text[0] != '\0' ? caller->id.text : caller->role);
	return NULL;
}

struct fn_error *fn_auth_user(struct fn_request *req, struct fn_caller *ret)
{
	const char *bearer = read_own_bearer(req), *why;

	*ret = (struct fn_caller){0};
	if (bearer == NULL)
		return fn_fail(req, &fn_message_no_session);
	why = read_person(req, bearer, ret);
	if (why == NULL && ret->id.text[0] == '\0')
		why = "a project key, not a person";
	if (why != NULL)
		return fn_fail_because(req, &fn_message_bad_session, "bearer: %s", why);
	return known(req, ret);
}

struct fn_error *fn_auth_key(struct fn_request *req, struct fn_caller *ret)
{
	const char *key = fn_request_header(req, "apikey"), *why;

	*ret = (struct fn_caller){0};
	if (key == NULL || *key == '\0')
		return fn_fail(req, &fn_message_no_key);
	why = fn_apikey_is(key) ? read_opaque(req, key, ret) : read_token(req, key, ret);
	if (why == NULL && ret->id.text[0] != '\0')
		why = "a person, not a project key";
	if (why != NULL)
		return fn_fail_because(req, &fn_message_no_key, "apikey: %s", why);
	return known(req, ret);
}

struct fn_error *fn_auth_any(struct fn_request *req, struct fn_caller *ret)
{
	const char *bearer = read_own_bearer(req), *why;

	if (bearer == NULL)
		return fn_auth_key(req, ret);
	why = read_person(req, bearer, ret);
	if (why != NULL)
		return fn_fail_because(req, &fn_message_bad_session, "bearer: %s", why);
	return known(req, ret);
}

struct fn_error *fn_auth_internal(struct fn_request *req)
{
	if (!fn_request_is_internal(req))
		return fn_fail(req, &fn_message_not_found);
	fn_request_set_caller(req, "internal");
	return NULL;
}

struct fn_error *fn_auth_alive(struct fn_tx *tx, const struct fn_caller *caller)
{
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_caller_alive,
			 FN_ARGS(fn_arg_uuid(&caller->session), fn_arg_uuid(&caller->id)), &row));
	if (!fn_row_found(&row) || !fn_col_bool(&row, 0))
		return fn_fail_because(fn_tx_request(tx), &fn_message_bad_session,
				       "the session has ended");
	return NULL;
}
