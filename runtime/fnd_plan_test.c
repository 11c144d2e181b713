/* fnd_plan_test.c: what fnd decides about one function's workers, from tables of scoreboards. */
#include "fnd_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define T (1000 * FND_SECOND) /* now */

/* One worker each letter: s starting, i idle, b busy, o old generation's busy, t told and idle, T
 * told and busy, k killed. All have been so for a while, but not for too long. */
static struct fnd_plan_input board(const char *workers, unsigned min, unsigned max)
{
	struct fnd_plan_input in = {
		.now = T,
		.may_spawn = true,
		.min = min,
		.max = max,
		.idle_timeout = 60 * FND_SECOND,
	};

	for (size_t i = 0; workers[i] != '\0'; i++) {
		char w = workers[i];

		in.slots[i] = (struct fnd_plan_slot){
			.taken = true,
			.serves = w != 'o',
			.told = w == 't' || w == 'T',
			.killed = w == 'k',
			.state = w == 's'               ? FN_SLOT_STARTING
				 : w == 'i' || w == 't' ? FN_SLOT_IDLE
							: FN_SLOT_BUSY,
			.since = T - 100 * FND_MS,
			.told_at = w == 't' || w == 'T' ? T - 50 * FND_MS : 0,
			.hard_limit = 10 * FND_SECOND,
		};
	}
	return in;
}

static struct fnd_plan plan(const struct fnd_plan_input *in)
{
	struct fnd_plan made;

	fnd_plan_make(in, &made);
	return made;
}

static void starts_and_watches_as_the_table_says(void **state)
{
	static const struct {
		const char *workers;
		unsigned min, max;
		bool readable;
		unsigned queue;
		unsigned spawn;
		bool watch, wanted;
	} table[] = {
		/* nobody there: wait for a connection, then one start */
		{"", 0, 4, false, 0, 0, true, true},
		{"", 0, 4, true, 1, 1, false, true},
		/* unknown queue: one */
		{"", 0, 4, true, 0, 1, false, true},
		/* one for each that waits, up to max */
		{"", 0, 4, true, 3, 3, false, true},
		{"", 0, 4, true, 9, 4, false, true},
		{"bb", 0, 4, true, 9, 2, false, true},
		/* min at once, whoever waits */
		{"", 2, 4, false, 0, 2, false, true},
		{"s", 2, 4, false, 0, 1, false, true},
		{"k", 1, 4, false, 0, 1, false, true},
		/* somebody is idle: fnd does not look at the socket */
		{"i", 0, 4, true, 5, 0, false, true},
		{"bi", 0, 4, false, 0, 0, false, true},
		/* all busy: look */
		{"bb", 0, 4, false, 0, 0, true, true},
		/* somebody will soon be idle: wait for it */
		{"bs", 0, 4, true, 5, 0, false, true},
		/* full */
		{"bbbb", 0, 4, true, 9, 0, false, false},
		{"bbss", 0, 4, true, 9, 0, false, false},
		/* who leaves, or belongs to another generation, does not count */
		{"t", 0, 4, false, 0, 0, true, true},
		{"bbbT", 0, 4, true, 1, 1, false, true},
		{"oooo", 0, 4, true, 1, 1, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct fnd_plan_input in = board(table[i].workers, table[i].min, table[i].max);
		struct fnd_plan made;

		in.readable = table[i].readable;
		in.queue = table[i].queue;
		made = plan(&in);
		if (made.spawn != table[i].spawn || made.watch != table[i].watch ||
		    made.wanted != table[i].wanted)
			fail_msg("row %zu (\"%s\"): spawn %u watch %d wanted %d", i,
				 table[i].workers, made.spawn, made.watch, made.wanted);
	}
}

static void leaves_a_connection_to_the_worker_that_is_about_to_take_it(void **state)
{
	struct fnd_plan_input in = board("b", 0, 4);
	struct fnd_plan made;

	(void)state;
	in.readable = true;
	in.queue = 1;
	in.slots[0].since = T - 100; /* ns: it has not called accept() yet */
	made = plan(&in);
	assert_int_equal(made.spawn, 0);
	assert_false(made.watch);
	assert_true(made.check_at > T && made.check_at <= T + FND_MS);
	in.queue = 3;
	assert_int_equal(plan(&in).spawn, 2);
	in.slots[0].since = T - FND_MS; /* it had its chance */
	in.queue = 1;
	assert_int_equal(plan(&in).spawn, 1);
	in.slots[0].nameless = true; /* it shows that it has no request yet */
	assert_int_equal(plan(&in).spawn, 0);
	in.slots[0].since = T - 100 * FND_MS; /* a silent peer: others must not wait for that */
	assert_int_equal(plan(&in).spawn, 1);
}

static void helps_connections_whose_wake_up_died_with_a_worker(void **state)
{
	struct fnd_plan_input in = board("bi", 0, 4);

	(void)state;
	in.stranded = true;
	assert_int_equal(plan(&in).spawn, 1);
	in.max = 2; /* no room: the idle one, which does not look by itself, makes some */
	assert_int_equal(plan(&in).spawn, 1);
	assert_int_equal(plan(&in).action[1], FND_RETIRE);
	in = board("bb", 0, 2); /* nobody is idle: they just wait */
	in.stranded = true;
	assert_int_equal(plan(&in).spawn, 0);
}

static void starts_nothing_without_a_template_or_while_it_must_wait(void **state)
{
	struct fnd_plan_input in = board("", 2, 4);
	struct fnd_plan made;

	(void)state;
	in.readable = true;
	in.not_before = T + 300 * FND_MS;
	made = plan(&in);
	assert_int_equal(made.spawn, 0);
	assert_false(made.watch);
	assert_true(made.check_at == T + 300 * FND_MS);
	in.not_before = T;
	assert_int_equal(plan(&in).spawn, 2);
	in.may_spawn = false;
	made = plan(&in);
	assert_int_equal(made.spawn, 0);
	assert_false(made.watch);
	assert_false(made.wanted);
}

static void a_start_that_takes_long_no_longer_keeps_others_back(void **state)
{
	struct fnd_plan_input in = board("s", 0, 4);

	(void)state;
	in.readable = true;
	in.queue = 1;
	assert_int_equal(plan(&in).spawn, 0);
	assert_true(plan(&in).check_at <= T + FND_SECOND);
	in.slots[0].since = T - 2 * FND_SECOND;
	assert_int_equal(plan(&in).spawn, 1);
}

static void retires_the_longest_idle_down_to_min(void **state)
{
	struct fnd_plan_input in = board("iibi", 2, 8);
	struct fnd_plan made;

	(void)state;
	in.slots[0].since = T - 61 * FND_SECOND;
	in.slots[1].since = T - 90 * FND_SECOND;
	in.slots[3].since = T - 70 * FND_SECOND;
	made = plan(&in);
	assert_int_equal(made.action[0], FND_KEEP);
	assert_int_equal(made.action[1], FND_RETIRE);
	assert_int_equal(made.action[2], FND_KEEP);
	assert_int_equal(made.action[3], FND_RETIRE);
	assert_int_equal(made.live, 2);
	in.min = 4;
	made = plan(&in);
	assert_int_equal(made.action[1], FND_KEEP);
	assert_int_equal(made.spawn, 0);
}

static void ends_what_is_over_a_limit_at_its_time_and_not_before(void **state)
{
	static const struct {
		const char *worker;
		uint64_t limit_ms; /* of the state it is in */
		enum fnd_action action;
	} table[] = {
		{"b", 10000, FND_OVER_LIMIT}, {"o", 10000, FND_OVER_LIMIT},
		{"T", 10000, FND_OVER_LIMIT}, {"s", 5000, FND_STUCK_START},
		{"t", 5000, FND_STUCK_END},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct fnd_plan_input in = board(table[i].worker, 0, 4);
		uint64_t limit = table[i].limit_ms * FND_MS;

		in.slots[0].since = in.slots[0].told_at = T - limit + 1;
		assert_int_equal(plan(&in).action[0], FND_KEEP);
		assert_true(plan(&in).check_at <= T + 1); /* exactly then */
		in.slots[0].since = in.slots[0].told_at = T - limit;
		assert_int_equal(plan(&in).action[0], table[i].action);
		in.slots[0].killed = true; /* once is enough */
		assert_int_equal(plan(&in).action[0], FND_KEEP);
	}
}

static void a_told_worker_has_its_time_from_the_end_of_its_request(void **state)
{
	struct fnd_plan_input in = board("t", 0, 4);

	(void)state;
	in.slots[0].told_at = T - 9 * FND_SECOND;
	in.slots[0].since = T - FND_SECOND; /* busy until then */
	assert_int_equal(plan(&in).action[0], FND_KEEP);
}

/* Workers change between idle and busy without a word: whoever looks late ends requests late. */
static void looks_often_enough_while_there_are_workers(void **state)
{
	struct fnd_plan_input in = board("", 0, 4);

	(void)state;
	assert_true(plan(&in).check_at == 0); /* nothing there: only the socket matters */
	in = board("i", 0, 4);
	assert_true(plan(&in).check_at <= T + FND_SECOND);
	in = board("b", 0, 4);
	assert_true(plan(&in).check_at <= T + FND_SECOND);
	in.slots[0].state = FN_SLOT_IDLE;
	in.slots[0].hard_limit = 100 * FND_MS;
	assert_true(plan(&in).check_at <= T + 50 * FND_MS);
}

static void takes_a_time_from_the_future_for_now(void **state)
{
	struct fnd_plan_input in = board("b", 0, 4);

	(void)state;
	in.slots[0].since = T + FND_MS; /* written after our clock was read */
	assert_int_equal(plan(&in).action[0], FND_KEEP);
}

static void waits_twice_as_long_after_each_failed_start(void **state)
{
	(void)state;
	assert_true(fnd_plan_wait(1) == 100 * FND_MS);
	assert_true(fnd_plan_wait(2) == 200 * FND_MS);
	assert_true(fnd_plan_wait(7) == 6400 * FND_MS);
	assert_true(fnd_plan_wait(8) == 10 * FND_SECOND);
	assert_true(fnd_plan_wait(4000000000U) == 10 * FND_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_and_watches_as_the_table_says),
		cmocka_unit_test(leaves_a_connection_to_the_worker_that_is_about_to_take_it),
		cmocka_unit_test(helps_connections_whose_wake_up_died_with_a_worker),
		cmocka_unit_test(starts_nothing_without_a_template_or_while_it_must_wait),
		cmocka_unit_test(a_start_that_takes_long_no_longer_keeps_others_back),
		cmocka_unit_test(retires_the_longest_idle_down_to_min),
		cmocka_unit_test(ends_what_is_over_a_limit_at_its_time_and_not_before),
		cmocka_unit_test(a_told_worker_has_its_time_from_the_end_of_its_request),
		cmocka_unit_test(looks_often_enough_while_there_are_workers),
		cmocka_unit_test(takes_a_time_from_the_future_for_now),
		cmocka_unit_test(waits_twice_as_long_after_each_failed_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
