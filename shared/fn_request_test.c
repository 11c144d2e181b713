/* fn_request_test.c: query, methods, languages, and ids that come from outside. */
#include "fn_request.h"

#include <string.h>

#include "unit.h"

static struct fn_request *req;

static struct fn_request *ask(struct unit_request *like)
{
	fn_request_free(req);
	req = unit_request(like);
	return req;
}

static int set_up(void **state)
{
	(void)state;
	req = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

/* ---- query ---- */

static const char *query(const char *text, const char *name)
{
	return fn_request_query(ask(&(struct unit_request){.query = text}), name);
}

static void finds_a_parameter_and_decodes_it(void **state)
{
	(void)state;
	assert_string_equal(query("a=1&b=2", "a"), "1");
	assert_string_equal(query("a=1&b=2", "b"), "2");
	assert_string_equal(query("grant_type=password", "grant_type"), "password");
	assert_string_equal(query("u=http%3A%2F%2Fx%2F%3Fa%3D1%26b&c=3", "u"), "http://x/?a=1&b");
	assert_string_equal(query("q=a+b%2Bc", "q"), "a b+c");
	assert_string_equal(query("q=%C3%A9", "q"), "é");
	assert_string_equal(query("a=b=c", "a"), "b=c");
	assert_string_equal(query("%61=1", "a"), "1");
}

static void the_first_of_a_name_counts(void **state)
{
	(void)state;
	assert_string_equal(query("a=1&a=2", "a"), "1");
	assert_string_equal(query("ab=1&a=2", "a"), "2");
	assert_string_equal(query("ba=1&a=2", "a"), "2");
	assert_string_equal(query("A=1&a=2", "a"), "2");
}

static void tells_empty_from_absent(void **state)
{
	(void)state;
	assert_string_equal(query("a=&b=1", "a"), "");
	assert_string_equal(query("a&b=1", "a"), "");
	assert_string_equal(query("b=1&a", "a"), "");
	assert_string_equal(query("&&a=1&&", "a"), "1");
	assert_null(query("b=1", "a"));
	assert_null(query("b=a", "a"));
	assert_null(query("", "a"));
	assert_null(query(NULL, "a"));
}

static void does_not_read_a_malformed_parameter(void **state)
{
	(void)state;
	assert_null(query("a=%", "a"));
	assert_null(query("a=%zz&a=2", "a")); /* the first counts, and it says nothing */
	assert_null(query("a=x%00y", "a"));
	assert_null(query("a=%ff", "a"));
	assert_string_equal(query("%ff=1&a=2", "a"), "2");
	/* an escape may not reach over the end of its parameter */
	assert_null(query("a=%4&1=x", "a"));
}

/* ---- methods ---- */

static void knows_the_methods_exactly(void **state)
{
	static const struct {
		const char *name;
		unsigned method;
	} table[] = {{"GET", FN_GET},
		     {"HEAD", FN_HEAD},
		     {"POST", FN_POST},
		     {"PUT", FN_PUT},
		     {"PATCH", FN_PATCH},
		     {"DELETE", FN_DELETE},
		     {"OPTIONS", FN_OPTIONS},
		     {"get", 0},
		     {"Post", 0},
		     {"GETS", 0},
		     {"GE", 0},
		     {"", 0},
		     {" GET", 0},
		     {"TRACE", 0},
		     {"CONNECT", 0},
		     {NULL, 0}};
	unsigned all = 0;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		unsigned method =
			fn_request_method(ask(&(struct unit_request){.method = table[i].name}));

		assert_int_equal(method, table[i].method);
		assert_int_equal(all & method, 0); /* bits of a mask */
		all |= method;
	}
}

/* ---- languages ---- */

static enum fn_language language(const char *header)
{
	return fn_request_language(
		ask(&(struct unit_request){.headers = {{"Accept-Language", header}}}));
}

static void speaks_french_unless_english_is_preferred(void **state)
{
	static const struct {
		const char *header;
		bool english;
	} table[] = {
		{NULL, false},
		{"", false},
		{"fr", false},
		{"en", true},
		{"EN", true},
		{"en-GB", true},
		{"en-US,en;q=0.9,fr;q=0.8", true},
		{"fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", false},
		{"en;q=0.5", true},
		{"en;q=0.5, fr;q=0.4", true},
		{"en;q=0.4, fr;q=0.5", false},
		{"fr;q=0.5,en", true},
		{"en,fr", false}, /* equal: ours */
		{"de", false},
		{"de,en;q=0.1", true},
		{"  en ;q=1", true},
		{"*", false},
		{"*,en", false}, /* French is as welcome */
		{"*;q=0.5, en;q=0.9", true},
		{"en;q=0.5, *", false},
		{"en;q=0", false}, /* not acceptable */
		{"en;q=0.0, de", false},
		{"fr;q=0, *", true}, /* anything but French */
		{"en;q=0.001", true},
		/* junk is no preference, and nothing worse */
		{"eng", false},
		{"e", false},
		{"en;", true},
		{"en;q", true},
		{"en;q=", false},
		{"en;q=nan", false},
		{"en;q=inf", false},
		{"en;q=-1", false},
		{"en;q=1e999", true},
		{"en;q=99999999999999999999999", false},
		{"en;q=0x1p3", false},
		{",,,,", false},
		{";q=1", false},
		{"\xff\xfe,en", true},
		{"fr;q=0.5;q=1,en;q=0.6", true},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if ((language(table[i].header) == FN_ENGLISH) != table[i].english)
			fail_msg("wrong language for \"%s\"", table[i].header);
	}
}

static void says_the_one_of_two_texts(void **state)
{
	(void)state;
	assert_string_equal(fn_request_say(ask(&(struct unit_request){.method = "GET"}), "oui",
					   "yes"),
			    "oui");
	assert_string_equal(fn_request_say(ask(&(struct unit_request){
						   .headers = {{"accept-language", "en"}}}),
					   "oui", "yes"),
			    "yes");
}

/* ---- ids ---- */

static void keeps_an_id_that_can_hurt_nobody(void **state)
{
	static const char *const plain[] =
		{"12345678", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "A.b_c-d.9",
		 "1234567890123456789012345678901234567890123456789012345678901234"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(plain); i++)
		assert_string_equal(fn_request_id(ask(&(struct unit_request){.id = plain[i]})),
				    plain[i]);
}

static void makes_an_id_instead_of_any_other(void **state)
{
	static const char *const other[] = {
		NULL,
		"",
		"1234567",
		"12345678901234567890123456789012345678901234567890123456789012345",
		"12345678\n",
		"1234 5678",
		"\"},{\"a\":\"b",
		"12345678/..",
		"identité",
	};
	char last[65] = "";

	(void)state;
	for (size_t i = 0; i < FN_COUNT(other); i++) {
		const char *id = fn_request_id(ask(&(struct unit_request){.id = other[i]}));

		assert_int_equal(strlen(id), 32);
		assert_int_equal(strspn(id, "0123456789abcdef"), 32);
		assert_string_not_equal(id, last);
		memcpy(last, id, 33);
	}
}

/* The id is logged when the connection it came over is gone. */
static void copies_the_id(void **state)
{
	char id[] = "0123456789";

	(void)state;
	(void)ask(&(struct unit_request){.id = id});
	memset(id, 'x', 10);
	assert_string_equal(fn_request_id(req), "0123456789");
}

/* ---- the rest ---- */

static void work_of_our_own_has_nothing_of_a_client(void **state)
{
	struct fn_request_parts parts = {.internal = true, .deadline = 17};
	struct fn_request *own = fn_request_new(&parts);

	(void)state;
	assert_string_equal(fn_request_path(own), "");
	assert_string_equal(fn_request_address(own), "");
	assert_null(fn_request_header(own, "Authorization"));
	assert_null(fn_request_query(own, "a"));
	assert_int_equal(fn_request_method(own), 0);
	assert_int_equal(fn_request_body(own).length, 0);
	assert_int_equal(fn_request_language(own), FN_FRENCH);
	assert_true(fn_request_is_internal(own));
	assert_int_equal(fn_request_deadline(own), 17);
	fn_request_free(own);
	fn_request_free(NULL);
}

static void remembers_who_asked_and_how_often_it_tried(void **state)
{
	char id[] = "ana";

	(void)state;
	(void)ask(&(struct unit_request){.method = "GET"});
	assert_null(fn_request_caller(req));
	fn_request_set_caller(req, id);
	id[0] = 'x';
	assert_string_equal(fn_request_caller(req), "ana");
	assert_int_equal(fn_request_tries(req), 0);
	fn_request_count_tries(req, 1);
	fn_request_count_tries(req, 2);
	assert_int_equal(fn_request_tries(req), 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(finds_a_parameter_and_decodes_it),
		TEST(the_first_of_a_name_counts),
		TEST(tells_empty_from_absent),
		TEST(does_not_read_a_malformed_parameter),
		TEST(knows_the_methods_exactly),
		TEST(speaks_french_unless_english_is_preferred),
		TEST(says_the_one_of_two_texts),
		TEST(keeps_an_id_that_can_hurt_nobody),
		TEST(makes_an_id_instead_of_any_other),
		TEST(copies_the_id),
		TEST(work_of_our_own_has_nothing_of_a_client),
		TEST(remembers_who_asked_and_how_often_it_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
