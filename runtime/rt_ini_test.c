/* rt_ini_test.c: what a strict .ini file may hold, and that each complaint names file and line. */
#include "rt_ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/temba-ini-XXXXXX";
static struct rt_why why;
static char seen[4096];

static void write_file(const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static const char *note(void *arg, const struct rt_ini_entry *entry)
{
	char line[512];

	(void)arg;
	if (strcmp(entry->section, "forbidden") == 0)
		return "no such section";
	(void)snprintf(line, sizeof(line), "%s%d:%s.%s=%s", entry->continued ? "+" : "",
		       entry->line, entry->section, entry->key != NULL ? entry->key : "",
		       entry->value != NULL ? entry->value : "");
	(void)strncat(seen, line, sizeof(seen) - strlen(seen) - 1);
	(void)strncat(seen, "\n", sizeof(seen) - strlen(seen) - 1);
	return NULL;
}

static bool read_text(const char *text, size_t length)
{
	seen[0] = why.text[0] = '\0';
	write_file(text, length);
	return rt_ini_read(path, note, NULL, &why);
}
#define READ(text) read_text(text, sizeof(text) - 1)

static void reads_sections_keys_comments_and_continued_lines(void **state)
{
	(void)state;
	assert_true(READ("; a comment\nfirst = 1\n\n[scale]\nmin = 0 ; at least\nmax=4\n"
			 "[settings]\nuse = A B\n\tC D\n# the end\n"));
	assert_string_equal(seen, "2:.first=1\n4:scale.=\n5:scale.min=0\n6:scale.max=4\n"
				  "7:settings.=\n8:settings.use=A B\n+9:settings.use=C D\n");
}

static void an_empty_file_is_fine(void **state)
{
	(void)state;
	assert_true(READ(""));
	assert_true(READ("[scale]")); /* without a line's end */
}

static void refuses_with_file_and_line(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *expected;
	} table[] = {
#define ROW(text, expected) {text, sizeof(text) - 1, expected}
		ROW("[a]\nx = 1\nx = 2\n", ":3: this key stands twice"),
		ROW("[a]\nx = 1\n[b]\nx = 1\n[a]\ny = 1\n", ":5: this section stands twice"),
		ROW("[a]\nx = 1\nnothing\n", ":3: neither a [section] nor"),
		ROW("[forbidden]\n", ":1: no such section"),
		ROW("x = 1\n[forbidden]\nkey = 2\n", ":2: no such section"),
		ROW("[a\nx = 1\n", ":1: a section heading needs its closing bracket"),
		ROW("x = a\0b\n", ":1: a NUL byte"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_false(read_text(table[i].text, table[i].length));
		assert_ptr_equal(strstr(why.text, path), why.text);
		if (strstr(why.text, table[i].expected) == NULL)
			fail_msg("row %zu: %s", i, why.text);
	}
}

static void refuses_a_line_that_libinih_would_cut(void **state)
{
	char text[256];

	(void)state;
	for (size_t length = 189; length <= 230; length++) {
		(void)snprintf(text, sizeof(text), "x = 1\nkey = %0*d\n", (int)length - 6, 7);
		assert_int_equal(strlen(text), 6 + length + 1);
		if (read_text(text, strlen(text)) != (length <= 190))
			fail_msg("a line of %zu bytes", length);
		if (length > 190)
			assert_non_null(strstr(why.text, ":2: the line is longer than 190 bytes"));
	}
}

static void names_a_file_that_is_not_there(void **state)
{
	(void)state;
	assert_false(rt_ini_read("/nowhere/x.ini", note, NULL, &why));
	assert_string_equal(why.text, "/nowhere/x.ini: No such file or directory");
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
		cmocka_unit_test(reads_sections_keys_comments_and_continued_lines),
		cmocka_unit_test(an_empty_file_is_fine),
		cmocka_unit_test(refuses_with_file_and_line),
		cmocka_unit_test(refuses_a_line_that_libinih_would_cut),
		cmocka_unit_test(names_a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
