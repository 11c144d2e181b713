/* rt_lane_test.c: a lane that fails gets one place, a function never gets all. */
#include "rt_lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rt_lanes lanes;
static struct fn_buf full;

static int start(void **state)
{
	(void)state;
	rt_lanes_init(&lanes, 4);
	fn_buf_init(&full, 1 << 16);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fn_buf_free(&full);
	return 0;
}

static const char *full_ones(void)
{
	rt_lanes_full(&lanes, &full);
	return full.bytes;
}

static void start_times(const char *name, unsigned times)
{
	while (times-- > 0)
		rt_lane_started(&lanes, name);
}

static void nothing_is_full_at_first(void **state)
{
	(void)state;
	assert_string_equal(full_ones(), "");
	start_times("send-notice/sms", 1);
	assert_string_equal(full_ones(), "");
}

static void a_lane_leaves_one_place_to_its_functions_others(void **state)
{
	(void)state;
	start_times("send-notice/sms", 2);
	assert_string_equal(full_ones(), "send-notice/sms");
}

static void a_function_leaves_one_place_to_the_others(void **state)
{
	(void)state;
	start_times("send-notice/a", 1);
	start_times("send-notice/b", 1);
	start_times("send", 1);
	assert_string_equal(full_ones(), "");
	start_times("send-notice/c", 1);
	assert_string_equal(full_ones(), "send-notice,send-notice,send-notice");
}

static void a_failing_lane_is_left_with_one_place(void **state)
{
	(void)state;
	start_times("send-notice/sms", 2);
	for (int i = 0; i < 2; i++)
		rt_lane_finished(&lanes, "send-notice/sms", true);
	assert_string_equal(full_ones(), ""); /* one may try */
	start_times("send-notice/sms", 1);
	assert_string_equal(full_ones(), "send-notice/sms");
}

static void success_gives_the_places_back_one_by_one(void **state)
{
	(void)state;
	start_times("send-notice/sms", 2);
	rt_lane_finished(&lanes, "send-notice/sms", true);
	rt_lane_finished(&lanes, "send-notice/sms", true);
	start_times("send-notice/sms", 1);
	rt_lane_finished(&lanes, "send-notice/sms", false); /* two again, and never more */
	start_times("send-notice/sms", 1);
	rt_lane_finished(&lanes, "send-notice/sms", false);
	start_times("send-notice/sms", 1);
	assert_string_equal(full_ones(), "");
	start_times("send-notice/sms", 1);
	assert_string_equal(full_ones(), "send-notice/sms");
}

static void one_place_in_all_is_still_one(void **state)
{
	(void)state;
	rt_lanes_init(&lanes, 1);
	assert_string_equal(full_ones(), "");
	start_times("a/", 1);
	assert_string_equal(full_ones(), "a/,a");
}

static void more_kinds_than_the_table_holds_reuse_idle_lanes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "f/%u", i);
		rt_lane_started(&lanes, name);
		rt_lane_finished(&lanes, name, true);
	}
	assert_string_equal(full_ones(), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_full_at_first),
		TEST(a_lane_leaves_one_place_to_its_functions_others),
		TEST(a_function_leaves_one_place_to_the_others),
		TEST(a_failing_lane_is_left_with_one_place),
		TEST(success_gives_the_places_back_one_by_one),
		TEST(one_place_in_all_is_still_one),
		TEST(more_kinds_than_the_table_holds_reuse_idle_lanes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
