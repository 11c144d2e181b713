/* fn_jwt_test.c: every attack that libjwt lets through or dies of (reliability.md 4.2), what must
 * pass, and libjwt itself as the judge of signatures. */
#include "fn_jwt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_sign.h"

enum { NOW = 1800000000 };

#define SECRET "an-imported-secret-of-32-bytes-or-more"
#define CLAIMS "{\"sub\":\"ana\",\"exp\":1800003600}"

/* A set with one EC key, one imported secret without kid, and a key of a kind we do not know. */
static struct world {
	struct fn_arena *arena;
	const char *pem, *kid, *jwk;
	struct fn_jwt_keys *keys;
} w;

static const char *base64url(const char *text)
{
	return fn_crypto_base64url(w.arena, text, strlen(text));
}

static int set_up(void **state)
{
	const char *why = NULL;

	(void)state;
	w.arena = fn_arena_new(64 << 20);
	w.pem = fn_sign_new_key(w.arena);
	w.kid = fn_sign_kid(w.arena, w.pem);
	w.jwk = fn_json_write(fn_sign_jwk(w.arena, w.pem, w.kid), NULL);
	w.keys = fn_jwt_keys_new(
		fn_arena_format(w.arena,
				"{\"keys\":[%s,{\"kty\":\"oct\",\"k\":\"%s\"},{\"kty\":\"RSA\"}]}",
				w.jwk, base64url(SECRET)),
		&why);
	return w.keys == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	fn_jwt_keys_free(w.keys);
	fn_arena_free(w.arena);
	return 0;
}

/* ---- making tokens that no honest library would make ---- */

static const char *with_mac(const char *header, const char *payload, const void *key, size_t length)
{
	const char *head = fn_arena_format(w.arena, "%s.%s", base64url(header), base64url(payload));
	uint8_t mac[FN_SHA256_SIZE];

	fn_crypto_hmac(key, length, head, strlen(head), mac);
	return fn_arena_format(w.arena, "%s.%s", head,
			       fn_crypto_base64url(w.arena, mac, sizeof(mac)));
}

static size_t sign_der(const char *text, unsigned char der[static 80])
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

static const char *signed_as(const char *header, const char *payload, bool as_der)
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
static const char *genuine(const char *payload)
{
	return signed_as(fn_arena_format(w.arena,
					 "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
					 w.kid),
			 payload, false);
}

/* Signed by our key, with more members in the header. */
static const char *with_header(const char *members)
{
	return signed_as(fn_arena_format(w.arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",%s}", w.kid,
					 members),
			 CLAIMS, false);
}

static enum fn_jwt_result verify(const char *token)
{
	struct json_object *claims;
	enum fn_jwt_result result = fn_jwt_verify(w.keys, w.arena, token, NOW, &claims);

	assert_int_equal(claims != NULL, result == FN_JWT_OK);
	return result;
}

#define assert_result(token, result) assert_int_equal(verify(token), result)

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

		assert_result(fn_arena_format(w.arena, "%s.", head), FN_JWT_MALFORMED);
		assert_result(fn_arena_format(w.arena, "%s.AAAA", head), FN_JWT_FORGED);
		assert_result(signed_as(header, CLAIMS, false), FN_JWT_FORGED);
		assert_result(with_mac(header, CLAIMS, "", 0), FN_JWT_FORGED);
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
	assert_result(with_mac(header, CLAIMS, pem, length), FN_JWT_FORGED);
	assert_result(with_mac(header, CLAIMS, pem, length - 1), FN_JWT_FORGED);
	assert_result(with_mac(header, CLAIMS, w.jwk, strlen(w.jwk)), FN_JWT_FORGED);
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
	assert_result(with_mac(es_kid, CLAIMS, SECRET, strlen(SECRET)), FN_JWT_FORGED);
	assert_result(with_mac("{\"alg\":\"HS512\"}", CLAIMS, SECRET, strlen(SECRET)),
		      FN_JWT_FORGED);
	assert_result(with_mac("{\"alg\":\"ES256\"}", CLAIMS, SECRET, strlen(SECRET)),
		      FN_JWT_FORGED);
	assert_result(with_mac("{\"alg\":\"hs256\"}", CLAIMS, SECRET, strlen(SECRET)),
		      FN_JWT_FORGED);
}

static void needs_the_kid_of_a_known_key(void **state)
{
	(void)state;
	assert_result(signed_as("{\"alg\":\"ES256\",\"kid\":\"unknown\"}", CLAIMS, false),
		      FN_JWT_NO_KEY);
	assert_result(signed_as("{\"alg\":\"ES256\"}", CLAIMS, false), FN_JWT_FORGED);
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
	assert_result(with_header("\"typ\":\"at+jwt\""), FN_JWT_MALFORMED);
	assert_result(with_header("\"typ\":7"), FN_JWT_MALFORMED);
	assert_result(with_header("\"typ\":\"jwt\""), FN_JWT_OK);
}

/* ---- times and claims ---- */

static void checks_exp_with_a_minute_of_skew(void **state)
{
	(void)state;
	assert_result(genuine("{\"exp\":1799999941}"), FN_JWT_OK);
	assert_result(genuine("{\"exp\":1799999940}"), FN_JWT_EXPIRED);
	assert_result(genuine("{\"exp\":0}"), FN_JWT_EXPIRED);
	assert_result(genuine("{\"exp\":-9223372036854775808}"), FN_JWT_EXPIRED);
	assert_result(genuine("{\"exp\":9223372036854775807}"), FN_JWT_OK);
}

static void checks_nbf_with_a_minute_of_skew(void **state)
{
	(void)state;
	assert_result(genuine("{\"exp\":1800003600,\"nbf\":1800000060}"), FN_JWT_OK);
	assert_result(genuine("{\"exp\":1800003600,\"nbf\":1800000061}"), FN_JWT_NOT_YET);
	assert_result(genuine("{\"exp\":1800003600,\"nbf\":9223372036854775807}"), FN_JWT_NOT_YET);
}

static void wants_times_as_integers(void **state)
{
	static const char *const payloads[] = {
		"{}",
		"{\"exp\":null}",
		"{\"exp\":\"1800003600\"}",
		"{\"exp\":1800003600.5}",
		"{\"exp\":true}",
		"{\"exp\":[1800003600]}",
		"{\"exp\":18000036000000000000000}",
		"{\"exp\":1800003600,\"nbf\":\"0\"}",
		"{\"exp\":1800003600,\"iat\":{}}",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(payloads); i++)
		assert_result(genuine(payloads[i]), FN_JWT_CLAIMS);
}

static void refuses_ambiguous_or_foreign_payloads(void **state)
{
	static const char *const payloads[] = {
		"{\"exp\":1800003600,\"sub\":\"a\",\"sub\":\"b\"}",
		"{\"exp\":1,\"exp\":1800003600}",
		"[{\"exp\":1800003600}]",
		"1800003600",
		"\"text\"",
		"{\"exp\":1800003600} {}",
		"{\"exp\":1800003600,\"sub\":\"a\\u0000b\"}",
		"{'exp':1800003600}",
		"{\"exp\":1800003600,\"sub\":\"\xff\"}",
		"not json",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(payloads); i++)
		assert_result(genuine(payloads[i]), FN_JWT_CLAIMS);
}

static void checks_times_again_on_rereading(void **state)
{
	const char *token = genuine(CLAIMS);
	struct json_object *claims;

	(void)state;
	assert_int_equal(fn_jwt_reread(w.arena, token, NOW, &claims), FN_JWT_OK);
	assert_string_equal(fn_json_get_text(claims, "sub"), "ana");
	assert_int_equal(fn_jwt_reread(w.arena, token, NOW + 3660, &claims), FN_JWT_EXPIRED);
	assert_null(claims);
}

/* ---- shape ---- */

static void refuses_wrong_shapes(void **state)
{
	const char *token = genuine(CLAIMS);
	static const char *const texts[] = {
		"",
		".",
		"..",
		"...",
		"a",
		"a.b",
		"a.b.c",
		"a.b.c.d",
		"A..",
		"..A",
		".AAAA.",
		"AAAA..A",
		"=.=.=",
		" . . ",
		"\x01.\x02.\x03",
		"\xff.\xff.\xff",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(texts); i++)
		assert_result(texts[i], FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s=", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s.", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s.AAAA", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, " %s", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s\n", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, ".%s", token), FN_JWT_MALFORMED);
}

/* The last character carries four bits of nothing: the same bytes with other bits there are no
 * token. */
static void refuses_a_second_spelling_of_one_signature(void **state)
{
	char *token = fn_arena_text(w.arena, genuine(CLAIMS));
	char *last = token + strlen(token) - 1;

	(void)state;
	assert_non_null(strchr("AQgw", *last));
	*last = (char)(*last + 1);
	assert_result(token, FN_JWT_MALFORMED);
}

static const char *with_signature(const uint8_t *bytes, size_t length)
{
	const char *token = genuine(CLAIMS);
	int head = (int)(strrchr(token, '.') - token);

	return fn_arena_format(w.arena, "%.*s.%s", head, token,
			       fn_crypto_base64url(w.arena, bytes, length));
}

static void refuses_degenerate_signatures(void **state)
{
	uint8_t bytes[128] = {0};

	(void)state;
	assert_result(with_signature(bytes, 64), FN_JWT_FORGED);
	memset(bytes, 0xff, sizeof(bytes));
	assert_result(with_signature(bytes, 64), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 1), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 63), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 65), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 128), FN_JWT_FORGED);
	assert_result(signed_as(fn_arena_format(w.arena, "{\"alg\":\"ES256\",\"kid\":\"%s\"}",
						w.kid),
				CLAIMS, true),
		      FN_JWT_FORGED);
}

static void refuses_what_is_longer_than_the_limit(void **state)
{
	size_t huge = 9 << 20;
	char *text = malloc(huge + 1);
	char filler[4096];
	const char *longest = NULL;

	(void)state;
	memset(text, 'A', huge);
	text[huge] = '\0';
	assert_result(text, FN_JWT_MALFORMED);
	text[100] = text[200] = '.';
	assert_result(text, FN_JWT_MALFORMED);
	memset(text, '.', huge);
	assert_result(text, FN_JWT_MALFORMED);
	free(text);
	for (size_t n = 2700; longest == NULL || strlen(longest) <= FN_JWT_MAX; n++) {
		const char *shorter = longest;

		memset(filler, 'x', n);
		filler[n] = '\0';
		longest = genuine(
			fn_arena_format(w.arena, "{\"exp\":1800003600,\"x\":\"%s\"}", filler));
		if (strlen(longest) > FN_JWT_MAX) {
			assert_non_null(shorter);
			assert_result(shorter, FN_JWT_OK);
			assert_result(longest, FN_JWT_MALFORMED);
		}
	}
}

/* ---- key sets ---- */

static void refuses_key_sets_that_would_let_anybody_in(void **state)
{
#define EC(more)                                                                                   \
	"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\","                              \
	"\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","                                   \
	"\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"" more "}]}"
	static const char *const sets[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"keys\":[]}",
		"{\"keys\":{}}",
		"{\"keys\":[null,7,\"x\",{}]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"\"}]}",
		"{\"keys\":[{\"kty\":\"oct\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2hvcnQ\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"not base64 at all, but long enough to "
		"pass\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\",\"x\":\"AAAA\",\"y\":"
		"\"AAAA\"}]}",
		/* the generator of P-256 with its y changed: no point of the curve */
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\","
		"\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","
		"\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfY\"}]}",
		EC(",\"d\":\"AQ\""),
		EC(",\"alg\":\"HS256\""),
		EC("},{\"kty\":\"oct\",\"kid\":\"a\",\"k\":"
		   "\"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\""),
	};
	const char *why = NULL;
	struct fn_jwt_keys *keys = fn_jwt_keys_new(EC(""), &why);

	(void)state;
	assert_non_null(keys);
	fn_jwt_keys_free(keys);
	for (size_t i = 0; i < FN_COUNT(sets); i++) {
		why = NULL;
		assert_null(fn_jwt_keys_new(sets[i], &why));
		assert_non_null(why);
	}
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
		cmocka_unit_test(needs_the_kid_of_a_known_key),
		cmocka_unit_test(refuses_another_key),
		cmocka_unit_test(refuses_keys_and_extensions_inside_the_token),
		cmocka_unit_test(checks_exp_with_a_minute_of_skew),
		cmocka_unit_test(checks_nbf_with_a_minute_of_skew),
		cmocka_unit_test(wants_times_as_integers),
		cmocka_unit_test(refuses_ambiguous_or_foreign_payloads),
		cmocka_unit_test(checks_times_again_on_rereading),
		cmocka_unit_test(refuses_wrong_shapes),
		cmocka_unit_test(refuses_a_second_spelling_of_one_signature),
		cmocka_unit_test(refuses_degenerate_signatures),
		cmocka_unit_test(refuses_what_is_longer_than_the_limit),
		cmocka_unit_test(refuses_key_sets_that_would_let_anybody_in),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
