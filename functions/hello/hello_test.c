/* hello_test.c: greetings, and who gets none. */
#include "call.h"

static void greets_in_french(void **state)
{
	struct call *c = *state;

	call_as(c, NULL, "{\"name\":\" Aïcha \"}");
	assert_null(c->error);
	assert_int_equal(c->status, 200);
	assert_string_equal(unit_reply_text(c->req),
			    "{\"success\":true,\"message\":\"Bonjour, Aïcha!\"}");
}

static void greets_in_english_whoever_prefers_it(void **state)
{
	struct call *c = *state;

	c->language = "en-GB,fr;q=0.5";
	call_as(c, NULL, "{\"name\":\"Ana\"}");
	assert_string_equal(call_text(c, "message"), "Hello, Ana!");
}

static void greets_by_address(void **state)
{
	struct call *c = *state;

	c->query = "name=Ana%20Traor%C3%A9";
	call_method(c, "GET");
	assert_string_equal(call_text(c, "message"), "Bonjour, Ana Traoré!");
}

static void asks_whoever_gives_no_name(void **state)
{
	struct call *c = *state;

	call_as(c, NULL, "{\"name\":\"\"}");
	call_assert_refused(c, 422, "name_required");
	assert_string_equal(call_text(c, "error"), "Comment vous appelez-vous ?");
	c->query = "name=";
	call_method(c, "GET");
	call_assert_refused(c, 422, "name_required");
}

static void refuses_a_name_that_is_no_text(void **state)
{
	struct call *c = *state;

	call_as(c, NULL, "{\"name\":7}");
	call_assert_refused(c, 422, "invalid_fields");
	call_as(c, NULL, "name=Ana");
	call_assert_refused(c, 400, "bad_json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(greets_in_french),
		CALL_TEST(greets_in_english_whoever_prefers_it),
		CALL_TEST(greets_by_address),
		CALL_TEST(asks_whoever_gives_no_name),
		CALL_TEST(refuses_a_name_that_is_no_text),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
