/* fn_jwt_test.c: algorithms and keys: every attack that libjwt lets through or dies of
 * (reliability.md 4.2), what must pass, and libjwt itself as the judge of signatures. */
#include "fn_jwt_forge.h"

/* ---- what must pass ---- */

static void accepts_what_fn_sign_signed(void **state)
{
	struct json_object *claims = fn_json_keep(w.arena, fn_json_trusted(CLAIMS));
	const char *token = fn_sign_token(w.arena, w.pem, w.kid, claims);

	(void)state;
	assert_int_equal(fn_jwt_verify(w.keys, w.arena, token, NOW, &claims), FN_JWT_OK);
	assert_string_equal(fn_json_get_text(claims, "sub"), "ana");
}

static void accepts_a_token_of_an_imported_secret(void **state)
{
	(void)state;
	assert_result(with_mac("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", CLAIMS, SECRET,
			       strlen(SECRET)),
		      FN_JWT_OK);
}

static void agrees_with_libjwt_on_every_changed_character(void **state)
{
	char *token = fn_arena_text(w.arena, genuine(CLAIMS));
	size_t length = strlen(token), start = (size_t)(strrchr(token, '.') - token) + 1;
	BIO *out = BIO_new(BIO_s_mem()), *in = BIO_new_mem_buf(w.pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	char *pem;
	size_t pem_length;

	(void)state;
	assert_int_equal(PEM_write_bio_PUBKEY(out, key), 1);
	pem_length = (size_t)BIO_get_mem_data(out, &pem);
	assert_true(fn_sign_holds(token, pem, pem_length));
	assert_result(token, FN_JWT_OK);
	for (size_t i = start; i < length; i++) {
		char kept = token[i];

		token[i] = kept == 'A' ? 'B' : 'A';
		/* libjwt does not see the left-over bits of the last character; we do */
		if (i < length - 1)
			assert_false(fn_sign_holds(token, pem, pem_length));
		assert_int_not_equal(verify(token), FN_JWT_OK);
		token[i] = kept;
	}
	EVP_PKEY_free(key);
	BIO_free(in);
	BIO_free(out);
}

/* ---- algorithm and key ---- */

static void refuses_tokens_without_a_signature_algorithm(void **state)
{
	static const char *const names[] = {"none", "None", "NONE", "nOnE", ""};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(names); i++) {
		const char *header = fn_arena_format(w.arena, "{\"alg\":\"%s\",\"kid\":\"%s\"}",
						     names[i], w.kid);
		const char *head =
			fn_arena_format(w.arena, "%s.%s", base64url(header), base64url(CLAIMS));

		assert_result(fn_arena_format(w.arena, "%s.", head), FN_JWT_ALGORITHM);
		assert_result(fn_arena_format(w.arena, "%s.AAAA", head), FN_JWT_ALGORITHM);
		assert_result(signed_as(header, CLAIMS, false), FN_JWT_ALGORITHM);
		assert_result(with_mac(header, CLAIMS, "", 0), FN_JWT_ALGORITHM);
	}
	assert_result(signed_as("{\"typ\":\"JWT\"}", CLAIMS, false), FN_JWT_MALFORMED);
}

static void refuses_a_mac_made_with_our_public_key(void **state)
{
	const char *header = fn_arena_format(w.arena, "{\"alg\":\"HS256\",\"kid\":\"%s\"}", w.kid);
	BIO *out = BIO_new(BIO_s_mem()), *in = BIO_new_mem_buf(w.pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	char *pem;
	size_t length;

	(void)state;
	assert_int_equal(PEM_write_bio_PUBKEY(out, key), 1);
	length = (size_t)BIO_get_mem_data(out, &pem);
	assert_result(with_mac(header, CLAIMS, pem, length), FN_JWT_NO_KEY);
	assert_result(with_mac(header, CLAIMS, pem, length - 1), FN_JWT_NO_KEY);
	assert_result(with_mac(header, CLAIMS, w.jwk, strlen(w.jwk)), FN_JWT_NO_KEY);
	assert_result(with_mac("{\"alg\":\"HS256\"}", CLAIMS, pem, length), FN_JWT_FORGED);
	EVP_PKEY_free(key);
	BIO_free(in);
	BIO_free(out);
}

static void binds_each_key_to_its_algorithm(void **state)
{
	const char *es_kid = fn_arena_format(w.arena, "{\"alg\":\"HS256\",\"kid\":\"%s\"}", w.kid);

	(void)state;
	/* the secret under the kid of the public key, and other hashes under the secret */
	assert_result(with_mac(es_kid, CLAIMS, SECRET, strlen(SECRET)), FN_JWT_NO_KEY);
	assert_result(with_mac("{\"alg\":\"HS512\"}", CLAIMS, SECRET, strlen(SECRET)),
		      FN_JWT_NO_KEY);
	assert_result(with_mac("{\"alg\":\"ES256\"}", CLAIMS, SECRET, strlen(SECRET)),
		      FN_JWT_FORGED);
	assert_result(with_mac("{\"alg\":\"hs256\"}", CLAIMS, SECRET, strlen(SECRET)),
		      FN_JWT_ALGORITHM);
}

static void lets_the_kid_choose(void **state)
{
	(void)state;
	assert_result(signed_as("{\"alg\":\"ES256\",\"kid\":\"unknown\"}", CLAIMS, false),
		      FN_JWT_NO_KEY);
	/* without one every key of that algorithm is tried, and none other */
	assert_result(signed_as("{\"alg\":\"ES256\"}", CLAIMS, false), FN_JWT_OK);
	assert_result(signed_as("{\"alg\":\"HS256\"}", CLAIMS, false), FN_JWT_FORGED);
	assert_result(with_mac("{\"alg\":\"HS256\",\"kid\":\"unknown\"}", CLAIMS, SECRET,
			       strlen(SECRET)),
		      FN_JWT_NO_KEY);
	assert_result(signed_as("{\"alg\":\"ES256\",\"kid\":7}", CLAIMS, false), FN_JWT_MALFORMED);
	assert_result(signed_as("{\"alg\":\"ES256\",\"kid\":\"../../jwks\"}", CLAIMS, false),
		      FN_JWT_NO_KEY);
}

static void refuses_another_key(void **state)
{
	const char *ours = w.pem, *token;

	(void)state;
	w.pem = fn_sign_new_key(w.arena);
	token = genuine(CLAIMS); /* our kid, their key */
	w.pem = ours;
	assert_result(token, FN_JWT_FORGED);
}

static void refuses_keys_and_extensions_inside_the_token(void **state)
{
	(void)state;
	assert_result(with_header("\"crit\":[\"exp\"]"), FN_JWT_MALFORMED);
	assert_result(with_header("\"jku\":\"https://evil.example/jwks\""), FN_JWT_MALFORMED);
	assert_result(with_header(fn_arena_format(w.arena, "\"jwk\":%s", w.jwk)), FN_JWT_MALFORMED);
	assert_result(with_header("\"x5u\":\"https://evil.example\""), FN_JWT_MALFORMED);
	assert_result(with_header("\"x5c\":[\"MIIB\"]"), FN_JWT_MALFORMED);
	assert_result(with_header("\"typ\":\"logout+jwt\""), FN_JWT_MALFORMED);
	assert_result(with_header("\"typ\":7"), FN_JWT_MALFORMED);
	assert_result(with_header("\"typ\":\"jwt\""), FN_JWT_OK);
	assert_result(with_header("\"typ\":\"at+jwt\""), FN_JWT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_fn_sign_signed),
		cmocka_unit_test(accepts_a_token_of_an_imported_secret),
		cmocka_unit_test(agrees_with_libjwt_on_every_changed_character),
		cmocka_unit_test(refuses_tokens_without_a_signature_algorithm),
		cmocka_unit_test(refuses_a_mac_made_with_our_public_key),
		cmocka_unit_test(binds_each_key_to_its_algorithm),
		cmocka_unit_test(lets_the_kid_choose),
		cmocka_unit_test(refuses_another_key),
		cmocka_unit_test(refuses_keys_and_extensions_inside_the_token),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
