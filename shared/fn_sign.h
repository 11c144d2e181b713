/* fn_sign.h: signing tokens with ES256 and making keys (libjwt, OpenSSL). Linked into `auth` and the
 * key tool alone: no other function can read a private key. */
#ifndef FN_SIGN_H
#define FN_SIGN_H

#include "fn_arena.h"

struct json_object;

/* private_pem: EC P-256, PKCS#8. claims: a JSON object. Aborts on a bad key: it was checked at start. */
const char *fn_sign_token(struct fn_arena *arena, const char *private_pem, const char *kid, struct json_object *claims);
/* A new P-256 key in PEM. */
const char *fn_sign_new_key(struct fn_arena *arena);
/* The public half as one JWK with kid, alg, use and key_ops; owned by the arena. NULL when the PEM is not a P-256 key. */
struct json_object *fn_sign_jwk(struct fn_arena *arena, const char *private_pem, const char *kid);

#endif
