/* rest_role_test.c: paths to the role: what they find, and which are none. */
#include "rest_role.h"

#include <string.h>

#include "fn_json.h"
#include "fn_macros.h"
#include "unit.h"

static struct json_object *claims;

static int begin(void **state)
{
	(void)state;
	claims = fn_json_trusted(
		"{\"role\":\"plain\",\"a\":{\"b-c\":{\"d\":[\"x\",[\"y\"]]}},\"https://x.y/z\":"
		"{\"roles\":[\"first\",\"second\"]},\"user_role\":7,\"$me@here\":\"odd\",\"list\":"
		"[1,\"web_anon\",\"app_author\",\"web_user\"],\"nothing\":null,\"yes\":true}");
	return 0;
}

static int end(void **state)
{
	(void)state;
	fn_json_drop(claims);
	return 0;
}

static void assert_found(const char *path, const char *role)
{
	const char *found = rest_role_find(claims, path);

	assert_true(rest_role_path_is_good(path));
	if (role == NULL)
		assert_null(found);
	else
		assert_string_equal(found, role);
}

static void follows_keys_and_indexes(void **state)
{
	(void)state;
	assert_found(".role", "plain");
	assert_found(".\"role\"", "plain");
	assert_found(".a.b-c.d[0]", "x");
	assert_found(".a.\"b-c\".d[1][0]", "y");
	assert_found(".\"https://x.y/z\".roles[1]", "second");
	assert_found(".$me@here", "odd");
	assert_found(".\"https://x.y/z\".roles[2]", NULL);
	assert_found(".role.deeper", NULL);
	assert_found(".role[0]", NULL);
	assert_found(".a[0]", NULL);
	assert_found(".none", NULL);
	assert_found(".nothing", NULL);
}

static void reads_other_values_as_their_json(void **state)
{
	(void)state;
	assert_found(".user_role", "7");
	assert_found(".yes", "true");
	assert_found(".a.b-c.d[1]", "[\"y\"]");
}

static void picks_out_of_a_list(void **state)
{
	(void)state;
	assert_found(".list[?(@ == \"web_user\")]", "web_user");
	assert_found(".list[?(@ != \"web_anon\")]", "app_author");
	assert_found(".list[?(@ ^== \"web\")]", "web_anon");
	assert_found(".list[?(@ ==^ \"user\")]", "web_user");
	assert_found(".list[?(@ *== \"auth\")]", "app_author");
	assert_found(".list[?(@==\"web_user\")]", "web_user");
	assert_found(".list[?(@ == \"none\")]", NULL);
	assert_found(".list[?(@ == \"1\")]", NULL);
	assert_found(".role[?(@ == \"plain\")]", NULL);
}

static void refuses_what_is_no_path(void **state)
{
	static const char *const bad[] = {
		"",
		"role",
		"role.x",
		".",
		"..role",
		".role.",
		".\"role",
		".\"\"",
		".role[",
		".role[]",
		".role[x]",
		".role[-1]",
		".role[0",
		".role[0]x",
		"[0]",
		".a[?()]",
		".a[?(@)]",
		".a[?(@ = \"x\")]",
		".a[?(@ == x)]",
		".a[?(@ == \"x\"]",
		".a[?(@ == \"x\")].b",
		".a\"b\"",
	};
	char text[300] = ".";

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++)
		assert_false(rest_role_path_is_good(bad[i]));
	memset(text + 1, 'x', 250);
	assert_false(rest_role_path_is_good(text));
	assert_null(rest_role_find(claims, text));
	assert_null(rest_role_find(claims, "role"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_keys_and_indexes),
		cmocka_unit_test(reads_other_values_as_their_json),
		cmocka_unit_test(picks_out_of_a_list),
		cmocka_unit_test(refuses_what_is_no_path),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
