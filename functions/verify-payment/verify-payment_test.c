/* verify-payment_test.c: what a page that waits is told. */
#include <string.h>

#include "call.h"
#include "fn_http.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"
#define EVENT   "20000000-0000-4000-8000-000000000002"
#define VERIFY  "{\"payment_id\":\"" PAYMENT "\",\"order_id\":\"" ORDER "\"}"

#define READ   "shared.card_read"
#define SETTLE "shared.payment_settle"
#define ASK    "verify-payment.ask"
#define MISS   "verify-payment.count_miss"
#define INTENT(status)                                                                             \
	"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"" status                      \
	"\",\"currency\":\"usd\",\"amount\":1777,\"amount_received\":1777}"

/* In the place of fn_http.o. */
static struct fn_http_answer next;
static struct fn_http_call call_made;
static unsigned asked;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_false(fn_db_in_transaction());
	call_made = *call;
	asked++;
	return next;
}

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("STRIPE_SECRET_KEY", "sk_test_of_the_unit_tests");
	fn_conf_set("UNKNOWN_PAYMENTS_PER_ADDRESS", "0");
	asked = 0;
	return 0;
}

struct standing {
	const char *owner, *provider, *status, *outcome, *tickets, *intent, *failure;
};
static const struct standing open_one = {ANA, "stripe", "pending", NULL, "f", "pi_1", NULL};

static void stands(struct standing s)
{
	FAKE_ROW(READ, PAYMENT, ORDER, s.owner, EVENT, s.provider, s.status, "SUBMITTED", s.outcome,
		 "AWAITING_PAYMENT", s.tickets, "t", s.intent, "stripe-token-x", "10200", "XOF",
		 "1777", "USD", "100", "574", "2026-11-27T17:00:00.000Z", "150", "30", s.failure);
}

static void stripe_says(const char *body)
{
	next = (struct fn_http_answer){.status = 200, .body = {body, strlen(body)}};
}

static void told(struct call *c, bool success, const char *word)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_int_equal(fn_json_get_bool(c->reply, "success", !success), success);
	assert_string_equal(call_text(c, "state"), word);
	assert_string_equal(call_text(c, "provider"), "stripe");
	assert_string_equal(call_text(c, "payment_id"), PAYMENT);
	assert_string_equal(call_text(c, "order_id"), ORDER);
	fake_db_assert_done();
}

static void a_success_is_told_with_its_tickets(void **state)
{
	struct standing s = {ANA, "stripe", "completed", "completed", "t", "pi_1", NULL};
	struct call *c = *state;

	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, true, "succeeded");
	/* regression: succeeded was told without looking for tickets */
	s.tickets = "f";
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	s.outcome = NULL;
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	s.outcome = "mismatch";
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	s.outcome = "unfulfillable";
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "failed");
	assert_true(strlen(call_text(c, "message")) > 20);
	assert_int_equal(asked, 0);
}

static void an_open_payment_is_asked_about_now_and_then(void **state)
{
	struct standing done = {ANA, "stripe", "completed", "completed", "t", "pi_1", NULL};
	struct call *c = *state;

	stands(open_one);
	FAKE_ROW(ASK, "f"); /* somebody just did */
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	assert_int_equal(asked, 0);
	stands(open_one);
	FAKE_ROW(ASK, "t");
	FAKE_ROW(SETTLE, "completed");
	stands(done);
	stripe_says(INTENT("succeeded"));
	call_as(c, ANA, VERIFY);
	told(c, true, "succeeded");
	assert_int_equal(asked, 1);
	assert_true(call_made.timeout_ms <= 2500);
	/* regression: amounts were not compared */
	assert_string_equal(fake_db_argument(SETTLE, 2), "1777");
	assert_string_equal(fake_db_argument(SETTLE, 3), "USD");
}

static void a_declined_card_is_not_the_end(void **state)
{
	static const char *const intents[] = {
		INTENT("requires_payment_method"),
		INTENT("requires_action"),
		INTENT("requires_confirmation"),
		INTENT("processing"),
	};
	struct standing after = open_one;
	struct call *c = *state;

	/* regression: requires_payment_method reached people as if all was over */
	after.failure = "insufficient_funds";
	for (size_t i = 0; i < FN_COUNT(intents); i++) {
		stands(open_one);
		FAKE_ROW(ASK, "t");
		FAKE_ROW(SETTLE, "moved");
		stands(after);
		stripe_says(intents[i]);
		call_as(c, ANA, VERIFY);
		told(c, false, "processing");
	}
}

static void what_has_ended_is_told_so(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	s.status = "failed";
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "failed");
	s.status = "cancelled";
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "canceled");
	/* Stripe has not been reached yet */
	s = open_one;
	s.intent = NULL;
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	assert_int_equal(asked, 0);
}

static void trouble_on_the_way_is_no_answer(void **state)
{
	struct call *c = *state;

	stands(open_one);
	FAKE_ROW(ASK, "t");
	next = (struct fn_http_answer){.why = "silent"};
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	/* regression: an error of the database was logged, and success told all the same */
	stands(open_one);
	FAKE_ROW(ASK, "t");
	fake_db_fail(SETTLE, NULL);
	stripe_says(INTENT("succeeded"));
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
}

static void every_way_to_name_it(void **state)
{
	static const struct {
		const char *body, *token, *intent;
	} table[] = {
		{"{\"internal_token\":\"abc\",\"payment_token\":\"def\"}", "abc", NULL},
		{"{\"payment_token\":\"stripe-token-1\"}", "stripe-token-1", NULL},
		{"{\"payment_token\":\"pi_1\"}", NULL, "pi_1"},
		{"{\"stripe_pi\":\"pi_1\"}", NULL, "pi_1"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		stands(open_one);
		FAKE_ROW(ASK, "f");
		call_as(c, ANA, table[i].body);
		told(c, false, "processing");
		assert_null(fake_db_argument(READ, 0));
		if (table[i].token == NULL)
			assert_null(fake_db_argument(READ, 1));
		else
			assert_string_equal(fake_db_argument(READ, 1), table[i].token);
		if (table[i].intent != NULL)
			assert_string_equal(fake_db_argument(READ, 2), table[i].intent);
	}
	call_as(c, ANA, "{}");
	call_assert_refused_on_record(c, 400, "id_required");
}

static void another_persons_payment_looks_like_none(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	/* regression: nobody was asked who they are */
	stands(s);
	call_as(c, BEN, VERIFY);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	fake_db_no_row(READ);
	call_as(c, ANA, VERIFY);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	s.provider = "pawapay";
	stands(s);
	call_as(c, ANA, VERIFY);
	call_assert_refused_on_record(c, 400, "unsupported_provider");
	assert_int_equal(asked, 0);
}

static void guessing_is_counted(void **state)
{
	struct call *c = *state;

	fn_conf_set("UNKNOWN_PAYMENTS_PER_ADDRESS", "3");
	fake_db_no_row(READ);
	FAKE_ROW(MISS, "4");
	call_as(c, ANA, VERIFY);
	call_assert_refused_on_record(c, 429, "too_many_requests");
	call_with_bearer(c, "Bearer a.b.c", VERIFY);
	assert_int_equal(c->status, 401);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_success_is_told_with_its_tickets),
		TEST(an_open_payment_is_asked_about_now_and_then),
		TEST(a_declined_card_is_not_the_end),
		TEST(what_has_ended_is_told_so),
		TEST(trouble_on_the_way_is_no_answer),
		TEST(every_way_to_name_it),
		TEST(another_persons_payment_looks_like_none),
		TEST(guessing_is_counted),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
