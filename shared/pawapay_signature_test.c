/* pawapay_signature_test.c: what is signed by whom counts, and nothing else. The keys are made
 * here; the texts are built as pawaPay's documentation shows them. */
#include "pawapay_signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "fn_arena.h"
#include "fn_conf.h"
#include "fn_crypto.h"
#include "fn_http.h"
#include "pawapay_keys.h"

enum { NOW = 1800000000, TEXT_MAX = 4096 };

#define BODY "{\"depositId\":\"11111111-2222-4333-8444-555555555555\",\"status\":\"COMPLETED\"}"
#define COVERED                                                                                    \
	"(\"@method\" \"@authority\" \"@path\" \"signature-date\" \"content-digest\" "             \
	"\"content-type\")"

static EVP_PKEY *p256, *stranger, *p384, *rsa;

struct world {
	struct fn_arena *arena;
	const char *digest, *input, *signature, *date, *type; /* headers */
	const char *body;
	EVP_PKEY *key;     /* that the server finds; NULL: it finds none */
	const char *asked; /* the key's name that was looked for */
	bool away, is_raw;
	const char *why;
};

static const char *find_header(void *from, const char *name)
{
	const struct world *w = from;

	if (strcasecmp(name, "content-digest") == 0)
		return w->digest;
	if (strcasecmp(name, "signature-input") == 0)
		return w->input;
	if (strcasecmp(name, "signature") == 0)
		return w->signature;
	if (strcasecmp(name, "signature-date") == 0)
		return w->date;
	return strcasecmp(name, "content-type") == 0 ? w->type : NULL;
}

static const char *base64(struct fn_arena *arena, const uint8_t *bytes, size_t length)
{
	char *text = fn_arena_alloc(arena, (length + 2) / 3 * 4 + 1);

	(void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
	return text;
}

static const char *digest(struct world *w, const char *name, enum fn_hash hash, const char *body)
{
	uint8_t bytes[FN_HASH_MAX];
	size_t size = fn_crypto_digest(hash, body, strlen(body), bytes);

	return fn_arena_format(w->arena, "%s=:%s:", name, base64(w->arena, bytes, size));
}

static const char *sign(struct world *w, EVP_PKEY *key, const EVP_MD *hash, bool pss,
			const char *base)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options = NULL;
	uint8_t bytes[1024], pair[64];
	size_t length = sizeof(bytes);

	assert_int_equal(EVP_DigestSignInit(context, &options, hash, NULL, key), 1);
	if (pss) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST),
				 1);
	}
	assert_int_equal(EVP_DigestSign(context, bytes, &length, (const uint8_t *)base,
					strlen(base)),
			 1);
	EVP_MD_CTX_free(context);
	if (w->is_raw) {
		const uint8_t *der = bytes;
		ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)length);

		assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), pair, 32), 32);
		assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(numbers), pair + 32, 32), 32);
		ECDSA_SIG_free(numbers);
		return base64(w->arena, pair, sizeof(pair));
	}
	return base64(w->arena, bytes, length);
}

static const char *parameters(struct world *w, int64_t created, int64_t expires)
{
	return fn_arena_format(w->arena,
			       COVERED ";alg=\"ecdsa-p256-sha256\";keyid=\"HTTP_EC_P256_KEY:1\""
				       ";created=%lld;expires=%lld",
			       (long long)created, (long long)expires);
}

static const char *base(struct world *w, const char *authority, const char *given)
{
	return fn_arena_format(w->arena,
			       "\"@method\": POST\n\"@authority\": %s\n"
			       "\"@path\": /functions/v1/pawapay-webhook\n"
			       "\"signature-date\": %s\n\"content-digest\": %s\n"
			       "\"content-type\": %s\n\"@signature-params\": %s",
			       authority, w->date, w->digest, w->type, given);
}

/* As pawaPay would, with these parameters. */
static void post_with(struct world *w, const char *given)
{
	w->input = fn_arena_format(w->arena, "sig-pp=%s", given);
	w->signature = fn_arena_format(w->arena, "sig-pp=:%s:",
				       sign(w, p256, EVP_sha256(), false,
					    base(w, "api.temba.test", given)));
}

static void post(struct world *w)
{
	post_with(w, parameters(w, NOW, NOW + 60));
}

static int start(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->arena = fn_arena_new(16 << 20);
	w->body = BODY;
	w->date = "2027-01-15T08:00:00.000000Z";
	w->type = "application/json; charset=UTF-8";
	w->digest = digest(w, "sha-512", FN_SHA512, BODY);
	w->key = p256;
	*state = w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	fn_arena_free(w->arena);
	free(w);
	return 0;
}

static struct fn_pubkey *public_of(EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int length = i2d_PUBKEY(key, &der);
	struct fn_pubkey *public = fn_pubkey_new(der, (size_t)length);

	OPENSSL_free(der);
	return public;
}

static struct fn_pubkey *found;

static const struct fn_pubkey *find_key(void *from, const char *id, bool *ret_away)
{
	struct world *w = from;

	w->asked = id;
	*ret_away = w->away;
	fn_pubkey_free(found);
	found = w->key == NULL ? NULL : public_of(w->key);
	return found;
}

static enum pawapay_verdict verdict(struct world *w)
{
	struct pawapay_message message = {.method = "POST",
					  .authority = "api.temba.test",
					  .path = "/functions/v1/pawapay-webhook",
					  .header = find_header,
					  .from = w,
					  .body = {w->body, strlen(w->body)}};
	struct pawapay_keys keys = {find_key, w};
	enum pawapay_verdict v = pawapay_verify(w->arena, &message, &keys, NOW, &w->why);

	assert_true((v == PAWAPAY_GENUINE) == (w->why == NULL));
	fn_pubkey_free(found);
	found = NULL;
	return v;
}

/* ---- genuine ---- */

static void what_pawapay_signed_counts(void **state)
{
	struct world *w = *state;

	post(w);
	assert_int_equal(verdict(w), PAWAPAY_GENUINE);
	assert_string_equal(w->asked, "HTTP_EC_P256_KEY:1");
	w->is_raw = true; /* r and s, as the RFC says */
	post(w);
	assert_int_equal(verdict(w), PAWAPAY_GENUINE);
	w->digest = digest(w, "sha-256", FN_SHA256, BODY);
	post(w);
	assert_int_equal(verdict(w), PAWAPAY_GENUINE);
	w->digest = fn_arena_format(w->arena, "%s, %s", digest(w, "sha-256", FN_SHA256, BODY),
				    digest(w, "sha-512", FN_SHA512, BODY));
	post(w);
	assert_int_equal(verdict(w), PAWAPAY_GENUINE);
}

static void four_algorithms_are_taken_each_by_its_own_key(void **state)
{
	struct world *w = *state;
	const struct {
		const char *name;
		EVP_PKEY *key;
		const EVP_MD *hash;
		bool pss;
	} table[] = {
		{"ecdsa-p256-sha256", p256, EVP_sha256(), false},
		{"ecdsa-p384-sha384", p384, EVP_sha384(), false},
		{"rsa-pss-sha512", rsa, EVP_sha512(), true},
		{"rsa-v1_5-sha256", rsa, EVP_sha256(), false},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *given =
			fn_arena_format(w->arena, COVERED ";keyid=\"k\";created=%d;alg=\"%s\"", NOW,
					table[i].name);

		w->input = fn_arena_format(w->arena, "a=%s", given);
		w->signature = fn_arena_format(w->arena, "a=:%s:",
					       sign(w, table[i].key, table[i].hash, table[i].pss,
						    base(w, "api.temba.test", given)));
		for (size_t j = 0; j < FN_COUNT(table); j++) {
			w->key = table[j].key;
			assert_int_equal(verdict(w), table[j].key == table[i].key ? PAWAPAY_GENUINE
										  : PAWAPAY_FORGED);
		}
	}
}

static void the_key_says_the_algorithm_when_nobody_else_does(void **state)
{
	struct world *w = *state;

	post_with(w, fn_arena_format(w->arena, COVERED ";created=%d;keyid=\"k\"", NOW));
	assert_int_equal(verdict(w), PAWAPAY_GENUINE);
	w->key = rsa;
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
}

static void of_several_signatures_one_that_holds_is_enough(void **state)
{
	struct world *w = *state;

	post(w);
	w->input =
		fn_arena_format(w->arena, "other=(\"@status\");created=1;keyid=\"x\";tag=\"t\", %s",
				w->input);
	w->signature = fn_arena_format(w->arena, "other=:AAAA:,%s", w->signature);
	assert_int_equal(verdict(w), PAWAPAY_GENUINE);
	/* and one alone that does not, is not */
	w->input = "other=(\"@status\");created=1;keyid=\"x\"";
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
}

/* ---- not genuine ---- */

static void nothing_else_counts(void **state)
{
	struct world *w = *state;

	/* regression: any header that was not empty passed, and none at all did too */
	assert_int_equal(verdict(w), PAWAPAY_UNSIGNED);
	post(w);
	w->body = "{\"depositId\":\"11111111-2222-4333-8444-555555555555\",\"status\":\"FAILED\"}";
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
	w->digest =
		digest(w, "sha-512", FN_SHA512, w->body); /* its digest, but not its signature */
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
}

static void another_key_or_none_is_no_proof(void **state)
{
	struct world *w = *state;

	post(w);
	w->key = stranger;
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
	w->key = NULL;
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
	assert_string_equal(w->why, "nobody knows its key");
	w->away = true;
	assert_int_equal(verdict(w), PAWAPAY_NO_KEYS);
}

/* pawaPay signs for every merchant with one key, and a merchant chooses the deposit's id: what it
 * was told may not count here. */
static void what_was_said_to_another_merchant_does_not_count(void **state)
{
	struct world *w = *state;
	const char *given = parameters(w, NOW, NOW + 60);

	w->input = fn_arena_format(w->arena, "sig-pp=%s", given);
	w->signature = fn_arena_format(w->arena, "sig-pp=:%s:",
				       sign(w, p256, EVP_sha256(), false,
					    base(w, "other.merchant.test", given)));
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
}

static void times_count_within_five_minutes(void **state)
{
	static const struct {
		int64_t created, expires;
		enum pawapay_verdict verdict;
	} table[] = {
		{NOW - 3600, NOW - 3540, PAWAPAY_FORGED}, {NOW - 360, NOW - 300, PAWAPAY_GENUINE},
		{NOW - 361, NOW - 301, PAWAPAY_FORGED},   {NOW + 300, NOW + 360, PAWAPAY_GENUINE},
		{NOW + 301, NOW + 360, PAWAPAY_FORGED},
	};
	struct world *w = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		post_with(w, parameters(w, table[i].created, table[i].expires));
		if (verdict(w) != table[i].verdict)
			fail_msg("%zu", i);
	}
	post_with(w, fn_arena_format(w->arena, COVERED ";created=%d;keyid=\"k\"", NOW - 301));
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
	post_with(w, COVERED ";keyid=\"k\"");
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
}

static void body_method_and_address_must_be_covered(void **state)
{
	static const char *const covered[] = {
		"(\"@authority\" \"@path\" \"content-digest\")",
		"(\"@method\" \"@path\" \"content-digest\")",
		"(\"@method\" \"@authority\" \"content-digest\")",
		"(\"@method\" \"@authority\" \"@path\")",
		"()",
		"(\"@method\" \"@authority\" \"@path\" \"content-digest\";req)",
		"(\"@method\" \"@authority\" \"@path\" \"content-digest\" \"content-digest\")",
		"(\"@method\" \"@authority\" \"@path\" \"content-digest\" \"@nothing\")",
		"(\"@method\" \"@authority\" \"@path\" \"content-digest\" \"x-absent\")",
	};
	struct world *w = *state;

	for (size_t i = 0; i < FN_COUNT(covered); i++) {
		post_with(w,
			  fn_arena_format(w->arena, "%s;created=%d;keyid=\"k\"", covered[i], NOW));
		if (verdict(w) == PAWAPAY_GENUINE)
			fail_msg("%s", covered[i]);
	}
}

static void what_cannot_be_read_is_no_signature(void **state)
{
	static const char *const inputs[] = {
		"",
		"sig-pp",
		"sig-pp=",
		"sig-pp=(",
		"sig-pp=()",
		"=()",
		"SIG=()",
		"sig-pp=(\"a)",
		"sig-pp=(\"a\"",
		"sig-pp=(a)",
		"sig-pp=(\"a\"\"b\")",
		"sig-pp=(\"a\");",
		"sig-pp=(\"a\");created",
		"sig-pp=(\"a\");created=-1",
		"sig-pp=(\"a\");created=9999999999999999",
		"sig-pp=(\"a\");keyid=k",
		"sig-pp=(\"a\") x",
		"sig-pp=(\"a\"),",
		"a=(),b=(),c=(),d=(),e=()",
		"sig-pp=(\"\\x\")",
		"sig-pp=(\"\x01\")",
		"sig-pp=(\"a\" \"b\";)",
		",",
		"\"",
	};
	static const char *const signatures[] =
		{"",           "sig-pp",      "sig-pp=",      "sig-pp=:",
		 "sig-pp=:!:", "sig-pp=AAAA", "other=:AAAA:", "sig-pp=:AAAA: x"};
	static const char *const digests[] = {"",           "sha-512",        "sha-512=:",
					      "md5=:AAAA:", "sha-512=:AAAA:", "sha-512=::"};
	struct world *w = *state;
	const char *input, *signature;

	post(w);
	input = w->input;
	signature = w->signature;
	for (size_t i = 0; i < FN_COUNT(inputs); i++) {
		w->input = inputs[i];
		if (verdict(w) == PAWAPAY_GENUINE)
			fail_msg("input %s", inputs[i]);
	}
	w->input = input;
	for (size_t i = 0; i < FN_COUNT(signatures); i++) {
		w->signature = signatures[i];
		if (verdict(w) == PAWAPAY_GENUINE)
			fail_msg("signature %s", signatures[i]);
	}
	w->signature = signature;
	for (size_t i = 0; i < FN_COUNT(digests); i++) {
		w->digest = digests[i];
		if (verdict(w) == PAWAPAY_GENUINE)
			fail_msg("digest %s", digests[i]);
	}
}

static void one_false_digest_is_one_too_many(void **state)
{
	struct world *w = *state;

	w->digest = fn_arena_format(w->arena, "%s, %s", digest(w, "sha-256", FN_SHA256, "x"),
				    digest(w, "sha-512", FN_SHA512, BODY));
	post(w);
	assert_int_equal(verdict(w), PAWAPAY_FORGED);
}

static void weak_and_odd_keys_are_none(void **state)
{
	struct world *w = *state;
	EVP_PKEY *small = EVP_RSA_gen(1024), *other = EVP_EC_gen("secp256k1");
	uint8_t *der = NULL;
	int length = i2d_PUBKEY(p256, &der);

	(void)w;
	assert_null(public_of(small));
	assert_null(public_of(other));
	assert_null(fn_pubkey_new(der, (size_t)length - 1));
	assert_null(fn_pubkey_new((const uint8_t *)"x", 1));
	assert_null(fn_pubkey_new((const uint8_t *)"", 0));
	EVP_PKEY_free(small);
	EVP_PKEY_free(other);
	OPENSSL_free(der);
}

/* ---- where the keys come from ---- */

static struct fn_http_answer next;
static unsigned calls;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	calls++;
	assert_string_equal(call->url, "http://127.0.0.1:1/pawapay/v2/public-key/http");
	return next;
}

static void shows(const char *body)
{
	next = (struct fn_http_answer){.status = 200, .body = {body, strlen(body)}, .type = ""};
}

static const char *listed(struct world *w, EVP_PKEY *key, bool as_pem)
{
	uint8_t *der = NULL;
	int length = i2d_PUBKEY(key, &der);
	const char *text = base64(w->arena, der, (size_t)length);

	OPENSSL_free(der);
	if (as_pem)
		text = fn_arena_format(w->arena,
				       "-----BEGIN PUBLIC KEY-----\\n%.64s\\n%s\\n"
				       "-----END PUBLIC KEY-----\\n",
				       text, text + 64);
	return fn_arena_format(w->arena,
			       "[{\"id\":\"HTTP_EC_P256_KEY:1\",\"key\":\"%s\"},{\"id\":7},{"
			       "\"id\":\"bad\",\"key\":\"AAAA\"}]",
			       text);
}

static void keys_are_asked_for_once_and_once_more_for_one_that_is_new(void **state)
{
	struct world *w = *state;
	struct fn_request *req = fn_request_new(&(struct fn_request_parts){.id = "test-request"});
	struct pawapay_keys keys;
	bool away = false;

	fn_conf_set("PAWAPAY_API_URL", "http://127.0.0.1:1/pawapay");
	fn_conf_set("PAWAPAY_API_KEY", "key-of-pawapay");
	calls = 0;
	for (int as_pem = 0; as_pem < 2; as_pem++) {
		pawapay_keys_forget();
		shows(listed(w, p256, as_pem == 1));
		keys = pawapay_keys(req);
		assert_non_null(keys.find(keys.from, "HTTP_EC_P256_KEY:1", &away));
		assert_non_null(keys.find(keys.from, "HTTP_EC_P256_KEY:1", &away));
		assert_int_equal(calls, (unsigned)as_pem + 1);
	}
	/* somebody who invents names does not make us ask each time */
	assert_null(keys.find(keys.from, "HTTP_EC_P256_KEY:2", &away));
	assert_null(keys.find(keys.from, "HTTP_EC_P256_KEY:3", &away));
	assert_false(away);
	assert_null(keys.find(keys.from, "bad", &away));
	assert_int_equal(calls, 2);
	pawapay_keys_forget();
	next = (struct fn_http_answer){.why = "silent"};
	assert_null(keys.find(keys.from, "HTTP_EC_P256_KEY:1", &away));
	assert_true(away);
	pawapay_keys_forget();
	shows("[]");
	away = false;
	assert_null(keys.find(keys.from, "HTTP_EC_P256_KEY:1", &away));
	assert_true(away);
	pawapay_keys_forget();
	fn_request_free(req);
}

static int make_keys(void **state)
{
	(void)state;
	p256 = EVP_EC_gen("P-256");
	stranger = EVP_EC_gen("P-256");
	p384 = EVP_EC_gen("P-384");
	rsa = EVP_RSA_gen(2048);
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(p256);
	EVP_PKEY_free(stranger);
	EVP_PKEY_free(p384);
	EVP_PKEY_free(rsa);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_pawapay_signed_counts),
		TEST(four_algorithms_are_taken_each_by_its_own_key),
		TEST(the_key_says_the_algorithm_when_nobody_else_does),
		TEST(of_several_signatures_one_that_holds_is_enough),
		TEST(nothing_else_counts),
		TEST(another_key_or_none_is_no_proof),
		TEST(what_was_said_to_another_merchant_does_not_count),
		TEST(times_count_within_five_minutes),
		TEST(body_method_and_address_must_be_covered),
		TEST(what_cannot_be_read_is_no_signature),
		TEST(one_false_digest_is_one_too_many),
		TEST(weak_and_odd_keys_are_none),
		TEST(keys_are_asked_for_once_and_once_more_for_one_that_is_new),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
