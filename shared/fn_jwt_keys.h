/* fn_jwt_keys.h: the inside of a key set; for fn_jwt.c alone. */
#ifndef FN_JWT_KEYS_H
#define FN_JWT_KEYS_H

#include "fn_es256.h"
#include "fn_jwt.h"

enum { FN_JWT_KEYS_MAX = 16, FN_JWT_KID_MAX = 127, FN_JWT_SECRET_MAX = 512 };

struct fn_jwt_key {
	char kid[FN_JWT_KID_MAX + 1]; /* "" for an oct key without one */
	struct fn_es256_key *public;  /* NULL: the secret, HS256 */
	uint8_t secret[FN_JWT_SECRET_MAX];
	size_t secret_length;
};

struct fn_jwt_keys {
	size_t count;
	struct fn_jwt_key keys[FN_JWT_KEYS_MAX];
};

/* kid NULL: the imported secret that has none, never a public key. NULL when there is no such key.
 */
const struct fn_jwt_key *fn_jwt_keys_find(const struct fn_jwt_keys *keys, const char *kid);

#endif
