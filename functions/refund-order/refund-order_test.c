/* refund-order_test.c: what is asked of the database, and the words for its answers. */
#include <string.h>

#include "call.h"

#define ORDER   "0bde4000-5555-4555-8555-0bde40000bde"
#define REFUND  "4ef04d00-6666-4666-8666-4ef04d004ef0"
#define TICKET  "71c4e700-3333-4333-8333-71c4e70071c4"
#define ASK     "{\"order_id\":\"" ORDER "\",\"reason\":\"malade\"}"
#define REQUEST "refund-order.refund_request"

static void gives_money_back_for_the_whole_order(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW(REQUEST, "opened", REFUND, "10000", "XOF");
	call_as(c, ANA, ASK);
	call_assert_fine(c);
	assert_string_equal(unit_reply_text(c->req), "{\"success\":true,\"refund_id\":\"" REFUND
						     "\",\"amount\":10000,\"currency\":\"XOF\"}");
	assert_string_equal(fake_db_argument(REQUEST, 0), ORDER);
	assert_null(fake_db_argument(REQUEST, 1));
	assert_string_equal(fake_db_argument(REQUEST, 2), "malade");
	assert_string_equal(fake_db_argument(REQUEST, 3), ANA);
	assert_string_equal(fake_db_argument(REQUEST, 4), "0");
}

static void a_repeat_answers_the_same(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW(REQUEST, "repeated", REFUND, "12.5", "USD");
	call_as(c, ANA, ASK);
	call_assert_fine(c);
	assert_string_equal(call_text(c, "refund_id"), REFUND);
	assert_true(fn_json_get_number(c->reply, "amount", 0) > 12.4);
}

static void names_tickets(void **state)
{
	struct call *c = *state;

	call_alive();
	FAKE_ROW(REQUEST, "opened", REFUND, "5000", "XOF");
	call_as(c, ANA,
		"{\"order_id\":\"" ORDER
		"\",\"reason\":\"x\",\"goodwill\":true,\"ticket_ids\":[\"" TICKET "\"]}");
	call_assert_fine(c);
	assert_string_equal(fake_db_argument(REQUEST, 1), "[\"" TICKET "\"]");
	assert_string_equal(fake_db_argument(REQUEST, 4), "1");
}

static void refuses_in_words(void **state)
{
	static const struct {
		const char *outcome;
		int status;
		const char *code;
	} table[] = {
		{"order_not_found", 404, "order_not_found"},
		{"not_allowed", 403, "not_allowed"},
		{"not_paid", 409, "order_not_paid"},
		{"disputed", 409, "order_disputed"},
		{"ticket_not_found", 404, "ticket_not_found"},
		{"ticket_used", 409, "ticket_used"},
		{"ticket_refunded", 409, "ticket_refunded"},
		{"nothing_left", 409, "nothing_to_refund"},
		{"no_provider", 409, "refund_by_hand"},
		{"what is this", 500, "internal"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		call_alive();
		FAKE_ROW(REQUEST, table[i].outcome, NULL, NULL, NULL);
		call_as(c, ANA, ASK);
		call_assert_refused(c, table[i].status, table[i].code);
		assert_int_equal(c->status, table[i].status);
	}
}

static void checks_the_form_first(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"order_id\":\"" ORDER "\"}",
		"{\"order_id\":\"7\",\"reason\":\"x\"}",
		"{\"order_id\":\"" ORDER "\",\"reason\":\"x\",\"ticket_ids\":[]}",
		"{\"order_id\":\"" ORDER "\",\"reason\":\"x\",\"ticket_ids\":\"" TICKET "\"}",
		"{\"order_id\":\"" ORDER "\",\"reason\":\"x\",\"ticket_ids\":[7]}",
		"{\"order_id\":\"" ORDER "\",\"reason\":\"x\",\"ticket_ids\":[\"7\"]}",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		call_as(c, ANA, bad[i]);
		call_assert_refused(c, 422, "invalid_fields");
	}
}

static void asks_for_session_and_json_first(void **state)
{
	call_assert_guards(*state, ASK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(gives_money_back_for_the_whole_order),
		CALL_TEST(a_repeat_answers_the_same),
		CALL_TEST(names_tickets),
		CALL_TEST(refuses_in_words),
		CALL_TEST(checks_the_form_first),
		CALL_TEST(asks_for_session_and_json_first),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
