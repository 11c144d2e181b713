/* refund-event_test.c: how long a run goes on, and what it leaves to the next. */
#include <stdio.h>
#include <string.h>

#include "fake_db.h"
#include "fn.h"
#include "fn_time.h"
#include "unit.h"

#define EVENT "e7e74000-7777-4777-8777-e7e74000e7e7"
#define ORDER "0bde4000-5555-4555-8555-0bde40000bde"
#define BODY  "{\"event\":\"" EVENT "\"}"

static int start(void **state)
{
	(void)state;
	fake_db_reset();
	return 0;
}

static int run(uint64_t left, bool internal, const char *body, const char **ret_reply)
{
	struct fn_request_parts parts = {.method = "POST",
					 .internal = internal,
					 .body = {body, strlen(body)},
					 .deadline = left == 0 ? 0 : fn_time_monotonic() + left};
	static char text[200];
	struct fn_request *req = fn_request_new(&parts);
	int status = fn_function_run(&fn_function, req, NULL);

	(void)snprintf(text, sizeof(text), "%s", unit_reply_text(req));
	*ret_reply = text;
	fn_request_free(req);
	return status;
}

static void goes_on_while_steps_are_full(void **state)
{
	const char *reply;

	(void)state;
	FAKE_ROW("refund-event.step", ORDER, "20", "18", "1", "1");
	FAKE_ROW("refund-event.step", ORDER, "3", "3", "0", "0");
	fake_db_no_row("refund-event.end");
	assert_int_equal(run(0, true, BODY, &reply), 200);
	assert_string_equal(
		reply,
		"{\"success\":true,\"refunded\":21,\"cancelled\":1,\"waiting\":1,\"more\":false}");
	assert_int_equal(fake_db_runs("refund-event.step"), 2);
	assert_string_equal(fake_db_argument("refund-event.step", 1), ORDER);
	assert_string_equal(fake_db_argument("refund-event.end", 1), "1");
	assert_string_equal(fake_db_argument("refund-event.end", 2), "0");
}

static void leaves_the_rest_to_the_next_run_when_time_is_short(void **state)
{
	const char *reply;

	(void)state;
	fake_db_no_row("refund-event.end");
	assert_int_equal(run(1000000000, true, BODY, &reply), 200);
	assert_int_equal(fake_db_runs("refund-event.step"), 0);
	assert_string_equal(fake_db_argument("refund-event.end", 2), "1");
}

static void an_event_that_was_not_cancelled_has_nothing_to_do(void **state)
{
	const char *reply;

	(void)state;
	FAKE_ROW("refund-event.step", NULL, "0", "0", "0", "0");
	fake_db_no_row("refund-event.end");
	assert_int_equal(run(0, true, BODY, &reply), 200);
	assert_null(fake_db_argument("refund-event.step", 1));
}

static void a_database_that_is_away_is_503(void **state)
{
	const char *reply;

	(void)state;
	fake_db_fail("refund-event.step", NULL);
	assert_int_equal(run(0, true, BODY, &reply), 503);
}

static void whoever_is_not_the_runner_finds_nothing(void **state)
{
	const char *reply;

	(void)state;
	assert_int_equal(run(0, false, BODY, &reply), 404);
	assert_int_equal(run(0, true, "{}", &reply), 422);
	assert_int_equal(fake_db_runs("refund-event.step"), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(goes_on_while_steps_are_full),
		TEST(leaves_the_rest_to_the_next_run_when_time_is_short),
		TEST(an_event_that_was_not_cancelled_has_nothing_to_do),
		TEST(a_database_that_is_away_is_503),
		TEST(whoever_is_not_the_runner_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
