/* fn_jwt_keys.h: the inside of a key set; for fn_jwt.c alone. */
#ifndef FN_JWT_KEYS_H
#define FN_JWT_KEYS_H

#include "fn_crypto.h"
#include "fn_es256.h"
#include "fn_jwt.h"
#include "fn_rsa.h"

enum { FN_JWT_KEYS_MAX = 16, FN_JWT_KID_MAX = 127, FN_JWT_SECRET_MAX = 512 };

/* A kind of key allows some algorithms, its `alg` one of them; a token can only agree. */
enum fn_jwt_kind { FN_JWT_OCT, FN_JWT_EC, FN_JWT_RSA };

struct fn_jwt_algorithm {
	const char *name;
	enum fn_jwt_kind kind;
	enum fn_hash hash;
	enum fn_rsa_padding padding; /* of RSA */
};

struct fn_jwt_key {
	char kid[FN_JWT_KID_MAX + 1]; /* "" = none */
	enum fn_jwt_kind kind;
	const struct fn_jwt_algorithm *only; /* NULL: any of its kind */
	struct fn_es256_key *ec;             /* each NULL unless it is that kind */
	struct fn_rsa_key *rsa;
	uint8_t secret[FN_JWT_SECRET_MAX];
	size_t secret_length;
};

struct fn_jwt_keys {
	size_t count;
	struct fn_jwt_key keys[FN_JWT_KEYS_MAX];
};

/* NULL for `none` and whatever else nobody signs with here. */
const struct fn_jwt_algorithm *fn_jwt_algorithm(const char *name);

#endif
