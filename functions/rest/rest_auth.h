/* rest_auth.h: in whose name a request of the data API runs (contract rest.md 11). */
#ifndef REST_AUTH_H
#define REST_AUTH_H

#include "fn_error.h"
#include "fn_request.h"

struct rest_auth_settings {
	const char *anonymous_role; /* NULL: a token is required */
	const char *role_claim;     /* path of the claim that names the role (rest_role.h) */
	const char *audience;       /* NULL = any */
	bool endless; /* a person's token may be without exp; a project key always may */
};

struct rest_identity {
	const char *role;
	bool is_anonymous;            /* the role is the anonymous one, whoever said so */
	const char *claims;           /* request.jwt.claims: always JSON with a "role" */
	const char *person, *session; /* claims sub and session_id as sent; NULL when absent */
};

/* The bearer decides; without one, or when it only repeats the apikey, the apikey does; without
 * both it is the anonymous role. An opaque API key (fn_apikey.h) is only good as the apikey. 401
 * PGRST301, 302 or 303 when a token is there and not good, 500 PGRST300 when nothing is there to
 * verify it with. */
FN_CHECKED struct fn_error *rest_auth(struct fn_request *req,
				      const struct rest_auth_settings *settings,
				      struct rest_identity *ret);

#endif
