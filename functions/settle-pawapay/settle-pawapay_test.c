/* settle-pawapay_test.c: what is asked and what is written for each kind of work. */
#include <string.h>

#include "call.h"
#include "fn_http.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"

#define INBOX  "settle-pawapay.read_inbox"
#define END    "settle-pawapay.end_inbox"
#define READ   "shared.deposit_read"
#define SETTLE "shared.payment_settle"
#define PAGE   "shared.deposit_page"
#define ALARM  "shared.alarm_raise"
#define EVENT  "{\"kind\":\"event\",\"inbox\":7}"
#define CHECK  "{\"kind\":\"check\",\"payment\":\"" PAYMENT "\"}"

#define FOUND(status, more)                                                                        \
	"{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" PAYMENT "\",\"status\":\"" status       \
	"\",\"amount\":\"10200.00\",\"currency\":\"XOF\"" more "}}"

/* In the place of fn_http.o. */
static struct fn_http_answer next;
static unsigned asked;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_false(fn_db_in_transaction());
	assert_non_null(strstr(call->url, "/v2/deposits/" PAYMENT));
	asked++;
	return next;
}

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("PAWAPAY_API_KEY", "key-of-pawapay");
	asked = 0;
	return 0;
}

static void pawapay_says(const char *body)
{
	next = (struct fn_http_answer){.status = 200, .body = {body, strlen(body)}};
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

static void stands(const char *state, const char *age)
{
	FAKE_ROW(READ, PAYMENT, ORDER, NULL, "pawapay", "pending", state, "AWAITING_PAYMENT", "f",
		 "MOOV_BFA", "+22670123456", "10200", "XOF", age, NULL, NULL, NULL);
}

static void event(const char *state, const char *type)
{
	FAKE_ROW(INBOX, state, type, PAYMENT);
}

static void assert_result(struct call *c, const char *result)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "result"), result);
	fake_db_assert_done();
}

/* ---- checks ---- */

static void what_pawapay_says_is_written(void **state)
{
	static const struct {
		const char *body, *state, *amount, *failure;
	} table[] = {
		{FOUND("ACCEPTED", ""), "SUBMITTED", "10200", NULL},
		{FOUND("PROCESSING", ""), "PROCESSING", "10200", NULL},
		{FOUND("IN_RECONCILIATION", ""), "PROCESSING", "10200", NULL},
		{FOUND("COMPLETED", ""), "SUCCEEDED", "10200", NULL},
		{FOUND("FAILED", ",\"failureReason\":{\"failureCode\":\"INSUFFICIENT_BALANCE\"}"),
		 "FAILED", "10200", "INSUFFICIENT_BALANCE"},
		{"{\"status\":\"NOT_FOUND\"}", "UNKNOWN", NULL, NULL},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		stands("SUBMITTED", "30");
		FAKE_ROW(SETTLE, "moved");
		pawapay_says(table[i].body);
		work(c, CHECK);
		assert_result(c, "moved");
		assert_string_equal(fake_db_argument(SETTLE, 0), PAYMENT);
		assert_string_equal(fake_db_argument(SETTLE, 1), table[i].state);
		if (table[i].amount != NULL) {
			assert_string_equal(fake_db_argument(SETTLE, 2), table[i].amount);
			assert_string_equal(fake_db_argument(SETTLE, 3), "XOF");
		}
		if (table[i].failure != NULL) {
			assert_string_equal(fake_db_argument(SETTLE, 4), table[i].failure);
			assert_non_null(strstr(fake_db_argument(SETTLE, 5), "solde"));
		} else {
			assert_null(fake_db_argument(SETTLE, 4));
		}
	}
}

static void what_nobody_knows_for_fifteen_minutes_has_failed(void **state)
{
	struct call *c = *state;

	stands("UNKNOWN", "900");
	FAKE_ROW(SETTLE, "moved");
	pawapay_says("{\"status\":\"NOT_FOUND\"}");
	work(c, CHECK);
	assert_result(c, "moved");
	assert_string_equal(fake_db_argument(SETTLE, 1), "FAILED");
	assert_string_equal(fake_db_argument(SETTLE, 4), "NEVER_REACHED");
}

static void the_page_of_an_operator_is_kept(void **state)
{
	struct call *c = *state;

	stands("SUBMITTED", "2");
	FAKE_ROW(PAGE, NULL);
	FAKE_ROW(SETTLE, "moved");
	pawapay_says(FOUND("PROCESSING", ",\"authorizationUrl\":\"https://pay.wave.test/x\""));
	work(c, CHECK);
	assert_result(c, "moved");
	assert_string_equal(fake_db_argument(SETTLE, 1), "ACTION_REQUIRED");
	assert_string_equal(fake_db_argument(PAGE, 1), "https://pay.wave.test/x");
	stands("SUBMITTED", "2");
	FAKE_ROW(SETTLE, "moved");
	pawapay_says(FOUND("PROCESSING", ",\"authorizationUrl\":\"javascript:alert(1)\""));
	work(c, CHECK);
	assert_result(c, "moved");
}

static void silence_and_odd_words_change_nothing(void **state)
{
	struct call *c = *state;

	stands("SUBMITTED", "30");
	next = (struct fn_http_answer){.why = "127.0.0.1: Timeout was reached"};
	work(c, CHECK);
	assert_result(c, "unchanged");
	stands("SUBMITTED", "30");
	FAKE_ROW(ALARM, NULL);
	pawapay_says(FOUND("HALF_DONE", ""));
	work(c, CHECK);
	assert_result(c, "unchanged");
	assert_string_equal(fake_db_argument(ALARM, 0), "pawapay_answer");
	stands("SUBMITTED", "30");
	FAKE_ROW(ALARM, NULL);
	pawapay_says("{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" PAYMENT
		     "\",\"status\":\"COMPLETED\",\"amount\":10200,\"currency\":\"XOF\"}}");
	work(c, CHECK);
	assert_result(c, "unchanged"); /* money came, and nobody can say how much */
}

static void what_has_succeeded_is_not_asked_about(void **state)
{
	struct call *c = *state;

	stands("SUCCEEDED", "30");
	work(c, CHECK);
	assert_result(c, "unchanged");
	assert_int_equal(asked, 0);
}

static void a_cancelled_event_only_makes_us_look(void **state)
{
	struct call *c = *state;

	stands("SUBMITTED", "30");
	FAKE_ROW(SETTLE, "unchanged");
	pawapay_says(FOUND("PROCESSING", ""));
	work(c, "{\"kind\":\"cancel\",\"payment\":\"" PAYMENT "\"}");
	assert_result(c, "unchanged");
}

/* ---- events ---- */

static void a_callback_makes_us_ask_and_is_never_believed(void **state)
{
	struct call *c = *state;

	/* the row says COMPLETED, pawaPay does not */
	event("RECEIVED", "deposit.COMPLETED");
	stands("SUBMITTED", "30");
	FAKE_ROW(SETTLE, "unchanged");
	FAKE_ROW(END, NULL);
	pawapay_says(FOUND("PROCESSING", ""));
	work(c, EVENT);
	assert_result(c, "waits"); /* it may be true in a moment */
	assert_int_equal(asked, 1);
	assert_string_equal(fake_db_argument(SETTLE, 1), "PROCESSING");
	assert_string_equal(fake_db_argument(END, 0), "7");
	assert_string_equal(fake_db_argument(END, 1), "RETRY");
	/* one says FAILED, pawaPay itself COMPLETED: it is what it is */
	event("RETRY", "deposit.FAILED");
	stands("PROCESSING", "30");
	FAKE_ROW(SETTLE, "completed");
	FAKE_ROW(END, NULL);
	pawapay_says(FOUND("COMPLETED", ""));
	work(c, EVENT);
	assert_result(c, "completed");
	assert_string_equal(fake_db_argument(END, 1), "PROCESSED");
}

static void an_event_waits_while_pawapay_is_silent(void **state)
{
	struct call *c = *state;

	event("RECEIVED", "deposit.COMPLETED");
	stands("SUBMITTED", "30");
	FAKE_ROW(END, NULL);
	next = (struct fn_http_answer){.why = "silent"};
	work(c, EVENT);
	assert_result(c, "waits");
	assert_string_equal(fake_db_argument(END, 1), "RETRY");
}

static void an_event_that_was_worked_off_is_left_alone(void **state)
{
	struct call *c = *state;

	event("PROCESSED", "deposit.COMPLETED");
	work(c, EVENT);
	assert_result(c, "known");
	fake_db_no_row(INBOX);
	work(c, EVENT);
	assert_result(c, "known");
	assert_int_equal(asked, 0);
}

static void a_refund_is_passed_on(void **state)
{
	struct call *c = *state;

	event("RECEIVED", "refund.COMPLETED");
	FAKE_ROW("settle-pawapay.refund_news", "t");
	FAKE_ROW(END, NULL);
	work(c, EVENT);
	assert_result(c, "refund");
	assert_string_equal(fake_db_argument("settle-pawapay.refund_news", 0), PAYMENT);
	assert_string_equal(fake_db_argument(END, 1), "PROCESSED");
	event("RECEIVED", "refund.COMPLETED");
	FAKE_ROW("settle-pawapay.refund_news", "f");
	FAKE_ROW(END, NULL);
	work(c, EVENT);
	assert_result(c, "ignored");
	assert_string_equal(fake_db_argument(END, 1), "IGNORED");
	assert_int_equal(asked, 0);
}

static void nobodys_payment_waits_for_a_day(void **state)
{
	struct call *c = *state;

	/* regression: an unknown payment was answered 200 and forgotten */
	event("RECEIVED", "deposit.COMPLETED");
	fake_db_no_row(READ);
	FAKE_ROW(END, NULL);
	work(c, EVENT);
	assert_result(c, "waits");
	assert_string_equal(fake_db_argument(END, 1), "RETRY"); /* which makes the later job */
	fake_db_no_row(READ);
	work(c, CHECK);
	assert_result(c, "ignored");
}

static void knows_its_work_and_its_caller(void **state)
{
	static const char *const odd[] = {"{\"kind\":\"event\"}", "{\"kind\":\"check\"}",
					  "{\"kind\":\"dance\",\"inbox\":7}"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(odd); i++) {
		work(c, odd[i]);
		assert_int_equal(c->status, 422); /* never again */
	}
	call_as(c, ANA, CHECK);
	assert_int_equal(c->status, 404);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_pawapay_says_is_written),
		TEST(what_nobody_knows_for_fifteen_minutes_has_failed),
		TEST(the_page_of_an_operator_is_kept),
		TEST(silence_and_odd_words_change_nothing),
		TEST(what_has_succeeded_is_not_asked_about),
		TEST(a_cancelled_event_only_makes_us_look),
		TEST(a_callback_makes_us_ask_and_is_never_believed),
		TEST(an_event_waits_while_pawapay_is_silent),
		TEST(an_event_that_was_worked_off_is_left_alone),
		TEST(a_refund_is_passed_on),
		TEST(nobodys_payment_waits_for_a_day),
		TEST(knows_its_work_and_its_caller),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
