/* stripe_signature_test.c: which webhooks are Stripe's. */
#include <stdio.h>
#include <string.h>

#include "fn_crypto.h"
#include "stripe_signature.h"
#include "unit.h"

#define BODY   "{\n  \"id\": \"evt_1\"\n}"
#define SECRET "whsec_of_the_unit_tests"
enum { NOW = 1800000000 };

static struct fn_arena *arena;

static int start(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static const char *sign(const char *secret, long time, const char *body)
{
	const char *payload = fn_arena_format(arena, "%ld.%s", time, body);
	uint8_t mac[FN_SHA256_SIZE];

	fn_crypto_hmac(secret, strlen(secret), payload, strlen(payload), mac);
	return fn_crypto_hex(arena, mac, sizeof(mac));
}

static bool holds(const char *header, const char *body, const char *secrets)
{
	const char *why = NULL;
	bool good = stripe_signed(arena, header, (struct fn_bytes){body, strlen(body)}, secrets,
				  NOW, &why);

	assert_non_null(why);
	return good;
}

static const char *header(long time, const char *v1)
{
	return fn_arena_format(arena, "t=%ld,v1=%s,v0=aa", time, v1);
}

static void what_was_signed_holds(void **state)
{
	const char *good = header(NOW, sign(SECRET, NOW, BODY));

	(void)state;
	assert_true(holds(good, BODY, SECRET));
	assert_false(holds(good, BODY " ", SECRET));
	assert_false(holds(good, BODY, "whsec_of_somebody_else"));
	assert_false(holds(NULL, BODY, SECRET));
	assert_false(holds("", BODY, SECRET));
}

static void two_secrets_live_while_they_change(void **state)
{
	const char *fresh = header(NOW, sign("whsec_new", NOW, BODY));

	(void)state;
	assert_true(holds(fresh, BODY, SECRET ",whsec_new"));
	assert_true(holds(fresh, BODY, "whsec_new," SECRET));
	assert_true(holds(fresh, BODY, SECRET ", whsec_new "));
	assert_true(holds(fn_arena_format(arena, "t=%d,v1=%s,v1=%s", NOW, sign("x", NOW, BODY),
					  sign(SECRET, NOW, BODY)),
			  BODY, SECRET));
	/* no empty secret among them */
	assert_false(holds(header(NOW, sign("", NOW, BODY)), BODY, SECRET ","));
	assert_false(holds(header(NOW, sign("", NOW, BODY)), BODY, ""));
}

static void an_old_one_is_a_replay(void **state)
{
	static const long times[] = {NOW - 300, NOW + 300, NOW - 301, NOW + 301, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		assert_int_equal(holds(header(times[i], sign(SECRET, times[i], BODY)), BODY,
				       SECRET),
				 i < 2);
}

static void the_time_is_part_of_what_is_signed(void **state)
{
	(void)state;
	assert_false(holds(header(NOW + 1, sign(SECRET, NOW, BODY)), BODY, SECRET));
}

static void what_cannot_be_read_does_not_hold(void **state)
{
	static const char *const odd[] = {"t=1800000000",
					  "v1=00",
					  "t=,v1=",
					  "t=x,v1=y",
					  "t=18000000000000000000000",
					  ",,,,",
					  "=",
					  "t",
					  "v1",
					  "t=1800000000,v1=zz",
					  "t=-1,v1=aaaaaaaa"};
	const char *v1 = sign(SECRET, NOW, BODY);

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		assert_false(holds(odd[i], BODY, SECRET));
	assert_false(holds(fn_arena_format(arena, "v1=%s", v1), BODY, SECRET));
	assert_false(holds(fn_arena_format(arena, "t=%d,v1=%.63s", NOW, v1), BODY, SECRET));
	assert_false(holds(fn_arena_format(arena, "t=%d, v1=%s", NOW, v1), BODY, SECRET));
	assert_false(holds(fn_arena_format(arena, "%5000s", "t=1"), BODY, SECRET));
	assert_false(holds(fn_arena_format(arena, "t=%d,t=%d,v1=%s", NOW, NOW, v1), BODY, SECRET));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_signed_holds),
		TEST(two_secrets_live_while_they_change),
		TEST(an_old_one_is_a_replay),
		TEST(the_time_is_part_of_what_is_signed),
		TEST(what_cannot_be_read_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
