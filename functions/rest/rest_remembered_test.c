/* rest_remembered_test.c: a token is remembered for a minute, as itself alone, and never past its
 * end. */
#include "rest_remembered.h"

#include <stdio.h>
#include <string.h>

#include "fn_time.h"
#include "unit.h"

static const struct rest_identity awa = {.role = "authenticated",
					 .claims = "{\"sub\":\"awa\"}",
					 .person = "awa"};

static bool knows(const char *token)
{
	struct rest_identity who;

	return rest_remembered(token, &who) && strcmp(who.person, "awa") == 0 &&
	       strcmp(who.role, "authenticated") == 0 && who.session == NULL &&
	       strcmp(who.claims, awa.claims) == 0 && !who.is_anonymous;
}

static void only_the_very_token(void **state)
{
	(void)state;
	assert_false(knows("a.b.signature"));
	rest_remember("a.b.signature", &awa, 0);
	assert_true(knows("a.b.signature"));
	assert_false(knows("a.c.signature"));
	assert_false(knows("a.b.signatur"));
	assert_false(knows(""));
}

static void for_a_minute_and_never_past_its_end(void **state)
{
	(void)state;
	rest_remember("t.long", &awa, fn_time_now() + 3600);
	rest_remember("t.short", &awa, fn_time_now() + 10);
	fn_time_offset(9);
	assert_true(knows("t.long") && knows("t.short"));
	fn_time_offset(10);
	assert_true(knows("t.long") && !knows("t.short"));
	fn_time_offset(61);
	assert_false(knows("t.long"));
	fn_time_offset(0);
}

static void few_at_a_time(void **state)
{
	char token[40];
	unsigned known = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(token, sizeof(token), "head.payload.%08u", i * 7919);
		rest_remember(token, &awa, 0);
		assert_true(knows(token));
	}
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(token, sizeof(token), "head.payload.%08u", i * 7919);
		known += knows(token);
	}
	assert_in_range(known, 1, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_very_token),
		cmocka_unit_test(for_a_minute_and_never_past_its_end),
		cmocka_unit_test(few_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
