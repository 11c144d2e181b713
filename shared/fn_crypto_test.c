/* fn_crypto_test.c: known answers of the RFCs, and what strict decoding refuses. */
#include "fn_crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

static void hashes_as_fips_180_says(void **state)
{
	uint8_t hash[FN_SHA256_SIZE];

	(void)state;
	fn_crypto_sha256("abc", 3, hash);
	assert_string_equal(fn_crypto_hex(arena, hash, sizeof(hash)),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void authenticates_as_rfc_4231_says(void **state)
{
	uint8_t mac[FN_SHA256_SIZE];

	(void)state;
	fn_crypto_hmac("Jefe", 4, "what do ya want for nothing?", 28, mac);
	assert_string_equal(fn_crypto_hex(arena, mac, sizeof(mac)),
			    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void compares_lengths_and_bytes(void **state)
{
	(void)state;
	assert_true(fn_crypto_same("abc", 3, "abc", 3));
	assert_false(fn_crypto_same("abc", 3, "abd", 3));
	assert_false(fn_crypto_same("abc", 3, "abcd", 4));
	assert_true(fn_crypto_same("", 0, "", 0));
}

static void makes_distinct_version_4_uuids(void **state)
{
	struct fn_uuid a = fn_crypto_uuid(), b = fn_crypto_uuid(), canonical;

	(void)state;
	assert_string_not_equal(a.text, b.text);
	assert_true(fn_text_uuid(a.text, &canonical));
	assert_string_equal(a.text, canonical.text);
	assert_int_equal(a.text[14], '4');
	assert_non_null(strchr("89ab", a.text[19]));
}

static void fills_long_random_ranges(void **state)
{
	uint8_t bytes[1000] = {0};
	size_t zeros = 0;

	(void)state;
	fn_crypto_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		zeros += bytes[i] == 0;
	assert_true(zeros < 40); /* about 4 are expected; the chance of 40 is below 1e-20 */
}

static void writes_and_reads_base64url_of_rfc_4648(void **state)
{
	static const char *const texts[] = {"",       "Zg",      "Zm8",     "Zm9v",
					    "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};

	(void)state;
	for (size_t n = 0; n < FN_COUNT(texts); n++) {
		size_t length = 99;
		const uint8_t *bytes;

		assert_string_equal(fn_crypto_base64url(arena, "foobar", n), texts[n]);
		bytes = fn_crypto_unbase64url(arena, texts[n], strlen(texts[n]), &length);
		assert_non_null(bytes);
		assert_int_equal(length, n);
		assert_memory_equal(bytes, "foobar", n);
	}
	assert_string_equal(fn_crypto_base64url(arena, "\xfb\xff\xbf", 3), "-_-_");
}

static void refuses_malformed_base64url(void **state)
{
	/* padding, a lone character, stray bits, other alphabets, white space */
	static const char *const texts[] = {"Zg==", "Z",    "Zh",    "Zm9",
					    "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n"};
	size_t length;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(texts); i++)
		assert_null(fn_crypto_unbase64url(arena, texts[i], strlen(texts[i]), &length));
	assert_null(fn_crypto_unbase64url(arena, "Zm\0v", 4, &length));
}

static void reads_ordinary_base64_with_or_without_padding(void **state)
{
	size_t length;

	(void)state;
	assert_memory_equal(fn_crypto_unbase64(arena, "Zg==", 4, &length), "f", 1);
	assert_int_equal(length, 1);
	assert_memory_equal(fn_crypto_unbase64(arena, "+/+/", 4, &length), "\xfb\xff\xbf", 3);
	assert_int_equal(length, 3);
	assert_non_null(fn_crypto_unbase64(arena, "Zm8", 3, &length));
	assert_null(fn_crypto_unbase64(arena, "Zg=", 3, &length));
	assert_null(fn_crypto_unbase64(arena, "Zm9v====", 8, &length));
	assert_null(fn_crypto_unbase64(arena, "-_-_", 4, &length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_as_fips_180_says),
		cmocka_unit_test(authenticates_as_rfc_4231_says),
		cmocka_unit_test(compares_lengths_and_bytes),
		cmocka_unit_test(makes_distinct_version_4_uuids),
		cmocka_unit_test(fills_long_random_ranges),
		cmocka_unit_test(writes_and_reads_base64url_of_rfc_4648),
		cmocka_unit_test(refuses_malformed_base64url),
		cmocka_unit_test(reads_ordinary_base64_with_or_without_padding),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
