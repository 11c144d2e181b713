/* pawapay_read_test.c: amounts are texts with rules of their own; metadata is a list. */
#include <string.h>

#include "pawapay_http.h"
#include "unit.h"

static void reads_amounts(void **state)
{
	static const struct {
		const char *text;
		unsigned decimals;
		int64_t amount; /* -1: no amount */
		bool too_fine;
	} table[] = {
		{"5000", 0, 5000, false},
		{"5000.00", 0, 5000, true},
		{"99.5", 2, 9950, false},
		{"0.07", 2, 7, false},
		{"99.555", 2, 9955, true},
		{"0", 0, 0, false},
		{"", 0, -1, false},
		{"05", 0, -1, false},
		{"00.5", 2, -1, false},
		{".5", 2, -1, false},
		{"5.", 2, -1, false},
		{"-5", 0, -1, false},
		{"+5", 0, -1, false},
		{" 5", 0, -1, false},
		{"5e3", 0, -1, false},
		{"5,000", 0, -1, false},
		{"1234567890123456", 0, -1, false},
		{"1.0000000000000000000000", 2, -1, false},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		int64_t amount = -1;
		bool too_fine;
		bool is_one =
			pawapay_read_amount(table[i].text, table[i].decimals, &amount, &too_fine);

		assert_true(is_one == (table[i].amount >= 0));
		assert_int_equal(amount, table[i].amount);
		assert_true(too_fine == table[i].too_fine);
	}
}

static void reads_metadata(void **state)
{
	static const struct {
		const char *json, *read, *code;
	} table[] = {
		{"[{\"orderId\":\"1\"},{\"mail\":\"a\",\"isPII\":true}]",
		 "{\"orderId\":\"1\",\"mail\":\"a\"}", NULL},
		{"[]", "{}", NULL},
		{"[{\"a\":\"1\"},{\"a\":\"1\"}]", NULL, "DUPLICATE_METADATA_FIELD"},
		{"[{\"a\":{}}]", NULL, "INVALID_PARAMETER"},
		{"[1]", NULL, "INVALID_PARAMETER"},
		{"{\"a\":\"1\"}", NULL, "INVALID_PARAMETER"},
		{"[{},{},{},{},{},{},{},{},{},{},{}]", NULL, "INVALID_PARAMETER"},
	};
	struct fn_arena *arena = fn_arena_new(1 << 20);
	const char *code;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct json_object *list = fn_json_keep(arena, fn_json_trusted(table[i].json));
		struct json_object *read = pawapay_read_metadata(arena, list, &code);

		if (table[i].code != NULL) {
			assert_null(read);
			assert_string_equal(code, table[i].code);
		} else {
			assert_null(code);
			assert_string_equal(fn_json_write(read, NULL), table[i].read);
		}
	}
	assert_null(pawapay_read_metadata(arena, NULL, &code));
	assert_null(code);
	fn_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_amounts),
		cmocka_unit_test(reads_metadata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
