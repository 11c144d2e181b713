/* fn_time_test.c: which clock may be moved and which may not. */
#include "fn_time.h"

#include <string.h>
#include <time.h>

#include "unit.h"

enum { WEEK = 604800 };

static void wall_time_follows_the_offset(void **state)
{
	int64_t before = (int64_t)time(NULL), now = fn_time_now();

	(void)state;
	assert_true(now >= before && now <= (int64_t)time(NULL));
	fn_time_offset(WEEK);
	now = fn_time_now() - WEEK;
	assert_true(now >= before && now <= (int64_t)time(NULL));
	fn_time_offset(-86400);
	assert_true(fn_time_now() <= (int64_t)time(NULL) - 86400);
	fn_time_offset(0);
}

static void monotonic_time_only_goes_forward(void **state)
{
	uint64_t before = fn_time_monotonic(), now;

	(void)state;
	fn_time_offset(-1000000);
	for (unsigned i = 0; i < 1000; i++) {
		now = fn_time_monotonic();
		assert_true(now >= before);
		before = now;
	}
	fn_time_offset(0);
}

/* Log lines carry real time even where a test moved the clock. */
static void stamps_are_real_time_in_utc(void **state)
{
	char stamp[32];
	struct tm utc = {0};
	time_t before = time(NULL), stamped;

	(void)state;
	fn_time_offset(31536000);
	assert_ptr_equal(fn_time_stamp(stamp), stamp);
	fn_time_offset(0);
	assert_int_equal(strlen(stamp), strlen("2026-01-31T08:00:00.000Z"));
	assert_string_equal(strptime(stamp, "%Y-%m-%dT%H:%M:%S", &utc) + 4, "Z");
	assert_int_equal(stamp[19], '.');
	stamped = timegm(&utc);
	assert_true(stamped >= before && stamped <= time(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wall_time_follows_the_offset),
		cmocka_unit_test(monotonic_time_only_goes_forward),
		cmocka_unit_test(stamps_are_real_time_in_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
