/* fn_json_values_test.c: reading never converts one type into another, and building makes what it
 * is told. */
#include "fn_json.h"

#include <string.h>

#include "unit.h"

static struct fn_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = fn_arena_new(8 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

/* ---- reading ---- */

static struct json_object *parsed(const char *text)
{
	const char *why = NULL;

	return fn_json_parse(arena, text, strlen(text), &why);
}

static void never_converts_one_type_into_another(void **state)
{
	struct json_object *o = parsed("{\"t\":\"12\",\"i\":12,\"d\":2.9,\"b\":true,\"n\":null,"
				       "\"a\":[1],\"o\":{},\"e\":1e2}");

	(void)state;
	assert_int_equal(fn_json_get_integer(o, "t", -1), -1);
	assert_int_equal(fn_json_get_integer(o, "d", -1), -1);
	assert_int_equal(fn_json_get_integer(o, "e", -1), -1);
	assert_int_equal(fn_json_get_integer(o, "b", -1), -1);
	assert_int_equal(fn_json_get_integer(o, "n", -1), -1);
	assert_int_equal(fn_json_get_integer(o, "a", -1), -1);
	assert_int_equal(fn_json_get_integer(o, "i", -1), 12);
	assert_true(fn_json_get_number(o, "i", -1) == 12);
	assert_true(fn_json_get_number(o, "t", -1) == -1);
	assert_true(fn_json_get_number(NULL, "t", 0.5) == 0.5);
	assert_true(fn_json_get_number(parsed("{\"cost\":8.25}"), "cost", -1) == 8.25);
	assert_int_equal(fn_json_integer(fn_json_get(o, "t")), 0);
	assert_null(fn_json_get_text(o, "i"));
	assert_null(fn_json_get_text(o, "o"));
	assert_null(fn_json_get_text(o, "n"));
	assert_string_equal(fn_json_get_text(o, "t"), "12");
	assert_false(fn_json_get_bool(o, "i", false));
	assert_true(fn_json_get_bool(o, "t", true));
	assert_true(fn_json_get_bool(o, "b", false));
	assert_false(fn_json_true(fn_json_get(o, "i")));
	assert_true(fn_json_true(fn_json_get(o, "b")));
}

static void names_each_type(void **state)
{
	(void)state;
	assert_int_equal(fn_json_type(NULL), FN_JSON_NONE);
	assert_int_equal(fn_json_type(parsed("true")), FN_JSON_BOOL);
	assert_int_equal(fn_json_type(parsed("9223372036854775807")), FN_JSON_INTEGER);
	assert_int_equal(fn_json_type(parsed("1.0")), FN_JSON_NUMBER);
	assert_int_equal(fn_json_type(parsed("\"\"")), FN_JSON_TEXT);
	assert_int_equal(fn_json_type(parsed("[]")), FN_JSON_ARRAY);
	assert_int_equal(fn_json_type(parsed("{}")), FN_JSON_OBJECT);
}

static void count_each(const char *name, struct json_object *value, void *arg)
{
	(void)name;
	*(int64_t *)arg += fn_json_integer(value);
}

static void answers_for_nothing_as_for_an_absent_member(void **state)
{
	struct json_object *list = parsed("[1,2]");
	int64_t sum = 0;

	(void)state;
	assert_null(fn_json_get(NULL, "a"));
	assert_null(fn_json_get(list, "a"));
	assert_null(fn_json_get_text(NULL, "a"));
	assert_int_equal(fn_json_get_integer(NULL, "a", 7), 7);
	assert_int_equal(fn_json_length(NULL), 0);
	assert_int_equal(fn_json_length(parsed("\"abc\"")), 0);
	assert_null(fn_json_at(NULL, 0));
	assert_null(fn_json_at(list, 2));
	assert_null(fn_json_at(parsed("{\"a\":1}"), 0));
	assert_int_equal(fn_json_integer(fn_json_at(list, 1)), 2);
	fn_json_each(NULL, count_each, &sum);
	fn_json_each(list, count_each, &sum);
	assert_int_equal(sum, 0);
	fn_json_each(parsed("{\"a\":1,\"b\":2}"), count_each, &sum);
	assert_int_equal(sum, 3);
}

/* ---- building ---- */

static void builds_what_it_is_told(void **state)
{
	const struct fn_uuid id = {"0a1b2c3d-4e5f-6789-abcd-ef0123456789"};
	struct json_object *inner = fn_json_array(), *whole;
	size_t length;

	(void)state;
	fn_json_append(inner, fn_json_from_text("a/b"));
	fn_json_append(inner, NULL);
	whole = fn_json_keep(arena,
			     FN_OBJECT(fn_json_bool("yes", true), fn_json_int("n", INT64_MIN),
				       fn_json_string("text", "\"\x01é"),
				       fn_json_string("none", NULL), fn_json_uuid("id", &id),
				       fn_json_value("list", inner),
				       fn_json_value("nothing", NULL)));
	assert_string_equal(fn_json_write(whole, &length),
			    "{\"yes\":true,\"n\":-9223372036854775808,\"text\":\"\\\"\\u0001é\","
			    "\"none\":null,\"id\":\"0a1b2c3d-4e5f-6789-abcd-ef0123456789\","
			    "\"list\":[\"a/b\",null],\"nothing\":null}");
	assert_int_equal(length, strlen(fn_json_write(whole, NULL)));
	assert_null(fn_json_from_text(NULL));
}

static void shares_a_value_between_two_owners(void **state)
{
	struct json_object *shared = fn_json_from_text("x");
	struct json_object *one = FN_OBJECT(fn_json_value("a", fn_json_share(shared)));
	struct json_object *two = FN_OBJECT(fn_json_value("b", shared));

	(void)state;
	fn_json_drop(one);
	assert_string_equal(fn_json_get_text(two, "b"), "x");
	fn_json_drop(two);
	fn_json_drop(NULL);
	assert_null(fn_json_share(NULL));
	assert_null(fn_json_keep(arena, NULL));
}

static void trust_broken_text(void *arg)
{
	(void)fn_json_trusted(arg);
}

static void trusts_our_own_text_but_not_blindly(void **state)
{
	enum { DEPTH = 900 };
	static char broken[] = "{\"a\":", deep[2 * DEPTH + 1];
	struct json_object *value = fn_json_keep(arena, fn_json_trusted("{\"a\":[1]}"));

	(void)state;
	assert_string_equal(fn_json_write(value, NULL), "{\"a\":[1]}");
	for (size_t i = 0; i < DEPTH; i++) {
		deep[i] = '[';
		deep[2 * DEPTH - 1 - i] = ']';
	}
	assert_non_null(fn_json_keep(arena, fn_json_trusted(deep)));
	assert_null(fn_json_trusted(NULL));
	assert_null(fn_json_trusted("null"));
	unit_assert_dies(trust_broken_text, broken, 70, "does not parse");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_converts_one_type_into_another),
		cmocka_unit_test(names_each_type),
		cmocka_unit_test(answers_for_nothing_as_for_an_absent_member),
		cmocka_unit_test(builds_what_it_is_told),
		cmocka_unit_test(shares_a_value_between_two_owners),
		cmocka_unit_test(trusts_our_own_text_but_not_blindly),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
