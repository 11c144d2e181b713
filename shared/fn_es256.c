/* fn_es256.c: checking ECDSA signatures over P-256 (OpenSSL EVP, parsed key kept). */
#include "fn_es256.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"

enum { SYSTEM_ERROR = 71, POINT = 1 + 2 * FN_ES256_HALF };

struct fn_es256_key {
	EVP_PKEY *public;
};

struct fn_es256_key *fn_es256_key_new(const uint8_t x[static FN_ES256_HALF],
				      const uint8_t y[static FN_ES256_HALF])
{
	uint8_t point[POINT] = {POINT_CONVERSION_UNCOMPRESSED};
	char group[] = "P-256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	struct fn_es256_key *key = calloc(1, sizeof(*key));

	if (make == NULL || key == NULL)
		fn_die(SYSTEM_ERROR, "out of memory");
	memcpy(point + 1, x, FN_ES256_HALF);
	memcpy(point + 1 + FN_ES256_HALF, y, FN_ES256_HALF);
	/* fails for a point that is not on the curve */
	if (EVP_PKEY_fromdata_init(make) != 1 ||
	    EVP_PKEY_fromdata(make, &key->public, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		fn_es256_key_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(make);
	ERR_clear_error();
	return key;
}

void fn_es256_key_free(struct fn_es256_key *key)
{
	if (key != NULL)
		EVP_PKEY_free(key->public);
	free(key);
}

bool fn_es256_holds(const struct fn_es256_key *key,
		    const uint8_t signature[static FN_ES256_SIGNATURE], const void *bytes,
		    size_t length)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *der = NULL;
	bool holds = false;
	int der_length;

	if (hash == NULL || pair == NULL ||
	    ECDSA_SIG_set0(pair, BN_bin2bn(signature, FN_ES256_HALF, NULL),
			   BN_bin2bn(signature + FN_ES256_HALF, FN_ES256_HALF, NULL)) != 1)
		fn_die(SYSTEM_ERROR, "out of memory");
	der_length = i2d_ECDSA_SIG(pair, &der);
	if (der_length > 0 &&
	    EVP_DigestVerifyInit(hash, NULL, EVP_sha256(), NULL, key->public) == 1)
		holds = EVP_DigestVerify(hash, der, (size_t)der_length, bytes, length) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	EVP_MD_CTX_free(hash);
	ERR_clear_error();
	return holds;
}
