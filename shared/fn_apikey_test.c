/* fn_apikey_test.c: opaque keys: which are ours, and which sets are refused. */
#include "fn_apikey.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fn_conf.h"
#include "unit.h"

enum { CONFIG_ERROR = 78 };

#define PUBLISHABLE "sb_publishable_0123456789abcdef"
#define SECRET      "sb_secret_0123456789abcdef"
#define FOREIGN     "a-key-of-our-own-making"

static void knows_each_key_and_its_role(void **state)
{
	(void)state;
	fn_conf_set("API_KEYS", "{\"" PUBLISHABLE "\":\"anon\",\"" SECRET
				"\":\"service_role\",\"" FOREIGN "\":\"reader\"}");
	fn_apikey_init();
	assert_string_equal(fn_apikey_role(PUBLISHABLE), "anon");
	assert_string_equal(fn_apikey_role(SECRET), "service_role");
	assert_string_equal(fn_apikey_role(FOREIGN), "reader");
	assert_null(fn_apikey_role(""));
	assert_null(fn_apikey_role("sb_publishable_"));
	assert_null(fn_apikey_role("sb_publishable_0123456789abcde"));
	assert_null(fn_apikey_role(PUBLISHABLE "0"));
	assert_null(fn_apikey_role("SB_PUBLISHABLE_0123456789abcdef"));
	/* the whole digest counts: each of its first bytes comes up among these */
	for (int i = 0; i < 2000; i++) {
		char guess[64];

		(void)snprintf(guess, sizeof(guess), "sb_secret_%020d", i);
		assert_null(fn_apikey_role(guess));
	}
}

/* Also an unknown one must not be read as a token; a token is none. */
static void tells_a_key_from_a_token(void **state)
{
	char text[5000];

	(void)state;
	assert_true(fn_apikey_is(PUBLISHABLE));
	assert_true(fn_apikey_is("sb_secret_"));
	assert_true(fn_apikey_is("sb_publishable_unknown"));
	assert_true(fn_apikey_is(FOREIGN));
	assert_false(fn_apikey_is(""));
	assert_false(fn_apikey_is("sb_"));
	assert_false(fn_apikey_is("eyJhbGciOiJIUzI1NiJ9.e30.AAAA"));
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(fn_apikey_is(text));
}

static void load(void *text)
{
	fn_conf_set("API_KEYS", text);
	fn_apikey_init();
}

static void refuses_sets_that_let_anybody_in(void **state)
{
	static char sets[][120] = {
		"[                   ]",
		"               null",
		"{\"" PUBLISHABLE "\"}",
		"{\"\":\"anon\"}",
		"{\"sb_secret_short\":\"service_role\"}",
		"{\"sb_secret.0123456789.abcdef\":\"anon\"}",
		"{\"sb_secret_0123456789 abcdef\":\"anon\"}",
		"{\"" SECRET "\":\"\"}",
		"{\"" SECRET "\":null}",
		"{\"" SECRET "\":[\"anon\"]}",
		"{\"" SECRET "\":\"anon\",\"" SECRET "\":\"service_role\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		unit_assert_dies(load, sets[i], CONFIG_ERROR, "setting API_KEYS");
}

static void has_no_keys_without_the_setting(void *arg)
{
	(void)arg;
	fn_apikey_init();
	if (fn_apikey_is(FOREIGN) || fn_apikey_role(PUBLISHABLE) != NULL ||
	    !fn_apikey_is(PUBLISHABLE))
		_exit(1);
}

static void needs_no_setting(void **state)
{
	struct unit_end end;

	(void)state;
	unit_run_child(has_no_keys_without_the_setting, NULL, &end);
	assert_int_equal(end.status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_no_setting), /* before one is there */
		cmocka_unit_test(knows_each_key_and_its_role),
		cmocka_unit_test(tells_a_key_from_a_token),
		cmocka_unit_test(refuses_sets_that_let_anybody_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
