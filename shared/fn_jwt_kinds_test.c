/* fn_jwt_kinds_test.c: keys of all kinds: what each may sign, and what passes for another's. */
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "fn_jwt_forge.h"

/* 64 bytes: enough for every HMAC */
#define LONG_SECRET "a-secret-of-sixty-four-bytes-that-suits-each-of-the-three-hashes"

static EVP_PKEY *rsa, *other_rsa;

static const char *jwk_with(EVP_PKEY *key, const char *exponent, const char *members)
{
	BIGNUM *n = NULL;
	uint8_t bytes[512];
	int length;

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	length = BN_bn2bin(n, bytes);
	BN_free(n);
	return fn_arena_format(w.arena, "{\"kty\":\"RSA\",\"e\":\"%s\",\"n\":\"%s\"%s}", exponent,
			       fn_crypto_base64url(w.arena, bytes, (size_t)length), members);
}

static const char *public_jwk(EVP_PKEY *key, const char *members)
{
	return jwk_with(key, "AQAB", members);
}

static const char *secret_jwk(const char *members)
{
	return fn_arena_format(w.arena, "{\"kty\":\"oct\",\"k\":\"%s\"%s}", base64url(LONG_SECRET),
			       members);
}

/* The keys of the next tokens. */
static void know(const char *jwks)
{
	const char *why = NULL;

	fn_jwt_keys_free(w.keys);
	w.keys = fn_jwt_keys_new(fn_arena_format(w.arena, "{\"keys\":[%s]}", jwks), &why);
	assert_null(why);
	assert_non_null(w.keys);
}

static const EVP_MD *hash_of(const char *alg)
{
	if (strcmp(alg + 2, "384") == 0)
		return EVP_sha384();
	return strcmp(alg + 2, "512") == 0 ? EVP_sha512() : EVP_sha256();
}

static const char *head_of(const char *alg, const char *kid)
{
	const char *header =
		kid == NULL ? fn_arena_format(w.arena, "{\"alg\":\"%s\"}", alg)
			    : fn_arena_format(w.arena, "{\"alg\":\"%s\",\"kid\":\"%s\"}", alg, kid);

	return fn_arena_format(w.arena, "%s.%s", base64url(header), base64url(CLAIMS));
}

static const char *signed_by(EVP_PKEY *key, const char *alg, const char *kid, int salt)
{
	const char *head = head_of(alg, kid);
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	EVP_PKEY_CTX *context;
	uint8_t bytes[512];
	size_t length = sizeof(bytes);

	assert_int_equal(EVP_DigestSignInit(hash, &context, hash_of(alg), NULL, key), 1);
	if (alg[0] == 'P') {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt), 1);
	}
	assert_int_equal(EVP_DigestSign(hash, bytes, &length, (const uint8_t *)head, strlen(head)),
			 1);
	EVP_MD_CTX_free(hash);
	return fn_arena_format(w.arena, "%s.%s", head, fn_crypto_base64url(w.arena, bytes, length));
}

static const char *by_rsa(const char *alg, const char *kid)
{
	return signed_by(rsa, alg, kid, RSA_PSS_SALTLEN_DIGEST);
}

static const char *by_secret(const char *alg, const char *kid, const char *secret)
{
	static const struct {
		const char *alg;
		enum fn_hash hash;
	} hashes[] = {{"HS256", FN_SHA256}, {"HS384", FN_SHA384}, {"HS512", FN_SHA512}};
	const char *head = head_of(alg, kid);
	uint8_t mac[FN_HASH_MAX];
	size_t size = 0;

	for (size_t i = 0; i < FN_COUNT(hashes); i++) {
		if (strcmp(hashes[i].alg, alg) == 0)
			size = fn_crypto_hmac_with(hashes[i].hash, secret, strlen(secret), head,
						   strlen(head), mac);
	}
	assert_true(size > 0);
	return fn_arena_format(w.arena, "%s.%s", head, fn_crypto_base64url(w.arena, mac, size));
}

static int make_keys(void **state)
{
	rsa = EVP_RSA_gen(2048);
	other_rsa = EVP_RSA_gen(2048);
	return set_up(state) != 0 || rsa == NULL || other_rsa == NULL;
}

static int drop_keys(void **state)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other_rsa);
	return tear_down(state);
}

/* ---- what must pass ---- */

/* RFC 7515 A.2: somebody else's signature. */
static void verifies_the_token_of_the_standard(void **state)
{
	static const char key[] =
		"{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":"
		"\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
		"4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ4"
		"7soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEM"
		"a2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNm"
		"oudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"}";
	static const char token[] =
		"eyJhbGciOiJSUzI1NiJ9."
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19y"
		"b290Ijp0cnVlfQ."
		"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF"
		"5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK"
		"5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqt"
		"FZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
		"p0igcN_IoypGlUPQGe77Rw";
	struct json_object *claims;

	(void)state;
	know(key);
	assert_int_equal(fn_jwt_verify(w.keys, w.arena, token, 1300819300, &claims), FN_JWT_OK);
	assert_string_equal(fn_json_get_text(claims, "iss"), "joe");
	assert_int_equal(fn_jwt_verify(w.keys, w.arena, token, 1300819500, &claims),
			 FN_JWT_EXPIRED);
}

static void verifies_what_a_key_of_each_kind_may_sign(void **state)
{
	static const char *const of_rsa[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"};
	static const char *const of_secret[] = {"HS256", "HS384", "HS512"};

	(void)state;
	know(fn_arena_format(w.arena, "%s,%s", public_jwk(rsa, ""), secret_jwk("")));
	for (size_t i = 0; i < FN_COUNT(of_rsa); i++)
		assert_result(by_rsa(of_rsa[i], NULL), FN_JWT_OK);
	for (size_t i = 0; i < FN_COUNT(of_secret); i++)
		assert_result(by_secret(of_secret[i], NULL, LONG_SECRET), FN_JWT_OK);
}

static void skips_keys_that_are_not_for_signatures(void **state)
{
	(void)state;
	know(fn_arena_format(w.arena, "%s,%s,%s,{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"p\"}",
			     public_jwk(rsa, ",\"use\":\"enc\""),
			     public_jwk(rsa, ",\"alg\":\"RSA-OAEP\""), secret_jwk("")));
	assert_result(by_rsa("RS256", NULL), FN_JWT_NO_KEY);
	assert_result(by_secret("HS256", NULL, LONG_SECRET), FN_JWT_OK);
	know(public_jwk(rsa, ",\"use\":\"sig\",\"alg\":\"RS256\""));
	assert_result(by_rsa("RS256", NULL), FN_JWT_OK);
}

static void takes_the_key_that_the_kid_names(void **state)
{
	(void)state;
	know(fn_arena_format(w.arena, "%s,%s,%s", public_jwk(rsa, ",\"kid\":\"new\""),
			     public_jwk(other_rsa, ",\"kid\":\"old\""),
			     secret_jwk(",\"kid\":\"hs\"")));
	assert_result(by_rsa("RS256", "new"), FN_JWT_OK);
	assert_result(signed_by(other_rsa, "RS256", "old", 0), FN_JWT_OK);
	assert_result(by_secret("HS256", "hs", LONG_SECRET), FN_JWT_OK);
	/* without a kid each that fits is tried */
	assert_result(signed_by(other_rsa, "RS256", NULL, 0), FN_JWT_OK);
	/* a genuine signature under the name of another key */
	assert_result(by_rsa("RS256", "old"), FN_JWT_FORGED);
	assert_result(by_rsa("RS256", "hs"), FN_JWT_NO_KEY);
	assert_result(by_rsa("RS256", "newer"), FN_JWT_NO_KEY);
	assert_result(by_rsa("RS256", ""), FN_JWT_NO_KEY);
}

/* ---- what must not ---- */

static void binds_a_key_to_the_algorithm_that_it_names(void **state)
{
	(void)state;
	know(secret_jwk(",\"alg\":\"HS256\""));
	assert_result(by_secret("HS256", NULL, LONG_SECRET), FN_JWT_OK);
	assert_result(by_secret("HS384", NULL, LONG_SECRET), FN_JWT_NO_KEY);
	assert_result(by_secret("HS512", NULL, LONG_SECRET), FN_JWT_NO_KEY);
	know(secret_jwk(",\"alg\":\"HS512\""));
	assert_result(by_secret("HS256", NULL, LONG_SECRET), FN_JWT_NO_KEY);
	assert_result(by_secret("HS512", NULL, LONG_SECRET), FN_JWT_OK);
	know(public_jwk(rsa, ",\"alg\":\"RS256\""));
	assert_result(by_rsa("RS512", NULL), FN_JWT_NO_KEY);
	assert_result(by_rsa("PS256", NULL), FN_JWT_NO_KEY);
	assert_result(by_rsa("RS256", NULL), FN_JWT_OK);
	know(public_jwk(rsa, ",\"alg\":\"PS256\""));
	assert_result(by_rsa("RS256", NULL), FN_JWT_NO_KEY);
	assert_result(by_rsa("PS256", NULL), FN_JWT_OK);
}

/* The oldest of these attacks: the public key, which everybody has, as the secret of a MAC. */
static void never_uses_a_public_key_as_a_secret(void **state)
{
	static const char *const algs[] = {"HS256", "HS384", "HS512"};
	const char *jwk = public_jwk(rsa, ",\"kid\":\"new\"");
	BIO *out = BIO_new(BIO_s_mem());
	char *pem;
	const char *text;
	size_t length;

	(void)state;
	assert_int_equal(PEM_write_bio_PUBKEY(out, rsa), 1);
	length = (size_t)BIO_get_mem_data(out, &pem);
	text = fn_arena_copy(w.arena, pem, length);
	know(jwk);
	for (size_t i = 0; i < FN_COUNT(algs); i++) {
		assert_result(by_secret(algs[i], "new", text), FN_JWT_NO_KEY);
		assert_result(by_secret(algs[i], NULL, text), FN_JWT_NO_KEY);
		assert_result(by_secret(algs[i], "new", jwk), FN_JWT_NO_KEY);
	}
	/* a secret beside it changes nothing */
	know(fn_arena_format(w.arena, "%s,%s", jwk, secret_jwk("")));
	for (size_t i = 0; i < FN_COUNT(algs); i++) {
		assert_result(by_secret(algs[i], "new", text), FN_JWT_NO_KEY);
		assert_result(by_secret(algs[i], NULL, text), FN_JWT_FORGED);
	}
	BIO_free(out);
}

static void refuses_signatures_of_another_shape(void **state)
{
	const char *token;
	char *changed;

	(void)state;
	know(public_jwk(rsa, ""));
	assert_result(signed_by(other_rsa, "RS256", NULL, 0), FN_JWT_FORGED);
	assert_result(signed_by(other_rsa, "PS256", NULL, RSA_PSS_SALTLEN_DIGEST), FN_JWT_FORGED);
	/* a salt that is not as long as the hash */
	assert_result(signed_by(rsa, "PS256", NULL, 0), FN_JWT_FORGED);
	assert_result(signed_by(rsa, "PS256", NULL, 64), FN_JWT_FORGED);
	token = by_rsa("RS256", NULL);
	changed = fn_arena_text(w.arena, token);
	changed[strlen(changed) - 10] = changed[strlen(changed) - 10] == 'A' ? 'B' : 'A';
	assert_result(changed, FN_JWT_FORGED);
	/* cut short, and none at all */
	assert_result(fn_arena_copy(w.arena, token, strlen(token) - 6), FN_JWT_FORGED);
	assert_result(fn_arena_copy(w.arena, token, (size_t)(strrchr(token, '.') - token) + 1),
		      FN_JWT_FORGED);
}

/* The signature of one algorithm under the name of another. */
static void refuses_an_algorithm_that_is_only_claimed(void **state)
{
	const char *signature = strrchr(by_rsa("RS256", NULL), '.');

	(void)state;
	know(fn_arena_format(w.arena, "%s,%s,%s", public_jwk(rsa, ""), w.jwk, secret_jwk("")));
	assert_result(fn_arena_format(w.arena, "%s%s", head_of("PS256", NULL), signature),
		      FN_JWT_FORGED);
	assert_result(fn_arena_format(w.arena, "%s%s", head_of("ES256", NULL), signature),
		      FN_JWT_FORGED);
	assert_result(fn_arena_format(w.arena, "%s%s", head_of("HS256", NULL), signature),
		      FN_JWT_FORGED);
	assert_result(fn_arena_format(w.arena, "%s%s", head_of("none", NULL), signature),
		      FN_JWT_ALGORITHM);
	assert_result(fn_arena_format(w.arena, "%s%s", head_of("rs256", NULL), signature),
		      FN_JWT_ALGORITHM);
	assert_result(fn_arena_format(w.arena, "%s%s", head_of("ES384", NULL), signature),
		      FN_JWT_ALGORITHM);
}

static void refuses_weak_and_private_rsa_keys(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024);
	const char *sets[] = {
		public_jwk(small, ""),
		public_jwk(rsa, ",\"d\":\"AQ\""),
		jwk_with(rsa, "AQ", ""),
		jwk_with(rsa, "AQAC", ""),
		jwk_with(rsa, "AQABAQABAQAB", ""),
		jwk_with(rsa, "", ""),
		jwk_with(rsa, "A/AB", ""),
		"{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"\"}",
		"{\"kty\":\"RSA\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\"}",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(sets); i++) {
		const char *why = NULL;

		assert_null(fn_jwt_keys_new(fn_arena_format(w.arena, "{\"keys\":[%s]}", sets[i]),
					    &why));
		assert_non_null(why);
	}
	EVP_PKEY_free(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_the_token_of_the_standard),
		cmocka_unit_test(verifies_what_a_key_of_each_kind_may_sign),
		cmocka_unit_test(skips_keys_that_are_not_for_signatures),
		cmocka_unit_test(takes_the_key_that_the_kid_names),
		cmocka_unit_test(binds_a_key_to_the_algorithm_that_it_names),
		cmocka_unit_test(never_uses_a_public_key_as_a_secret),
		cmocka_unit_test(refuses_signatures_of_another_shape),
		cmocka_unit_test(refuses_an_algorithm_that_is_only_claimed),
		cmocka_unit_test(refuses_weak_and_private_rsa_keys),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
