/* generate-referral-link_test.c: the code and its links. */
#include <string.h>

#include "call.h"

#define CODE "generate-referral-link.code"

static void tells_the_code_and_its_links(void **state)
{
	struct call *c = *state;
	const struct json_object *links;

	call_alive();
	FAKE_ROW(CODE, "TEMBA23456", "t");
	call_as(c, ANA, "{}");
	call_assert_fine(c);
	assert_string_equal(call_text(c, "referralCode"), "TEMBA23456");
	links = fn_json_get(c->reply, "links");
	assert_string_equal(fn_json_get_text(links, "app"), "temba://ref/TEMBA23456");
	assert_string_equal(fn_json_get_text(links, "oneLink"), fn_json_get_text(links, "web"));
	assert_non_null(strstr(call_text(c, "shareMessage"), "TEMBA23456"));
}

static void the_app_link_carries_the_code(void **state)
{
	struct call *c = *state;

	fn_conf_set("REFERRAL_LINK", "https://temba.example/x?pid=a");
	call_alive();
	FAKE_ROW(CODE, "TEMBA23456", "t");
	call_as(c, ANA, "{}");
	assert_string_equal(fn_json_get_text(fn_json_get(c->reply, "links"), "oneLink"),
			    "https://temba.example/x?pid=a&deep_link_value=ref/TEMBA23456");
	fn_conf_set("REFERRAL_LINK", "");
}

static void a_code_that_is_taken_is_made_anew(void **state)
{
	struct call *c = *state;
	const char *candidate;

	call_alive();
	fake_db_no_row(CODE);
	FAKE_ROW(CODE, "TEMBA23456", "t");
	call_as(c, ANA, "{}");
	call_assert_fine(c);
	assert_int_equal(fake_db_runs(CODE), 2);
	candidate = fake_db_argument(CODE, 1);
	assert_int_equal(strlen(candidate), strlen("TEMBA23456"));
	assert_int_equal(strspn(candidate, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), strlen(candidate));
}

static void a_disabled_code_is_refused_in_words(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW(CODE, "TEMBA23456", "f");
	call_as(c, ANA, "{}");
	call_assert_refused_on_record(c, 409, "code_inactive");
	assert_int_equal(c->status, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(tells_the_code_and_its_links),
		CALL_TEST(the_app_link_carries_the_code),
		CALL_TEST(a_code_that_is_taken_is_made_anew),
		CALL_TEST(a_disabled_code_is_refused_in_words),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
