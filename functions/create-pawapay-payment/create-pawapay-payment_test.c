/* create-pawapay-payment_test.c: what is asked of the database and of pawaPay for what a client
 * sends, and what the client is told. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "fn_http.h"
#include "pawapay_operator.h"

#define EVENT   "20000000-0000-4000-8000-000000000002"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"
#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define TYPE    "30000000-0000-4000-8000-000000000003"

#define CHECKOUT "shared.checkout"
#define ATTACH   "create-pawapay-payment.attach"
#define READ     "shared.deposit_read"
#define SETTLE   "shared.payment_settle"

#define BODY(more)                                                                                 \
	"{\"event_id\":\"" EVENT "\",\"order_id\":\"" ORDER                                        \
	"\",\"amount_major\":10200,\"currency\":\"XOF\",\"phone\":\"+22670123456\","               \
	"\"provider\":\"moov\",\"description\":\"Billets\"" more "}"
#define ORANGE(more)                                                                               \
	"{\"event_id\":\"" EVENT "\",\"order_id\":\"" ORDER                                        \
	"\",\"amount_major\":10200,\"currency\":\"XOF\",\"phone\":\"+22675123456\","               \
	"\"provider\":\"orange\"" more "}"

/* In the place of fn_http.o: the list of operators is away, so Burkina's are known; then answers.
 */
static struct fn_http_answer answers[4];
static char said[4][1024], urls[4][256];
static unsigned called, laid;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	if (strstr(call->url, "active-conf") != NULL)
		return (struct fn_http_answer){.why = "not now"};
	assert_false(fn_db_in_transaction());
	assert_in_range(called, 0, 3);
	(void)snprintf(urls[called], sizeof(urls[0]), "%s %s", call->method, call->url);
	(void)snprintf(said[called], sizeof(said[0]), "%.*s", (int)call->body.length,
		       call->body.length > 0 ? call->body.bytes : "");
	return answers[called++];
}

static void pawapay_says(int status, const char *body)
{
	answers[laid++] = (struct fn_http_answer){.status = status, .body = {body, strlen(body)}};
}

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("PAWAPAY_API_KEY", "key-of-pawapay");
	fn_conf_set("DEPOSITS_PER_PHONE", "5");
	fn_conf_set("DEPOSITS_PER_PERSON", "0");
	fn_conf_set("DEPOSITS_PER_ADDRESS", "0");
	pawapay_operator_forget();
	called = laid = 0;
	return 0;
}

/* ---- rows ---- */

static void checks_out(const char *outcome, const char *state)
{
	call_alive();
	FAKE_ROW(CHECKOUT, outcome, PAYMENT, ORDER, "f", state, "10200", "XOF", NULL, NULL, NULL,
		 NULL, NULL);
}

static void stands(const char *status, const char *state, const char *code)
{
	FAKE_ROW(READ, PAYMENT, ORDER, NULL, "pawapay", status, state, "HELD", "f", "MOOV_BFA",
		 "+22670123456", "10200", "XOF", "3", NULL, NULL, code);
}

static const char *wish(void)
{
	return fake_db_argument(CHECKOUT, 0);
}

static void assert_told(struct call *c, const char *status)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "status"), status);
	assert_string_equal(call_text(c, "payment_id"), PAYMENT);
	assert_string_equal(call_text(c, "deposit_id"), PAYMENT);
	assert_string_equal(call_text(c, "order_id"), ORDER);
	fake_db_assert_done();
}

/* ---- paying ---- */

static void a_deposit_has_the_id_of_its_payment(void **state)
{
	struct call *c = *state;

	checks_out("created", "CREATED");
	FAKE_ROW(ATTACH, "t");
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"ACCEPTED\"}");
	call_as(c, ANA, BODY(",\"idempotency_key\":\"web-pawapay-1\",\"user_id\":\"" BEN "\""));
	assert_told(c, "ACCEPTED");
	assert_string_equal(fake_db_argument(ATTACH, 0), PAYMENT);
	assert_string_equal(fake_db_argument(ATTACH, 1), "SUBMITTED");
	assert_non_null(strstr(said[0], "\"depositId\":\"" PAYMENT "\",\"amount\":\"10200\""));
	assert_non_null(strstr(said[0], "\"phoneNumber\":\"22670123456\""));
	assert_non_null(strstr(wish(), "\"person\":\"" ANA "\""));
	assert_non_null(strstr(wish(), "\"caller\":\"" ANA "\""));
	assert_non_null(strstr(wish(), "\"user_id\":\"" BEN "\""));
	assert_non_null(strstr(wish(), "\"key\":\"web-pawapay-1\""));
	assert_non_null(strstr(wish(), "\"amount_minor\":10200,\"currency\":\"XOF\""));
	assert_non_null(strstr(wish(), "\"operator\":\"MOOV_BFA\""));
	/* the same number for every way of writing it */
	assert_non_null(strstr(wish(), "\"phone\":\"+22670123456\""));
}

static void what_pawapay_rejects_is_no_success(void **state)
{
	struct call *c = *state;

	/* regression: a REJECTED with a depositId was told as a success, and polled for ever */
	checks_out("created", "CREATED");
	FAKE_ROW(SETTLE, "moved");
	pawapay_says(200,
		     "{\"depositId\":\"" PAYMENT "\",\"status\":\"REJECTED\",\"failureReason\":"
		     "{\"failureCode\":\"PROVIDER_TEMPORARILY_UNAVAILABLE\"}}");
	call_as(c, ANA, BODY(""));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "status"), "ERROR");
	assert_string_equal(call_text(c, "code"), "PROVIDER_TEMPORARILY_UNAVAILABLE");
	assert_string_equal(call_text(c, "payment_id"), PAYMENT);
	assert_true(strlen(call_text(c, "message")) > 20);
	assert_string_equal(fake_db_argument(SETTLE, 1), "FAILED");
	assert_string_equal(fake_db_argument(SETTLE, 4), "PROVIDER_TEMPORARILY_UNAVAILABLE");
}

static void a_doubt_is_told_as_under_way(void **state)
{
	struct call *c = *state;

	/* regression: a timeout marked nothing */
	checks_out("created", "CREATED");
	FAKE_ROW(ATTACH, "t");
	answers[laid++] = (struct fn_http_answer){.why = "127.0.0.1: Timeout was reached"};
	call_as(c, ANA, BODY(""));
	assert_told(c, "PROCESSING");
	assert_string_equal(fake_db_argument(ATTACH, 1), "UNKNOWN");
	assert_true(strlen(call_text(c, "message")) > 20);
}

static void what_never_left_us_has_failed_at_once(void **state)
{
	static const struct fn_http_answer closed = {.why = "not called", .unsent = true};
	struct call *c = *state;

	checks_out("created", "CREATED");
	FAKE_ROW(SETTLE, "moved");
	answers[laid++] = closed;
	call_as(c, ANA, BODY(""));
	assert_string_equal(call_text(c, "code"), "PROVIDER_TEMPORARILY_UNAVAILABLE");
	assert_string_equal(fake_db_argument(SETTLE, 1), "FAILED");
	/* but an earlier try of the same payment may have got there */
	checks_out("repeated", "CREATED");
	FAKE_ROW(ATTACH, "t");
	answers[laid++] = closed;
	call_as(c, ANA, BODY(",\"idempotency_key\":\"k\""));
	assert_told(c, "PROCESSING");
}

static void a_duplicate_is_read(void **state)
{
	struct call *c = *state;

	checks_out("created", "CREATED");
	FAKE_ROW(ATTACH, "t");
	FAKE_ROW(SETTLE, "completed");
	stands("completed", "SUCCEEDED", NULL);
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"DUPLICATE_IGNORED\"}");
	pawapay_says(200,
		     "{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" PAYMENT
		     "\",\"status\":\"COMPLETED\",\"amount\":\"10200.00\",\"currency\":\"XOF\"}}");
	call_as(c, ANA, BODY(""));
	assert_told(c, "COMPLETED");
	assert_string_equal(fake_db_argument(SETTLE, 1), "SUCCEEDED");
	assert_string_equal(fake_db_argument(SETTLE, 2), "10200");
	assert_string_equal(fake_db_argument(SETTLE, 3), "XOF");
}

static void a_write_that_fails_after_the_deposit_does_not_hide_it(void **state)
{
	struct call *c = *state;

	checks_out("created", "CREATED");
	fake_db_fail(ATTACH, NULL);
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"ACCEPTED\"}");
	call_as(c, ANA, BODY(""));
	assert_told(c, "ACCEPTED");
	checks_out("created", "CREATED");
	fake_db_fail(ATTACH, NULL);
	fake_db_fail(SETTLE, NULL);
	fake_db_fail(READ, NULL);
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"DUPLICATE_IGNORED\"}");
	pawapay_says(200, "{\"status\":\"NOT_FOUND\"}");
	call_as(c, ANA, BODY(""));
	assert_told(c, "PROCESSING");
}

/* ---- twice ---- */

static void a_double_tap_is_one_deposit(void **state)
{
	struct call *c = *state;

	/* regression: each tap was a deposit of its own */
	checks_out("live_payment", "SUBMITTED");
	stands("pending", "SUBMITTED", NULL);
	call_as(c, ANA, BODY(""));
	assert_told(c, "ACCEPTED");
	checks_out("repeated", "PROCESSING");
	stands("pending", "PROCESSING", NULL);
	call_as(c, ANA, BODY(",\"idempotency_key\":\"k\""));
	assert_told(c, "PROCESSING");
	assert_int_equal(called, 0);
}

static void another_number_is_told_that_one_is_being_asked(void **state)
{
	struct call *c = *state;

	checks_out("live_payment", "SUBMITTED");
	stands("pending", "SUBMITTED", NULL);
	call_as(c, ANA, ORANGE(",\"otpCode\":\"482913\""));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "code"), "payment_in_progress");
	assert_string_equal(call_text(c, "payment_id"), PAYMENT);
	assert_int_equal(called, 0);
}

static void an_order_that_is_paid_by_card_is_no_deposit(void **state)
{
	struct call *c = *state;

	checks_out("live_payment", "SUBMITTED");
	FAKE_ROW(READ, PAYMENT, ORDER, NULL, "stripe", "pending", "SUBMITTED", "HELD", "f", NULL,
		 NULL, "10200", "XOF", "3", NULL, NULL, NULL);
	call_as(c, ANA, BODY(""));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "code"), "payment_in_progress");
	assert_string_equal(call_text(c, "deposit_id"), "");
	assert_int_equal(called, 0);
}

static void a_repeat_after_a_crash_asks_again_under_the_same_id(void **state)
{
	struct call *c = *state;

	checks_out("repeated", "CREATED");
	FAKE_ROW(ATTACH, "t");
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"ACCEPTED\"}");
	call_as(c, ANA, BODY(",\"idempotency_key\":\"k\""));
	assert_told(c, "ACCEPTED");
	assert_int_equal(called, 1);
}

static void a_repeat_of_what_failed_says_why(void **state)
{
	struct call *c = *state;

	checks_out("repeated", "FAILED");
	stands("failed", "FAILED", "INSUFFICIENT_BALANCE");
	call_as(c, ANA, BODY(",\"idempotency_key\":\"k\""));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "status"), "ERROR");
	assert_string_equal(call_text(c, "code"), "INSUFFICIENT_BALANCE");
}

/* ---- the code ---- */

static void without_the_code_nothing_is_held(void **state)
{
	struct call *c = *state;

	/* regression: order and payment were written first, and left behind by each round */
	FAKE_ROW("create-pawapay-payment.keep_draft", "created", PAYMENT, "10200", "XOF");
	call_as(c, ANA, ORANGE(""));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "status"), "PRE_AUTH_REQUIRED");
	assert_true(fn_json_get_bool(c->reply, "requires_otp", false));
	assert_string_equal(call_text(c, "payment_id"), PAYMENT);
	assert_string_equal(call_text(c, "order_id"), ORDER);
	assert_string_equal(call_text(c, "provider"), "ORANGE_BFA");
	assert_string_equal(fn_json_get_text(fn_json_get(c->reply, "instructions"),
					     "ussd_code_template"),
			    "*144*4*6*{amount}#");
	assert_string_equal(fn_json_get_text(fn_json_get(c->reply, "instructions"), "amount"),
			    "10200");
	assert_int_equal(fake_db_runs(CHECKOUT), 0);
	assert_int_equal(called, 0);
}

static void the_code_goes_to_pawapay_and_nowhere_else(void **state)
{
	static const char *const bodies[] = {
		ORANGE(",\"preAuthorisationCode\":\"482913\""),
		ORANGE(",\"pre_authorisation_code\":\"482913\""),
		ORANGE(",\"otpCode\":\"482913\""),
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		called = laid = 0;
		checks_out("created", "CREATED");
		FAKE_ROW(ATTACH, "t");
		pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"ACCEPTED\"}");
		call_as(c, ANA, bodies[i]);
		assert_told(c, "ACCEPTED");
		assert_non_null(strstr(said[0], "\"preAuthorisationCode\":\"482913\""));
		assert_null(strstr(wish(), "482913"));
	}
	call_as(c, ANA, ORANGE(",\"otpCode\":\"12\""));
	call_assert_refused_on_record(c, 400, "invalid_fields");
}

/* ---- the payment page's body ---- */

#define RESUME "{\"payment_id\":\"" PAYMENT "\",\"order_id\":\"" ORDER "\",\"otpCode\":\"482913\"}"

static void a_draft_and_its_code_make_a_payment(void **state)
{
	struct call *c = *state;

	fake_db_no_row(READ);
	FAKE_ROW("create-pawapay-payment.read_draft",
		 "{\"order_id\":\"" ORDER "\",\"event_id\":\"" EVENT
		 "\",\"operator\":\"ORANGE_BFA\",\"phone\":\"+22675123456\","
		 "\"amount_minor\":10200,\"currency\":\"XOF\"}");
	call_alive();
	FAKE_ROW(CHECKOUT, "created", PAYMENT, ORDER, "f", "CREATED", "10200", "XOF", NULL, NULL,
		 NULL, NULL, NULL);
	fake_db_no_row("create-pawapay-payment.end_draft");
	FAKE_ROW(ATTACH, "t");
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"ACCEPTED\"}");
	call_as(c, ANA, RESUME);
	assert_told(c, "ACCEPTED");
	assert_string_equal(call_text(c, "state"), "processing");
	assert_non_null(strstr(said[0], "\"preAuthorisationCode\":\"482913\""));
	assert_non_null(strstr(said[0], "\"phoneNumber\":\"22675123456\""));
}

static void a_wrong_code_is_followed_by_another_try_of_the_same_order(void **state)
{
	struct call *c = *state;

	FAKE_ROW(READ, PAYMENT, ORDER, ANA, "pawapay", "failed", "FAILED", "HELD", "f",
		 "ORANGE_BFA", "+22675123456", "10200", "XOF", "30", NULL, NULL,
		 "PAYMENT_NOT_APPROVED");
	checks_out("created", "CREATED");
	FAKE_ROW(ATTACH, "t");
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"ACCEPTED\"}");
	call_as(c, ANA, RESUME);
	assert_told(c, "ACCEPTED");
	assert_non_null(strstr(wish(), "\"order_id\":\"" ORDER "\""));
}

static void a_payment_under_way_is_only_told(void **state)
{
	struct call *c = *state;

	stands("pending", "PROCESSING", NULL);
	stands("pending", "PROCESSING", NULL);
	call_as(c, ANA, RESUME);
	assert_told(c, "PROCESSING");
	assert_int_equal(called, 0);
}

static void only_ones_own_payment_is_resumed(void **state)
{
	struct call *c = *state;

	FAKE_ROW(READ, PAYMENT, ORDER, BEN, "pawapay", "failed", "FAILED", "HELD", "f",
		 "ORANGE_BFA", "+22675123456", "10200", "XOF", "30", NULL, NULL, NULL);
	call_as(c, ANA, RESUME);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	fake_db_no_row(READ);
	fake_db_no_row("create-pawapay-payment.read_draft");
	call_as(c, ANA, RESUME);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	call_as(c, ANA, "{\"payment_id\":\"" PAYMENT "\"}");
	call_assert_refused_on_record(c, 400, "code_required");
	assert_int_equal(called, 0);
}

/* ---- refusals ---- */

static void each_outcome_is_told_in_words(void **state)
{
	static const char *const outcomes[] = {
		"key_reused",   "key_busy",       "order_not_found",  "order_closed",
		"already_paid", "event_mismatch", "event_not_found",  "not_on_sale",
		"not_started",  "ended",          "date_required",    "unknown_date",
		"unknown_type", "bad_quantity",   "over_order_limit", "over_buyer_limit",
		"sold_out",     "all_held",       "buyer_required",   "needs_session",
		"free_order",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(outcomes); i++) {
		call_alive();
		FAKE_ROW(CHECKOUT, outcomes[i], NULL, NULL, "f", NULL, NULL, NULL, NULL, "4", NULL,
			 NULL, NULL);
		call_as(c, ANA, BODY(""));
		assert_int_equal(c->status, 200);
		assert_string_equal(call_text(c, "status"), "ERROR");
		assert_string_equal(call_text(c, "code"), outcomes[i]);
		assert_true(strlen(call_text(c, "message")) > 10);
	}
	assert_int_equal(called, 0);
}

static void one_franc_buys_nothing(void **state)
{
	struct call *c = *state;

	/* regression: amount_major was never compared with the order */
	call_alive();
	FAKE_ROW(CHECKOUT, "amount_differs", NULL, ORDER, "f", NULL, "10200", "XOF", NULL, NULL,
		 NULL, NULL, NULL);
	call_as(c, ANA,
		"{\"event_id\":\"" EVENT "\",\"order_id\":\"" ORDER
		"\",\"amount_major\":1,\"currency\":\"XOF\",\"phone\":\"70123456\","
		"\"provider\":\"moov\"}");
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "code"), "amount_differs");
	assert_non_null(strstr(call_text(c, "message"), "FCFA"));
	assert_int_equal(fn_json_get_integer(c->reply, "amount", 0), 10200);
	assert_int_equal(called, 0);
}

static void a_bad_phone_leaves_nothing_behind(void **state)
{
	static const struct {
		const char *phone, *provider, *code;
	} table[] = {
		{"abc", "moov", "invalid_phone"},
		{"+33612345678", "moov", "invalid_phone"},
		{"123", "moov", "invalid_phone"},
		{"70123456", "wave", "operator_not_available"},
		{"70123456", "mtn", "operator_not_available"},
	};
	struct call *c = *state;

	/* regression: rows were written before the phone was looked at */
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct fn_arena *arena = fn_arena_new(1 << 20);

		call_as(c, ANA,
			fn_arena_format(arena,
					"{\"event_id\":\"" EVENT "\",\"order_id\":\"" ORDER
					"\",\"amount_major\":10200,\"phone\":\"%s\","
					"\"provider\":\"%s\"}",
					table[i].phone, table[i].provider));
		call_assert_refused(c, 409, table[i].code);
		assert_int_equal(c->status, 200);
		fn_arena_free(arena);
	}
	assert_int_equal(called, 0);
}

static void a_body_that_is_no_good_is_400_without_a_trace(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"event_id\":\"x\"}",
		BODY(",\"order_id\":7"),
		BODY(",\"amount_major\":\"x\""),
	};
	struct call *c = *state;

	for (size_t i = 0; i < 2; i++) {
		call_as(c, ANA, bad[i]);
		call_assert_refused(c, 400, "invalid_fields");
		assert_int_equal(c->status, 400);
		assert_false(fn_json_get_bool(c->reply, "success", true));
		assert_null(fn_json_get(c->reply, "details"));
	}
	call_as(c, ANA,
		"{\"event_id\":\"" EVENT "\",\"order_id\":\"" ORDER
		"\",\"amount_major\":0,\"phone\":\"70123456\",\"provider\":\"moov\"}");
	call_assert_refused(c, 400, "invalid_fields");
	call_as(c, NULL, BODY(""));
	assert_int_equal(c->status, 401);
}

static void prompts_to_one_phone_are_counted(void **state)
{
	struct call *c = *state;

	/* regression: anybody could make any phone ring without end */
	call_alive();
	FAKE_ROW(CHECKOUT, "too_many", NULL, NULL, "f", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		 NULL);
	call_as(c, ANA, BODY(""));
	call_assert_refused_on_record(c, 429, "too_many_requests");
	assert_non_null(strstr(wish(), "\"key\":\"phone:+"));
	assert_int_equal(c->status, 200);
	assert_int_equal(called, 0);
}

static void lines_become_quantities(void **state)
{
	struct call *c = *state;

	checks_out("created", "CREATED");
	FAKE_ROW(ATTACH, "t");
	pawapay_says(200, "{\"depositId\":\"" PAYMENT "\",\"status\":\"ACCEPTED\"}");
	call_as(c, ANA,
		"{\"event_id\":\"" EVENT "\",\"create_order\":true,\"amount_major\":10200.0,"
		"\"phone\":\"70123456\",\"provider\":\"MOOV_BFA\",\"buyer_email\":\"A@b.example\","
		"\"ticket_lines\":[{\"ticket_type_id\":\"" TYPE
		"\",\"quantity\":1,\"price_major\":1},{\"ticket_type_id\":\"" TYPE
		"\",\"quantity\":1}]}");
	assert_told(c, "ACCEPTED");
	assert_non_null(strstr(wish(), "\"quantities\":{\"" TYPE "\":2}"));
	assert_non_null(strstr(wish(), "\"create_order\":true"));
	assert_non_null(strstr(wish(), "\"email\":\"a@b.example\""));
	assert_null(strstr(wish(), "price"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_deposit_has_the_id_of_its_payment),
		TEST(what_pawapay_rejects_is_no_success),
		TEST(a_doubt_is_told_as_under_way),
		TEST(what_never_left_us_has_failed_at_once),
		TEST(a_duplicate_is_read),
		TEST(a_write_that_fails_after_the_deposit_does_not_hide_it),
		TEST(a_double_tap_is_one_deposit),
		TEST(another_number_is_told_that_one_is_being_asked),
		TEST(an_order_that_is_paid_by_card_is_no_deposit),
		TEST(a_repeat_after_a_crash_asks_again_under_the_same_id),
		TEST(a_repeat_of_what_failed_says_why),
		TEST(without_the_code_nothing_is_held),
		TEST(the_code_goes_to_pawapay_and_nowhere_else),
		TEST(a_draft_and_its_code_make_a_payment),
		TEST(a_wrong_code_is_followed_by_another_try_of_the_same_order),
		TEST(a_payment_under_way_is_only_told),
		TEST(only_ones_own_payment_is_resumed),
		TEST(each_outcome_is_told_in_words),
		TEST(one_franc_buys_nothing),
		TEST(a_bad_phone_leaves_nothing_behind),
		TEST(a_body_that_is_no_good_is_400_without_a_trace),
		TEST(prompts_to_one_phone_are_counted),
		TEST(lines_become_quantities),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
