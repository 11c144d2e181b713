/* rt_fcgi_test.c: calls against a peer that answers well, slowly, oddly or not at all. */
#include "rt_fcgi.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fn_buf.h"
#include "fn_macros.h"

enum { WAIT_MS = 5000 };

struct world {
	char path[64];
	int listener;
	pid_t peer;
	struct rt_fcgi *call;
};

static int start(void **state)
{
	static struct world w;
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	w = (struct world){.path = "/tmp/rt_fcgi_test.XXXXXX"};
	if (mkdtemp(w.path) == NULL)
		return -1;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/f.sock", w.path);
	w.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(w.listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(w.listener, 1) != 0)
		return -1;
	*state = &w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;
	char path[80];

	rt_fcgi_end(w->call);
	if (w->peer > 0) {
		(void)kill(w->peer, SIGKILL);
		(void)waitpid(w->peer, NULL, 0);
	}
	(void)close(w->listener);
	(void)snprintf(path, sizeof(path), "%s/f.sock", w->path);
	(void)unlink(path);
	return rmdir(w->path);
}

/* ---- the peer ---- */

static void add(struct fn_buf *to, int type, const void *content, size_t length, int padding)
{
	const uint8_t header[8] =
		{1, (uint8_t)type, 0, 1, (uint8_t)(length >> 8), (uint8_t)length, (uint8_t)padding,
		 0};

	fn_buf_add(to, header, sizeof(header));
	fn_buf_add(to, content, length);
	fn_buf_add(to, "\0\0\0\0\0\0\0", (size_t)padding);
}

static void add_end(struct fn_buf *to, char protocol_status)
{
	const char content[8] = {0, 0, 0, 0, protocol_status, 0, 0, 0};

	add(to, 3, content, sizeof(content), 0);
}

/* Reads until the empty STDIN record, then sends the bytes in pieces of `piece`, then closes. */
static void be_peer(int listener, const struct fn_buf *answer, size_t piece)
{
	static const char end[8] = {1, 5, 0, 1, 0, 0, 0, 0};
	int client = accept(listener, NULL, NULL);
	char last[8] = "", byte;

	while (memcmp(last, end, sizeof(end)) != 0 && recv(client, &byte, 1, 0) == 1) {
		memmove(last, last + 1, sizeof(last) - 1);
		last[sizeof(last) - 1] = byte;
	}
	for (size_t at = 0; at < answer->length; at += piece) {
		size_t left = answer->length - at;

		if (send(client, answer->bytes + at, left < piece ? left : piece, MSG_NOSIGNAL) < 0)
			break;
	}
	(void)close(client);
	_exit(0);
}

static enum rt_fcgi_state finish(struct rt_fcgi *call)
{
	for (;;) {
		enum rt_fcgi_state state = rt_fcgi_continue(call);
		struct pollfd wait = {.fd = rt_fcgi_descriptor(call)};

		if (state != RT_FCGI_WAITING)
			return state;
		wait.events = rt_fcgi_events(call);
		if (poll(&wait, 1, WAIT_MS) != 1)
			fail_msg("nothing happened for %d ms", WAIT_MS);
	}
}

static enum rt_fcgi_state call_with(struct world *w, const struct fn_buf *answer, size_t piece,
				    const char *body, size_t length)
{
	char path[80];
	const struct rt_fcgi_param params[] = {{"REQUEST_METHOD", "POST"}, {"FN_INTERNAL", "1"}};

	w->peer = fork();
	if (w->peer == 0)
		be_peer(w->listener, answer, piece);
	(void)snprintf(path, sizeof(path), "%s/f.sock", w->path);
	w->call = rt_fcgi_begin(path, params, FN_COUNT(params), body, length);
	return finish(w->call);
}

static enum rt_fcgi_state call(struct world *w, struct fn_buf *answer, size_t piece)
{
	enum rt_fcgi_state state = call_with(w, answer, piece, "{}", 2);

	fn_buf_free(answer);
	return state;
}

static struct fn_buf fine_answer(void)
{
	static const char head[] = "Status: 503 Service Unavailable\r\nretry-after:  7\r\n"
				   "Content-Type: application/json\r\n";
	struct fn_buf b;

	fn_buf_init(&b, 1 << 20);
	add(&b, 7, "noise", 5, 3);
	add(&b, 6, head, sizeof(head) - 1, 0);
	add(&b, 6, "\r\n{\"a\":", 7, 7);
	add(&b, 6, "1}", 2, 1);
	add(&b, 6, "", 0, 0);
	add_end(&b, 0);
	return b;
}

static void assert_fine(const struct rt_fcgi_reply *reply)
{
	assert_int_equal(reply->status, 503);
	assert_int_equal(reply->retry_after, 7);
	assert_int_equal(reply->length, 7);
	assert_string_equal(reply->body, "{\"a\":1}");
}

static void reads_an_answer_in_several_records(void **state)
{
	struct world *w = *state;
	struct fn_buf b = fine_answer();

	assert_int_equal(call(w, &b, 1 << 16), RT_FCGI_DONE);
	assert_fine(rt_fcgi_reply(w->call));
	assert_int_equal(rt_fcgi_descriptor(w->call), -1);
}

static void reads_an_answer_byte_by_byte(void **state)
{
	struct world *w = *state;
	struct fn_buf b = fine_answer();

	assert_int_equal(call(w, &b, 1), RT_FCGI_DONE);
	assert_fine(rt_fcgi_reply(w->call));
}

static void an_answer_without_status_is_200(void **state)
{
	struct world *w = *state;
	struct fn_buf b;

	fn_buf_init(&b, 1 << 20);
	add(&b, 6, "Content-Type: text/plain\r\n\r\n", 28, 0);
	add_end(&b, 0);
	assert_int_equal(call(w, &b, 1 << 16), RT_FCGI_DONE);
	assert_int_equal(rt_fcgi_reply(w->call)->status, 200);
	assert_int_equal(rt_fcgi_reply(w->call)->length, 0);
}

static void sends_a_body_of_several_records(void **state)
{
	struct world *w = *state;
	struct fn_buf b = fine_answer();
	char *body = calloc(1, 200000);

	memset(body, 'x', 200000);
	assert_int_equal(call_with(w, &b, 1 << 16, body, 200000), RT_FCGI_DONE);
	assert_fine(rt_fcgi_reply(w->call));
	fn_buf_free(&b);
	free(body);
}

static void a_dead_worker_is_a_failure(void **state)
{
	struct world *w = *state;
	struct fn_buf b = fine_answer();

	b.length -= 16; /* all but the end record */
	assert_int_equal(call(w, &b, 1 << 16), RT_FCGI_FAILED);
	assert_string_equal(rt_fcgi_why(w->call), "the worker ended without an answer");
}

static void strange_answers_are_failures(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *why;
	} table[] = {
		{"", 0, "the worker ended without an answer"},
		{"HTTP/1.1 200 OK\r\n\r\n", 19, "not FastCGI"},
		{"\1\6\0\2\0\0\0\0", 8, "an answer to another request"},
		{"\1\x0c\0\1\0\0\0\0", 8, "an unknown record"},
		{"\1\3\0\1\0\2\0\0\0\0", 10, "the function did not take the request"},
		{"\1\3\0\1\0\x08\0\0\0\0\0\0\1\0\0\0", 16, "the function did not take the request"},
		{"\1\3\0\1\0\x08\0\0\0\0\0\0\0\0\0\0", 16, "the answer has no headers"},
		{"\1\6\0\1\0\x10\0\0Status: 99 X\r\n\r\n\1\3\0\1\0\x08\0\0\0\0\0\0\0\0\0\0", 40,
		 "the answer has a bad status"},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct world *w = *state;
		struct fn_buf b;

		fn_buf_init(&b, 1 << 20);
		fn_buf_add(&b, table[i].bytes, table[i].length);
		assert_int_equal(call(w, &b, 1 << 16), RT_FCGI_FAILED);
		assert_string_equal(rt_fcgi_why(w->call), table[i].why);
		rt_fcgi_end(w->call);
		w->call = NULL;
		(void)waitpid(w->peer, NULL, 0);
		w->peer = 0;
	}
}

static void a_huge_answer_is_a_failure(void **state)
{
	struct world *w = *state;
	char *piece = calloc(1, 65535);
	struct fn_buf b;

	memset(piece, 'x', 65535);
	fn_buf_init(&b, 1 << 20);
	for (int i = 0; i < 6; i++)
		add(&b, 6, piece, 65535, 7);
	free(piece);
	assert_int_equal(call(w, &b, 1 << 16), RT_FCGI_FAILED);
	assert_string_equal(rt_fcgi_why(w->call), "the answer is too large");
}

static void a_missing_function_is_a_failure(void **state)
{
	struct world *w = *state;

	w->call = rt_fcgi_begin("/tmp/rt_fcgi_test.none/f.sock", NULL, 0, "", 0);
	assert_int_equal(finish(w->call), RT_FCGI_FAILED);
	assert_string_equal(rt_fcgi_why(w->call), "there is no such function");
}

static void a_full_backlog_is_a_failure(void **state)
{
	struct world *w = *state;
	struct rt_fcgi *waiting[4] = {0};
	char path[80];
	size_t refused = 0;

	(void)snprintf(path, sizeof(path), "%s/f.sock", w->path);
	for (size_t i = 0; i < FN_COUNT(waiting); i++) {
		waiting[i] = rt_fcgi_begin(path, NULL, 0, "", 0);
		if (rt_fcgi_continue(waiting[i]) == RT_FCGI_FAILED) {
			assert_string_equal(rt_fcgi_why(waiting[i]), "too many calls wait already");
			refused++;
		}
	}
	assert_int_equal(refused, 2); /* a backlog of 1 holds two */
	for (size_t i = 0; i < FN_COUNT(waiting); i++)
		rt_fcgi_end(waiting[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_an_answer_in_several_records), TEST(reads_an_answer_byte_by_byte),
		TEST(an_answer_without_status_is_200),    TEST(sends_a_body_of_several_records),
		TEST(a_dead_worker_is_a_failure),         TEST(strange_answers_are_failures),
		TEST(a_huge_answer_is_a_failure),         TEST(a_missing_function_is_a_failure),
		TEST(a_full_backlog_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
