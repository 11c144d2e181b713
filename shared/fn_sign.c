/* fn_sign.c: signing tokens (libjwt) and making keys (OpenSSL). */
#include "fn_sign.h"

#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "fn_crypto.h"
#include "fn_die.h"
#include "fn_json.h"

enum { COORDINATE = 32, OUR_BUG = 70, SYSTEM_ERROR = 71 };

const char *fn_sign_token(struct fn_arena *arena, const char *private_pem, const char *kid,
			  struct json_object *claims)
{
	jwt_t *jwt = NULL;
	char *text;
	const char *token;

	if (jwt_new(&jwt) != 0 ||
	    jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *)private_pem,
			(int)strlen(private_pem)) != 0 ||
	    jwt_add_header(jwt, "kid", kid) != 0)
		fn_die(OUR_BUG, "cannot prepare a token");
	if (jwt_add_grants_json(jwt, fn_json_write(claims, NULL)) != 0) {
		jwt_free(jwt);
		return NULL;
	}
	text = jwt_encode_str(jwt);
	if (text == NULL)
		fn_die(OUR_BUG, "cannot sign a token");
	token = fn_arena_text(arena, text);
	free(text);
	jwt_free(jwt);
	return token;
}

bool fn_sign_holds(const char *token, const char *key, size_t key_length)
{
	jwt_t *jwt = NULL;
	bool holds = jwt_decode(&jwt, token, (const unsigned char *)key, (int)key_length) == 0;

	jwt_free(jwt);
	return holds;
}

const char *fn_sign_new_key(struct fn_arena *arena)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *out = BIO_new(BIO_s_mem());
	char *bytes;
	long length;
	const char *pem;

	if (key == NULL || out == NULL ||
	    PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) != 1)
		fn_die(SYSTEM_ERROR, "cannot make a key");
	length = BIO_get_mem_data(out, &bytes);
	pem = fn_arena_copy(arena, bytes, (size_t)length);
	OPENSSL_cleanse(bytes, (size_t)length);
	BIO_free(out);
	EVP_PKEY_free(key);
	return pem;
}

/* One coordinate of the public point as base64url of 32 bytes; NULL when the key has none such. */
static const char *coordinate(struct fn_arena *arena, const EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	uint8_t bytes[COORDINATE];
	bool fits = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
		    BN_bn2binpad(number, bytes, sizeof(bytes)) == COORDINATE;

	BN_free(number);
	return fits ? fn_crypto_base64url(arena, bytes, sizeof(bytes)) : NULL;
}

/* The public point of a private key; false when the PEM is not a P-256 key. */
static bool public_point(struct fn_arena *arena, const char *private_pem, const char **ret_x,
			 const char **ret_y)
{
	BIO *in = BIO_new_mem_buf(private_pem, -1);
	char none[] = ""; /* a passphrase, or OpenSSL asks the terminal for one */
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, none);
	char group[32] = "";

	*ret_x = *ret_y = NULL;
	if (key != NULL && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0) {
		*ret_x = coordinate(arena, key, OSSL_PKEY_PARAM_EC_PUB_X);
		*ret_y = coordinate(arena, key, OSSL_PKEY_PARAM_EC_PUB_Y);
	}
	EVP_PKEY_free(key);
	BIO_free(in);
	ERR_clear_error();
	return *ret_x != NULL && *ret_y != NULL;
}

const char *fn_sign_kid(struct fn_arena *arena, const char *private_pem)
{
	const char *x, *y, *canonical;
	uint8_t hash[FN_SHA256_SIZE];

	if (!public_point(arena, private_pem, &x, &y))
		return NULL;
	/* the required members in lexicographic order, without white space (RFC 7638, section 3) */
	canonical = fn_arena_format(arena,
				    "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
				    x, y);
	fn_crypto_sha256(canonical, strlen(canonical), hash);
	return fn_crypto_base64url(arena, hash, sizeof(hash));
}

struct json_object *fn_sign_jwk(struct fn_arena *arena, const char *private_pem, const char *kid)
{
	const char *x, *y;
	struct json_object *uses;

	if (!public_point(arena, private_pem, &x, &y))
		return NULL;
	uses = fn_json_array();
	fn_json_append(uses, fn_json_from_text("verify"));
	return fn_json_keep(arena,
			    FN_OBJECT(fn_json_string("kty", "EC"), fn_json_string("crv", "P-256"),
				      fn_json_string("x", x), fn_json_string("y", y),
				      fn_json_string("alg", "ES256"), fn_json_string("kid", kid),
				      fn_json_string("use", "sig"),
				      fn_json_value("key_ops", uses)));
}
