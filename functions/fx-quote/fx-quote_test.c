/* fx-quote_test.c: what is asked of the database, and how its answer is written. */
#include <string.h>

#include "call.h"

#define QUOTE  "fx-quote.quote"
#define MOMENT "2026-01-31T12:00:00.123456Z"

static int start(void **state)
{
	if (call_set_up(state) != 0)
		return -1;
	fn_conf_set("FX_MARGIN_BPS", "150");
	fn_conf_set("FX_MAX_AGE_HOURS", "24");
	return 0;
}

static void quotes_the_example_of_the_contract(void **state)
{
	struct call *c = *state;

	FAKE_ROW(QUOTE, "871", "574", "566", "150", MOMENT, "xe", "f", ANA);
	call_as(c, ANA, "{\"xof_amount_minor\":5000}");
	assert_int_equal(c->status, 200);
	assert_string_equal(
		unit_reply_text(c->req),
		"{\"usd_cents\":871,\"fx_num\":100,\"fx_den\":574,\"fx_locked_at\":\"" MOMENT
		"\",\"margin_bps\":150,\"base_xof_per_usd\":566,\"effective_xof_per_usd\":574,"
		"\"display_amount\":\"5\xe2\x80\xaf"
		"000 FCFA\",\"charge_amount\":\"$8.71 USD\",\"rate_id\":\"" ANA
		"\",\"source\":\"xe\",\"stale\":false}");
	assert_string_equal(fake_db_argument(QUOTE, 0), "5000");
	assert_string_equal(fake_db_argument(QUOTE, 1), "150");
	assert_string_equal(fake_db_argument(QUOTE, 2), "24");
}

static void the_margin_is_the_servers(void **state)
{
	struct call *c = *state;

	FAKE_ROW(QUOTE, "871", "574", "566", "150", MOMENT, "xe", "f", ANA);
	call_as(c, ANA, "{\"xof_amount_minor\":5000.0,\"margin_bps\":0}");
	assert_int_equal(c->status, 200);
	assert_string_equal(fake_db_argument(QUOTE, 1), "150");
}

static void an_old_rate_is_told_from_a_fresh_one(void **state)
{
	struct call *c = *state;

	FAKE_ROW(QUOTE, "871", "574", "566", "150", MOMENT, "fallback", "t", NULL);
	call_as(c, ANA, "{\"xof_amount_minor\":5000,\"margin_bps\":null}");
	assert_int_equal(c->status, 200);
	assert_true(fn_json_get_bool(c->reply, "stale", false));
	assert_string_equal(call_text(c, "code"), "fx_rate_stale");
	assert_int_equal(fn_json_type(fn_json_get(c->reply, "rate_id")), FN_JSON_NONE);
}

static void refuses_what_is_no_sum(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"xof_amount_minor\":0}",
		"{\"xof_amount_minor\":-5}",
		"{\"xof_amount_minor\":0.5}",
		"{\"xof_amount_minor\":\"5000\"}",
		"{\"xof_amount_minor\":null}",
		"{\"xof_amount_minor\":[5000]}",
		"{\"xof_amount_minor\":1000000000001}",
		"{\"xof_amount_minor\":1e3}",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		call_as(c, ANA, bodies[i]);
		call_assert_refused(c, 400, "invalid_amount");
	}
}

static void refuses_what_is_no_margin(void **state)
{
	static const char *const bodies[] = {
		"{\"xof_amount_minor\":1,\"margin_bps\":-1}",
		"{\"xof_amount_minor\":1,\"margin_bps\":501}",
		"{\"xof_amount_minor\":1,\"margin_bps\":1.5}",
		"{\"xof_amount_minor\":1,\"margin_bps\":\"150\"}",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		call_as(c, ANA, bodies[i]);
		call_assert_refused(c, 400, "invalid_margin");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(quotes_the_example_of_the_contract),
		TEST(the_margin_is_the_servers),
		TEST(an_old_rate_is_told_from_a_fresh_one),
		TEST(refuses_what_is_no_sum),
		TEST(refuses_what_is_no_margin),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
