/* fn_jwt_forge.h: making tokens that no honest library would make, for the tests of fn_jwt. */
#ifndef FN_JWT_FORGE_H
#define FN_JWT_FORGE_H

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_jwt.h"
#include "fn_sign.h"
#include "unit.h"

enum { NOW = 1800000000 };

#define SECRET "an-imported-secret-of-32-bytes-or-more"
#define CLAIMS "{\"sub\":\"ana\",\"exp\":1800003600}"

/* A set with one EC key, one imported secret without kid, and a key of a kind we do not know. */
static struct world {
	struct fn_arena *arena;
	const char *pem, *kid, *jwk;
	struct fn_jwt_keys *keys;
} w;

static inline const char *base64url(const char *text)
{
	return fn_crypto_base64url(w.arena, text, strlen(text));
}

static inline int set_up(void **state)
{
	const char *why = NULL;

	(void)state;
	w.arena = fn_arena_new(64 << 20);
	w.pem = fn_sign_new_key(w.arena);
	w.kid = fn_sign_kid(w.arena, w.pem);
	w.jwk = fn_json_write(fn_sign_jwk(w.arena, w.pem, w.kid), NULL);
	w.keys = fn_jwt_keys_new(
		fn_arena_format(w.arena,
				"{\"keys\":[%s,{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"%s\"},"
				"{\"kty\":\"OKP\"}]}",
				w.jwk, base64url(SECRET)),
		&why);
	return w.keys == NULL;
}

static inline int tear_down(void **state)
{
	(void)state;
	fn_jwt_keys_free(w.keys);
	fn_arena_free(w.arena);
	return 0;
}

/* ---- making tokens that no honest library would make ---- */

static inline const char *with_mac(const char *header, const char *payload, const void *key,
				   size_t length)
{
	const char *head = fn_arena_format(w.arena, "%s.%s", base64url(header), base64url(payload));
	uint8_t mac[FN_SHA256_SIZE];

	fn_crypto_hmac(key, length, head, strlen(head), mac);
	return fn_arena_format(w.arena, "%s.%s", head,
			       fn_crypto_base64url(w.arena, mac, sizeof(mac)));
}

static inline size_t sign_der(const char *text, unsigned char der[static 80])
{
	BIO *in = BIO_new_mem_buf(w.pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	size_t length = 80;

	assert_int_equal(EVP_DigestSignInit(hash, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(hash, der, &length, (const unsigned char *)text,
					strlen(text)),
			 1);
	EVP_MD_CTX_free(hash);
	EVP_PKEY_free(key);
	BIO_free(in);
	return length;
}

static inline const char *signed_as(const char *header, const char *payload, bool as_der)
{
	const char *head = fn_arena_format(w.arena, "%s.%s", base64url(header), base64url(payload));
	unsigned char der[80], raw[64];
	const unsigned char *at = der;
	size_t length = sign_der(head, der);
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)length);

	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32), 32);
	ECDSA_SIG_free(pair);
	return fn_arena_format(w.arena, "%s.%s", head,
			       as_der ? fn_crypto_base64url(w.arena, der, length)
				      : fn_crypto_base64url(w.arena, raw, sizeof(raw)));
}

/* Signed by our key, with this payload; the header is honest. */
static inline const char *genuine(const char *payload)
{
	return signed_as(fn_arena_format(w.arena,
					 "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
					 w.kid),
			 payload, false);
}

/* Signed by our key, with more members in the header. */
static inline const char *with_header(const char *members)
{
	return signed_as(fn_arena_format(w.arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",%s}", w.kid,
					 members),
			 CLAIMS, false);
}

static inline enum fn_jwt_result verify(const char *token)
{
	struct json_object *claims;
	enum fn_jwt_result result = fn_jwt_verify(w.keys, w.arena, token, NOW, &claims);

	assert_int_equal(claims != NULL, result == FN_JWT_OK);
	return result;
}

#define assert_result(token, result) assert_int_equal(verify(token), result)

#endif
