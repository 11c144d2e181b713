/* rest_timing_test.c: which steps the header tells of, and that it says nothing while it is off. */
#include "rest_timing.h"
#include "unit.h"

static struct fn_request *req;

static int set_up(void **state)
{
	static struct unit_request like = {.method = "GET"};

	(void)state;
	req = unit_request(&like);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

static void says_nothing_while_it_is_off(void **state)
{
	struct rest_timing timing;

	(void)state;
	rest_timing_start(&timing, false);
	rest_timing_mark(&timing, REST_TIMED_JWT);
	assert_int_equal(timing.at, 0);
	rest_timing_put(req, &timing);
	assert_null(unit_reply_header(req, "Server-Timing"));
}

static void tells_of_the_steps_that_took_place_in_tenths_of_milliseconds(void **state)
{
	static const uint64_t spent[] = {[REST_TIMED_JWT] = 49999,
					 [REST_TIMED_PARSE] = 50000,
					 [REST_TIMED_TRANSACTION] = 1249000000,
					 [REST_TIMED_STEPS - 1] = 950000};
	struct rest_timing timing;

	(void)state;
	rest_timing_start(&timing, true);
	for (size_t i = 0; i < REST_TIMED_STEPS; i++) {
		if (i != REST_TIMED_PLAN)
			rest_timing_mark(&timing, (enum rest_step_timed)i);
		timing.spent[i] = spent[i];
	}
	rest_timing_put(req, &timing);
	assert_string_equal(unit_reply_header(req, "Server-Timing"),
			    "jwt;dur=0.0, parse;dur=0.1, transaction;dur=1249.0, response;dur=1.0");
}

static void a_step_is_the_time_since_the_last_one(void **state)
{
	struct rest_timing timing;
	uint64_t began;

	(void)state;
	rest_timing_start(&timing, true);
	began = timing.at;
	rest_timing_mark(&timing, REST_TIMED_JWT);
	rest_timing_mark(&timing, REST_TIMED_PLAN);
	rest_timing_mark(&timing, REST_TIMED_JWT);
	assert_int_equal(timing.spent[REST_TIMED_JWT] + timing.spent[REST_TIMED_PLAN],
			 timing.at - began);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(says_nothing_while_it_is_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			tells_of_the_steps_that_took_place_in_tenths_of_milliseconds, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_step_is_the_time_since_the_last_one, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
