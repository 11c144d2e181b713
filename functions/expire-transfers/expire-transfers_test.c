/* expire-transfers_test.c: how long a run goes on. What expires is tested on PostgreSQL. */
#include <stdio.h>

#include "fake_db.h"
#include "fn.h"
#include "fn_time.h"
#include "unit.h"

static int start(void **state)
{
	(void)state;
	fake_db_reset();
	return 0;
}

/* Runs it with so many nanoseconds left (0 = no limit). */
static int run(uint64_t left, bool internal, const char **ret_reply)
{
	struct fn_request_parts parts = {.method = "POST",
					 .internal = internal,
					 .deadline = left == 0 ? 0 : fn_time_monotonic() + left};
	static char text[200];
	struct fn_request *req = fn_request_new(&parts);
	int status = fn_function_run(&fn_function, req, NULL);

	(void)snprintf(text, sizeof(text), "%s", unit_reply_text(req));
	*ret_reply = text;
	fn_request_free(req);
	return status;
}

static void goes_on_while_batches_are_full(void **state)
{
	const char *reply;

	(void)state;
	FAKE_ROW("expire-transfers.expire", "100", "100");
	FAKE_ROW("expire-transfers.expire", "100", "98");
	FAKE_ROW("expire-transfers.expire", "3", "3");
	assert_int_equal(run(0, true, &reply), 200);
	assert_string_equal(reply, "{\"success\":true,\"expired\":201}");
	assert_int_equal(fake_db_runs("expire-transfers.expire"), 3);
	assert_string_equal(fake_db_argument("expire-transfers.expire", 0), "100");
}

static void leaves_the_rest_to_the_next_run_when_time_is_short(void **state)
{
	const char *reply;

	(void)state;
	assert_int_equal(run(1000000000, true, &reply), 200);
	assert_string_equal(reply, "{\"success\":true,\"expired\":0}");
	assert_int_equal(fake_db_runs("expire-transfers.expire"), 0);
}

static void a_database_that_is_away_is_503(void **state)
{
	const char *reply;

	(void)state;
	fake_db_fail("expire-transfers.expire", NULL);
	assert_int_equal(run(0, true, &reply), 503);
}

static void whoever_is_not_the_runner_finds_nothing(void **state)
{
	const char *reply;

	(void)state;
	assert_int_equal(run(0, false, &reply), 404);
	assert_int_equal(fake_db_runs("expire-transfers.expire"), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(goes_on_while_batches_are_full),
		TEST(leaves_the_rest_to_the_next_run_when_time_is_short),
		TEST(a_database_that_is_away_is_503),
		TEST(whoever_is_not_the_runner_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
