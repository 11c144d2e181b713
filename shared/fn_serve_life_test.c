/* fn_serve_life_test.c: when a worker leaves, and what fnd can see of it meanwhile. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fn_time.h"
#include "unit_fcgi.h"
#include "unit_worker.h"

static struct unit_worker worker;
static struct unit_fcgi_reply reply;
/* The handler says that it has begun, and waits until it may go on. */
static int begun[2], may_go_on[2];

static struct fn_error *handle(struct fn_request *req)
{
	char byte = 'x';

	if (strcmp(fn_request_path(req), "/wait") == 0 &&
	    (write(begun[1], &byte, 1) != 1 || read(may_go_on[0], &byte, 1) != 1))
		abort();
	return fn_reply_bytes(req, 200, "text/plain", "done", 4);
}

static const struct fn_function function = {.name = "test",
					    .methods = FN_GET,
					    .auth = FN_AUTH_NONE,
					    .errors = FN_ERRORS_PLAIN,
					    .handle = handle};

static int set_up(void **state)
{
	(void)state;
	if (pipe2(begun, O_CLOEXEC) != 0 || pipe2(may_go_on, O_CLOEXEC) != 0)
		return -1;
	unit_worker_prepare(&worker);
	memset(&reply, 0, sizeof(reply));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unit_fcgi_forget(&reply);
	unit_worker_clean(&worker);
	for (int i = 0; i < 2; i++) {
		(void)close(begun[i]);
		(void)close(may_go_on[i]);
	}
	return 0;
}

static void start(unsigned requests_max)
{
	unit_worker_start(&worker,
			  &(struct fn_serve){.function = &function, .requests_max = requests_max});
}

/* Sends a request and leaves the connection open. */
static int send_request(const char *path)
{
	int descriptor = unit_fcgi_connect(worker.path);
	const struct unit_header params[] = {{"REQUEST_METHOD", "GET"},
					     {"FN_PATH", path},
					     {"REQUEST_ID", "id-of-nginx-1"},
					     {0}};
	struct fn_buf bytes;

	fn_buf_init(&bytes, 1 << 16);
	unit_fcgi_request(&bytes, params, "", 0);
	assert_true(unit_fcgi_send(descriptor, &bytes));
	fn_buf_free(&bytes);
	return descriptor;
}

/* The same, and waits until the handler has it in hand. */
static int send_slow_request(void)
{
	struct pollfd in_hand = {.fd = begun[0], .events = POLLIN};
	int descriptor = send_request("/wait");
	char byte;

	assert_int_equal(poll(&in_hand, 1, UNIT_PATIENCE_MS), 1);
	assert_int_equal(read(begun[0], &byte, 1), 1);
	return descriptor;
}

static void let_go_on(void)
{
	assert_int_equal(write(may_go_on[1], "x", 1), 1);
}

static void assert_answered(int descriptor)
{
	unit_fcgi_forget(&reply);
	unit_fcgi_hear(descriptor, &reply);
	assert_int_equal(reply.status, 200);
	assert_true(reply.ended);
	assert_string_equal(reply.body, "done");
}

static bool has_answer(int descriptor)
{
	struct pollfd ready = {.fd = descriptor, .events = POLLIN};

	return poll(&ready, 1, 0) == 1;
}

static void stop(void)
{
	assert_int_equal(kill(worker.pid, SIGTERM), 0);
}

/* ---- leaving ---- */

static void leaves_when_told_while_idle(void **state)
{
	(void)state;
	start(0);
	stop();
	assert_int_equal(unit_worker_end(&worker), 0);
}

static void finishes_the_request_in_hand_before_it_leaves(void **state)
{
	int client;

	(void)state;
	start(0);
	client = send_slow_request();
	stop();
	stop(); /* more of them change nothing */
	assert_true(unit_worker_lives(&worker));
	assert_false(has_answer(client));
	let_go_on();
	assert_answered(client);
	assert_int_equal(unit_worker_end(&worker), 0);
}

/* Under load there is always another connection: it is for those who stay. */
static void takes_no_further_request_once_told(void **state)
{
	int client, others[3];

	(void)state;
	start(0);
	client = send_slow_request();
	for (unsigned i = 0; i < 3; i++)
		others[i] = send_request("/");
	stop();
	let_go_on();
	assert_answered(client);
	assert_int_equal(unit_worker_end(&worker), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_false(has_answer(others[i]));
	start(0);
	for (unsigned i = 0; i < 3; i++) /* nothing of it was lost */
		assert_answered(others[i]);
}

static void retires_after_so_many_requests(void **state)
{
	int fourth;

	(void)state;
	start(3);
	for (unsigned i = 0; i < 3; i++)
		assert_answered(send_request("/"));
	fourth = send_request("/");
	assert_int_equal(unit_worker_end(&worker), 0);
	assert_false(has_answer(fourth));
	start(1);
	assert_answered(fourth);
	assert_int_equal(unit_worker_end(&worker), 0);
}

static void peers_that_ask_nothing_do_not_count(void **state)
{
	(void)state;
	start(2);
	for (unsigned i = 0; i < 5; i++) {
		(void)close(unit_fcgi_connect(worker.path));
		assert_true(unit_worker_lives(&worker));
	}
	assert_answered(send_request("/"));
	assert_true(unit_worker_lives(&worker));
	assert_answered(send_request("/"));
	assert_int_equal(unit_worker_end(&worker), 0);
}

static void other_signals_do_not_end_it(void **state)
{
	static const int signals[] = {SIGPIPE, SIGUSR1, SIGINT};

	(void)state;
	start(0);
	for (size_t i = 0; i < FN_COUNT(signals); i++) {
		assert_int_equal(kill(worker.pid, signals[i]), 0);
		assert_answered(send_request("/"));
	}
	stop();
	assert_int_equal(unit_worker_end(&worker), 0);
}

/* ---- the scoreboard ---- */

static void shows_its_state_and_the_request_in_hand(void **state)
{
	const struct fn_slot *slot = &worker.board->slots[0];
	uint64_t before = fn_time_monotonic();
	int client;

	(void)state;
	start(0);
	assert_int_equal(atomic_load(&slot->state), FN_SLOT_IDLE);
	assert_int_equal(atomic_load(&slot->served), 0);
	assert_true(atomic_load(&slot->since) >= before);
	before = fn_time_monotonic();
	client = send_slow_request();
	assert_int_equal(atomic_load(&slot->state), FN_SLOT_BUSY);
	assert_true(atomic_load(&slot->since) >= before);
	assert_true(atomic_load(&slot->since) <= fn_time_monotonic());
	assert_string_equal(slot->request_id, "id-of-nginx-1");
	assert_int_equal(atomic_load(&slot->served), 0);
	let_go_on();
	assert_answered(client);
	unit_worker_await(&worker, FN_SLOT_IDLE);
	assert_int_equal(atomic_load(&slot->served), 1);
	assert_string_equal(slot->request_id, "id-of-nginx-1"); /* of the last one */
}

/* fnd ends it at the hard limit: for that it has to look busy, and since when. */
static void looks_busy_while_a_peer_keeps_half_a_request_back(void **state)
{
	const struct fn_slot *slot = &worker.board->slots[0];
	uint64_t before = fn_time_monotonic();
	struct fn_buf bytes;
	int client;

	(void)state;
	atomic_store(&worker.board->wanted, 1);
	start(0);
	fn_buf_init(&bytes, 1 << 16);
	unit_fcgi_begin(&bytes);
	client = unit_fcgi_connect(worker.path);
	assert_true(unit_fcgi_send(client, &bytes));
	fn_buf_free(&bytes);
	unit_worker_await(&worker, FN_SLOT_BUSY);
	assert_true(atomic_load(&slot->since) >= before);
	/* and somebody else has to serve meanwhile */
	for (unsigned i = 0; unit_worker_woken(&worker) == 0; i++) {
		assert_true(i < 1000);
		(void)poll(NULL, 0, 1);
	}
	(void)close(client);
	unit_worker_await(&worker, FN_SLOT_IDLE);
}

static void wakes_fnd_when_nobody_is_idle_any_more(void **state)
{
	int client;

	(void)state;
	atomic_store(&worker.board->wanted, 1);
	start(0);
	assert_int_equal(unit_worker_woken(&worker), 0);
	client = send_slow_request();
	assert_int_equal(unit_worker_woken(&worker), 1);
	let_go_on();
	assert_answered(client);
}

static void does_not_wake_fnd_while_a_sibling_is_idle(void **state)
{
	int client;

	(void)state;
	atomic_store(&worker.board->wanted, 1);
	atomic_store(&worker.board->slots[FN_SLOTS_MAX - 1].state, FN_SLOT_IDLE);
	start(0);
	client = send_slow_request();
	assert_int_equal(unit_worker_woken(&worker), 0);
	let_go_on();
	assert_answered(client);
}

static void does_not_count_siblings_that_only_start(void **state)
{
	int client;

	(void)state;
	atomic_store(&worker.board->wanted, 1);
	atomic_store(&worker.board->slots[1].state, FN_SLOT_STARTING);
	atomic_store(&worker.board->slots[2].state, FN_SLOT_BUSY);
	start(0);
	client = send_slow_request();
	assert_int_equal(unit_worker_woken(&worker), 1);
	let_go_on();
	assert_answered(client);
}

static void does_not_wake_fnd_unless_more_may_be_started(void **state)
{
	int client;

	(void)state;
	start(0);
	client = send_slow_request();
	assert_int_equal(unit_worker_woken(&worker), 0);
	let_go_on();
	assert_answered(client);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(leaves_when_told_while_idle),
		TEST(finishes_the_request_in_hand_before_it_leaves),
		TEST(takes_no_further_request_once_told),
		TEST(retires_after_so_many_requests),
		TEST(peers_that_ask_nothing_do_not_count),
		TEST(other_signals_do_not_end_it),
		TEST(shows_its_state_and_the_request_in_hand),
		TEST(looks_busy_while_a_peer_keeps_half_a_request_back),
		TEST(wakes_fnd_when_nobody_is_idle_any_more),
		TEST(does_not_wake_fnd_while_a_sibling_is_idle),
		TEST(does_not_count_siblings_that_only_start),
		TEST(does_not_wake_fnd_unless_more_may_be_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
