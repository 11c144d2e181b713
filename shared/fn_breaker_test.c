/* fn_breaker_test.c: when a breaker opens, tries again and closes. Time is a number here. */
#include "fn_breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const uint64_t second = 1000000000;

static void fail_times(struct fn_breaker *breaker, unsigned times, uint64_t now)
{
	while (times-- > 0)
		fn_breaker_report(breaker, true, now);
}

static void opens_after_five_faults_in_a_row(void **state)
{
	struct fn_breaker breaker = {0};

	(void)state;
	fail_times(&breaker, 4, second);
	assert_true(fn_breaker_allows(&breaker, second));
	fail_times(&breaker, 1, second);
	assert_false(fn_breaker_allows(&breaker, second));
	assert_false(fn_breaker_allows(&breaker, 30 * second));
}

static void a_success_starts_the_count_again(void **state)
{
	struct fn_breaker breaker = {0};

	(void)state;
	fail_times(&breaker, 4, second);
	fn_breaker_report(&breaker, false, second);
	fail_times(&breaker, 4, second);
	assert_true(fn_breaker_allows(&breaker, second));
}

static void tries_once_after_thirty_seconds_and_opens_again_on_a_fault(void **state)
{
	struct fn_breaker breaker = {0};

	(void)state;
	fail_times(&breaker, 5, second);
	assert_true(fn_breaker_allows(&breaker, 31 * second));
	fail_times(&breaker, 1, 31 * second);
	assert_false(fn_breaker_allows(&breaker, 32 * second));
	assert_true(fn_breaker_allows(&breaker, 61 * second));
}

static void closes_when_the_trial_succeeds(void **state)
{
	struct fn_breaker breaker = {0};

	(void)state;
	fail_times(&breaker, 5, second);
	fn_breaker_report(&breaker, false, 31 * second);
	assert_true(fn_breaker_allows(&breaker, 31 * second));
	fail_times(&breaker, 4, 32 * second);
	assert_true(fn_breaker_allows(&breaker, 32 * second));
}

static void each_host_has_its_own(void **state)
{
	struct fn_breaker *one = fn_breaker_of("one.example:443");

	(void)state;
	fail_times(one, 5, second);
	assert_false(fn_breaker_allows(fn_breaker_of("one.example:443"), second));
	assert_true(fn_breaker_allows(fn_breaker_of("two.example:443"), second));
	assert_ptr_equal(fn_breaker_of("one.example:443"), one);
}

static void forgets_the_host_that_was_used_least_recently(void **state)
{
	(void)state;
	fail_times(fn_breaker_of("old.example:443"), 5, second);
	for (unsigned i = 0; i < 8; i++) {
		char host[32];

		(void)snprintf(host, sizeof(host), "new%u.example:443", i);
		assert_true(fn_breaker_allows(fn_breaker_of(host), second));
	}
	assert_true(fn_breaker_allows(fn_breaker_of("old.example:443"), second));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_after_five_faults_in_a_row),
		cmocka_unit_test(a_success_starts_the_count_again),
		cmocka_unit_test(tries_once_after_thirty_seconds_and_opens_again_on_a_fault),
		cmocka_unit_test(closes_when_the_trial_succeeds),
		cmocka_unit_test(each_host_has_its_own),
		cmocka_unit_test(forgets_the_host_that_was_used_least_recently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
