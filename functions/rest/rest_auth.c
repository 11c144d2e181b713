/* rest_auth.c: in whose name a request of the data API runs. */
#include "rest_auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fn_auth.h"
#include "fn_json.h"
#include "rest_error.h"

enum { UNAUTHORIZED = 401, KEY_MAX = 200 };

static const char bad_token[] = "PGRST301", no_role[] = "PGRST302", bad_claim[] = "PGRST303";

/* ---- the token ---- */

/* Another scheme than Bearer is no token. */
static const char *read_token(struct fn_request *req)
{
	const char *header = fn_request_header(req, "Authorization");
	const char *key = fn_request_header(req, "apikey");

	if (header != NULL && strncasecmp(header, "Bearer", 6) == 0 &&
	    (header[6] == ' ' || header[6] == '\0'))
		return fn_text_trim(fn_request_arena(req), header + 6);
	return key != NULL && *key != '\0' ? key : NULL;
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

static struct fn_error *refuse(struct fn_request *req, const char *token, enum fn_jwt_result why)
{
	switch (why) {
	case FN_JWT_EXPIRED:
		return rest_fail(req, UNAUTHORIZED, bad_claim, "JWT expired", NULL, NULL);
	case FN_JWT_NOT_YET:
		return rest_fail(req, UNAUTHORIZED, bad_claim, "JWT not yet valid", NULL, NULL);
	case FN_JWT_CLAIMS:
		return rest_fail(req, UNAUTHORIZED, bad_claim,
				 "The JWT 'exp' claim must be a number", NULL, NULL);
	case FN_JWT_NO_KEY:
	case FN_JWT_FORGED:
		return rest_fail(req, UNAUTHORIZED, bad_token, "No suitable key or wrong key type",
				 "None of the keys was able to decode the JWT", NULL);
	case FN_JWT_MALFORMED:
	case FN_JWT_OK:
	default:
		return malformed(req, token);
	}
}

/* ---- claims ---- */

/* One step of a path: .name, ."name" or [index]. Moves *at behind it; NULL when there is no such
 * way. */
static struct json_object *step(struct json_object *value, const char **at)
{
	char key[KEY_MAX];
	size_t length;
	const char *begin = *at + 1, *end;

	if (**at == '[') {
		char *behind;
		unsigned long index = strtoul(begin, &behind, 10);

		*at = behind + (*behind == ']');
		return fn_json_at(value, index);
	}
	if (*begin == '"') {
		begin++;
		end = strchr(begin, '"');
		*at = end == NULL ? begin + strlen(begin) : end + 1;
	} else {
		end = begin + strcspn(begin, ".[");
		*at = end;
	}
	length = end == NULL ? 0 : (size_t)(end - begin);
	if (length == 0 || length >= sizeof(key))
		return NULL;
	memcpy(key, begin, length);
	key[length] = '\0';
	return fn_json_get(value, key);
}

static const char *role_of(struct json_object *claims, const char *path)
{
	struct json_object *value = claims;

	while (value != NULL && (*path == '.' || *path == '['))
		value = step(value, &path);
	return *path == '\0' ? fn_json_text(value) : NULL;
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

/* The claims as policies read them: always with a role. */
static const char *claims_text(struct fn_request *req, struct json_object *claims, const char *role)
{
	struct json_object *all = claims;

	if (all == NULL)
		all = fn_json_keep(fn_request_arena(req), fn_json_object(NULL, 0));
	if (fn_json_get(all, "role") == NULL)
		fn_json_set(all, fn_json_string("role", role));
	return fn_json_write(all, NULL);
}

struct fn_error *rest_auth(struct fn_request *req, const struct rest_auth_settings *settings,
			   struct rest_identity *ret)
{
	const char *token = read_token(req);
	struct json_object *claims = NULL;
	enum fn_jwt_result result;

	*ret = (struct rest_identity){.role = settings->anonymous_role};
	if (token != NULL) {
		result = fn_auth_verify(fn_request_arena(req), token, &claims);
		if (result != FN_JWT_OK)
			return refuse(req, token, result);
		if (!is_audience(claims, settings->audience))
			return rest_fail(req, UNAUTHORIZED, bad_claim, "JWT not in audience", NULL,
					 NULL);
		if (role_of(claims, settings->role_claim) != NULL)
			ret->role = role_of(claims, settings->role_claim);
	}
	if (ret->role == NULL)
		return rest_fail(req, UNAUTHORIZED, no_role, "Anonymous access is disabled", NULL,
				 NULL);
	ret->is_anonymous = settings->anonymous_role != NULL &&
			    strcmp(ret->role, settings->anonymous_role) == 0;
	ret->person = fn_json_get_text(claims, "sub");
	ret->session = fn_json_get_text(claims, "session_id");
	ret->claims = claims_text(req, claims, ret->role);
	fn_request_set_caller(req, ret->person != NULL ? ret->person : ret->role);
	return NULL;
}
