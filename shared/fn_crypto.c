/* fn_crypto.c: hashes, HMAC, random bytes, constant-time compare (OpenSSL), hex and base64. */
#include "fn_crypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "fn_die.h"

enum { SYSTEM_ERROR = 71 /* sysexits.h EX_OSERR */, RANDOM_AT_ONCE = 256 };

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Straight from the kernel: no generator state that forked workers could share. */
void fn_crypto_random(void *into, size_t size)
{
	uint8_t *at = into;

	while (size > 0) {
		/* up to 256 bytes are never cut short by a signal */
		size_t want = size < RANDOM_AT_ONCE ? size : RANDOM_AT_ONCE;

		if (getrandom(at, want, 0) != (ssize_t)want) {
			if (errno == EINTR)
				continue;
			fn_die(SYSTEM_ERROR, "getrandom: %s", strerror(errno));
		}
		at += want;
		size -= want;
	}
}

struct fn_uuid fn_crypto_uuid(void)
{
	uint8_t b[16];
	struct fn_uuid uuid;

	fn_crypto_random(b, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* version 4 */
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
	(void)snprintf(uuid.text, sizeof(uuid.text),
		       "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
		       b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
		       b[13], b[14], b[15]);
	return uuid;
}

void fn_crypto_sha256(const void *bytes, size_t length, uint8_t into[static FN_SHA256_SIZE])
{
	unsigned size = 0;

	if (EVP_Digest(bytes, length, into, &size, EVP_sha256(), NULL) != 1 ||
	    size != FN_SHA256_SIZE)
		fn_die(SYSTEM_ERROR, "SHA-256 failed");
}

static const EVP_MD *hash_of(enum fn_hash hash)
{
	const EVP_MD *const hashes[] = {
		[FN_SHA256] = EVP_sha256(), [FN_SHA384] = EVP_sha384(), [FN_SHA512] = EVP_sha512()};

	return hashes[hash];
}

size_t fn_crypto_digest(enum fn_hash hash, const void *bytes, size_t length,
			uint8_t into[static FN_HASH_MAX])
{
	unsigned size = 0;

	if (EVP_Digest(bytes, length, into, &size, hash_of(hash), NULL) != 1)
		fn_die(SYSTEM_ERROR, "a digest failed");
	return size;
}

size_t fn_crypto_hmac_with(enum fn_hash hash, const void *key, size_t key_length, const void *bytes,
			   size_t length, uint8_t into[static FN_HASH_MAX])
{
	unsigned size = 0;

	if (HMAC(hash_of(hash), key, (int)key_length, bytes, length, into, &size) == NULL ||
	    size != (unsigned)EVP_MD_get_size(hash_of(hash)))
		fn_die(SYSTEM_ERROR, "HMAC failed");
	return size;
}

void fn_crypto_hmac(const void *key, size_t key_length, const void *bytes, size_t length,
		    uint8_t into[static FN_SHA256_SIZE])
{
	uint8_t mac[FN_HASH_MAX];

	(void)fn_crypto_hmac_with(FN_SHA256, key, key_length, bytes, length, mac);
	memcpy(into, mac, FN_SHA256_SIZE);
}

bool fn_crypto_same(const void *a, size_t a_length, const void *b, size_t b_length)
{
	return a_length == b_length && CRYPTO_memcmp(a, b, a_length) == 0;
}

const char *fn_crypto_hex(struct fn_arena *arena, const void *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *from = bytes;
	char *text = fn_arena_alloc(arena, length * 2 + 1);

	for (size_t i = 0; i < length; i++) {
		text[i * 2] = digits[from[i] >> 4];
		text[i * 2 + 1] = digits[from[i] & 15];
	}
	return text;
}

const char *fn_crypto_base64url(struct fn_arena *arena, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	char *text = fn_arena_alloc(arena, (length + 2) / 3 * 4 + 1), *to = text;
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < length; i++) {
		bits = (bits << 8) | from[i];
		for (held += 8; held >= 6; held -= 6)
			*to++ = url_safe[(bits >> (held - 6)) & 63];
	}
	if (held > 0)
		*to = url_safe[(bits << (6 - held)) & 63];
	return text;
}

/* Decodes in the given alphabet, without padding. A group of one character, a foreign character and
 * left-over bits that are not zero are refused: each text has one decoding and each value one text.
 */
static const uint8_t *decode(struct fn_arena *arena, const char *alphabet, const char *text,
			     size_t length, size_t *ret_length)
{
	uint8_t *bytes = fn_arena_alloc(arena, length / 4 * 3 + 3), *to = bytes;
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < length; i++) {
		const char *found = text[i] == '\0' ? NULL : strchr(alphabet, text[i]);

		if (found == NULL)
			return NULL;
		bits = (bits << 6) | (uint32_t)(found - alphabet);
		held += 6;
		if (held >= 8) {
			held -= 8;
			*to++ = (uint8_t)(bits >> held);
		}
	}
	if (held == 6 || (bits & ((1U << held) - 1)) != 0)
		return NULL;
	*ret_length = (size_t)(to - bytes);
	return bytes;
}

const uint8_t *fn_crypto_unbase64url(struct fn_arena *arena, const char *text, size_t length,
				     size_t *ret_length)
{
	return decode(arena, url_safe, text, length, ret_length);
}

const uint8_t *fn_crypto_unbase64(struct fn_arena *arena, const char *text, size_t length,
				  size_t *ret_length)
{
	size_t padding = 0;

	while (padding < 2 && padding < length && text[length - padding - 1] == '=')
		padding++;
	if (padding > 0 && length % 4 != 0)
		return NULL;
	return decode(arena, standard, text, length - padding, ret_length);
}
