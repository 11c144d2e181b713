/* process-finalize-jobs_test.c: what is counted how. */
#include <string.h>

#include "call.h"

#define SECRET "a secret of sixteen or more"
#define LIST   "process-finalize-jobs.waiting"
#define DO     "process-finalize-jobs.complete"
#define ONE    "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define TWO    "8b8b8b8b-4444-4444-8444-8b8b8b8b8b8b"

static int start(void **state)
{
	fn_conf_set("FINALIZE_ORDER_SECRET", SECRET);
	return call_set_up(state);
}

static void ask(struct call *c, const char *secret)
{
	static struct unit_request like;
	const char *why = NULL, *text;

	fn_request_free(c->req);
	like = (struct unit_request){.method = "POST"};
	if (secret != NULL)
		like.headers[0] = (struct unit_header){"X-Finalize-Secret", secret};
	c->req = unit_request(&like);
	c->error = NULL;
	c->status = fn_function_run(&fn_function, c->req, &c->error);
	text = unit_reply_text(c->req);
	c->reply = fn_json_parse(fn_request_arena(c->req), text, strlen(text), &why);
}

static void nothing_waits(void **state)
{
	struct call *c = *state;

	fake_db_no_row(LIST);
	ask(c, SECRET);
	assert_string_equal(unit_reply_text(c->req), "{\"ok\":true,\"processed\":0}");
}

static void each_is_counted_by_its_end(void **state)
{
	struct call *c = *state;

	FAKE_ROW(LIST, ONE);
	FAKE_ROW(DO, "completed");
	ask(c, SECRET);
	assert_string_equal(unit_reply_text(c->req), "{\"ok\":true,\"processed\":1,"
						     "\"succeeded\":1,\"skipped\":0,\"failed\":0}");
	FAKE_ROW(LIST, TWO);
	FAKE_ROW(DO, "unfulfillable");
	ask(c, SECRET);
	assert_string_equal(unit_reply_text(c->req), "{\"ok\":true,\"processed\":1,"
						     "\"succeeded\":0,\"skipped\":1,\"failed\":0}");
	FAKE_ROW(LIST, ONE);
	fake_db_fail(DO, NULL);
	ask(c, SECRET);
	assert_int_equal(c->status, 200);
	assert_string_equal(unit_reply_text(c->req), "{\"ok\":true,\"processed\":1,"
						     "\"succeeded\":0,\"skipped\":0,\"failed\":1}");
}

static void nobody_without_the_secret(void **state)
{
	struct call *c = *state;

	ask(c, NULL);
	assert_int_equal(c->status, 401);
	ask(c, "x");
	assert_int_equal(c->status, 401);
	assert_int_equal(fake_db_runs(LIST), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_waits),
		TEST(each_is_counted_by_its_end),
		TEST(nobody_without_the_secret),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
