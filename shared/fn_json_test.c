/* fn_json_test.c: what json-c lets through and we do not (reliability.md 4.3), and what must pass.
 */
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

struct text {
	const char *bytes;
	size_t length;
};

static const struct text bad[] = {
	/* nothing, or no text at all */
	{BYTES("")},
	{BYTES(" ")},
	{BYTES("\r\n")},
	{BYTES("\0")},
	{BYTES("\xef\xbb\xbf{}")},
	{BYTES("\xff\xfe{\0}\0")},
	{BYTES("null")}, /* no caller can use it */
	/* strings */
	{BYTES("{'a':1}")},
	{BYTES("'a'")},
	{BYTES("{\"a\":'b'}")},
	{BYTES("{a:1}")},
	{BYTES("{1:1}")},
	{BYTES("[\"a\nb\"]")},
	{BYTES("[\"a\tb\"]")},
	{BYTES("[\"\x1f\"]")},
	{BYTES("[\"a")},
	{BYTES("\"a\\\"")},
	{BYTES("[\"\\a\"]")},
	{BYTES("[\"\\'\"]")},
	{BYTES("[\"\\x41\"]")},
	{BYTES("[\"\\u12\"]")},
	{BYTES("[\"\\u12g4\"]")},
	{BYTES("[\"\\U0041\"]")},
	{BYTES("[\"\\u\"]")},
	{BYTES("\"\\")},
	{BYTES("\"\\u004")},
	/* NUL, as a byte and as an escape, in value and key */
	{BYTES("{\"a\":1}\0")},
	{BYTES("{\"a\":1\0}")},
	{BYTES("[\"a\0b\"]")},
	{BYTES("{\"a\0b\":1}")},
	{BYTES("[\"a\\u0000b\"]")},
	{BYTES("{\"a\\u0000b\":1}")},
	/* surrogates and overlong forms */
	{BYTES("[\"\\ud800\"]")},
	{BYTES("[\"\\udc00\"]")},
	{BYTES("[\"\\ud800x\"]")},
	{BYTES("[\"\\ud800\\n\"]")},
	{BYTES("[\"\\ud800\\ud800\"]")},
	{BYTES("[\"\\ud800\\u0041\"]")},
	{BYTES("[\"\\udbff\\ue000\"]")},
	{BYTES("[\"\\udc00\\ud800\"]")},
	{BYTES("\"\\ud800\\udc0")},
	{BYTES("[\"\xed\xa0\x80\"]")},
	{BYTES("[\"\xc0\xaf\"]")},
	{BYTES("[\"\xe0\x80\xaf\"]")},
	{BYTES("[\"\xf4\x90\x80\x80\"]")},
	{BYTES("[\"caf\xe9\"]")},
	{BYTES("{\"\xff\":1}")},
	/* numbers */
	{BYTES("[NaN]")},
	{BYTES("[-NaN]")},
	{BYTES("[nan]")},
	{BYTES("[Infinity]")},
	{BYTES("[-Infinity]")},
	{BYTES("[inf]")},
	{BYTES("[1.]")},
	{BYTES("[.5]")},
	{BYTES("[-.5]")},
	{BYTES("[-]")},
	{BYTES("[+1]")},
	{BYTES("[01]")},
	{BYTES("[-01]")},
	{BYTES("[00]")},
	{BYTES("[2.e3]")},
	{BYTES("[2e]")},
	{BYTES("[2e+]")},
	{BYTES("[2e1.5]")},
	{BYTES("[1.2.3]")},
	{BYTES("[--1]")},
	{BYTES("[1-2]")},
	{BYTES("[0x1A]")},
	{BYTES("[1_000]")},
	{BYTES("[1 000]")},
	{BYTES("[1e400]")},
	{BYTES("[-1e400]")},
	{BYTES("[9223372036854775808]")},
	{BYTES("[-9223372036854775809]")},
	{BYTES("[18446744073709551615]")},
	{BYTES("[18446744073709551616]")},
	{BYTES("[99999999999999999999999999999999999999999999999999999999999999999]")},
	/* words */
	{BYTES("[True]")},
	{BYTES("[TRUE]")},
	{BYTES("[nul]")},
	{BYTES("[nulll]")},
	{BYTES("[NULL]")},
	{BYTES("[undefined]")},
	{BYTES("[truefalse]")},
	{BYTES("[true false]")},
	{BYTES("tru")},
	/* structure */
	{BYTES("[1,]")},
	{BYTES("[,1]")},
	{BYTES("[1,,2]")},
	{BYTES("{\"a\":1,}")},
	{BYTES("{,}")},
	{BYTES("{\"a\"}")},
	{BYTES("{\"a\":}")},
	{BYTES("{\"a\" 1}")},
	{BYTES("{\"a\"::1}")},
	{BYTES("{\"a\":1 \"b\":2}")},
	{BYTES("{\"a\",1}")},
	{BYTES("[\"a\":1]")},
	{BYTES("[1:2]")},
	{BYTES("[")},
	{BYTES("]")},
	{BYTES("{")},
	{BYTES("}")},
	{BYTES("[}")},
	{BYTES("{]")},
	{BYTES("[1]]")},
	{BYTES(":")},
	{BYTES("[/* c */1]")},
	{BYTES("[1]// c")},
	{BYTES("[\f1]")},
	{BYTES("[\xc2\xa0"
	       "1]")}, /* no-break space */
	/* trailing text */
	{BYTES("{}{}")},
	{BYTES("{} {}")},
	{BYTES("{}x")},
	{BYTES("1 2")},
	{BYTES("\"a\"\"b\"")},
	{BYTES("{},")},
	{BYTES("{}\0x")},
	/* one key twice, at any depth, however it is written */
	{BYTES("{\"a\":1,\"a\":2}")},
	{BYTES("{\"a\":1,\"b\":2,\"a\":1}")},
	{BYTES("{\"x\":{\"y\":[{\"a\":1,\"a\":2}]}}")},
	{BYTES("{\"a\":1,\"\\u0061\":2}")},
	{BYTES("{\"\":1,\"\":2}")},
	{BYTES("{\"a\":null,\"a\":null}")},
	{BYTES("{\"a\":{\"b\":1},\"a\":2}")},
};

static void refuses_what_is_not_strict_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		/* at the end of a block of its own, so that ASan sees a byte read behind it */
		char *copy = test_malloc(bad[i].length + 1);
		const char *why = "untouched";

		memcpy(copy + 1, bad[i].bytes, bad[i].length);
		if (fn_json_parse(arena, copy + 1, bad[i].length, &why) != NULL)
			fail_msg("accepted: %s", bad[i].bytes);
		assert_non_null(why);
		assert_string_not_equal(why, "untouched");
		test_free(copy);
	}
}

/* What went in, and what it is when it is written again. */
static const struct {
	const char *in, *out;
} good[] = {
	{"{}", "{}"},
	{"[]", "[]"},
	{" \t\r\n{ \"a\" : [ 1 , 2 ] } \n", "{\"a\":[1,2]}"},
	{"true", "true"},
	{"false", "false"},
	{"12", "12"},
	{" -0 ", "0"},
	{"\"\"", "\"\""},
	{"\"x\"", "\"x\""},
	{"[null]", "[null]"},
	{"{\"a\":null}", "{\"a\":null}"},
	{"[0,-0,-1,10,1.0,0.5,-0.5,1e5,1E+5,1e-5,0e0,12.25e2]",
	 "[0,0,-1,10,1.0,0.5,-0.5,1e5,1E+5,1e-5,0e0,12.25e2]"},
	{"[9223372036854775807,-9223372036854775808]",
	 "[9223372036854775807,-9223372036854775808]"},
	{"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"},
	{"[\"\\u00e9\\u20AC\\ud83c\\udfab\"]", "[\"é€🎫\"]"},
	{"[\"é€🎫\"]", "[\"é€🎫\"]"},
	{"[\"\\u0001\\u001f\\u007f\"]", "[\"\\u0001\\u001f\x7f\"]"},
	{"{\"é\":1,\"\\u20ac\":2}", "{\"é\":1,\"€\":2}"},
	{"{\"\":1}", "{\"\":1}"},
	{"{\"a\":{\"a\":{\"a\":1}}}", "{\"a\":{\"a\":{\"a\":1}}}"},
	{"[{\"a\":1},{\"a\":2}]", "[{\"a\":1},{\"a\":2}]"},
	{"{\"a\":\"b\",\"A\":1}", "{\"a\":\"b\",\"A\":1}"},
	{"{\"a\":\":,{}[]\"}", "{\"a\":\":,{}[]\"}"},
	{"{\"a:b\":1}", "{\"a:b\":1}"},
	{"{\"0\":1,\"00\":2}", "{\"0\":1,\"00\":2}"},
};

static void accepts_all_that_is_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(good); i++) {
		const char *why = NULL;
		struct json_object *value =
			fn_json_parse(arena, good[i].in, strlen(good[i].in), &why);

		if (value == NULL)
			fail_msg("refused: %s (%s)", good[i].in, why);
		assert_null(why);
		assert_string_equal(fn_json_write(value, NULL), good[i].out);
	}
}

static const char *nested(unsigned depth, const char *open, const char *inner, const char *close)
{
	const char *text = inner;

	for (unsigned i = 0; i < depth; i++)
		text = fn_arena_format(arena, "%s%s%s", open, text, close);
	return text;
}

static bool parses(const char *text)
{
	const char *why = NULL;

	return fn_json_parse(arena, text, strlen(text), &why) != NULL;
}

static void nests_sixteen_deep_and_no_deeper(void **state)
{
	static char deep[100000];

	(void)state;
	assert_true(parses(nested(16, "[", "", "]")));
	assert_true(parses(nested(16, "[", "1", "]")));
	assert_true(parses(nested(16, "{\"a\":", "\"x\"", "}")));
	assert_true(parses(nested(8, "{\"a\":[", "null", "]}")));
	assert_false(parses(nested(17, "[", "", "]")));
	assert_false(parses(nested(17, "{\"a\":", "1", "}")));
	assert_false(parses(nested(9, "{\"a\":[", "", "]}")));
	memset(deep, '[', sizeof(deep) - 1);
	assert_false(parses(deep));
	/* side by side is not deep */
	assert_true(parses(nested(1, "[", "[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]],[[]]", "]")));
}

static void says_why_it_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {{"", "empty"},
		     {"\xff", "not UTF-8"},
		     {"null", "null"},
		     {"{\"a\":1,\"a\":2}", "a key stands twice"},
		     {"[\"\\ud800\"]", "bad \\u escape"},
		     {"[\"\n\"]", "control character in a string"},
		     {"[\"\\q\"]", "bad escape"},
		     {"\"", "string without end"},
		     {"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "nested too deeply"},
		     {"[NaN]", "not a value"}};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *why = NULL;

		assert_null(fn_json_parse(arena, table[i].text, strlen(table[i].text), &why));
		assert_string_equal(why, table[i].why);
	}
}

/* The length counts, not what lies behind it. */
static void reads_exactly_the_given_bytes(void **state)
{
	const char *why = NULL;

	(void)state;
	assert_int_equal(fn_json_integer(fn_json_parse(arena, "1234", 2, &why)), 12);
	assert_non_null(fn_json_parse(arena, "{}x", 2, &why));
	assert_null(fn_json_parse(arena, "{}", 1, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_not_strict_json),
		cmocka_unit_test(accepts_all_that_is_json),
		cmocka_unit_test(nests_sixteen_deep_and_no_deeper),
		cmocka_unit_test(says_why_it_refused),
		cmocka_unit_test(reads_exactly_the_given_bytes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
