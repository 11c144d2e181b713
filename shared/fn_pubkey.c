/* fn_pubkey.c: checking signatures of HTTP messages (OpenSSL EVP). */
#include "fn_pubkey.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"
#include "fn_macros.h"

enum { SYSTEM_ERROR = 71, RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, GROUP_MAX = 64 };

struct fn_pubkey {
	EVP_PKEY *key;
	enum fn_pubkey_algorithm own; /* NONE: RSA */
};

static const struct {
	const char *name;
	enum fn_pubkey_algorithm algorithm;
	size_t half; /* bytes of r and of s */
} algorithms[] = {
	{"ecdsa-p256-sha256", FN_ECDSA_P256_SHA256, 32},
	{"ecdsa-p384-sha384", FN_ECDSA_P384_SHA384, 48},
	{"rsa-pss-sha512", FN_RSA_PSS_SHA512, 0},
	{"rsa-v1_5-sha256", FN_RSA_V1_5_SHA256, 0},
};

enum fn_pubkey_algorithm fn_pubkey_algorithm(const char *name)
{
	for (size_t i = 0; i < FN_COUNT(algorithms); i++) {
		if (strcmp(algorithms[i].name, name) == 0)
			return algorithms[i].algorithm;
	}
	return FN_PUBKEY_NONE;
}

static size_t half_of(enum fn_pubkey_algorithm algorithm)
{
	for (size_t i = 0; i < FN_COUNT(algorithms); i++) {
		if (algorithms[i].algorithm == algorithm)
			return algorithms[i].half;
	}
	return 0;
}

/* ---- keys ---- */

/* False for a key that we would not trust. */
static bool classify(struct fn_pubkey *key)
{
	char group[GROUP_MAX] = "";

	if (EVP_PKEY_is_a(key->key, "RSA"))
		return EVP_PKEY_get_bits(key->key) >= RSA_BITS_MIN &&
		       EVP_PKEY_get_bits(key->key) <= RSA_BITS_MAX;
	if (!EVP_PKEY_is_a(key->key, "EC") ||
	    EVP_PKEY_get_group_name(key->key, group, sizeof(group), NULL) != 1)
		return false;
	if (strcmp(group, "prime256v1") == 0)
		key->own = FN_ECDSA_P256_SHA256;
	else if (strcmp(group, "secp384r1") == 0)
		key->own = FN_ECDSA_P384_SHA384;
	return key->own != FN_PUBKEY_NONE;
}

struct fn_pubkey *fn_pubkey_new(const uint8_t *der, size_t length)
{
	struct fn_pubkey *key = calloc(1, sizeof(*key));
	const uint8_t *at = der;

	if (key == NULL)
		fn_die(SYSTEM_ERROR, "out of memory");
	key->key = d2i_PUBKEY(NULL, &at, (long)length);
	if (key->key == NULL || at != der + length || !classify(key)) {
		fn_pubkey_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

void fn_pubkey_free(struct fn_pubkey *key)
{
	if (key != NULL)
		EVP_PKEY_free(key->key);
	free(key);
}

enum fn_pubkey_algorithm fn_pubkey_own(const struct fn_pubkey *key)
{
	return key->own;
}

/* ---- signatures ---- */

static bool verify(const struct fn_pubkey *key, enum fn_pubkey_algorithm algorithm,
		   const uint8_t *signature, size_t signature_length, const void *bytes,
		   size_t length)
{
	const EVP_MD *hash = algorithm == FN_ECDSA_P384_SHA384 ? EVP_sha384()
			     : algorithm == FN_RSA_PSS_SHA512  ? EVP_sha512()
							       : EVP_sha256();
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	EVP_PKEY_CTX *context = NULL;
	bool holds;

	if (digest == NULL)
		fn_die(SYSTEM_ERROR, "out of memory");
	holds = EVP_DigestVerifyInit(digest, &context, hash, NULL, key->key) == 1 &&
		(algorithm != FN_RSA_PSS_SHA512 ||
		 (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
		  EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
		EVP_DigestVerify(digest, signature, signature_length, bytes, length) == 1;
	EVP_MD_CTX_free(digest);
	ERR_clear_error();
	return holds;
}

/* r and s of `half` bytes each, as DER. */
static bool verify_pair(const struct fn_pubkey *key, const uint8_t *pair, size_t half,
			const void *bytes, size_t length)
{
	ECDSA_SIG *numbers = ECDSA_SIG_new();
	unsigned char *der = NULL;
	bool holds = false;
	int der_length;

	if (numbers == NULL || ECDSA_SIG_set0(numbers, BN_bin2bn(pair, (int)half, NULL),
					      BN_bin2bn(pair + half, (int)half, NULL)) != 1)
		fn_die(SYSTEM_ERROR, "out of memory");
	der_length = i2d_ECDSA_SIG(numbers, &der);
	if (der_length > 0)
		holds = verify(key, key->own, der, (size_t)der_length, bytes, length);
	OPENSSL_free(der);
	ECDSA_SIG_free(numbers);
	return holds;
}

bool fn_pubkey_holds(const struct fn_pubkey *key, enum fn_pubkey_algorithm algorithm,
		     const uint8_t *signature, size_t signature_length, const void *bytes,
		     size_t length)
{
	size_t half = half_of(algorithm);

	/* the algorithm is the key's, never the sender's choice alone */
	if (algorithm == FN_PUBKEY_NONE || (half > 0) != (key->own != FN_PUBKEY_NONE) ||
	    (half > 0 && algorithm != key->own))
		return false;
	if (half > 0 && signature_length == 2 * half &&
	    verify_pair(key, signature, half, bytes, length))
		return true;
	return verify(key, algorithm, signature, signature_length, bytes, length);
}
