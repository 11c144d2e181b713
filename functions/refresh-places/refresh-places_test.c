/* refresh-places_test.c: how long a run goes on. What expires is tested on PostgreSQL. */
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

static void does_both_once_when_little_is_due(void **state)
{
	const char *reply;

	(void)state;
	FAKE_ROW("refresh-places.expire", "3");
	FAKE_ROW("refresh-places.refresh", "7");
	assert_int_equal(run(true, &reply), 200);
	assert_string_equal(reply, "{\"success\":true,\"expired\":3,\"refreshed\":7}");
	assert_string_equal(fake_db_argument("refresh-places.expire", 0), "100");
	assert_int_equal(fake_db_commits(),
			 2); /* orders are not locked while numbers are written */
}

static void goes_on_while_batches_are_full_but_not_for_ever(void **state)
{
	const char *reply;

	(void)state;
	for (unsigned i = 0; i < 11; i++)
		FAKE_ROW("refresh-places.expire", "100");
	FAKE_ROW("refresh-places.refresh", "0");
	assert_int_equal(run(true, &reply), 200);
	assert_string_equal(reply, "{\"success\":true,\"expired\":1000,\"refreshed\":0}");
	assert_int_equal(fake_db_runs("refresh-places.expire"), 10);
	assert_int_equal(fake_db_runs("refresh-places.refresh"), 1);
}

static void a_database_that_is_away_is_503(void **state)
{
	const char *reply;

	(void)state;
	fake_db_fail("refresh-places.expire", NULL);
	assert_int_equal(run(true, &reply), 503);
}

static void whoever_is_not_the_runner_finds_nothing(void **state)
{
	const char *reply;

	(void)state;
	assert_int_equal(run(false, &reply), 404);
	assert_int_equal(fake_db_runs("refresh-places.refresh"), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(does_both_once_when_little_is_due),
		TEST(goes_on_while_batches_are_full_but_not_for_ever),
		TEST(a_database_that_is_away_is_503),
		TEST(whoever_is_not_the_runner_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
