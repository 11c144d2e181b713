/* fn_serve_peers_test.c: a real worker against peers that leave, are silent or talk nonsense. */
#include "fn_serve_test.h"

static void survives_a_peer_that_leaves(void **state)
{
	struct fn_buf whole;

	(void)state;
	fn_buf_init(&whole, 1 << 20);
	unit_fcgi_request(&whole,
			  (const struct unit_header[]){METHOD("POST"),
						       {"FN_PATH", "/large"},
						       {"CONTENT_LENGTH", "0"},
						       {0}},
			  "", 0);
	/* after each of the bytes of a request: one that was cut between two parameters must not
	 * be taken for a shorter one */
	for (size_t cut = 0; cut < whole.length; cut++) {
		struct fn_buf part = {.bytes = whole.bytes, .length = cut};
		int descriptor = unit_fcgi_connect(worker.path);

		assert_true(unit_fcgi_send(descriptor, &part));
		(void)close(descriptor);
	}
	unit_worker_await(&worker, FN_SLOT_IDLE);
	assert_int_equal(atomic_load(&shared->calls), 0);
	{ /* and one that leaves before it has read the answer */
		int descriptor = unit_fcgi_connect(worker.path);

		assert_true(unit_fcgi_send(descriptor, &whole));
		(void)close(descriptor);
	}
	fn_buf_free(&whole);
	assert_works();
	assert_int_equal(atomic_load(&shared->calls), 2);
}

static void waits_only_briefly_for_a_silent_peer(void **state)
{
	int silent = unit_fcgi_connect(worker.path);
	uint64_t began = fn_time_monotonic();

	(void)state;
	unit_worker_await(&worker, FN_SLOT_BUSY);
	assert_works();
	assert_true(fn_time_monotonic() - began < (uint64_t)SECOND);
	(void)close(silent);
}

/* A kept connection would own the worker for as long as its peer likes. */
static void keeps_no_connection_though_the_peer_asks_for_it(void **state)
{
	static const char keep[8] = {0, 1, 1};
	int descriptor = unit_fcgi_connect(worker.path);
	struct fn_buf bytes, params;

	(void)state;
	fn_buf_init(&bytes, 1 << 16);
	fn_buf_init(&params, 1 << 16);
	unit_fcgi_param(&params, "REQUEST_METHOD", "GET");
	unit_fcgi_record(&bytes, UNIT_FCGI_BEGIN, keep, sizeof(keep));
	unit_fcgi_record(&bytes, UNIT_FCGI_PARAMS, params.bytes, params.length);
	unit_fcgi_record(&bytes, UNIT_FCGI_PARAMS, "", 0);
	unit_fcgi_record(&bytes, UNIT_FCGI_STDIN, "", 0);
	assert_true(unit_fcgi_send(descriptor, &bytes));
	fn_buf_free(&bytes);
	fn_buf_free(&params);
	assert_works(); /* somebody else is served meanwhile */
	unit_fcgi_forget(&reply);
	unit_fcgi_hear(descriptor, &reply);
	assert_int_equal(reply.status, 200);
}

static void takes_ten_thousand_parameters(void **state)
{
	struct unit_header *params = test_calloc(10003, sizeof(*params));
	char(*names)[16] = test_calloc(10000, sizeof(*names));

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "HTTP_X_%u", i);
		params[i] = (struct unit_header){names[i], "some value"};
	}
	params[10000] = (struct unit_header)METHOD("GET");
	params[10001] = (struct unit_header){"HTTP_X_TEST_HEADER", "last"};
	unit_fcgi_ask(worker.path, params, "", &reply);
	assert_int_equal(reply.status, 200);
	assert_member("x", "\"last\"");
	test_free(params);
	test_free(names);
	assert_works();
}

/* libfcgi closes the connection; the worker goes on. */
static void survives_records_that_make_no_sense(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} table[] = {
		{BYTES("GET / HTTP/1.0\r\n\r\n")},
		{BYTES("\0\0\0\0\0\0\0\0")},
		{BYTES("\x02\x01\0\x01\0\x08\0\0\0\x01\0\0\0\0\0\0")}, /* another version */
		{BYTES("\x01\x01\0\x01\0\x08\0\0\0\x02\0\0\0\0\0\0")}, /* the role of a filter */
		{BYTES("\x01\x01\0\x01\0\x08\0\0\0\x63\0\0\0\0\0\0")}, /* no role */
		{BYTES("\x01\x01\0\x01\0\x01\0\0\x01")},               /* a short BEGIN */
		{BYTES("\x01\x04\0\x01\0\x04\0\0\x01\x01"
		       "ab")}, /* PARAMS first */
		{BYTES("\x01\x05\0\x01\0\x04\0\0"
		       "abcd")},                                       /* STDIN first */
		{BYTES("\x01\x02\0\x01\0\0\0\0")},                     /* ABORT first */
		{BYTES("\x01\x63\0\0\0\0\0\0")},                       /* no such type */
		{BYTES("\x01\x09\0\0\0\x10\0\0\x0e\0FCGI_MAX_CONNS")}, /* management */
		/* a parameter longer than its record */
		{BYTES("\x01\x01\0\x01\0\x08\0\0\0\x01\0\0\0\0\0\0"
		       "\x01\x04\0\x01\0\x03\0\0\x7f\x7f"
		       "a\x01\x04\0\x01\0\0\0\0")},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		int descriptor = unit_fcgi_connect(worker.path);

		(void)send(descriptor, table[i].bytes, table[i].length, MSG_NOSIGNAL);
		(void)shutdown(descriptor, SHUT_WR);
		unit_fcgi_forget(&reply);
		unit_fcgi_hear(descriptor, &reply);
		if (!unit_worker_lives(&worker))
			fail_msg("record %zu ended the worker", i);
	}
	assert_int_equal(atomic_load(&shared->calls), 0);
	assert_works();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(survives_a_peer_that_leaves),
		TEST(waits_only_briefly_for_a_silent_peer),
		TEST(keeps_no_connection_though_the_peer_asks_for_it),
		TEST(takes_ten_thousand_parameters),
		TEST(survives_records_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
