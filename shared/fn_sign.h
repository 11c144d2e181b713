/* fn_sign.h: signing tokens with ES256 and making keys (libjwt, OpenSSL). Linked into `auth` and
 * the key tool alone: no other function can read a private key. */
#ifndef FN_SIGN_H
#define FN_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "fn_arena.h"

struct json_object;

/* private_pem: EC P-256, PKCS#8. claims: a JSON object. Aborts on a bad key: it was checked at
 * start. */
const char *fn_sign_token(struct fn_arena *arena, const char *private_pem, const char *kid,
			  struct json_object *claims);
/* A new P-256 key in PEM. */
const char *fn_sign_new_key(struct fn_arena *arena);
/* The kid of a key: its thumbprint (RFC 7638), so that nobody has to choose or store one. NULL when
 * the PEM is not a P-256 key. */
const char *fn_sign_kid(struct fn_arena *arena, const char *private_pem);
/* The public half as one JWK with kid, alg, use and key_ops; owned by the arena. NULL when the PEM
 * is not a P-256 key. */
struct json_object *fn_sign_jwk(struct fn_arena *arena, const char *private_pem, const char *kid);
/* What libjwt thinks of the signature of a token: the oracle of the tests. It checks nothing else.
 */
bool fn_sign_holds(const char *token, const char *key, size_t key_length);

#endif
