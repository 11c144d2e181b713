/* fn_conf_test.c: the table agrees with itself, and bad settings end the process naming the key. */
#include "fn_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fn_arena.h"
#include "fn_macros.h"
#include "fn_time.h"
#include "unit.h"

enum { BAD_CONFIGURATION = 78 };

/* ---- the table ---- */

static void every_default_suits_its_own_entry(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct fn_conf_entry *e = fn_conf_table(); e->name != NULL; e++, count++) {
		const char *why = e->otherwise == NULL ? NULL : fn_conf_complaint(e, e->otherwise);

		if (why != NULL)
			fail_msg("default of %s %s", e->name, why);
		if (e->kind == FN_CONF_INT)
			assert_true(e->min < e->max);
		assert_ptr_equal(fn_conf_find(e->name), e); /* also: no name stands twice */
		assert_int_equal(strspn(e->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
				 strlen(e->name));
	}
	assert_true(count > 20);
}

/* A secret with a default would be one that everybody knows; an empty one would verify anything. */
static void no_secret_has_a_default_or_may_be_empty(void **state)
{
	(void)state;
	for (const struct fn_conf_entry *e = fn_conf_table(); e->name != NULL; e++) {
		if (!e->secret)
			continue;
		assert_null(e->otherwise);
		assert_true(e->min >= 8);
		assert_non_null(fn_conf_complaint(e, ""));
		assert_non_null(fn_conf_complaint(e, "short"));
	}
}

static void knows_no_other_name(void **state)
{
	(void)state;
	assert_null(fn_conf_find("NO_SUCH_SETTING"));
	assert_null(fn_conf_find(""));
	assert_null(fn_conf_find("api_url"));
	assert_null(fn_conf_find("API_URL "));
}

static const char *complaint(const struct fn_conf_entry *entry, const char *value)
{
	const char *why = fn_conf_complaint(entry, value);

	return why == NULL ? "" : why;
}

static void checks_numbers(void **state)
{
	static const char *const bad[] = {"",
					  "x",
					  "1x",
					  "1 ",
					  "1.5",
					  "1e3",
					  "0x10",
					  "--1",
					  "1,0",
					  "ten",
					  "9223372036854775808",
					  "-99999999999999999999"};
	const struct fn_conf_entry entry = {.name = "N",
					    .kind = FN_CONF_INT,
					    .min = -5,
					    .max = 600};

	(void)state;
	assert_string_equal(complaint(&entry, "-5"), "");
	assert_string_equal(complaint(&entry, "600"), "");
	assert_string_equal(complaint(&entry, "-6"), "must be between -5 and 600");
	assert_string_equal(complaint(&entry, "601"), "must be between -5 and 600");
	for (size_t i = 0; i < FN_COUNT(bad); i++)
		assert_string_equal(complaint(&entry, bad[i]), "must be a whole number");
}

static void checks_words_and_lengths(void **state)
{
	const struct fn_conf_entry flag = {.name = "B", .kind = FN_CONF_BOOL};
	const struct fn_conf_entry text = {.name = "T", .min = 2, .max = 4};
	const struct fn_conf_entry open = {.name = "O"};
	static char long_text[4098];

	(void)state;
	assert_string_equal(complaint(&flag, "true"), "");
	assert_string_equal(complaint(&flag, "false"), "");
	assert_string_equal(complaint(&flag, "yes"), "must be true or false");
	assert_string_equal(complaint(&flag, ""), "must be true or false");
	assert_string_equal(complaint(&text, "ab"), "");
	assert_string_equal(complaint(&text, "abcd"), "");
	assert_string_equal(complaint(&text, "a"), "must have between 2 and 4 characters");
	assert_string_equal(complaint(&text, "abcde"), "must have between 2 and 4 characters");
	memset(long_text, 'x', 4097);
	assert_string_equal(complaint(&open, ""), "");
	assert_string_equal(complaint(&open, long_text), "must have between 0 and 4096 characters");
	long_text[4096] = '\0';
	assert_string_equal(complaint(&open, long_text), "");
}

/* ---- a function's share ---- */

struct share {
	const char *bytes;
	size_t length;
};

static void load(void *arg)
{
	const struct share *share = arg;
	int descriptor = memfd_create("settings", MFD_CLOEXEC);

	if (write(descriptor, share->bytes, share->length) != (ssize_t)share->length)
		_exit(99);
	fn_conf_load(descriptor);
}

/* In a process of its own: what is loaded stays. Prints what the settings are. */
static void load_and_print(void *arg)
{
	load(arg);
	(void)dprintf(STDERR_FILENO, "%s|%d|%d|%s|%d|%s", fn_conf_text("API_URL"),
		      (int)fn_conf_int("JWT_EXP"), fn_conf_bool("HTTP_LOOPBACK"),
		      fn_conf_text("JWT_ISSUERS"), fn_conf_has("DB_NAME"),
		      fn_conf_has("TEST_CLOCK_OFFSET") ? "moved" : "not moved");
}

static void loads_from_the_descriptor(void **state)
{
	static struct share plain = {BYTES("API_URL\0http://x\0JWT_EXP\0"
					   "600\0HTTP_LOOPBACK\0true\0JWT_ISSUERS\0\0")};
	static struct share twice = {BYTES("API_URL\0a\0JWT_EXP\0"
					   "61\0HTTP_LOOPBACK\0false\0JWT_ISSUERS\0a b\0"
					   "API_URL\0b\0")};
	static struct unit_end end;

	(void)state;
	unit_run_child(load_and_print, &plain, &end);
	assert_int_equal(end.status, 0);
	assert_string_equal(end.said, "http://x|600|1||0|not moved");
	unit_run_child(load_and_print, &twice, &end);
	assert_string_equal(end.said, "b|61|0|a b|0|not moved"); /* the later one counts */
}

static void print_the_clock(void *arg)
{
	int64_t before = fn_time_now();

	load(arg);
	(void)dprintf(STDERR_FILENO, "%d", fn_time_now() - before >= 86400);
}

static void moves_the_clock_when_told(void **state)
{
	static struct share share = {BYTES("TEST_CLOCK_OFFSET\0"
					   "86400\0")};
	static struct unit_end end;

	(void)state;
	unit_run_child(print_the_clock, &share, &end);
	assert_string_equal(end.said, "1");
}

static void a_bad_share_ends_the_process_naming_the_key(void **state)
{
	static struct {
		struct share share;
		const char *said;
	} table[] = {
		{{BYTES("NO_SUCH_KEY\0x\0")}, "NO_SUCH_KEY no such setting"},
		{{BYTES("JWT_EXP\0soon\0")}, "JWT_EXP must be a whole number"},
		{{BYTES("JWT_EXP\0"
			"59\0")},
		 "JWT_EXP must be between 60 and 604800"},
		{{BYTES("API_URL\0x\0HTTP_LOOPBACK\0"
			"1\0")},
		 "HTTP_LOOPBACK must be true or false"},
		{{BYTES("TWILIO_AUTH_TOKEN\0short\0")},
		 "TWILIO_AUTH_TOKEN must have between 8 and"},
		/* cut anywhere: a name without its value, a name cut in two */
		{{BYTES("JWT_EXP\0")}, "JWT_EXP must be a whole number"},
		{{BYTES("JWT_EXP")}, "JWT_EXP must be a whole number"},
		{{BYTES("JWT_E")}, "JWT_E no such setting"},
		{{BYTES("\0")}, "setting  no such setting"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++)
		unit_assert_dies(load, &table[i].share, BAD_CONFIGURATION, table[i].said);
}

static void an_error_does_not_show_a_secret(void **state)
{
	static struct share share = {BYTES("TWILIO_AUTH_TOKEN\0hush\0")};
	static struct unit_end end;

	(void)state;
	unit_run_child(load, &share, &end);
	assert_int_equal(end.status, BAD_CONFIGURATION);
	assert_null(strstr(end.said, "hush"));
}

static void load_nothing(void *arg)
{
	fn_conf_load(*(int *)arg);
}

static void needs_a_descriptor_that_can_be_read(void **state)
{
	static int closed = 999;

	(void)state;
	unit_assert_dies(load_nothing, &closed, BAD_CONFIGURATION, "descriptor 999");
}

static void ask_for_what_is_not_there(void *arg)
{
	(void)arg;
	fn_conf_set("DB_NAME", "x");
	(void)fn_conf_text("DB_HOST");
}

static void asking_for_what_was_not_handed_over_ends_the_process(void **state)
{
	(void)state;
	unit_assert_dies(ask_for_what_is_not_there, NULL, BAD_CONFIGURATION,
			 "DB_HOST was not handed over");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_default_suits_its_own_entry),
		cmocka_unit_test(no_secret_has_a_default_or_may_be_empty),
		cmocka_unit_test(knows_no_other_name),
		cmocka_unit_test(checks_numbers),
		cmocka_unit_test(checks_words_and_lengths),
		cmocka_unit_test(loads_from_the_descriptor),
		cmocka_unit_test(moves_the_clock_when_told),
		cmocka_unit_test(a_bad_share_ends_the_process_naming_the_key),
		cmocka_unit_test(an_error_does_not_show_a_secret),
		cmocka_unit_test(needs_a_descriptor_that_can_be_read),
		cmocka_unit_test(asking_for_what_was_not_handed_over_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
