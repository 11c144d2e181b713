/* get-referral-config_test.c: how settings become values, and their other names. */
#include "call.h"

#define ROWS "get-referral-config.settings"

static void values_have_their_type_and_their_names(void **state)
{
	struct call *c = *state;
	const struct json_object *config, *detail;

	FAKE_ROW(ROWS, "referee_purchase_bonus", "250", "number", "rewards", "x");
	call_get(c, ANA);
	call_assert_fine(c);
	config = fn_json_get(c->reply, "config");
	assert_int_equal(fn_json_get_integer(config, "referee_purchase_bonus", 0), 250);
	assert_int_equal(fn_json_get_integer(config, "referee_reward_amount", 0), 250);
	assert_int_equal(fn_json_get_integer(config, "referee_reward_amount_fcfa", 0), 250);
	detail = fn_json_get(fn_json_get(c->reply, "config_detail"), "referee_purchase_bonus");
	assert_string_equal(fn_json_get_text(detail, "type"), "number");
	assert_int_equal(fn_json_get_integer(detail, "value", 0), 250);
}

/* regression: the web reads `config.program_enabled === false` */
static void off_is_false(void **state)
{
	struct call *c = *state;

	FAKE_ROW(ROWS, "program_enabled", "false", "boolean", "general", NULL);
	call_get(c, ANA);
	assert_false(fn_json_get_bool(fn_json_get(c->reply, "config"), "program_enabled", true));
}

static void what_is_no_number_is_told_as_it_stands(void **state)
{
	struct call *c = *state;

	FAKE_ROW(ROWS, "credit_expiry_days", "1e3", "number", "rules", NULL);
	call_get(c, ANA);
	assert_string_equal(fn_json_get_text(fn_json_get(c->reply, "config"), "credit_expiry_days"),
			    "1e3");
}

static void without_a_key_nothing(void **state)
{
	struct call *c = *state;

	call_get(c, NULL);
	assert_int_equal(c->status, 401);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(values_have_their_type_and_their_names),
		CALL_TEST(off_is_false),
		CALL_TEST(what_is_no_number_is_told_as_it_stands),
		CALL_TEST(without_a_key_nothing),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
