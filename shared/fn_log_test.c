/* fn_log_test.c: every line is one JSON object, whatever is said, and nobody waits for the reader.
 */
#include "fn_die.h"
#include "fn_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fn_json.h"
#include "unit.h"

static struct fn_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = fn_arena_new(4 << 20);
	fn_log_init("a-function");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

/* The one line that was said, as strict JSON. */
static struct json_object *one_line(const char *said)
{
	const char *why = NULL, *end = strchr(said, '\n');
	struct json_object *line;

	if (end == NULL || end[1] != '\0')
		fail_msg("not one line: %s", said);
	line = fn_json_parse(arena, said, (size_t)(end - said), &why);
	if (line == NULL)
		fail_msg("%s: %s", why, said);
	return line;
}

static struct json_object *logged(const char *text)
{
	unit_stderr_begin();
	fn_log(FN_WARN, "%s", text);
	return one_line(unit_stderr_end());
}

static void says_when_who_and_what(void **state)
{
	struct json_object *line = logged("so it is");

	(void)state;
	assert_string_equal(fn_json_get_text(line, "level"), "warn");
	assert_string_equal(fn_json_get_text(line, "fn"), "a-function");
	assert_string_equal(fn_json_get_text(line, "msg"), "so it is");
	assert_int_equal(fn_json_get_integer(line, "pid", 0), getpid());
	assert_int_equal(strlen(fn_json_get_text(line, "ts")), 24);
	assert_int_equal(fn_json_length(line), 5);
}

static void escapes_what_could_break_a_line(void **state)
{
	static const char nasty[] = "a\n{\"level\":\"error\"}\r\n\"\\\t\x01\x1b[31m\x7f</b>";

	(void)state;
	assert_string_equal(fn_json_get_text(logged(nasty), "msg"), nasty);
}

static void makes_valid_utf8_of_anything(void **state)
{
	static const char *const bytes[] = {"\xff",
					    "caf\xe9",
					    "\xed\xa0\x80",
					    "\xc3",
					    "a\xc3",
					    "\xe2\x82",
					    "\xf0\x9f\x8e",
					    "\xc0\x80 x",
					    "\x80\x80\x80\x80",
					    "ok \xff\xfe ok ok"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bytes); i++)
		assert_non_null(fn_json_get_text(logged(bytes[i]), "msg"));
	assert_string_equal(fn_json_get_text(logged("caf\xe9 noir"), "msg"), "caf? noir");
	assert_string_equal(fn_json_get_text(logged("noir \xe9"), "msg"), "noir ");
	assert_string_equal(fn_json_get_text(logged("é€🎫"), "msg"), "é€🎫");
}

/* What is too long is cut, and not in the middle of a character. */
static void cuts_what_is_too_long(void **state)
{
	static char text[10000];
	const char *said;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	said = fn_json_get_text(logged(text), "msg");
	assert_true(strlen(said) >= 1900 && strlen(said) <= 2000);
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 1 < sizeof(text); i++)
			text[i] = "🎫"[(i - shift) % 4];
		said = fn_json_get_text(logged(text), "msg");
		assert_true(strlen(said) >= 1900);
		assert_null(strchr(said, '?'));
	}
	memset(text, '\x01', sizeof(text) - 1); /* six bytes each when escaped */
	assert_true(strlen(fn_json_get_text(logged(text), "msg")) >= 1900);
}

static void names_the_request(void **state)
{
	struct unit_request like = {.method = "GET", .id = "an-id-of-nginx"};
	struct fn_request *req = unit_request(&like);
	struct json_object *line;

	(void)state;
	unit_stderr_begin();
	fn_log_request(req, FN_ERROR, "%d rows", 3);
	line = one_line(unit_stderr_end());
	assert_string_equal(fn_json_get_text(line, "request_id"), "an-id-of-nginx");
	assert_string_equal(fn_json_get_text(line, "level"), "error");
	assert_string_equal(fn_json_get_text(line, "msg"), "3 rows");
	fn_request_free(req);
}

static struct json_object *access_line(struct fn_request *req, const struct fn_log_line *entry)
{
	unit_stderr_begin();
	fn_log_access(req, entry);
	return one_line(unit_stderr_end());
}

static void writes_one_line_a_request(void **state)
{
	struct unit_request like = {.method = "GET", .id = "an-id-of-nginx"};
	struct fn_request *req = unit_request(&like);
	struct json_object *line;

	(void)state;
	line = access_line(req, &(struct fn_log_line){.status = 200,
						      .wire = 200,
						      .run_us = 1500,
						      .queue_us = 20,
						      .bytes = 17});
	assert_string_equal(fn_json_get_text(line, "level"), "info");
	assert_int_equal(fn_json_get_integer(line, "status", 0), 200);
	assert_int_equal(fn_json_get_integer(line, "run_us", 0), 1500);
	assert_int_equal(fn_json_get_integer(line, "queue_us", 0), 20);
	assert_int_equal(fn_json_get_integer(line, "bytes", 0), 17);
	/* what is as usual is not said */
	assert_null(fn_json_get(line, "wire"));
	assert_null(fn_json_get(line, "code"));
	assert_null(fn_json_get(line, "cause"));
	assert_null(fn_json_get(line, "caller"));
	assert_null(fn_json_get(line, "tries"));
	fn_request_set_caller(req, "ana");
	fn_request_count_tries(req, 3);
	line = access_line(req, &(struct fn_log_line){.status = 409,
						      .wire = 200,
						      .code = "no_luck",
						      .cause = "it \"rained\"\n"});
	assert_int_equal(fn_json_get_integer(line, "status", 0), 409);
	assert_int_equal(fn_json_get_integer(line, "wire", 0), 200);
	assert_string_equal(fn_json_get_text(line, "code"), "no_luck");
	assert_string_equal(fn_json_get_text(line, "cause"), "it \"rained\"\n");
	assert_string_equal(fn_json_get_text(line, "caller"), "ana");
	assert_int_equal(fn_json_get_integer(line, "tries", 0), 3);
	assert_string_equal(fn_json_get_text(line, "level"), "info");
	line = access_line(req, &(struct fn_log_line){.status = 500, .wire = 500});
	assert_string_equal(fn_json_get_text(line, "level"), "error");
	fn_request_free(req);
}

/* ---- a reader that does not read ---- */

enum { PAGE = 4096 };

static int pipe_ends[2], real_stderr;

static void fill_stderr_begin(void)
{
	assert_int_equal(pipe2(pipe_ends, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(fcntl(pipe_ends[1], F_SETPIPE_SZ, PAGE), PAGE);
	real_stderr = dup(STDERR_FILENO);
	(void)dup2(pipe_ends[1], STDERR_FILENO);
}

static void fill_stderr_end(void)
{
	(void)dup2(real_stderr, STDERR_FILENO);
	(void)close(real_stderr);
	(void)close(pipe_ends[0]);
	(void)close(pipe_ends[1]);
}

static const char *drain(void)
{
	static char text[16 * PAGE];
	ssize_t length = read(pipe_ends[0], text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static void drops_and_counts_lines_that_nobody_reads(void **state)
{
	static char text[1000];
	struct json_object *line;
	unsigned kept = 0;
	const char *said;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	fill_stderr_begin();
	for (unsigned i = 0; i < 10; i++)
		fn_log(FN_INFO, "%s", text); /* and it does not wait */
	said = drain();
	for (const char *at = said; (at = strchr(at, '\n')) != NULL; at++)
		kept++;
	assert_true(kept > 0 && kept < 10);
	fn_log(FN_INFO, "again");
	line = one_line(drain());
	assert_int_equal(fn_json_get_integer(line, "dropped", 0), 10 - kept);
	fn_log(FN_INFO, "and again");
	assert_null(fn_json_get(one_line(drain()), "dropped"));
	fill_stderr_end();
}

/* A pipe takes part of a line that is longer than its free space: the next one must not be glued
 * to the stump. */
static void a_torn_line_does_not_spoil_the_next(void **state)
{
	static char text[2000];
	const char *said;

	(void)state;
	memset(text, '\x01', sizeof(text) - 1); /* 12 kB when escaped */
	fill_stderr_begin();
	fn_log(FN_INFO, "%s", text);
	assert_int_equal(strlen(drain()), PAGE);
	fn_log(FN_INFO, "whole");
	said = drain();
	assert_int_equal(said[0], '\n');
	assert_int_equal(fn_json_get_integer(one_line(said + 1), "dropped", 0), 1);
	fn_log(FN_INFO, "whole");
	assert_null(fn_json_get(one_line(drain()), "dropped"));
	fill_stderr_end();
}

static void die(void *arg)
{
	fn_log_init("a-function");
	fn_die(*(int *)arg, "%s is missing", "everything");
}

static void dies_with_a_line_and_a_status(void **state)
{
	static struct unit_end end;
	static int status = 78;

	(void)state;
	unit_run_child(die, &status, &end);
	assert_int_equal(end.status, 78);
	assert_string_equal(fn_json_get_text(one_line(end.said), "msg"), "everything is missing");
	assert_string_equal(fn_json_get_text(one_line(end.said), "level"), "error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_when_who_and_what),
		cmocka_unit_test(escapes_what_could_break_a_line),
		cmocka_unit_test(makes_valid_utf8_of_anything),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(names_the_request),
		cmocka_unit_test(writes_one_line_a_request),
		cmocka_unit_test(drops_and_counts_lines_that_nobody_reads),
		cmocka_unit_test(a_torn_line_does_not_spoil_the_next),
		cmocka_unit_test(dies_with_a_line_and_a_status),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
