/* fn_rsa.h: checking RSA signatures in the two paddings that JWTs use: PKCS #1 v1.5 (RS256 ...) and
 * PSS with a salt as long as the hash (PS256 ...). The parsed key is kept. */
#ifndef FN_RSA_H
#define FN_RSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_crypto.h"

struct fn_rsa_key;

enum fn_rsa_padding { FN_RSA_PKCS1, FN_RSA_PSS };

/* Modulus and exponent, most significant byte first. NULL unless the modulus has 2048 to 8192 bits
 * and the exponent is odd, above 1 and no longer than 8 bytes. */
struct fn_rsa_key *fn_rsa_key_new(const uint8_t *n, size_t n_length, const uint8_t *e,
				  size_t e_length);
void fn_rsa_key_free(struct fn_rsa_key *key); /* NULL is fine */
bool fn_rsa_holds(const struct fn_rsa_key *key, enum fn_rsa_padding padding, enum fn_hash hash,
		  const uint8_t *signature, size_t signature_length, const void *bytes,
		  size_t length);

#endif
