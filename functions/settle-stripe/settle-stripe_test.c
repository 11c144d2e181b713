/* settle-stripe_test.c: what is asked and what is written for each kind of work. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "fn_http.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"
#define EVENT   "20000000-0000-4000-8000-000000000002"
#define KEY     "4ef04ef0-4444-4444-8444-4ef04ef04ef0"

#define INBOX   "settle-stripe.read_inbox"
#define END     "settle-stripe.end_inbox"
#define REFUND  "settle-stripe.refund_news"
#define DISPUTE "settle-stripe.dispute_news"
#define ORPHAN  "settle-stripe.alarm"
#define READ    "shared.card_read"
#define SETTLE  "shared.payment_settle"
#define ATTACH  "shared.payment_attach"
#define ALARM   "shared.alarm_raise"

#define NEWS   "{\"kind\":\"event\",\"inbox\":7}"
#define CHECK  "{\"kind\":\"check\",\"payment\":\"" PAYMENT "\"}"
#define OTHER  "{\"kind\":\"other\",\"payment\":\"" PAYMENT "\"}"
#define CANCEL "{\"kind\":\"cancel\",\"payment\":\"" PAYMENT "\"}"
#define INTENT(status, more)                                                                       \
	"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"" status                      \
	"\",\"currency\":\"usd\",\"amount\":1777,\"amount_received\":1777" more "}"
#define OURS ",\"metadata\":{\"payment_id\":\"" PAYMENT "\"}"

/* In the place of fn_http.o. */
static struct fn_http_answer answers[3];
static char urls[3][128];
static unsigned asked, laid;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_false(fn_db_in_transaction());
	assert_true(asked < laid);
	(void)snprintf(urls[asked], sizeof(urls[0]), "%s %s", call->method,
		       strstr(call->url, "/v1/"));
	return answers[asked++];
}

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("STRIPE_SECRET_KEY", "sk_test_of_the_unit_tests");
	asked = laid = 0;
	return 0;
}

static void stripe_says(int status, const char *body)
{
	answers[laid++] = (struct fn_http_answer){.status = status, .body = {body, strlen(body)}};
}

static void stripe_is_silent(void)
{
	answers[laid++] = (struct fn_http_answer){.why = "api.stripe.com: Timeout was reached"};
}

static void work(struct call *c, const char *body)
{
	static struct unit_request like;
	const char *why = NULL, *text;

	fn_request_free(c->req);
	like = (struct unit_request){.method = "POST", .body = body, .internal = true};
	c->req = unit_request(&like);
	c->error = NULL;
	c->status = fn_function_run(&fn_function, c->req, &c->error);
	text = unit_reply_text(c->req);
	c->reply = fn_json_parse(fn_request_arena(c->req), text, strlen(text), &why);
}

struct standing {
	const char *provider, *status, *state, *order_state, *holding, *intent, *age;
};
static const struct standing open_one = {"stripe", "pending", "SUBMITTED", "AWAITING_PAYMENT",
					 "t",      "pi_1",    "30"};

static void stands(struct standing s)
{
	FAKE_ROW(READ, PAYMENT, ORDER, NULL, EVENT, s.provider, s.status, s.state, NULL,
		 s.order_state, "f", s.holding, s.intent, "stripe-token-x", "10200", "XOF", "1777",
		 "USD", "100", "574", "2026-11-27T17:00:00.000Z", "150", s.age, NULL);
}

static void event(const char *state, const char *type, const char *reference)
{
	FAKE_ROW(INBOX, state, type, reference, "{\"id\":\"evt_1\"}");
}

static void assert_result(struct call *c, const char *result)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "result"), result);
	assert_int_equal(asked, laid);
	fake_db_assert_done();
}

static void assert_ended(const char *state)
{
	assert_string_equal(fake_db_argument(END, 0), "7");
	assert_string_equal(fake_db_argument(END, 1), state);
}

/* ---- events of intents ---- */

static void stripe_is_asked_before_an_event_is_believed(void **state)
{
	struct call *c = *state;

	event("RECEIVED", "payment_intent.succeeded", "pi_1");
	stripe_says(200, INTENT("succeeded", OURS));
	stands(open_one);
	FAKE_ROW(SETTLE, "completed");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "completed");
	assert_string_equal(urls[0], "GET /v1/payment_intents/pi_1");
	assert_string_equal(fake_db_argument(READ, 2), "pi_1");
	assert_string_equal(fake_db_argument(SETTLE, 0), PAYMENT);
	assert_string_equal(fake_db_argument(SETTLE, 1), "SUCCEEDED");
	assert_string_equal(fake_db_argument(SETTLE, 2), "1777");
	assert_string_equal(fake_db_argument(SETTLE, 3), "USD");
	assert_ended("PROCESSED");
}

static void an_old_decline_does_not_undo_a_success(void **state)
{
	struct call *c = *state;

	/* regression: payment_failed ended the order, and the success after it was skipped */
	event("RECEIVED", "payment_intent.payment_failed", "pi_1");
	stripe_says(200, INTENT("succeeded", OURS));
	stands(open_one);
	FAKE_ROW(SETTLE, "completed");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "completed");
	assert_string_equal(fake_db_argument(SETTLE, 1), "SUCCEEDED");
	assert_null(fake_db_argument(SETTLE, 4));
}

static void a_decline_is_an_attempt(void **state)
{
	struct call *c = *state;

	event("RECEIVED", "payment_intent.payment_failed", "pi_1");
	stripe_says(200, INTENT("requires_payment_method",
				",\"last_payment_error\":{\"code\":\"card_declined\","
				"\"decline_code\":\"insufficient_funds\"}"));
	stands(open_one);
	FAKE_ROW(SETTLE, "moved");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "moved");
	assert_string_equal(fake_db_argument(SETTLE, 1), "ACTION_REQUIRED");
	assert_string_equal(fake_db_argument(SETTLE, 4), "insufficient_funds");
}

static void an_event_may_be_faster_than_our_note_of_the_intent(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	/* regression: "payment not found" was a 200, and the money was nobody's */
	s.intent = NULL;
	event("RECEIVED", "payment_intent.succeeded", "pi_1");
	stripe_says(200, INTENT("succeeded", OURS));
	fake_db_no_row(READ);
	stands(s);
	FAKE_ROW(ATTACH, "t");
	FAKE_ROW(SETTLE, "completed");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "completed");
	assert_string_equal(fake_db_argument(READ, 0), PAYMENT);
	assert_string_equal(fake_db_argument(ATTACH, 1), "pi_1");
}

static void what_nobody_knows_waits(void **state)
{
	struct call *c = *state;

	event("RETRY", "payment_intent.succeeded", "pi_1");
	stripe_says(200, INTENT("succeeded", ""));
	fake_db_no_row(READ);
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "waits");
	assert_ended("RETRY");
	event("RECEIVED", "payment_intent.succeeded", "pi_1");
	stripe_is_silent();
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "waits");
	assert_ended("RETRY");
}

static void another_intent_than_the_payments_settles_nothing(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	s.intent = "pi_0";
	event("RECEIVED", "payment_intent.succeeded", "pi_1");
	stripe_says(200, INTENT("succeeded", OURS));
	fake_db_no_row(READ);
	stands(s);
	FAKE_ROW(ORPHAN, NULL);
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "ignored");
	assert_ended("IGNORED");
	assert_int_equal(fake_db_runs(SETTLE), 0);
}

static void what_was_worked_on_is_over(void **state)
{
	static const char *const ends[] = {"PROCESSED", "IGNORED", "DEAD"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(ends); i++) {
		event(ends[i], "payment_intent.succeeded", "pi_1");
		work(c, NEWS);
		assert_result(c, "known");
	}
	fake_db_no_row(INBOX);
	work(c, NEWS);
	assert_result(c, "known");
}

static void what_says_nothing_to_us_is_passed_over(void **state)
{
	static const char *const types[] = {"payment_intent.created", "charge.succeeded",
					    "charge.refunded", "customer.created"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(types); i++) {
		event("RECEIVED", types[i], "x_1");
		FAKE_ROW(END, NULL);
		work(c, NEWS);
		assert_result(c, "ignored");
		assert_ended("IGNORED");
	}
	event("RECEIVED", "payment_intent.succeeded", NULL);
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "ignored");
}

/* ---- refunds and disputes ---- */

static void refunds_are_told_under_our_key(void **state)
{
	struct call *c = *state;

	FAKE_ROW(INBOX, "RECEIVED", "refund.updated", "re_1", "{\"refund_key\":\"" KEY "\"}");
	FAKE_ROW(REFUND, "t");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "refund");
	assert_string_equal(fake_db_argument(REFUND, 0), KEY);
	assert_ended("PROCESSED");
	event("RECEIVED", "charge.refund.updated", "re_2");
	FAKE_ROW(REFUND, "f");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "ignored");
	assert_string_equal(fake_db_argument(REFUND, 0), "re_2");
	assert_ended("IGNORED");
}

/* regression: what was refunded in Stripe's dashboard was seen by nobody */
static void a_refund_that_is_not_ours_is_an_alarm(void **state)
{
	static const char list[] = "{\"object\":\"list\",\"data\":["
				   "{\"id\":\"re_1\",\"metadata\":{\"refund_key\":\"" KEY "\"}},"
				   "{\"id\":\"re_2\",\"metadata\":{}}]}";
	struct call *c = *state;

	FAKE_ROW(INBOX, "RECEIVED", "charge.refunded", "ch_1", "{\"payment_intent\":\"pi_1\"}");
	stripe_says(200, list);
	FAKE_ROW(REFUND, "t");
	FAKE_ROW(REFUND, "f");
	FAKE_ROW("settle-stripe.alarm", NULL);
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "not ours");
	assert_string_equal(urls[0], "GET /v1/refunds?payment_intent=pi_1&limit=100");
	assert_string_equal(fake_db_argument("settle-stripe.alarm", 1), "re_2");
	assert_ended("PROCESSED");
}

static void disputes_are_read_first(void **state)
{
	static const char body[] = "{\"id\":\"dp_1\",\"object\":\"dispute\",\"amount\":1777,"
				   "\"currency\":\"usd\",\"payment_intent\":\"pi_1\","
				   "\"status\":\"lost\",\"reason\":\"fraudulent\"}";
	struct call *c = *state;

	event("RECEIVED", "charge.dispute.created", "dp_1");
	stripe_says(200, body);
	FAKE_ROW(DISPUTE, "lost");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_result(c, "lost");
	assert_string_equal(urls[0], "GET /v1/disputes/dp_1");
	assert_string_equal(fake_db_argument(DISPUTE, 0), "dp_1");
	assert_string_equal(fake_db_argument(DISPUTE, 1), "pi_1");
	assert_string_equal(fake_db_argument(DISPUTE, 2), "1777");
	assert_string_equal(fake_db_argument(DISPUTE, 3), "USD");
	assert_string_equal(fake_db_argument(DISPUTE, 4), "lost");
	assert_ended("PROCESSED");
	/* its payment may come later; so may Stripe's answer */
	event("RECEIVED", "charge.dispute.closed", "dp_1");
	stripe_says(200, body);
	FAKE_ROW(DISPUTE, "unknown");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_ended("RETRY");
	event("RECEIVED", "charge.dispute.closed", "dp_1");
	stripe_says(500, "{}");
	FAKE_ROW(END, NULL);
	work(c, NEWS);
	assert_ended("RETRY");
	fake_db_assert_done();
}

/* ---- checks ---- */

static void a_check_moves_the_payment_to_where_its_intent_is(void **state)
{
	struct call *c = *state;

	stands(open_one);
	stripe_says(200, INTENT("processing", ""));
	FAKE_ROW(SETTLE, "moved");
	work(c, CHECK);
	assert_result(c, "moved");
	assert_string_equal(fake_db_argument(SETTLE, 1), "PROCESSING");
	assert_int_equal(fake_db_runs(END), 0);
}

static void silence_changes_nothing(void **state)
{
	struct call *c = *state;

	stands(open_one);
	stripe_is_silent();
	work(c, CHECK);
	assert_result(c, "unread");
	stands(open_one);
	stripe_says(404, "{\"error\":{\"code\":\"resource_missing\"}}");
	work(c, CHECK);
	assert_result(c, "unread");
}

static void what_has_ended_is_not_asked_about(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	s.status = "completed";
	stands(s);
	work(c, CHECK);
	assert_result(c, "known");
	s = open_one;
	s.provider = "pawapay";
	stands(s);
	work(c, CHECK);
	assert_result(c, "known");
	fake_db_no_row(READ);
	work(c, CHECK);
	assert_result(c, "known");
}

static void what_never_got_there_is_over_after_a_while(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	s.intent = NULL;
	s.age = "899";
	stands(s);
	work(c, CHECK);
	assert_result(c, "unchanged");
	s.age = "900";
	stands(s);
	FAKE_ROW(SETTLE, "moved");
	work(c, CHECK);
	assert_result(c, "never reached");
	assert_string_equal(fake_db_argument(SETTLE, 1), "FAILED");
	assert_string_equal(fake_db_argument(SETTLE, 4), "never_reached");
}

static void what_nobody_pays_is_taken_back(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	s.holding = "f";
	s.age = "1800";
	stands(s);
	stripe_says(200, INTENT("requires_payment_method", ""));
	stripe_says(200, INTENT("canceled", ""));
	FAKE_ROW(SETTLE, "moved");
	work(c, CHECK);
	assert_result(c, "moved");
	assert_string_equal(urls[1], "POST /v1/payment_intents/pi_1/cancel");
	assert_string_equal(fake_db_argument(SETTLE, 1), "CANCELLED");
	/* money on its way is waited for */
	asked = laid = 0;
	stands(s);
	stripe_says(200, INTENT("processing", ""));
	FAKE_ROW(SETTLE, "moved");
	work(c, CHECK);
	assert_result(c, "moved");
}

/* ---- cancelling ---- */

static void an_event_that_is_cancelled_takes_its_intents_back(void **state)
{
	struct call *c = *state;

	stands(open_one);
	stripe_says(200, INTENT("canceled", ""));
	FAKE_ROW(SETTLE, "moved");
	work(c, CANCEL);
	assert_result(c, "moved");
	assert_string_equal(urls[0], "POST /v1/payment_intents/pi_1/cancel");
	assert_string_equal(fake_db_argument(SETTLE, 1), "CANCELLED");
	/* it was paid this very moment */
	asked = laid = 0;
	stands(open_one);
	stripe_says(400, "{\"error\":{\"code\":\"payment_intent_unexpected_state\"}}");
	stands(open_one);
	stripe_says(200, INTENT("succeeded", ""));
	FAKE_ROW(SETTLE, "unfulfillable");
	work(c, CANCEL);
	assert_result(c, "unfulfillable");
}

/* ---- work that is none ---- */

static void unknown_work_is_refused(void **state)
{
	static const char *const bodies[] = {
		"{\"kind\":\"event\"}",
		"{\"kind\":\"check\"}",
		"{}",
		"{\"kind\":\"event\",\"inbox\":0}",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		work(c, bodies[i]);
		assert_int_equal(c->status, 422);
	}
	work(c, OTHER);
	assert_int_equal(c->status, 422);
	call_as(c, ANA, CHECK);
	assert_int_equal(c->status, 404);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stripe_is_asked_before_an_event_is_believed),
		TEST(an_old_decline_does_not_undo_a_success),
		TEST(a_decline_is_an_attempt),
		TEST(an_event_may_be_faster_than_our_note_of_the_intent),
		TEST(what_nobody_knows_waits),
		TEST(another_intent_than_the_payments_settles_nothing),
		TEST(what_was_worked_on_is_over),
		TEST(what_says_nothing_to_us_is_passed_over),
		TEST(refunds_are_told_under_our_key),
		TEST(a_refund_that_is_not_ours_is_an_alarm),
		TEST(disputes_are_read_first),
		TEST(a_check_moves_the_payment_to_where_its_intent_is),
		TEST(silence_changes_nothing),
		TEST(what_has_ended_is_not_asked_about),
		TEST(what_never_got_there_is_over_after_a_while),
		TEST(what_nobody_pays_is_taken_back),
		TEST(an_event_that_is_cancelled_takes_its_intents_back),
		TEST(unknown_work_is_refused),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
