/* verify-pawapay-payment_test.c: what a page that waits is told. */
#include <string.h>

#include "call.h"
#include "fn_http.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"
#define VERIFY  "{\"payment_id\":\"" PAYMENT "\",\"order_id\":\"" ORDER "\"}"

#define READ   "shared.deposit_read"
#define ASK    "verify-pawapay-payment.ask"
#define SETTLE "shared.payment_settle"
#define MISS   "verify-pawapay-payment.count_miss"

/* In the place of fn_http.o. */
static struct fn_http_answer next;
static struct fn_http_call call_made;
static unsigned asked;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	call_made = *call;
	asked++;
	return next;
}

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("PAWAPAY_API_KEY", "key-of-pawapay");
	fn_conf_set("UNKNOWN_PAYMENTS_PER_ADDRESS", "0");
	asked = 0;
	return 0;
}

struct standing {
	const char *owner, *provider, *status, *state, *order_state, *tickets, *page, *code;
};
static const struct standing open_one = {NULL,   "pawapay", "pending", "SUBMITTED",
					 "HELD", "f",       NULL,      NULL};

static void stands(struct standing s)
{
	FAKE_ROW(READ, PAYMENT, ORDER, s.owner, s.provider, s.status, s.state, s.order_state,
		 s.tickets, "ORANGE_BFA", "+22675123456", "10200", "XOF", "30", s.page, NULL,
		 s.code);
}

static void told(struct call *c, bool success, const char *state)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_int_equal(fn_json_get_bool(c->reply, "success", !success), success);
	assert_string_equal(call_text(c, "state"), state);
	assert_string_equal(call_text(c, "provider"), "pawapay");
	assert_string_equal(call_text(c, "payment_id"), PAYMENT);
	assert_string_equal(call_text(c, "order_id"), ORDER);
	fake_db_assert_done();
}

static void a_success_is_told_with_its_tickets(void **state)
{
	struct standing s = {NULL,        "pawapay", "completed", "SUCCEEDED",
			     "COMPLETED", "t",       NULL,        NULL};
	struct call *c = *state;

	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, true, "succeeded");
	/* regression: succeeded without tickets was shown as the end */
	s.tickets = "f";
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	s.order_state = "UNFULFILLABLE";
	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "failed");
	assert_string_equal(call_text(c, "error_code"), "REFUNDED");
	/* regression: what had ended was asked about and written again */
	assert_int_equal(asked, 0);
}

static void an_open_payment_is_asked_about_now_and_then(void **state)
{
	struct standing done = {NULL,        "pawapay", "completed", "SUCCEEDED",
				"COMPLETED", "t",       NULL,        NULL};
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
	next = (struct fn_http_answer){.status = 200};
	next.body.bytes =
		"{\"status\":\"FOUND\",\"data\":{\"depositId\":\"" PAYMENT
		"\",\"status\":\"COMPLETED\",\"amount\":\"10200.00\",\"currency\":\"XOF\"}}";
	next.body.length = strlen(next.body.bytes);
	call_as(c, ANA, VERIFY);
	told(c, true, "succeeded");
	assert_int_equal(asked, 1);
	assert_true(call_made.timeout_ms <= 2500);
	assert_string_equal(fake_db_argument(SETTLE, 1), "SUCCEEDED");
}

static void trouble_on_the_way_is_no_answer(void **state)
{
	struct call *c = *state;

	stands(open_one);
	FAKE_ROW(ASK, "t");
	stands(open_one);
	next = (struct fn_http_answer){.why = "silent"};
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	stands(open_one);
	FAKE_ROW(ASK, "t");
	fake_db_fail(SETTLE, NULL);
	next = (struct fn_http_answer){.status = 200};
	next.body.bytes = "{\"status\":\"NOT_FOUND\"}";
	next.body.length = strlen(next.body.bytes);
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
}

static void a_failure_has_a_sentence_and_a_code(void **state)
{
	struct standing s = {NULL,   "pawapay", "failed", "FAILED",
			     "HELD", "f",       NULL,     "INSUFFICIENT_BALANCE"};
	struct call *c = *state;

	stands(s);
	call_as(c, ANA, VERIFY);
	told(c, false, "failed");
	assert_string_equal(call_text(c, "error_code"), "INSUFFICIENT_BALANCE");
	assert_non_null(strstr(call_text(c, "message"), "solde"));
	assert_null(fn_json_get(c->reply, "requires_pre_auth"));
	s.code = "PAYMENT_NOT_APPROVED";
	stands(s);
	call_as(c, ANA, VERIFY);
	assert_true(fn_json_get_bool(c->reply, "requires_pre_auth", false));
	s.order_state = "EXPIRED"; /* nothing to pay any more */
	stands(s);
	call_as(c, ANA, VERIFY);
	assert_null(fn_json_get(c->reply, "requires_pre_auth"));
}

static void an_operators_page_is_shown(void **state)
{
	struct standing s = {NULL,
			     "pawapay",
			     "pending",
			     "ACTION_REQUIRED",
			     "HELD",
			     "f",
			     "https://pay.wave.test/x",
			     NULL};
	struct call *c = *state;

	stands(s);
	FAKE_ROW(ASK, "f");
	call_as(c, ANA, VERIFY);
	told(c, false, "processing");
	assert_string_equal(call_text(c, "payment_url"), "https://pay.wave.test/x");
	assert_true(fn_json_get_bool(c->reply, "has_payment_redirect", false));
}

static void the_first_key_that_is_given_counts(void **state)
{
	struct call *c = *state;

	stands(open_one);
	FAKE_ROW(ASK, "f");
	call_as(c, NULL, "{\"internal_token\":\"abc\",\"payment_token\":\"def\"}");
	told(c, false, "processing");
	assert_null(fake_db_argument(READ, 0));
	assert_string_equal(fake_db_argument(READ, 1), "abc");
	assert_string_equal(fake_db_argument(READ, 2), "def");
	call_as(c, NULL, "{}");
	call_assert_refused_on_record(c, 400, "id_required");
}

static void another_persons_payment_looks_like_none(void **state)
{
	struct standing s = open_one;
	struct call *c = *state;

	s.owner = BEN;
	stands(s);
	call_as(c, ANA, VERIFY);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	fake_db_no_row(READ);
	call_as(c, ANA, VERIFY);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	/* without a session the id is the key */
	stands(s);
	FAKE_ROW(ASK, "f");
	call_as(c, NULL, VERIFY);
	told(c, false, "processing");
	s.provider = "stripe";
	s.owner = NULL;
	stands(s);
	call_as(c, ANA, VERIFY);
	call_assert_refused_on_record(c, 400, "not_pawapay");
	assert_int_equal(asked, 0);
}

static void guessing_is_counted(void **state)
{
	struct call *c = *state;

	fn_conf_set("UNKNOWN_PAYMENTS_PER_ADDRESS", "3");
	fake_db_no_row(READ);
	FAKE_ROW(MISS, "3");
	call_as(c, NULL, VERIFY);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	fake_db_no_row(READ);
	FAKE_ROW(MISS, "4");
	call_as(c, NULL, VERIFY);
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
		TEST(trouble_on_the_way_is_no_answer),
		TEST(a_failure_has_a_sentence_and_a_code),
		TEST(an_operators_page_is_shown),
		TEST(the_first_key_that_is_given_counts),
		TEST(another_persons_payment_looks_like_none),
		TEST(guessing_is_counted),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
