/* stripe_money_test.c: decimals and bounds of amounts. */
#include "stripe_money.h"

#include <string.h>

#include "unit.h"

static struct fn_arena *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	return 0;
}

static int free_arena(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static void knows_decimals(void **state)
{
	(void)state;
	assert_int_equal(stripe_decimals("usd"), 2);
	assert_int_equal(stripe_decimals("xof"), 0);
	assert_int_equal(stripe_decimals("xaf"), 0);
	assert_int_equal(stripe_decimals("jpy"), 0);
	assert_int_equal(stripe_decimals("kwd"), 3);
	assert_int_equal(stripe_decimals("ugx"), 2);
	assert_true(stripe_is_currency("eur"));
	assert_false(stripe_is_currency("EUR"));
	assert_false(stripe_is_currency("eu"));
	assert_false(stripe_is_currency("e r"));
	assert_string_equal(stripe_show_amount(arena, 5000, "xof"), "5000 xof");
	assert_string_equal(stripe_show_amount(arena, 871, "usd"), "8.71 usd");
	assert_string_equal(stripe_show_amount(arena, 1250, "kwd"), "1.250 kwd");
}

static void bounds_amounts(void **state)
{
	static const struct {
		int64_t amount;
		const char *currency, *code; /* NULL: fine */
	} table[] = {
		{50, "usd", NULL},
		{49, "usd", "amount_too_small"},
		{0, "usd", "parameter_invalid_integer"},
		{-1, "usd", "parameter_invalid_integer"},
		{30, "gbp", NULL},
		{300, "xof", NULL},
		{299, "xof", "amount_too_small"},
		{99999999, "xof", NULL},
		{100000000, "xof", "amount_too_large"},
		{1200, "ugx", NULL},
		{1250, "ugx", "invalid_charge_amount"},
		{1250, "isk", "invalid_charge_amount"},
		{1250, "kwd", NULL},
		{1251, "kwd", "invalid_charge_amount"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *code;
		const char *said =
			stripe_amount_complaint(arena, table[i].amount, table[i].currency, &code);

		if (table[i].code == NULL) {
			assert_null(said);
		} else {
			assert_non_null(said);
			assert_string_equal(code, table[i].code);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_decimals),
		cmocka_unit_test(bounds_amounts),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
