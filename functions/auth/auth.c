/* auth: accounts. Signing up and in, refreshing, reading and changing oneself, signing out, and the
 * link that proves an address, as clients of the auth API expect them (wire.md 2). */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"

static const struct route {
	enum fn_method method;
	const char *path;
	bool open; /* needs no project key (wire.md 1.2) */
	struct fn_error *(*handle)(struct fn_request *req);
} routes[] = {
	{FN_POST, "/signup", false, auth_sign_up},
	{FN_POST, "/token", false, auth_token_grant},
	{FN_GET, "/user", false, auth_get_user},
	{FN_PUT, "/user", false, auth_put_user},
	{FN_POST, "/logout", false, auth_logout},
	{FN_GET, "/verify", true, auth_verify_link},
	{FN_POST, "/verify", false, auth_verify_token},
	{FN_POST, "/resend", false, auth_resend},
	{FN_GET, "/settings", false, auth_settings},
	{FN_GET, "/health", true, auth_health},
	{FN_GET, "/.well-known/jwks.json", true, auth_jwks},
};

static struct fn_error *route(struct fn_request *req)
{
	const char *path = fn_request_path(req);
	bool known = false;
	struct fn_caller key;

	for (size_t i = 0; i < FN_COUNT(routes); i++) {
		if (strcmp(routes[i].path, path) != 0)
			continue;
		known = true;
		if (routes[i].method != fn_request_method(req))
			continue;
		if (!routes[i].open)
			FN_TRY(fn_auth_key(req, &key));
		return routes[i].handle(req);
	}
	return fn_fail(req, known ? &fn_message_method : &fn_message_not_found);
}

static void init(void)
{
	auth_token_init();
	auth_hash_init();
}

const struct fn_function fn_function = {
	.name = "auth",
	.mount = "/auth/v1",
	/* all of them: what is not offered answers 404 here, whatever the method */
	.methods = FN_GET | FN_HEAD | FN_POST | FN_PUT | FN_PATCH | FN_DELETE,
	.auth = FN_AUTH_MIXED,
	.body_max = 64 << 10,
	.errors = FN_ERRORS_AUTH,
	.statements = sql_all,
	.handle = route,
	.init = init,
};
