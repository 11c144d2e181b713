/* tend-payments_test.c: how long a run goes on. What is due is tested on PostgreSQL. */
#include <stdio.h>

#include "fake_db.h"
#include "fn.h"
#include "unit.h"

static int start(void **state)
{
	(void)state;
	fake_db_reset();
	return 0;
}

static int run(bool internal, const char **ret_reply)
{
	struct fn_request_parts parts = {.method = "POST", .internal = internal};
	static char text[200];
	struct fn_request *req = fn_request_new(&parts);
	int status = fn_function_run(&fn_function, req, NULL);

	(void)snprintf(text, sizeof(text), "%s", unit_reply_text(req));
	*ret_reply = text;
	fn_request_free(req);
	return status;
}

static void asks_once_when_little_is_due(void **state)
{
	const char *reply;

	(void)state;
	FAKE_ROW("tend-payments.due", "3");
	assert_int_equal(run(true, &reply), 200);
	assert_string_equal(reply, "{\"success\":true,\"asked\":3}");
	assert_string_equal(fake_db_argument("tend-payments.due", 0), "100");
}

static void goes_on_while_batches_are_full_but_not_for_ever(void **state)
{
	const char *reply;

	(void)state;
	for (unsigned i = 0; i < 11; i++)
		FAKE_ROW("tend-payments.due", "100");
	assert_int_equal(run(true, &reply), 200);
	assert_string_equal(reply, "{\"success\":true,\"asked\":1000}");
	assert_int_equal(fake_db_runs("tend-payments.due"), 10);
}

static void a_database_that_is_away_is_503(void **state)
{
	const char *reply;

	(void)state;
	fake_db_fail("tend-payments.due", NULL);
	assert_int_equal(run(true, &reply), 503);
}

static void whoever_is_not_the_runner_finds_nothing(void **state)
{
	const char *reply;

	(void)state;
	assert_int_equal(run(false, &reply), 404);
	assert_int_equal(fake_db_runs("tend-payments.due"), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_once_when_little_is_due),
		TEST(goes_on_while_batches_are_full_but_not_for_ever),
		TEST(a_database_that_is_away_is_503),
		TEST(whoever_is_not_the_runner_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
