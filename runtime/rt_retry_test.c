/* rt_retry_test.c: when a job is done, tried again or parked, and how long it waits. */
#include "rt_retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void only_2xx_is_done(void **state)
{
	(void)state;
	assert_int_equal(rt_retry_verdict(200, 1, 10), RT_JOB_DONE);
	assert_int_equal(rt_retry_verdict(204, 10, 10), RT_JOB_DONE);
	assert_int_equal(rt_retry_verdict(302, 1, 10), RT_JOB_AGAIN);
	assert_int_equal(rt_retry_verdict(404, 1, 10), RT_JOB_AGAIN);
	assert_int_equal(rt_retry_verdict(503, 9, 10), RT_JOB_AGAIN);
	assert_int_equal(rt_retry_verdict(0, 9, 10), RT_JOB_AGAIN);
}

static void is_parked_after_the_last_try(void **state)
{
	(void)state;
	assert_int_equal(rt_retry_verdict(503, 10, 10), RT_JOB_DEAD);
	assert_int_equal(rt_retry_verdict(0, 11, 10), RT_JOB_DEAD);
}

static void what_can_never_work_is_parked_at_once(void **state)
{
	(void)state;
	assert_int_equal(rt_retry_verdict(422, 1, 10), RT_JOB_DEAD);
}

static void waits_twice_as_long_each_time(void **state)
{
	(void)state;
	assert_int_equal(rt_retry_delay(1, 0, 0), 2000);
	assert_int_equal(rt_retry_delay(2, 0, 0), 4000);
	assert_int_equal(rt_retry_delay(9, 0, 0), 512000);
	assert_int_equal(rt_retry_delay(10, 0, 0), RT_RETRY_MAX_MS);
	assert_int_equal(rt_retry_delay(1000000, 0, UINT32_MAX), RT_RETRY_MAX_MS);
	assert_int_equal(rt_retry_delay(-1, 0, 0), 1000);
}

static void the_random_part_is_at_most_a_quarter(void **state)
{
	(void)state;
	assert_int_equal(rt_retry_delay(3, 0, UINT32_MAX), 10000);
	assert_in_range(rt_retry_delay(3, 0, UINT32_MAX / 2), 8900, 9100);
}

static void waits_as_long_as_it_was_asked_to(void **state)
{
	(void)state;
	assert_int_equal(rt_retry_delay(1, 30, 0), 30000);
	assert_int_equal(rt_retry_delay(6, 30, 0), 64000);
	assert_int_equal(rt_retry_delay(1, 86400, 0), RT_RETRY_MAX_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_2xx_is_done),
		cmocka_unit_test(is_parked_after_the_last_try),
		cmocka_unit_test(what_can_never_work_is_parked_at_once),
		cmocka_unit_test(waits_twice_as_long_each_time),
		cmocka_unit_test(the_random_part_is_at_most_a_quarter),
		cmocka_unit_test(waits_as_long_as_it_was_asked_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
