/* rest_auth.c: in whose name a request of the data API runs. */
#include "rest_auth.h"

#include <string.h>
#include <strings.h>

#include "fn_apikey.h"
#include "fn_auth.h"
#include "fn_json.h"
#include "rest_error.h"
#include "rest_remembered.h"
#include "rest_role.h"

enum { UNAUTHORIZED = 401, MISCONFIGURED = 500 };

static const char no_secret[] = "PGRST300", bad_token[] = "PGRST301", no_role[] = "PGRST302",
		  bad_claim[] = "PGRST303";

/* ---- the token ---- */

/* What the client says it is; NULL: nothing. Another scheme than Bearer is no token. *ret_is_key:
 * it is the project key, which may be opaque, and not more than that. */
static const char *read_token(struct fn_request *req, bool *ret_is_key)
{
	const char *header = fn_request_header(req, "Authorization");
	const char *key = fn_request_header(req, "apikey"), *token = key;

	if (header != NULL && strncasecmp(header, "Bearer", 6) == 0 &&
	    (header[6] == ' ' || header[6] == '\0'))
		token = fn_text_trim(fn_request_arena(req), header + 6);
	else if (key == NULL || *key == '\0')
		return NULL;
	*ret_is_key = key != NULL && strcmp(token, key) == 0;
	return token;
}

static size_t count_parts(const char *token)
{
	size_t parts = 1;

	for (const char *c = token; *c != '\0'; c++)
		parts += *c == '.';
	return parts;
}

static struct fn_error *malformed(struct fn_request *req, const char *token)
{
	size_t parts = count_parts(token);
	struct fn_arena *arena = fn_request_arena(req);

	if (*token == '\0')
		return rest_fail(req, UNAUTHORIZED, bad_token,
				 "Empty JWT is sent in Authorization header", NULL, NULL);
	if (parts != 3)
		return rest_fail(req, UNAUTHORIZED, bad_token,
				 fn_arena_format(arena, "Expected 3 parts in JWT; got %zu", parts),
				 NULL, NULL);
	return rest_fail(req, UNAUTHORIZED, bad_token, "JWT cryptographic operation failed", NULL,
			 NULL);
}

static struct fn_error *bad_claims(struct fn_request *req, const char *message)
{
	return rest_fail(req, UNAUTHORIZED, bad_claim, message, NULL, NULL);
}

static struct fn_error *no_key(struct fn_request *req, const char *details)
{
	return rest_fail(req, UNAUTHORIZED, bad_token, "No suitable key or wrong key type", details,
			 NULL);
}

static struct fn_error *unknown_key(struct fn_request *req)
{
	return rest_fail(req, UNAUTHORIZED, bad_token, "Invalid API key", NULL,
			 "An API key is sent in the header apikey; this server does not know that "
			 "one.");
}

static struct fn_error *refuse(struct fn_request *req, const char *token, enum fn_jwt_result why)
{
	switch (why) {
	case FN_JWT_NO_SECRET:
		return rest_fail(req, MISCONFIGURED, no_secret, "Server lacks JWT secret", NULL,
				 NULL);
	case FN_JWT_EXPIRED:
		return bad_claims(req, "JWT expired");
	case FN_JWT_NOT_YET:
		return bad_claims(req, "JWT not yet valid");
	case FN_JWT_FUTURE:
		return bad_claims(req, "JWT issued at future");
	case FN_JWT_BAD_EXP:
		return bad_claims(req, "The JWT 'exp' claim must be a number");
	case FN_JWT_BAD_NBF:
		return bad_claims(req, "The JWT 'nbf' claim must be a number");
	case FN_JWT_BAD_IAT:
		return bad_claims(req, "The JWT 'iat' claim must be a number");
	case FN_JWT_CLAIMS:
		return bad_claims(req, "Parsing claims failed");
	case FN_JWT_ALGORITHM:
		return rest_fail(req, UNAUTHORIZED, bad_token,
				 "Wrong or unsupported encoding algorithm", NULL, NULL);
	case FN_JWT_NO_KEY:
		return no_key(req, "No suitable key was found to decode the JWT");
	case FN_JWT_FORGED:
		return no_key(req, "None of the keys was able to decode the JWT");
	case FN_JWT_MALFORMED:
	case FN_JWT_OK:
	default:
		return malformed(req, token);
	}
}

/* ---- claims ---- */

/* Whoever has several audiences has a list of texts. */
static bool is_readable(const struct json_object *audience)
{
	bool texts = fn_json_type(audience) == FN_JSON_ARRAY;

	for (size_t i = 0; texts && i < fn_json_length(audience); i++)
		texts = fn_json_text(fn_json_at(audience, i)) != NULL;
	return texts || audience == NULL || fn_json_text(audience) != NULL;
}

/* Null and [] pass, as upstream. */
static bool is_audience(const struct json_object *claims, const char *audience)
{
	const struct json_object *given = fn_json_get(claims, "aud");
	const char *text = fn_json_text(given);

	if (audience == NULL || given == NULL)
		return true;
	if (text != NULL)
		return strcmp(text, audience) == 0;
	for (size_t i = 0; i < fn_json_length(given); i++) {
		text = fn_json_text(fn_json_at(given, i));
		if (text != NULL && strcmp(text, audience) == 0)
			return true;
	}
	return fn_json_length(given) == 0;
}

/* The claims as policies read them: always with the role that was found. */
static const char *claims_text(struct fn_request *req, struct json_object *claims, const char *role)
{
	struct json_object *all = claims;

	if (all == NULL)
		all = fn_json_keep(fn_request_arena(req), fn_json_object(NULL, 0));
	fn_json_set(all, fn_json_string("role", role));
	return fn_json_write(all, NULL);
}

static struct fn_error *check_claims(struct fn_request *req,
				     const struct rest_auth_settings *settings,
				     const struct json_object *claims)
{
	if (!settings->endless && fn_json_get(claims, "exp") == NULL &&
	    fn_json_get(claims, "sub") != NULL)
		return bad_claims(req, "The JWT has no 'exp' claim");
	if (!is_readable(fn_json_get(claims, "aud")))
		return bad_claims(req,
				  "The JWT 'aud' claim must be a string or an array of strings");
	return is_audience(claims, settings->audience) ? NULL
						       : bad_claims(req, "JWT not in audience");
}

static struct fn_error *read_claims(struct fn_request *req,
				    const struct rest_auth_settings *settings, const char *token,
				    struct json_object **ret_claims, const char **ret_role)
{
	struct fn_arena *arena = fn_request_arena(req);
	enum fn_jwt_result result = fn_auth_verify(arena, token, ret_claims);
	const char *role;

	if (result != FN_JWT_OK)
		return refuse(req, token, result);
	FN_TRY(check_claims(req, settings, *ret_claims));
	role = rest_role_find(*ret_claims, settings->role_claim);
	if (role != NULL)
		*ret_role = fn_arena_text(arena, role);
	return NULL;
}

/* An API key names a role by itself; what is no token must not be read as one. */
static bool is_opaque(const char *token, bool is_key)
{
	return fn_apikey_is(token) || (is_key && *token != '\0' && count_parts(token) != 3);
}

static struct fn_error *find_out(struct fn_request *req, const struct rest_auth_settings *settings,
				 const char *token, bool is_key, struct rest_identity *ret)
{
	struct json_object *claims = NULL;

	*ret = (struct rest_identity){.role = settings->anonymous_role};
	if (token != NULL && is_opaque(token, is_key)) {
		ret->role = is_key ? fn_apikey_role(token) : NULL;
		if (ret->role == NULL)
			return unknown_key(req);
	} else if (token != NULL) {
		FN_TRY(read_claims(req, settings, token, &claims, &ret->role));
	}
	if (ret->role == NULL)
		return rest_fail(req, UNAUTHORIZED, no_role, "Anonymous access is disabled", NULL,
				 NULL);
	ret->is_anonymous = settings->anonymous_role != NULL &&
			    strcmp(ret->role, settings->anonymous_role) == 0;
	ret->person = fn_json_get_text(claims, "sub");
	ret->session = fn_json_get_text(claims, "session_id");
	ret->claims = claims_text(req, claims, ret->role);
	if (claims != NULL &&
	    (fn_json_get(claims, "exp") == NULL || fn_json_get_integer(claims, "exp", 0) > 0))
		rest_remember(token, ret, fn_json_get_integer(claims, "exp", 0));
	return NULL;
}

struct fn_error *rest_auth(struct fn_request *req, const struct rest_auth_settings *settings,
			   struct rest_identity *ret)
{
	bool is_key = false;
	const char *token = read_token(req, &is_key);

	if (token == NULL || !rest_remembered(token, ret))
		FN_TRY(find_out(req, settings, token, is_key, ret));
	fn_request_set_caller(req, ret->person != NULL ? ret->person : ret->role);
	return NULL;
}
