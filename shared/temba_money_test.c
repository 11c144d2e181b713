/* temba_money_test.c: the bytes that are read and written, and what is no sum of money. */
#include "temba_money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NARROW "\xe2\x80\xaf"

static struct fn_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static struct temba_money sum(int64_t minor, const char *currency)
{
	struct temba_money money;

	assert_true(temba_money_of(minor, currency, &money));
	return money;
}

static void currencies_have_the_decimals_of_iso(void **state)
{
	static const struct {
		const char *currency;
		int iso, stripe, pawapay;
	} table[] = {
		{"XOF", 0, 0, 0},     {"XAF", 0, 0, 0}, {"GNF", 0, 0, 0},    {"RWF", 0, 0, 0},
		{"UGX", 0, 2, 0},     {"JPY", 0, 0, 0}, {"USD", 2, 2, 2},    {"EUR", 2, 2, 2},
		{"GHS", 2, 2, 2},     {"NGN", 2, 2, 2}, {"KES", 2, 2, 2},    {"ZAR", 2, 2, 2},
		{"xof", 0, 0, 0},     {"", -1, -1, -1}, {"BTC", -1, -1, -1}, {"XO", -1, -1, -1},
		{"XOFX", -1, -1, -1},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		assert_int_equal(temba_money_decimals(table[i].currency, TEMBA_MONEY_ISO),
				 table[i].iso);
		assert_int_equal(temba_money_decimals(table[i].currency, TEMBA_MONEY_STRIPE),
				 table[i].stripe);
		assert_int_equal(temba_money_decimals(table[i].currency, TEMBA_MONEY_PAWAPAY),
				 table[i].pawapay);
	}
	assert_int_equal(temba_money_decimals(NULL, TEMBA_MONEY_ISO), -1);
}

static void a_sum_is_not_negative_and_in_a_currency_we_take(void **state)
{
	struct temba_money money;

	(void)state;
	assert_true(temba_money_of(5000, "xof", &money));
	assert_string_equal(money.currency, "XOF");
	assert_false(temba_money_of(-1, "XOF", &money));
	assert_false(temba_money_of(1, "BTC", &money));
	assert_string_equal(money.currency, "");
}

/* minor -1: refused */
static const struct reading {
	const char *text, *currency;
	int64_t exact, half_up;
} readings[] = {
	{"5000", "XOF", 5000, 5000},
	{"5000.0", "XOF", 5000, 5000},
	{"5000.00", "XOF", 5000, 5000},
	{"5000.5", "XOF", -1, 5001},
	{"10200.000000000002", "XOF", -1, 10200},
	{"10199.999999999998", "XOF", -1, 10200},
	{"10200.4999999999999999999999", "XOF", -1, 10200},
	{"0", "XOF", 0, 0},
	{"0.00", "USD", 0, 0},
	{"8.71", "USD", 871, 871},
	{"8.7", "USD", 870, 870},
	{"8", "USD", 800, 800},
	{"8.715", "USD", -1, 872},
	{"8.7149", "USD", -1, 871},
	{"8.995", "USD", -1, 900},
	{"0.29", "USD", 29, 29}, /* 28.999999999999996 as a double times 100 */
	{"1.15", "EUR", 115, 115},
	{"9223372036854775807", "XOF", INT64_MAX, INT64_MAX},
	{"9223372036854775808", "XOF", -1, -1},
	{"9223372036854775807.5", "XOF", -1, -1},
	{"92233720368547758.07", "USD", INT64_MAX, INT64_MAX},
	{"92233720368547758.08", "USD", -1, -1},
	{"92233720368547759", "USD", -1, -1},
	{"99999999999999999999999999999999", "USD", -1, -1},
	{"", "XOF", -1, -1},
	{".5", "XOF", -1, -1},
	{"5.", "XOF", -1, -1},
	{"5.x", "XOF", -1, -1},
	{"5..0", "USD", -1, -1},
	{"5.0.0", "USD", -1, -1},
	{"-5", "XOF", -1, -1},
	{"+5", "XOF", -1, -1},
	{" 5", "XOF", -1, -1},
	{"5 ", "XOF", -1, -1},
	{"05", "XOF", -1, -1},
	{"5e3", "XOF", -1, -1},
	{"5,00", "USD", -1, -1},
	{"5 000", "XOF", -1, -1},
	{"0x10", "XOF", -1, -1},
	{"NaN", "XOF", -1, -1},
	{"5000", "BTC", -1, -1},
	{NULL, "XOF", -1, -1},
	{"5000", NULL, -1, -1},
};

static void reads_decimals_exactly_or_not_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(readings); i++) {
		const struct reading *r = &readings[i];
		struct temba_money exact, rounded;
		bool is_exact = temba_money_read(r->text, r->currency, TEMBA_MONEY_EXACT, &exact);
		bool is_sum = temba_money_read(r->text, r->currency, TEMBA_MONEY_HALF_UP, &rounded);

		if (is_exact != (r->exact >= 0) || is_sum != (r->half_up >= 0))
			fail_msg("%s %s", r->text, r->currency);
		assert_int_equal(exact.minor, r->exact < 0 ? 0 : r->exact);
		assert_int_equal(rounded.minor, r->half_up < 0 ? 0 : r->half_up);
	}
}

static int64_t of_json(const char *text, const char *currency, enum temba_money_rest rest)
{
	const char *why;
	struct json_object *body = fn_json_parse(arena, text, strlen(text), &why);
	struct temba_money money;

	if (body == NULL ||
	    !temba_money_read_json(fn_json_get(body, "amount"), currency, rest, &money))
		return -1;
	return money.minor;
}

static void reads_numbers_of_a_body_without_a_float(void **state)
{
	(void)state;
	assert_int_equal(of_json("{\"amount\":5000}", "XOF", TEMBA_MONEY_EXACT), 5000);
	assert_int_equal(of_json("{\"amount\":\"5000\"}", "XOF", TEMBA_MONEY_EXACT), 5000);
	assert_int_equal(of_json("{\"amount\":0.29}", "USD", TEMBA_MONEY_EXACT), 29);
	assert_int_equal(of_json("{\"amount\":90071992547409.93}", "USD", TEMBA_MONEY_EXACT),
			 9007199254740993); /* no double holds it */
	assert_int_equal(of_json("{\"amount\":10200.000000000002}", "XOF", TEMBA_MONEY_HALF_UP),
			 10200);
	assert_int_equal(of_json("{\"amount\":9223372036854775807}", "XOF", TEMBA_MONEY_EXACT),
			 INT64_MAX);
	assert_int_equal(of_json("{\"amount\":9223372036854775808}", "XOF", TEMBA_MONEY_EXACT), -1);
	assert_int_equal(of_json("{\"amount\":5e3}", "XOF", TEMBA_MONEY_EXACT), -1);
	assert_int_equal(of_json("{\"amount\":-5}", "XOF", TEMBA_MONEY_EXACT), -1);
	assert_int_equal(of_json("{\"amount\":true}", "XOF", TEMBA_MONEY_EXACT), -1);
	assert_int_equal(of_json("{\"amount\":null}", "XOF", TEMBA_MONEY_EXACT), -1);
	assert_int_equal(of_json("{\"amount\":[5]}", "XOF", TEMBA_MONEY_EXACT), -1);
	assert_int_equal(of_json("{}", "XOF", TEMBA_MONEY_EXACT), -1);
}

/* R13: 5 000 francs are `5000` on every wire, and never 500000. */
static void writes_what_goes_over_the_wires(void **state)
{
	static const struct {
		int64_t minor;
		const char *currency, *decimal, *display, *named, *charge;
		int64_t stripe;
	} table[] = {
		{5000, "XOF", "5000", "5" NARROW "000 XOF", "5" NARROW "000 FCFA", "5000 XOF",
		 5000},
		{871, "USD", "8.71", "8,71 USD", "8,71 USD", "$8.71 USD", 871},
		{5, "USD", "0.05", "0,05 USD", "0,05 USD", "$0.05 USD", 5},
		{100, "USD", "1.00", "1,00 USD", "1,00 USD", "$1.00 USD", 100},
		{123456, "EUR", "1234.56", "1" NARROW "234,56 EUR", "1" NARROW "234,56 EUR",
		 "1234.56 EUR", 123456},
		{0, "XOF", "0", "0 XOF", "0 FCFA", "0 XOF", 0},
		{999, "XOF", "999", "999 XOF", "999 FCFA", "999 XOF", 999},
		{1000, "XAF", "1000", "1" NARROW "000 XAF", "1" NARROW "000 FCFA", "1000 XAF",
		 1000},
		{1000000, "XOF", "1000000", "1" NARROW "000" NARROW "000 XOF",
		 "1" NARROW "000" NARROW "000 FCFA", "1000000 XOF", 1000000},
		{12345678, "XOF", "12345678", "12" NARROW "345" NARROW "678 XOF",
		 "12" NARROW "345" NARROW "678 FCFA", "12345678 XOF", 12345678},
		{3500, "UGX", "3500", "3" NARROW "500 UGX", "3" NARROW "500 UGX", "3500 UGX",
		 350000},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct temba_money money = sum(table[i].minor, table[i].currency), back;
		int64_t units;

		assert_string_equal(temba_money_decimal(arena, &money), table[i].decimal);
		assert_string_equal(temba_money_display(arena, &money), table[i].display);
		assert_string_equal(temba_money_named(arena, &money), table[i].named);
		assert_string_equal(temba_money_charge(arena, &money), table[i].charge);
		assert_true(temba_money_units(&money, TEMBA_MONEY_STRIPE, &units));
		assert_int_equal(units, table[i].stripe);
		assert_true(temba_money_read(table[i].decimal, table[i].currency, TEMBA_MONEY_EXACT,
					     &back));
		assert_true(temba_money_same(&money, &back));
		assert_true(temba_money_read_units(units, table[i].currency, TEMBA_MONEY_STRIPE,
						   &back));
		assert_true(temba_money_same(&money, &back));
	}
}

static void refuses_what_does_not_fit(void **state)
{
	struct temba_money most = sum(INT64_MAX, "XOF"), one = sum(1, "XOF"), cent = sum(1, "USD");
	struct temba_money shillings = sum(INT64_MAX / 100 + 1, "UGX"), ret;
	int64_t units;

	(void)state;
	assert_false(temba_money_add(&most, &one, &ret));
	assert_false(temba_money_add(&one, &cent, &ret));
	assert_true(temba_money_add(&one, &one, &ret));
	assert_int_equal(ret.minor, 2);
	assert_false(temba_money_times(&most, 2, &ret));
	assert_false(temba_money_times(&one, -1, &ret));
	assert_true(temba_money_times(&one, 7, &ret));
	assert_int_equal(ret.minor, 7);
	assert_true(temba_money_times(&most, 0, &ret));
	assert_int_equal(ret.minor, 0);
	assert_false(temba_money_same(&one, &cent));
	assert_false(temba_money_units(&shillings, TEMBA_MONEY_STRIPE, &units));
	assert_false(temba_money_read_units(350050, "UGX", TEMBA_MONEY_STRIPE, &ret));
	assert_false(temba_money_read_units(-100, "UGX", TEMBA_MONEY_STRIPE, &ret));
	assert_false(temba_money_read_units(1, "BTC", TEMBA_MONEY_STRIPE, &ret));
}

static void writes_the_largest_sum(void **state)
{
	struct temba_money most = sum(INT64_MAX, "USD");

	(void)state;
	assert_string_equal(temba_money_decimal(arena, &most), "92233720368547758.07");
	assert_string_equal(temba_money_display(arena, &most),
			    "92" NARROW "233" NARROW "720" NARROW "368" NARROW "547" NARROW
			    "758,07 USD");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(currencies_have_the_decimals_of_iso),
		TEST(a_sum_is_not_negative_and_in_a_currency_we_take),
		TEST(reads_decimals_exactly_or_not_at_all),
		TEST(reads_numbers_of_a_body_without_a_float),
		TEST(writes_what_goes_over_the_wires),
		TEST(refuses_what_does_not_fit),
		TEST(writes_the_largest_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
