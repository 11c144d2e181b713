/* fn_es256.h: checking ECDSA signatures over P-256 with SHA-256 in the form that JWTs use: r and s
 * of 32 bytes each, never DER. The parsed key is kept: parsing costs more than checking. */
#ifndef FN_ES256_H
#define FN_ES256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FN_ES256_HALF = 32, FN_ES256_SIGNATURE = 64 };

struct fn_es256_key;

/* NULL when (x, y) is no point of the curve. */
struct fn_es256_key *fn_es256_key_new(const uint8_t x[static FN_ES256_HALF],
				      const uint8_t y[static FN_ES256_HALF]);
void fn_es256_key_free(struct fn_es256_key *key); /* NULL is fine */
bool fn_es256_holds(const struct fn_es256_key *key,
		    const uint8_t signature[static FN_ES256_SIGNATURE], const void *bytes,
		    size_t length);

#endif
