/* fn_serve_test.c: a real worker against whole, cut and stale requests. Peers that do not keep to
 * the protocol: fn_serve_peers_test.c; a worker's life and its place on the scoreboard:
 * fn_serve_life_test.c. */
#include "fn_serve_test.h"

static void hands_a_request_to_the_handler(void **state)
{
	char value[256];

	(void)state;
	ASK("hello", METHOD("POST"), {"FN_PATH", "/user"}, {"QUERY_STRING", "a=1&q=x%20y"},
	    {"REMOTE_ADDR", "192.0.2.7"}, {"CONTENT_TYPE", "text/plain"},
	    {"HTTP_X_TEST_HEADER", "yes"}, {"REQUEST_ID", "id-of-nginx-1"});
	assert_int_equal(reply.status, 200);
	assert_true(reply.ended);
	assert_member("method", "4");
	assert_member("path", "\"/user\"");
	assert_member("q", "\"x y\"");
	assert_member("address", "\"192.0.2.7\"");
	assert_member("type", "\"text/plain\"");
	assert_member("x", "\"yes\"");
	assert_member("internal", "false");
	assert_member("in_time", "true");
	assert_member("body", "\"hello\"");
	assert_string_equal(unit_fcgi_header(&reply, "Status", value), "200 OK");
	assert_string_equal(unit_fcgi_header(&reply, "Content-Type", value), "application/json");
	assert_int_equal(strtoul(unit_fcgi_header(&reply, "Content-Length", value), NULL, 10),
			 reply.length);
}

static void nothing_of_a_request_is_left_for_the_next(void **state)
{
	(void)state;
	ASK("hello", METHOD("POST"), {"FN_PATH", "/user"}, {"QUERY_STRING", "q=1"},
	    {"HTTP_X_TEST_HEADER", "yes"}, {"FN_INTERNAL", "1"});
	assert_member("internal", "true");
	ASK("", METHOD("GET"));
	assert_member("path", "\"\"");
	assert_member("q", "null");
	assert_member("x", "null");
	assert_member("internal", "false");
	assert_member("body", "\"\"");
	ASK("", METHOD("GET"), {"FN_INTERNAL", "yes"});
	assert_member("internal", "false");
}

static void logs_one_line_a_request(void **state)
{
	struct fn_arena *arena = fn_arena_new(1 << 20);
	const char *why = NULL, *said;
	struct json_object *line;

	(void)state;
	ASK("", METHOD("PUT"), {"REQUEST_ID", "id-of-nginx-1"});
	assert_int_equal(reply.status, 405);
	unit_worker_await(&worker, FN_SLOT_IDLE); /* it logs after the answer */
	said = unit_worker_said(&worker);
	line = fn_json_parse(arena, said, strcspn(said, "\n"), &why);
	assert_string_equal(fn_json_get_text(line, "request_id"), "id-of-nginx-1");
	assert_string_equal(fn_json_get_text(line, "code"), "method_not_allowed");
	assert_int_equal(fn_json_get_integer(line, "status", 0), 405);
	assert_int_equal(fn_json_get_integer(line, "bytes", -1), (int64_t)reply.length);
	assert_true(fn_json_get_integer(line, "run_us", -1) >= 0);
	fn_arena_free(arena);
}

static void says_nothing_of_what_went_well_when_it_is_quiet(void **state)
{
	static const struct fn_function quiet = {.name = "quiet",
						 .methods = FN_GET,
						 .auth = FN_AUTH_NONE,
						 .errors = FN_ERRORS_PLAIN,
						 .quiet = true,
						 .handle = handle};

	(void)state;
	(void)kill(worker.pid, SIGTERM);
	assert_int_equal(unit_worker_end(&worker), 0);
	unit_worker_start(&worker, &(struct fn_serve){.function = &quiet});
	ASK("", METHOD("GET"));
	assert_int_equal(reply.status, 200);
	ASK("", METHOD("PUT"), {"REQUEST_ID", "id-of-nginx-2"});
	unit_worker_await(&worker, FN_SLOT_IDLE);
	/* the first line is of the second request */
	assert_non_null(strstr(unit_worker_said(&worker), "id-of-nginx-2"));
	assert_null(strstr(unit_worker_said(&worker), "\"status\":200"));
}

static void sends_no_body_where_none_belongs(void **state)
{
	char value[256];

	(void)state;
	ASK("", METHOD("HEAD"));
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.length, 0);
	assert_true(strtoul(unit_fcgi_header(&reply, "Content-Length", value), NULL, 10) > 0);
	ASK("", METHOD("HEAD"), {"FN_PATH", "/empty"});
	assert_int_equal(reply.status, 200);
	assert_null(unit_fcgi_header(&reply, "Content-Length", value));
	ASK("", METHOD("GET"), {"FN_PATH", "/empty"});
	assert_string_equal(unit_fcgi_header(&reply, "Content-Length", value), "0");
	ASK("", METHOD("GET"), {"FN_PATH", "/none"});
	assert_int_equal(reply.status, 204);
	assert_null(unit_fcgi_header(&reply, "Content-Length", value));
	assert_null(unit_fcgi_header(&reply, "Content-Type", value));
	/* the length of GET's body, or none: never one that is not true */
	ASK("", METHOD("HEAD"), {"FN_PATH", "/echo"});
	assert_int_equal(reply.status, 200);
	assert_null(unit_fcgi_header(&reply, "Content-Length", value));
}

static void sends_and_takes_bytes_as_they_are(void **state)
{
	char body[BODY_MAX + 1];

	(void)state;
	for (size_t i = 0; i < BODY_MAX; i++)
		body[i] = (char)(i % 255 + 1);
	body[BODY_MAX] = '\0';
	ASK(body, METHOD("POST"), {"FN_PATH", "/echo"});
	assert_int_equal(reply.length, BODY_MAX);
	assert_memory_equal(reply.body, body, BODY_MAX);
	ASK("", METHOD("GET"), {"FN_PATH", "/large"});
	assert_int_equal(reply.text.length - (size_t)(reply.body - reply.text.bytes), LARGE);
}

static void sends_large_bodies_in_pieces(void **state)
{
	char value[256], line[17];

	(void)state;
	ASK("", METHOD("GET"), {"FN_PATH", "/spool"});
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.length, LARGE);
	assert_string_equal(unit_fcgi_header(&reply, "Content-Length", value), "1048576");
	for (unsigned i = 0; i < LARGE / 16; i++) {
		(void)snprintf(line, sizeof(line), "%015u\n", i);
		assert_memory_equal(reply.body + (size_t)16 * i, line, 16);
	}
	ASK("", METHOD("HEAD"), {"FN_PATH", "/spool"});
	assert_int_equal(reply.length, 0);
	assert_string_equal(unit_fcgi_header(&reply, "Content-Length", value), "1048576");
	assert_works();
}

static void speaks_with_the_client_of_libfcgi(void **state)
{
	static const char program[] = "/usr/bin/cgi-fcgi";
	static char output[UNIT_TEXT_MAX];
	const char *const argv[] = {program, "-bind", "-connect", worker.path, NULL};
	const char *const environment[] = {"REQUEST_METHOD=GET", "FN_PATH=/user", NULL};

	(void)state;
	if (access(program, X_OK) != 0) {
		print_message("cgi-fcgi (package libfcgi-bin) is not installed\n");
		skip();
	}
	assert_int_equal(unit_run_program(argv, environment, output), 0);
	assert_non_null(strstr(output, "Status: 200 OK\r\n"));
	assert_non_null(strstr(output, "\"path\":\"/user\""));
}

/* ---- bodies ---- */

/* A request whose body is shorter than it says; the connection stays open or not. */
static void ask_cut(const char *promised, const char *body, bool end_of_body)
{
	int descriptor = unit_fcgi_connect(worker.path);
	struct fn_buf bytes;

	fn_buf_init(&bytes, 1 << 20);
	unit_fcgi_begin(&bytes);
	{
		struct fn_buf pairs;

		fn_buf_init(&pairs, 1 << 20);
		unit_fcgi_param(&pairs, "REQUEST_METHOD", "POST");
		unit_fcgi_param(&pairs, "CONTENT_LENGTH", promised);
		unit_fcgi_record(&bytes, UNIT_FCGI_PARAMS, pairs.bytes, pairs.length);
		fn_buf_free(&pairs);
	}
	unit_fcgi_record(&bytes, UNIT_FCGI_PARAMS, "", 0);
	unit_fcgi_record(&bytes, UNIT_FCGI_STDIN, body, strlen(body));
	if (end_of_body && *body != '\0')
		unit_fcgi_record(&bytes, UNIT_FCGI_STDIN, "", 0);
	assert_true(unit_fcgi_send(descriptor, &bytes));
	fn_buf_free(&bytes);
	if (!end_of_body)
		(void)shutdown(descriptor, SHUT_WR);
	unit_fcgi_forget(&reply);
	unit_fcgi_hear(descriptor, &reply);
}

static void never_takes_a_cut_body_for_a_whole_one(void **state)
{
	(void)state;
	ask_cut("10", "12345", true);
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "\"code\":\"bad_json\""));
	ask_cut("10", "", true);
	assert_int_equal(reply.status, 400);
	ask_cut("10", "12345", false); /* the peer left in the middle */
	assert_int_equal(reply.status, 400);
	assert_int_equal(atomic_load(&shared->calls), 0);
	assert_non_null(strstr(unit_worker_said(&worker), "body cut short"));
	assert_works();
}

static void refuses_a_length_that_is_no_number(void **state)
{
	static const char *const bad[] = {"abc", "-1", "1e3", "0x5", "5 ", "5,5",
					  "-",   " 5", "+5",  "5\n", "5.0"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		ASK("12345", METHOD("POST"), {"CONTENT_LENGTH", bad[i]});
		if (reply.status != 400)
			fail_msg("CONTENT_LENGTH \"%s\" gave %d", bad[i], reply.status);
	}
	assert_int_equal(atomic_load(&shared->calls), 0);
	assert_works();
}

static void refuses_what_is_too_large_before_reading_it(void **state)
{
	static const char *const large[] = {"1001", "4294967296", "4294967301",
					    "18446744073709551616", "99999999999999999999999999"};
	char body[2 * BODY_MAX];

	(void)state;
	for (size_t i = 0; i < FN_COUNT(large); i++) {
		ASK("12345", METHOD("POST"), {"CONTENT_LENGTH", large[i]});
		assert_int_equal(reply.status, 413);
		assert_true(reply.ended);
	}
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	ASK(body, METHOD("POST"));
	assert_int_equal(reply.status, 413);
	assert_int_equal(atomic_load(&shared->calls), 0);
	assert_works();
}

static void reads_no_more_than_the_length_says(void **state)
{
	(void)state;
	ASK("12345", METHOD("POST"), {"FN_PATH", "/echo"}, {"CONTENT_LENGTH", "3"});
	assert_string_equal(reply.body, "123");
	ASK("12345", METHOD("POST"), {"FN_PATH", "/echo"}, {"CONTENT_LENGTH", ""});
	assert_string_equal(reply.body, "");
	assert_works();
}

/* ---- requests that waited too long ---- */

static void ask_received(double seconds_ago)
{
	struct timespec now;
	char text[64];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)snprintf(text, sizeof(text), "%.3f",
		       (double)now.tv_sec + (double)now.tv_nsec / 1e9 - seconds_ago);
	ASK("12345", METHOD("POST"), {"REQUEST_RECEIVED", text});
}

static void sheds_what_waited_too_long(void **state)
{
	char value[256];

	(void)state;
	ask_received(1.5);
	assert_int_equal(reply.status, 503);
	assert_true(reply.ended);
	assert_string_equal(unit_fcgi_header(&reply, "Retry-After", value), "1");
	assert_string_equal(unit_fcgi_header(&reply, "X-Fn-Platform", value), "1");
	assert_non_null(strstr(reply.body, "\"code\":\"busy\""));
	assert_int_equal(atomic_load(&worker.board->shed), 1);
	assert_int_equal(atomic_load(&shared->calls), 0);
	ask_received(0.1);
	assert_int_equal(reply.status, 200);
	assert_null(unit_fcgi_header(&reply, "X-Fn-Platform", value));
	ask_received(-60); /* a clock that was set back */
	assert_int_equal(reply.status, 200);
	assert_int_equal(atomic_load(&worker.board->shed), 1);
}

static void does_not_shed_for_a_time_that_is_none(void **state)
{
	static const char *const bad[] = {"", "soon", "nan", "inf", "-inf", "-1", "0", "1e999"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		ASK("", METHOD("GET"), {"REQUEST_RECEIVED", bad[i]});
		if (reply.status != 200)
			fail_msg("REQUEST_RECEIVED \"%s\" gave %d", bad[i], reply.status);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(hands_a_request_to_the_handler),
		TEST(nothing_of_a_request_is_left_for_the_next),
		TEST(logs_one_line_a_request),
		TEST(says_nothing_of_what_went_well_when_it_is_quiet),
		TEST(sends_no_body_where_none_belongs),
		TEST(sends_and_takes_bytes_as_they_are),
		TEST(sends_large_bodies_in_pieces),
		TEST(speaks_with_the_client_of_libfcgi),
		TEST(never_takes_a_cut_body_for_a_whole_one),
		TEST(refuses_a_length_that_is_no_number),
		TEST(refuses_what_is_too_large_before_reading_it),
		TEST(reads_no_more_than_the_length_says),
		TEST(sheds_what_waited_too_long),
		TEST(does_not_shed_for_a_time_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
