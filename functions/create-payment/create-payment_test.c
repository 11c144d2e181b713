/* create-payment_test.c: whose request it is. */
#include <string.h>

#include "call.h"

/* to: "" = gone, NULL = unclear */
static const struct {
	const char *body, *to;
} table[] = {
	{"{\"method\":\"card\"}", "@fn-create-stripe-payment"},
	{"{\"payment_method\":\"CARD\",\"event_id\":\"x\",\"amount\":5000}",
	 "@fn-create-stripe-payment"},
	{"{\"payment_method\":\"credit_card\",\"provider\":\"stripe\"}",
	 "@fn-create-stripe-payment"},
	{"{\"provider\":\"stripe\"}", "@fn-create-stripe-payment"},
	{"{\"method\":\"mobile_money\",\"provider\":\"orange\",\"phone\":\"+22670000000\"}",
	 "@fn-create-pawapay-payment"},
	{"{\"payment_method\":\"MOBILE_MONEY\",\"method\":null}", "@fn-create-pawapay-payment"},
	{"{\"provider\":\"WAVE_SEN\"}", "@fn-create-pawapay-payment"},
	{"{\"provider\":\"pawapay\",\"method\":\"\"}", "@fn-create-pawapay-payment"},
	{"{\"payment_id\":\"x\",\"preAuthorisationCode\":\"1234\"}", "@fn-create-pawapay-payment"},
	{"{\"otpCode\":\"1234\",\"amount_major\":5000}", "@fn-create-pawapay-payment"},
	{"{\"event_id\":\"x\",\"amount_major\":5000,\"currency\":\"XOF\",\"description\":\"y\"}",
	 ""},
	{"{\"provider\":\"paydunya\"}", ""},
	{"{\"method\":\"bank_transfer\"}", ""},
	{"{}", NULL},
	{"", NULL},
	{"{\"method\":\"cash\"}", NULL},
	{"{\"method\":\"orange\"}", NULL},
	{"{\"method\":7}", NULL},
	{"{\"method\":\"card\",\"provider\":\"orange\"}", NULL},
	{"{\"method\":\"mobile_money\",\"provider\":\"stripe\"}", NULL},
	{"{\"method\":\"card\",\"payment_method\":\"MOBILE_MONEY\"}", NULL},
	{"{\"method\":\"mobile_money\",\"provider\":\"paydunya\"}", NULL},
};

static void finds_out_whose_request_it_is(void **state)
{
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *to;

		call_as(c, NULL, table[i].body);
		to = unit_reply_header(c->req, "X-Accel-Redirect");
		if (table[i].to == NULL || *table[i].to == '\0') {
			call_assert_refused(c, table[i].to == NULL ? 400 : 410,
					    table[i].to == NULL ? "method_unclear"
								: "paydunya_gone");
			assert_null(to);
			continue;
		}
		if (c->status != 200 || to == NULL || strcmp(to, table[i].to) != 0)
			fail_msg("%s: %d %s", table[i].body, c->status, to);
		assert_string_equal(unit_reply_text(c->req), "");
	}
}

static void says_in_two_languages_what_is_gone(void **state)
{
	struct call *c = *state;

	call_as(c, NULL, "{\"provider\":\"paydunya\"}");
	assert_non_null(strstr(call_text(c, "error"), "mobile money"));
	c->language = "en";
	call_as(c, NULL, "{\"provider\":\"PayDunya\"}");
	assert_non_null(strstr(call_text(c, "error"), "no longer exists"));
	call_as(c, NULL, "[]");
	call_assert_refused(c, 400, "bad_json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(finds_out_whose_request_it_is),
		CALL_TEST(says_in_two_languages_what_is_gone),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
