/* fn_http_test.c: calls against a server of this test's own. */
#include "fn_http.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fn_conf.h"
#include "fn_db.h"
#include "fn_http_test.h"
#include "fn_time.h"

/* In the place of fn_db.o: no database here. */
static bool in_transaction;

bool fn_db_in_transaction(void)
{
	return in_transaction;
}

struct world {
	struct counts *counts; /* shared with the server */
	pid_t server;
	unsigned port;
	struct fn_request *req;
};

static int start(void **state)
{
	static struct world w;
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	w.counts = mmap(NULL, sizeof(*w.counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 16) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) != 0)
		return -1;
	w.port = ntohs(address.sin_port);
	w.server = fork();
	if (w.server == 0)
		be_server(listener, w.counts);
	(void)close(listener);
	w.req = fn_request_new(&(struct fn_request_parts){.id = "test-request"});
	fn_conf_set("HTTP_LOOPBACK", "true");
	in_transaction = false;
	*state = &w;
	return 0;
}

static int stop(void **state)
{
	struct world *w = *state;

	fn_request_free(w->req);
	(void)kill(w->server, SIGKILL);
	(void)waitpid(w->server, NULL, 0);
	return munmap(w->counts, sizeof(*w->counts));
}

/* ---- calls ---- */

static struct fn_http_answer call(struct world *w, const char *path, struct fn_http_call how)
{
	char url[200];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", w->port, path);
	how.url = url;
	if (how.method == NULL)
		how.method = "GET";
	return fn_http_do(w->req, &how);
}

static struct fn_http_answer get(struct world *w, const char *path)
{
	return call(w, path, (struct fn_http_call){.timeout_ms = 400});
}

static uint64_t milliseconds_since(uint64_t began)
{
	return (fn_time_monotonic() - began) / 1000000;
}

static void sends_method_headers_credentials_and_body(void **state)
{
	static const char *const headers[] = {"Content-Type: application/json",
					      "Idempotency-Key: k1", NULL};
	struct fn_http_answer got = call(*state, "/echo",
					 (struct fn_http_call){.method = "POST",
							       .headers = headers,
							       .user = "AC1",
							       .password = "s3cret",
							       .body = {"{\"a\":1}", 7}});

	assert_int_equal(got.status, 200);
	assert_null(got.why);
	assert_string_equal(got.type, "text/plain");
	assert_non_null(strstr(got.body.bytes, "POST /echo HTTP/1.1"));
	assert_non_null(strstr(got.body.bytes, "Content-Type: application/json"));
	assert_non_null(strstr(got.body.bytes, "Idempotency-Key: k1"));
	assert_non_null(strstr(got.body.bytes, "Authorization: Basic QUMxOnMzY3JldA=="));
	assert_non_null(strstr(got.body.bytes, "\r\n\r\n{\"a\":1}"));
	assert_null(strstr(got.body.bytes, "Expect"));
}

static void keeps_the_connection_between_calls(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(get(w, "/status/200").status, 200);
	assert_int_equal(w->counts->connections, 1);
	assert_int_equal(w->counts->requests, 5);
}

static void passes_on_what_the_other_side_refuses(void **state)
{
	struct fn_http_answer got = get(*state, "/later");

	assert_int_equal(got.status, 429);
	assert_int_equal(got.retry_after, 7);
	assert_int_equal(get(*state, "/status/404").status, 404);
}

static void does_not_follow_a_redirect(void **state)
{
	struct world *w = *state;

	assert_int_equal(get(w, "/redirect").status, 302);
	assert_int_equal(w->counts->requests, 1);
}

static void gives_up_on_silence_and_dripping_in_time(void **state)
{
	static const char *const paths[] = {"/mute", "/drip"};

	for (size_t i = 0; i < FN_COUNT(paths); i++) {
		uint64_t began = fn_time_monotonic();
		struct fn_http_answer got = get(*state, paths[i]);

		assert_int_equal(got.status, 0);
		assert_non_null(strstr(got.why, "127.0.0.1: "));
		assert_in_range(milliseconds_since(began), 300, 800);
	}
}

static void never_goes_past_the_deadline_of_the_request(void **state)
{
	struct world *w = *state;
	uint64_t began = fn_time_monotonic();

	fn_request_free(w->req);
	w->req =
		fn_request_new(&(struct fn_request_parts){.deadline = began + UINT64_C(200000000)});
	assert_int_equal(call(w, "/mute", (struct fn_http_call){.timeout_ms = 5000}).status, 0);
	assert_in_range(milliseconds_since(began), 100, 500);
	assert_string_equal(get(w, "/status/200").why, "127.0.0.1: no time left");
}

static void refuses_answers_without_end(void **state)
{
	assert_string_equal(get(*state, "/huge").why, "127.0.0.1: the answer is too large");
	assert_string_equal(get(*state, "/headers").why,
			    "127.0.0.1: the answer's headers are too large");
}

static void half_an_answer_is_none(void **state)
{
	assert_int_equal(get(*state, "/cut").status, 0);
	assert_int_equal(get(*state, "/reset").status, 0);
	assert_int_equal(get(*state, "/garbage").status, 0);
}

static void tries_again_only_what_may_be_repeated(void **state)
{
	struct world *w = *state;
	struct fn_http_call how = {.method = "POST", .retries = 3, .timeout_ms = 5000};

	assert_int_equal(call(w, "/flaky", how).status, 503);
	assert_int_equal(w->counts->requests, 1);
	how.idempotent = true;
	assert_int_equal(call(w, "/flaky", how).status, 200);
	assert_int_equal(w->counts->requests, 3);
}

static void a_refusal_is_not_tried_again(void **state)
{
	struct world *w = *state;
	struct fn_http_call how = {.retries = 3, .idempotent = true};

	assert_int_equal(call(w, "/status/422", how).status, 422);
	assert_int_equal(w->counts->requests, 1);
}

static void stops_calling_a_host_that_keeps_failing(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(get(w, "/status/500").status, 500);
	assert_string_equal(get(w, "/status/200").why,
			    "127.0.0.1: not called, it failed too often just now");
	assert_true(get(w, "/status/200").unsent);
	assert_int_equal(get(w, "/status/200").retry_after, 30);
	assert_int_equal(w->counts->requests, 5);
}

static void reaches_a_loopback_host_by_name(void **state)
{
	struct world *w = *state;
	char url[100];

	(void)snprintf(url, sizeof(url), "http://localhost:%u/status/200", w->port);
	assert_int_equal(fn_http_do(w->req, &(struct fn_http_call){.method = "GET", .url = url})
				 .status,
			 200);
}

static void without_the_setting_loopback_is_refused(void **state)
{
	struct world *w = *state;
	char url[100];

	fn_conf_set("HTTP_LOOPBACK", "false");
	assert_string_equal(get(w, "/status/200").why, "only https is called");
	(void)snprintf(url, sizeof(url), "https://localhost:%u/", w->port);
	assert_string_equal(fn_http_do(w->req, &(struct fn_http_call){.method = "GET", .url = url})
				    .why,
			    "localhost: its address is not a public one");
	assert_int_equal(w->counts->connections, 0);
}

static void every_spelling_of_a_private_address_is_refused(void **state)
{
	static const char *const urls[] = {
		"https://2130706433/",
		"https://0x7f000001/",
		"https://0177.0.0.1/",
		"https://127.1/",
		"https://0/",
		"https://[::1]/",
		"https://10.0.0.1/",
		"https://[::ffff:10.0.0.1]/",
		"https://169.254.169.254/latest",
		"https://[fe80::1]/",
	};
	struct world *w = *state;

	fn_conf_set("HTTP_LOOPBACK", "false");
	for (size_t i = 0; i < FN_COUNT(urls); i++) {
		struct fn_http_call how = {.method = "GET", .url = urls[i], .timeout_ms = 300};
		struct fn_http_answer got = fn_http_do(w->req, &how);

		if (got.status != 0 || strstr(got.why, "not a public one") == NULL)
			fail_msg("%s: %s", urls[i], got.why);
	}
}

static void other_schemes_are_refused(void **state)
{
	static const char *const urls[] = {"file:///etc/passwd",
					   "gopher://127.0.0.1/",
					   "http://example.org/",
					   "ftp://127.0.0.1/",
					   "nonsense",
					   ""};
	struct world *w = *state;

	for (size_t i = 0; i < FN_COUNT(urls); i++) {
		struct fn_http_call how = {.method = "GET", .url = urls[i]};

		assert_int_equal(fn_http_do(w->req, &how).status, 0);
	}
}

static void a_call_inside_a_transaction_ends_the_process(void **state)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		(void)close(STDERR_FILENO);
		in_transaction = true;
		(void)get(*state, "/status/200");
		_exit(0);
	}
	(void)waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(sends_method_headers_credentials_and_body),
		WITH_SERVER(keeps_the_connection_between_calls),
		WITH_SERVER(passes_on_what_the_other_side_refuses),
		WITH_SERVER(does_not_follow_a_redirect),
		WITH_SERVER(gives_up_on_silence_and_dripping_in_time),
		WITH_SERVER(never_goes_past_the_deadline_of_the_request),
		WITH_SERVER(refuses_answers_without_end),
		WITH_SERVER(half_an_answer_is_none),
		WITH_SERVER(tries_again_only_what_may_be_repeated),
		WITH_SERVER(a_refusal_is_not_tried_again),
		WITH_SERVER(stops_calling_a_host_that_keeps_failing),
		WITH_SERVER(reaches_a_loopback_host_by_name),
		WITH_SERVER(without_the_setting_loopback_is_refused),
		WITH_SERVER(every_spelling_of_a_private_address_is_refused),
		WITH_SERVER(other_schemes_are_refused),
		WITH_SERVER(a_call_inside_a_transaction_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
