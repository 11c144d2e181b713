/* sign_test.c: signatures that others made (openssl on the command line), and that ours hold. */
#include "sign.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "fn_crypto.h"
#include "unit.h"

static struct fn_arena *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	return 0;
}

static int free_arena(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static void signs_as_stripe(void **state)
{
	static const char *const secrets[] = {"whsec_one", "whsec_two"};
	struct fn_bytes body = {BYTES("{\"id\":\"evt_1\"}")};

	(void)state;
	assert_string_equal(sign_stripe(arena, secrets, 2, body, 1700000000),
			    "t=1700000000,"
			    "v1=401fbbceeb3818dc562ff77127ba1c62e47e24c9c6cde4d7a6eba85e32dbd058,"
			    "v1=4fb9aa7e8a9678e685ef5c7eafa19ac1eb7c0564196cbe246ca08c2fd799eaf3");
}

static const struct sign_request request = {.authority = "127.0.0.1:8080",
					    .path = "/functions/v1/pawapay-webhook",
					    .type = "application/json; charset=UTF-8",
					    .body = {"{\"a\":1}", 7},
					    .at_us = INT64_C(1714657551131905)};

static const char base[] =
	"\"@method\": POST\n"
	"\"@authority\": 127.0.0.1:8080\n"
	"\"@path\": /functions/v1/pawapay-webhook\n"
	"\"signature-date\": 2024-05-02T13:45:51.131905Z\n"
	"\"content-digest\": sha-512=:77eoKY+QWudD2+IVLhYkFfYqFtLVrFx4gW3NVxFOeldHKbgTmI8dCYTPbzjE/"
	"Mmjfqn+w9o1GYNTb3J4XXq3Bw==:\n"
	"\"content-type\": application/json; charset=UTF-8\n"
	"\"@signature-params\": (\"@method\" \"@authority\" \"@path\" \"signature-date\" "
	"\"content-digest\" "
	"\"content-type\");alg=\"ecdsa-p256-sha256\";keyid=\"HTTP_EC_P256_KEY:1\";"
	"created=1714657551;expires=1714657611";

/* What stands between the colons of sig-pp=:...: */
static const uint8_t *bytes_of(const char *signature, size_t *ret_length)
{
	size_t length = strlen(signature);

	assert_memory_equal(signature, "sig-pp=:", 8);
	assert_int_equal(signature[length - 1], ':');
	return fn_crypto_unbase64(arena, signature + 8, length - 9, ret_length);
}

static bool holds(const char *public_pem, const uint8_t *signature, size_t length)
{
	BIO *in = BIO_new_mem_buf(public_pem, -1);
	EVP_PKEY *key = PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_good;

	assert_non_null(key);
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key), 1);
	is_good = EVP_DigestVerify(context, signature, length, (const uint8_t *)base,
				   sizeof(base) - 1) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	BIO_free(in);
	return is_good;
}

static struct sign_key new_key(void)
{
	struct sign_key key = sign_new_key(arena);

	key.id = "HTTP_EC_P256_KEY:1";
	return key;
}

static void signs_requests_in_der_as_pawapay(void **state)
{
	struct sign_key key = new_key(), other = new_key();
	struct signature s = sign_request(arena, &key, &request);
	size_t length;
	const uint8_t *der = bytes_of(s.signature, &length);

	(void)state;
	assert_non_null(strstr(base, s.digest));
	assert_non_null(strstr(base, s.date));
	assert_non_null(strstr(base, s.input + strlen("sig-pp=")));
	assert_true(holds(key.public_pem, der, length));
	assert_false(holds(other.public_pem, der, length));
	/* the parsed key that is kept must not sign for another one */
	s = sign_request(arena, &other, &request);
	der = bytes_of(s.signature, &length);
	assert_true(holds(other.public_pem, der, length));
}

static void signs_requests_raw_when_asked(void **state)
{
	struct sign_request raw = request;
	struct sign_key key = new_key();
	size_t length;

	(void)state;
	raw.is_raw = true;
	for (unsigned i = 0; i < 50; i++) { /* numbers that begin with zeros too */
		(void)bytes_of(sign_request(arena, &key, &raw).signature, &length);
		assert_int_equal(length, 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_stripe),
		cmocka_unit_test(signs_requests_in_der_as_pawapay),
		cmocka_unit_test(signs_requests_raw_when_asked),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
