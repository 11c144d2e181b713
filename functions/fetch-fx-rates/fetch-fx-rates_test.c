/* fetch-fx-rates_test.c: who may call, when nobody is asked, and what is kept when nobody answers.
 * What the sources say is tests/http/fx.test.mjs. */
#include <string.h>

#include "call.h"

#define READ  "fetch-fx-rates.read_rate"
#define ADD   "fetch-fx-rates.add_rate"
#define ALARM "fetch-fx-rates.raise_alarm"

static struct fn_request *req;
static struct json_object *reply;

static int start(void **state)
{
	(void)state;
	req = NULL;
	fake_db_reset();
	fake_db_be_strict();
	fn_conf_set("HTTP_LOOPBACK", "true");
	fn_conf_set("FX_API_URL", "http://127.0.0.1:1/fx"); /* nobody listens there */
	fn_conf_set("XE_API_KEY", "0123456789");
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_db_assert_done();
	fn_request_free(req);
	return 0;
}

/* As the job runner does. */
static int run(void)
{
	struct fn_request_parts parts = {.method = "POST", .internal = true};
	const char *why;
	const char *text;
	int status;

	fn_request_free(req);
	req = fn_request_new(&parts);
	status = fn_function_run(&fn_function, req, NULL);
	text = unit_reply_text(req);
	reply = fn_json_parse(fn_request_arena(req), text, strlen(text), &why);
	return status;
}

static void a_young_rate_is_not_asked_for_again(void **state)
{
	(void)state;
	FAKE_ROW(READ, "601.23", "xe", "t", "f");
	assert_int_equal(run(), 200);
	assert_string_equal(unit_reply_text(req),
			    "{\"message\":\"Le taux est récent\",\"rate\":601."
			    "23,\"source\":\"xe\",\"cached\":true}");
}

static void regression_a_fallback_never_displaces_a_rate(void **state)
{
	(void)state;
	FAKE_ROW(READ, "601.23", "xe", "f", "t");
	fake_db_no_row(ALARM);
	assert_int_equal(run(), 500);
	assert_string_equal(fn_json_get_text(reply, "code"), "fx_sources_failed");
	assert_int_equal(strlen(fn_json_get_text(reply, "timestamp")), 24);
	assert_int_equal(fake_db_runs(ADD), 0);
}

static void a_rate_that_is_not_old_yet_is_no_alarm(void **state)
{
	(void)state;
	FAKE_ROW(READ, "601.23", "xe", "f", "f");
	assert_int_equal(run(), 500);
	assert_int_equal(fake_db_runs(ALARM), 0);
}

static void where_there_is_no_rate_the_constant_is_written(void **state)
{
	(void)state;
	fake_db_no_row(READ);
	fake_db_no_row(ALARM);
	fake_db_no_row("fetch-fx-rates.lock");
	FAKE_ROW(ADD, "566", "fallback", "a", "b");
	assert_int_equal(run(), 200);
	assert_string_equal(unit_reply_text(req),
			    "{\"message\":\"Nouveau taux\",\"rate\":566,\"source\":\"fallback\","
			    "\"valid_from\":\"a\",\"valid_until\":\"b\",\"cached\":false}");
	assert_string_equal(fake_db_argument(ADD, 0), "56600");
	assert_non_null(strstr(fake_db_argument(ADD, 2), "\"source\":\"xe\""));
	assert_non_null(strstr(fake_db_argument(ADD, 2), "\"source\":\"fixer\""));
}

static void and_not_when_somebody_else_was_faster(void **state)
{
	(void)state;
	fake_db_no_row(READ);
	fake_db_no_row(ALARM);
	fake_db_no_row("fetch-fx-rates.lock");
	fake_db_no_row(ADD);
	assert_int_equal(run(), 500);
}

static void regression_anybody_could_trigger_it(void **state)
{
	struct call *c = *state;

	call_as(c, ANA, "");
	call_assert_refused(c, 403, "service_only");
	call_as(c, NULL, "");
	call_assert_refused(c, 401, "no_api_key");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_young_rate_is_not_asked_for_again),
		TEST(regression_a_fallback_never_displaces_a_rate),
		TEST(a_rate_that_is_not_old_yet_is_no_alarm),
		TEST(where_there_is_no_rate_the_constant_is_written),
		TEST(and_not_when_somebody_else_was_faster),
		CALL_TEST(regression_anybody_could_trigger_it),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
