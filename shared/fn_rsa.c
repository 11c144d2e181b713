/* fn_rsa.c: checking RSA signatures (OpenSSL EVP, parsed key kept). */
#include "fn_rsa.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "fn_die.h"

enum { SYSTEM_ERROR = 71, BITS_MIN = 2048, BITS_MAX = 8192, EXPONENT_MAX = 8, BYTE = 8 };

struct fn_rsa_key {
	EVP_PKEY *public;
};

static EVP_PKEY *make(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (build == NULL || context == NULL ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1 ||
	    (params = OSSL_PARAM_BLD_to_param(build)) == NULL)
		fn_die(SYSTEM_ERROR, "out of memory");
	if (EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return key;
}

struct fn_rsa_key *fn_rsa_key_new(const uint8_t *n, size_t n_length, const uint8_t *e,
				  size_t e_length)
{
	struct fn_rsa_key *key = NULL;
	BIGNUM *modulus, *exponent;

	if (n_length > BITS_MAX / BYTE || e_length > EXPONENT_MAX)
		return NULL;
	modulus = BN_bin2bn(n, (int)n_length, NULL);
	exponent = BN_bin2bn(e, (int)e_length, NULL);
	if (modulus == NULL || exponent == NULL)
		fn_die(SYSTEM_ERROR, "out of memory");
	/* with an even exponent, or 1, a signature proves nothing */
	if (BN_num_bits(modulus) >= BITS_MIN && BN_is_odd(modulus) && BN_is_odd(exponent) &&
	    !BN_is_one(exponent)) {
		key = calloc(1, sizeof(*key));
		if (key == NULL)
			fn_die(SYSTEM_ERROR, "out of memory");
		key->public = make(modulus, exponent);
	}
	BN_free(modulus);
	BN_free(exponent);
	if (key != NULL && key->public == NULL) {
		fn_rsa_key_free(key);
		key = NULL;
	}
	return key;
}

void fn_rsa_key_free(struct fn_rsa_key *key)
{
	if (key != NULL)
		EVP_PKEY_free(key->public);
	free(key);
}

bool fn_rsa_holds(const struct fn_rsa_key *key, enum fn_rsa_padding padding, enum fn_hash hash,
		  const uint8_t *signature, size_t signature_length, const void *bytes,
		  size_t length)
{
	const EVP_MD *const hashes[] = {
		[FN_SHA256] = EVP_sha256(), [FN_SHA384] = EVP_sha384(), [FN_SHA512] = EVP_sha512()};
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	EVP_PKEY_CTX *context = NULL;
	bool holds;

	if (digest == NULL)
		fn_die(SYSTEM_ERROR, "out of memory");
	/* the hash of the mask is that of the digest unless it is given */
	holds = EVP_DigestVerifyInit(digest, &context, hashes[hash], NULL, key->public) == 1 &&
		(padding == FN_RSA_PKCS1 ||
		 (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
		  EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
		EVP_DigestVerify(digest, signature, signature_length, bytes, length) == 1;
	EVP_MD_CTX_free(digest);
	ERR_clear_error();
	return holds;
}
