/* fn_jwt.h: verifying JSON Web Tokens (RFC 7519) with cached keys. Our own rules, because
 * libjwt checks neither times nor which algorithm belongs to a key (reliability.md 4.2). */
#ifndef FN_JWT_H
#define FN_JWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_arena.h"

struct json_object;
struct fn_jwt_keys; /* keys by kid; each bound to its algorithms */

enum { FN_JWT_MAX = 8192, FN_JWT_SKEW = 30 /* seconds */ };

enum fn_jwt_result {
	FN_JWT_OK,
	FN_JWT_MALFORMED,
	FN_JWT_ALGORITHM, /* `none`, or one that nobody uses here */
	FN_JWT_NO_KEY,    /* of that kid and for that algorithm */
	FN_JWT_FORGED,
	FN_JWT_EXPIRED,
	FN_JWT_NOT_YET,
	FN_JWT_FUTURE, /* iat */
	FN_JWT_BAD_EXP,
	FN_JWT_BAD_NBF,
	FN_JWT_BAD_IAT,  /* genuine, but a time is no number */
	FN_JWT_CLAIMS,   /* genuine, but no object is inside */
	FN_JWT_NO_SECRET /* said by fn_auth: nothing to verify with */
};

/* jwks: {"keys":[...]} with keys of P-256 (ES256), RSA (RS and PS, 2048 bits at least) and secrets
 * (HS, 32 bytes at least). A key with `alg` is for that algorithm alone. Those of other kinds and
 * for encryption are skipped. NULL with a reason when the text is not such a set, holds no key, a
 * private one, a weak one or one kid twice. */
struct fn_jwt_keys *fn_jwt_keys_new(const char *jwks, const char **ret_why);
void fn_jwt_keys_free(struct fn_jwt_keys *keys);

/* Shape and size first, then the key by kid, the algorithm by the key, the signature, exp, nbf and
 * iat. Whether there must be an exp, role, audience and the like are the caller's to check.
 * *ret_claims is owned by the arena and NULL unless the result is FN_JWT_OK. */
enum fn_jwt_result fn_jwt_verify(const struct fn_jwt_keys *keys, struct fn_arena *arena,
				 const char *token, int64_t now, struct json_object **ret_claims);
/* The second half alone, for a token (the very same bytes) that fn_jwt_verify() found genuine
 * before in this process: times and claims, no signature. */
enum fn_jwt_result fn_jwt_reread(struct fn_arena *arena, const char *token, int64_t now,
				 struct json_object **ret_claims);
const char *fn_jwt_result_name(enum fn_jwt_result result);

#endif
