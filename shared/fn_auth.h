/* fn_auth.h: who is calling. Session tokens and project keys are verified with one key set (the
 * setting JWKS, several kids); only the function `auth` can sign sessions. A project key may be an
 * opaque one (fn_apikey.h) as well. Sources: wire.md 1.2, reliability.md rule 3, decisions 20
 * and 24. */
#ifndef FN_AUTH_H
#define FN_AUTH_H

#include "fn_db.h"
#include "fn_error.h"
#include "fn_jwt.h"
#include "fn_request.h"

struct fn_caller {
	struct fn_uuid id;          /* the person; "" for a project key */
	struct fn_uuid session;     /* "" for a project key */
	const char *role;           /* anon, authenticated or service_role */
	const char *email;          /* claim; "" when absent. Not a proof: see decisions 18 */
	struct json_object *claims; /* the whole verified payload */
};

/* A signed-in person: 401 unless the bearer is a genuine, unexpired session token. */
FN_CHECKED struct fn_error *fn_auth_user(struct fn_request *req, struct fn_caller *ret);
/* A person or any genuine project key, in `Authorization` or `apikey`. A bearer that is there but
 * not genuine is 401, never read as anon. */
FN_CHECKED struct fn_error *fn_auth_any(struct fn_request *req, struct fn_caller *ret);
/* The project key in `apikey`, whoever the bearer is: what the auth API asks of every client. */
FN_CHECKED struct fn_error *fn_auth_key(struct fn_request *req, struct fn_caller *ret);
/* Only the job runner, over our own socket: anything else looks like an unknown function. */
FN_CHECKED struct fn_error *fn_auth_internal(struct fn_request *req);
/* Inside the transaction of a write: the session row lives and its person is neither banned nor
 * deleted; else 401 (decisions 20). */
FN_CHECKED struct fn_error *fn_auth_alive(struct fn_tx *tx, const struct fn_caller *caller);

/* For `rest`, whose clients are told other words: verifies with the same key set and remembers what
 * held. Role, issuer, audience and whether there must be an exp are the caller's to check. */
enum fn_jwt_result fn_auth_verify(struct fn_arena *arena, const char *token,
				  struct json_object **ret_claims);

/* Reads the key set and the opaque keys from the settings. A set without a usable key, or with a
 * weak or private one, ends the process (78): an empty key must never verify. Without a set nothing
 * does (FN_JWT_NO_SECRET). */
void fn_auth_init(void);

#endif
