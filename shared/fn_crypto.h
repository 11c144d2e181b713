/* fn_crypto.h: hashes, HMAC, random bytes, constant-time compare, base64. */
#ifndef FN_CRYPTO_H
#define FN_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_text.h"

enum { FN_SHA256_SIZE = 32, FN_HASH_MAX = 64 };
enum fn_hash { FN_SHA256, FN_SHA384, FN_SHA512 };

void fn_crypto_random(void *into, size_t size); /* ends the process when the OS has none */
struct fn_uuid fn_crypto_uuid(void);            /* version 4 */
void fn_crypto_sha256(const void *bytes, size_t length, uint8_t into[static FN_SHA256_SIZE]);
/* With any of the hashes; returns the size of the result. */
size_t fn_crypto_digest(enum fn_hash hash, const void *bytes, size_t length,
			uint8_t into[static FN_HASH_MAX]);
void fn_crypto_hmac(const void *key, size_t key_length, const void *bytes, size_t length,
		    uint8_t into[static FN_SHA256_SIZE]);
/* With any of the hashes; returns the size of the result. */
size_t fn_crypto_hmac_with(enum fn_hash hash, const void *key, size_t key_length, const void *bytes,
			   size_t length, uint8_t into[static FN_HASH_MAX]);
/* Time depends on the lengths only. */
bool fn_crypto_same(const void *a, size_t a_length, const void *b, size_t b_length);
const char *fn_crypto_hex(struct fn_arena *arena, const void *bytes, size_t length);
/* base64url without padding (RFC 4648 5). Decoding is strict: no padding, no stray bits; NULL when
 * malformed. */
const char *fn_crypto_base64url(struct fn_arena *arena, const void *bytes, size_t length);
const uint8_t *fn_crypto_unbase64url(struct fn_arena *arena, const char *text, size_t length,
				     size_t *ret_length);
/* Ordinary base64, padding optional; NULL when malformed. */
const uint8_t *fn_crypto_unbase64(struct fn_arena *arena, const char *text, size_t length,
				  size_t *ret_length);

#endif
