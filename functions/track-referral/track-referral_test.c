/* track-referral_test.c: words that stop the page, and what is told. */
#include <string.h>

#include "call.h"

#define TRACK "track-referral.track"
#define BODY  "{\"referralCode\":\"temba23456\",\"deviceId\":\"d\"}"

static void a_code_is_written_in_capitals(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW(TRACK, "tracked");
	call_as(c, ANA, BODY);
	call_assert_fine(c);
	assert_string_equal(fake_db_argument(TRACK, 0), ANA);
	assert_string_equal(fake_db_argument(TRACK, 1), "TEMBA23456");
	assert_string_equal(fake_db_argument(TRACK, 3), "d");
	assert_int_equal(fn_json_length(fn_json_get(c->reply, "referral")), 2);
}

static void the_twin_will_do(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW(TRACK, "tracked");
	call_as(c, ANA, "{\"referral_code\":\"TEMBA23456\"}");
	call_assert_fine(c);
}

/* regression: with HTTP 400 the web sees one sentence, and asks for ever */
static void refusals_have_the_words_that_stop_the_page(void **state)
{
	static const char *const outcomes[][2] = {{"off", "disabled"},
						  {"unknown_code", "not found"},
						  {"own_code", "own code"},
						  {"already", "already"},
						  {"not_new", "invalid"}};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(outcomes); i++) {
		call_alive();
		FAKE_ROW(TRACK, outcomes[i][0]);
		call_as(c, ANA, BODY);
		assert_int_equal(c->status, 200);
		assert_non_null(strstr(call_text(c, "error"), outcomes[i][1]));
	}
	call_as(c, ANA, "{}");
	call_assert_refused(c, 409, "code_required");
}

static void callers_and_bodies_that_are_no_good(void **state)
{
	call_assert_guards(*state, BODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(a_code_is_written_in_capitals),
		CALL_TEST(the_twin_will_do),
		CALL_TEST(refusals_have_the_words_that_stop_the_page),
		CALL_TEST(callers_and_bodies_that_are_no_good),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
