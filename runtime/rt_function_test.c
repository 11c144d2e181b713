/* rt_function_test.c: reading function.ini. */
#include "rt_function.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MS 1000000ULL

static char path[] = "/tmp/temba-function-XXXXXX";
static struct rt_function f;
static struct rt_why why;

static bool read_text(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	why.text[0] = '\0';
	return rt_function_read(&f, path, &why);
}

static void no_file_gives_the_defaults(void **state)
{
	(void)state;
	assert_true(rt_function_read(&f, "/nowhere/function.ini", &why));
	assert_int_equal(f.min, 0);
	assert_int_equal(f.max, 4);
	assert_true(f.idle_timeout == 60000 * MS);
	assert_int_equal(f.max_requests, 10000);
	assert_true(f.hard_limit == 10000 * MS);
	assert_int_equal(f.queue_timeout_ms, 1000);
	assert_int_equal(f.settings.count + f.secrets.count, 0);
	assert_string_equal(f.role, "");
}

static void reads_every_key(void **state)
{
	(void)state;
	assert_true(read_text("[scale]\nmin = 1\nmax = 12\nidle_timeout = 500ms\nmax_requests = 7\n"
			      "[limits]\nhard = 30s\nqueue_timeout = 0ms\n"
			      "[settings]\nuse = SITE_URL, MAIL_FROM\n  TWILIO_API_URL\n"
			      "[secrets]\nuse = TWILIO_AUTH_TOKEN\n"
			      "[db]\nrole = fn_send_notice\nstatement_timeout = 5s\n"
			      "lock_timeout = 200ms\n"));
	assert_int_equal(f.min, 1);
	assert_int_equal(f.max, 12);
	assert_true(f.idle_timeout == 500 * MS);
	assert_int_equal(f.max_requests, 7);
	assert_true(f.hard_limit == 30000 * MS);
	assert_int_equal(f.queue_timeout_ms, 0);
	assert_int_equal(f.settings.count, 3);
	assert_string_equal(f.settings.name[1], "MAIL_FROM");
	assert_string_equal(f.settings.name[2], "TWILIO_API_URL");
	assert_int_equal(f.settings.line, 10);
	assert_int_equal(f.secrets.count, 1);
	assert_string_equal(f.role, "fn_send_notice");
	assert_int_equal(f.statement_timeout_ms, 5000);
	assert_int_equal(f.lock_timeout_ms, 200);
	assert_string_equal(f.uri, "");
	assert_true(read_text("[db]\nuri = PGRST_DB_URI\n"));
	assert_string_equal(f.uri, "PGRST_DB_URI");
	assert_string_equal(f.role, "");
}

static void refuses_what_makes_no_sense(void **state)
{
	static const struct {
		const char *text, *expected;
	} table[] = {
		{"[scale]\nmaximum = 4\n", ":2: no such key"},
		{"[scales]\nmax = 4\n", ":1: no such section"},
		{"max = 4\n", ":1: no such section"},
		{"[scale]\nmax = 4\nmax = 5\n", ":3: this key stands twice"},
		{"[scale]\nmax = four\n", ":2: must be a whole number"},
		{"[scale]\nmax = -1\n", ":2: must be a whole number"},
		{"[scale]\nmax = 33\n", ":2: must be at most 32"},
		{"[scale]\nmax = 4\n  5\n", ":3: only `use` may go on"},
		{"[scale]\nmax = 0\n", "max must be at least 1"},
		{"[scale]\nmin = 5\nmax = 4\n", "at least min"},
		{"[scale]\nidle_timeout = 0s\n", ":2: must not be 0"},
		{"[limits]\nhard = 10\n", ":2: must be a duration"},
		{"[limits]\nhard = 1d\n", ":2: must be a duration"},
		{"[limits]\nhard = 11m\n", "hard lies between 10ms and 10m"},
		{"[db]\nrole = Robert'); --\n", ":2: a role has"},
		{"[db]\nrole = fn_x\nstatement_timeout = 10s\n", "lock_timeout (2000ms) < "
								 "statement_timeout (10000ms) < "
								 "[limits] hard (10000ms)"},
		{"[db]\nuri =\n", ":2: the name of a secret"},
		{"[db]\nrole = fn_x\nuri = PGRST_DB_URI\n", "a role or a uri, not both"},
		{"[db]\nrole = fn_x\nstatement_timeout = 1s\nlock_timeout = 1s\n", "must hold"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_false(read_text(table[i].text));
		assert_non_null(strstr(why.text, path));
		if (strstr(why.text, table[i].expected) == NULL)
			fail_msg("row %zu: %s", i, why.text);
	}
}

static void the_lock_timeout_stays_below_the_statement_timeout(void **state)
{
	(void)state;
	assert_true(read_text("[db]\nrole = fn_x\nstatement_timeout = 9s\n"));
	assert_int_equal(f.lock_timeout_ms, 2000);
	assert_true(read_text("[db]\nrole = fn_x\nstatement_timeout = 1500ms\n"));
	assert_int_equal(f.lock_timeout_ms, 750);
}

static void durations_have_a_unit_and_are_at_most_a_day(void **state)
{
	uint64_t ms = 0;

	(void)state;
	assert_true(rt_duration("1500ms", &ms));
	assert_int_equal(ms, 1500);
	assert_true(rt_duration("2s", &ms));
	assert_int_equal(ms, 2000);
	assert_true(rt_duration("5m", &ms));
	assert_int_equal(ms, 300000);
	assert_true(rt_duration("24h", &ms));
	assert_int_equal(ms, 86400000);
	assert_false(rt_duration("25h", &ms));
	assert_false(rt_duration("99999999999999999999s", &ms));
	assert_false(rt_duration("18446744073709551615ms", &ms));
	assert_false(rt_duration("2", &ms));
	assert_false(rt_duration("-2s", &ms));
	assert_false(rt_duration(" 2s", &ms));
	assert_false(rt_duration("2 s", &ms));
	assert_false(rt_duration("s", &ms));
	assert_false(rt_duration("", &ms));
}

static void names_of_functions_are_plain(void **state)
{
	(void)state;
	assert_true(rt_function_name_is_good("transfer-ticket"));
	assert_true(rt_function_name_is_good("0_a"));
	assert_false(rt_function_name_is_good(""));
	assert_false(rt_function_name_is_good("-x"));
	assert_false(rt_function_name_is_good("Echo"));
	assert_false(rt_function_name_is_good("a/b"));
	assert_false(rt_function_name_is_good(".."));
	assert_false(rt_function_name_is_good("fnd")); /* its socket would be fnctl's */
	assert_true(rt_function_name_is_good(
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"));
	assert_false(rt_function_name_is_good(
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"));
}

static int make_file(void **state)
{
	(void)state;
	return mkstemp(path) < 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_gives_the_defaults),
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(the_lock_timeout_stays_below_the_statement_timeout),
		cmocka_unit_test(durations_have_a_unit_and_are_at_most_a_day),
		cmocka_unit_test(names_of_functions_are_plain),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
