/* submit-refund_test.c: what is asked of Stripe and pawaPay, and what their answers mean. */
#include <stdio.h>
#include <string.h>

#include "fake_db.h"
#include "fn.h"
#include "fn_http.h"
#include "unit.h"

#define REFUND "4ef04d00-6666-4666-8666-4ef04d004ef0"
#define KEY    "4e700000-1111-4111-8111-4e7000004e70"
#define PAID   "9a1d0000-2222-4222-8222-9a1d00009a1d"

enum { CALLS_MAX = 4 };

/* In the place of fn_http.o: the answers laid ready, one after the other. */
static struct fn_http_answer answers[CALLS_MAX];
static unsigned laid, calls;
static char asked[CALLS_MAX][600];

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	const char *key = "";

	(void)req;
	assert_false(fn_db_in_transaction()); /* a provider that hangs must hold nothing */
	assert_true(calls < laid);
	for (const char *const *h = call->headers; h != NULL && *h != NULL; h++) {
		if (strncmp(*h, "Idempotency-Key: ", 17) == 0)
			key = *h + 17;
	}
	(void)snprintf(asked[calls], sizeof(asked[calls]), "%s %s %.*s [%s]", call->method,
		       call->url, (int)call->body.length,
		       call->body.length > 0 ? call->body.bytes : "", key);
	return answers[calls++];
}

static void lay(int status, const char *body)
{
	assert_true(laid < CALLS_MAX);
	answers[laid++] = (struct fn_http_answer){.status = status,
						  .body = {body, strlen(body)},
						  .type = "application/json",
						  .why = status == 0 ? "127.0.0.1: silent" : NULL};
}

static int start(void **state)
{
	(void)state;
	fake_db_reset();
	laid = calls = 0;
	fn_conf_set("STRIPE_API_URL", "http://stripe.example");
	fn_conf_set("STRIPE_SECRET_KEY", "sk_test_12345678");
	fn_conf_set("PAWAPAY_API_URL", "http://pawapay.example");
	fn_conf_set("PAWAPAY_API_KEY", "pawapay-key-12345678");
	return 0;
}

/* Runs one call; what was moved: "STATE REF CODE FRESH", "" when nothing was. */
static const char *run(const char *provider, const char *step, const char *ref)
{
	static char moved[200];
	struct unit_request like = {.method = "POST",
				    .body = "{\"refund\":\"" REFUND "\"}",
				    .internal = true};
	struct fn_request *req = unit_request(&like);
	bool stripe = strcmp(provider, "stripe") == 0;
	const char *argument[4];

	FAKE_ROW("submit-refund.begin", step, KEY, provider, stripe ? "pi_1" : PAID, ref, "5000",
		 "XOF");
	FAKE_ROW("submit-refund.move", "moved");
	assert_int_equal(fn_function_run(&fn_function, req, NULL), 200);
	moved[0] = '\0';
	for (size_t i = 0; i < FN_COUNT(argument); i++)
		argument[i] = fake_db_argument("submit-refund.move", i + 2);
	if (fake_db_runs("submit-refund.move") > 0) {
		assert_string_equal(fake_db_argument("submit-refund.move", 0), REFUND);
		assert_string_equal(fake_db_argument("submit-refund.move", 1), KEY);
		(void)snprintf(moved, sizeof(moved), "%s %s %s %s", argument[0],
			       argument[1] == NULL ? "-" : argument[1],
			       argument[2] == NULL ? "-" : argument[2], argument[3]);
	}
	assert_int_equal(calls, laid); /* every answer was asked for */
	fn_request_free(req);
	return moved;
}

#define STRIPE(status, amount)                                                                     \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"amount\":" #amount ",\"status\":\"" status       \
	"\",\"metadata\":{\"refund_key\":\"" KEY "\"}}"

static void asks_stripe_with_our_key(void **state)
{
	(void)state;
	lay(200, STRIPE("succeeded", 5000));
	assert_string_equal(run("stripe", "create", NULL), "SUCCEEDED re_1 - 1");
	assert_string_equal(asked[0],
			    "POST http://stripe.example/v1/refunds "
			    "payment_intent=pi_1&amount=5000&reason=requested_by_customer&"
			    "metadata%5Brefund_id%5D=" REFUND "&metadata%5Brefund_key%5D=" KEY
			    " [" KEY "]");
}

static void reads_stripes_answers(void **state)
{
	static const struct {
		int status;
		const char *body, *moved;
	} table[] = {
		{200, STRIPE("pending", 5000), "PROCESSING re_1 - 1"},
		{200, STRIPE("failed", 5000), "FAILED re_1 - 1"},
		{200, STRIPE("canceled", 5000), "FAILED re_1 - 1"},
		{200, STRIPE("dreaming", 5000), "UNKNOWN re_1 - 1"},
		{200, STRIPE("succeeded", 4999), "SUCCEEDED re_1 amount_differs 1"},
		{200, "<html>", "UNKNOWN - - 0"},
		{200, "{}", "UNKNOWN - no_refund 0"},
		{0, "", "UNKNOWN - - 0"},
		{500, "{\"error\":{\"type\":\"api_error\"}}", "UNKNOWN - api_error 0"},
		{409, "{\"error\":{\"type\":\"idempotency_error\"}}",
		 "UNKNOWN - idempotency_error 0"},
		{400, "{\"error\":{\"code\":\"charge_already_refunded\"}}",
		 "MANUAL - charge_already_refunded 0"},
		{400, "{\"error\":{\"code\":\"charge_disputed\"}}", "LATER - charge_disputed 0"},
		{400, "{\"error\":{\"code\":\"balance_insufficient\"}}",
		 "LATER - balance_insufficient 0"},
		{401, "{\"error\":{\"type\":\"invalid_request_error\"}}",
		 "LATER - invalid_request_error 0"},
		{429, "{\"error\":{\"code\":\"rate_limit\"}}", "LATER - rate_limit 0"},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		(void)start(state);
		lay(table[i].status, table[i].body);
		assert_string_equal(run("stripe", "create", NULL), table[i].moved);
	}
}

static void finds_what_was_lost_at_stripe(void **state)
{
	(void)state;
	lay(200, "{\"data\":[{\"id\":\"re_0\",\"status\":\"succeeded\",\"metadata\":{}}," STRIPE(
			 "succeeded", 5000) "]}");
	assert_string_equal(run("stripe", "find", NULL), "SUCCEEDED re_1 - 1");
	assert_non_null(strstr(asked[0], "/v1/refunds?payment_intent=pi_1&limit=100"));

	(void)start(state); /* it never got there: the same key again */
	lay(200, "{\"data\":[]}");
	lay(200, STRIPE("pending", 5000));
	assert_string_equal(run("stripe", "find", NULL), "PROCESSING re_1 - 1");
	assert_non_null(strstr(asked[1], "[" KEY "]"));

	(void)start(state); /* a key that once failed with 500 fails for ever */
	lay(200, "{\"data\":[]}");
	lay(500, "{}");
	assert_string_equal(run("stripe", "find", NULL), "UNKNOWN - never_reached 0");

	(void)start(state); /* nobody knows: nothing is asked */
	lay(500, "{}");
	assert_string_equal(run("stripe", "find", NULL), "UNKNOWN - unread 0");

	(void)start(state);
	lay(200, STRIPE("failed", 5000));
	assert_string_equal(run("stripe", "read", "re_1"), "FAILED re_1 - 1");
	assert_non_null(strstr(asked[0], "GET http://stripe.example/v1/refunds/re_1"));
}

static void asks_pawapay_with_our_id(void **state)
{
	(void)state;
	lay(200, "{\"refundId\":\"" KEY "\",\"status\":\"ACCEPTED\"}");
	assert_string_equal(run("pawapay", "create", NULL), "SUBMITTED " KEY " - 0");
	assert_non_null(strstr(asked[0], "POST http://pawapay.example/v2/refunds "));
	assert_non_null(strstr(asked[0], "\"refundId\":\"" KEY "\""));
	assert_non_null(strstr(asked[0], "\"depositId\":\"" PAID "\""));
	assert_non_null(strstr(asked[0], "\"amount\":\"5000\""));
}

#define REJECTED(code)                                                                             \
	"{\"refundId\":\"" KEY                                                                     \
	"\",\"status\":\"REJECTED\",\"failureReason\":{\"failureCode\":\"" code                    \
	"\",\"failureMessage\":\"x\"}}"
#define FOUND(status, rest)                                                                        \
	"{\"status\":\"FOUND\",\"data\":{\"refundId\":\"" KEY "\",\"status\":\"" status            \
	"\",\"amount\":\"5000.00\",\"currency\":\"XOF\"" rest "}}"

static void reads_pawapays_answers(void **state)
{
	static const struct {
		const char *step;
		int status;
		const char *body, *moved;
	} table[] = {
		{"create", 200, REJECTED("PAWAPAY_WALLET_OUT_OF_FUNDS"),
		 "LATER - PAWAPAY_WALLET_OUT_OF_FUNDS 0"},
		{"create", 200, REJECTED("REFUND_IN_PROGRESS"), "LATER - REFUND_IN_PROGRESS 0"},
		{"create", 200, REJECTED("AMOUNT_TOO_LARGE"), "MANUAL - AMOUNT_TOO_LARGE 0"},
		{"create", 200, REJECTED("SOMETHING_NEW"), "FAILED - SOMETHING_NEW 0"},
		{"read", 200, FOUND("COMPLETED", ""), "SUCCEEDED " KEY " - 1"},
		{"read", 200, FOUND("ENQUEUED", ""), "PROCESSING " KEY " - 1"},
		{"read", 200, FOUND("IN_RECONCILIATION", ""), "PROCESSING " KEY " - 1"},
		{"read", 200, FOUND("DREAMING", ""), "UNKNOWN " KEY " - 1"},
		{"read", 200,
		 FOUND("FAILED", ",\"failureReason\":{\"failureCode\":\"RECIPIENT_NOT_FOUND\"}"),
		 "FAILED " KEY " RECIPIENT_NOT_FOUND 1"},
		{"read", 500, "{}", "UNKNOWN " KEY " unread 1"},
		{"read", 0, "", "UNKNOWN " KEY " unread 1"},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		(void)start(state);
		lay(table[i].status, table[i].body);
		assert_string_equal(run("pawapay", table[i].step, NULL), table[i].moved);
	}
	(void)start(state); /* it never got there: the same id again */
	lay(200, "{\"status\":\"NOT_FOUND\"}");
	lay(200, "{\"refundId\":\"" KEY "\",\"status\":\"ACCEPTED\"}");
	assert_string_equal(run("pawapay", "read", NULL), "SUBMITTED " KEY " - 0");
	(void)start(state); /* it did, after all */
	lay(200, "{\"refundId\":\"" KEY "\",\"status\":\"DUPLICATE_IGNORED\"}");
	lay(200, FOUND("COMPLETED", ""));
	assert_string_equal(run("pawapay", "create", NULL), "SUCCEEDED " KEY " - 1");
}

static void does_nothing_for_what_is_over(void **state)
{
	(void)state;
	assert_string_equal(run("stripe", "none", NULL), "");
	(void)start(state);
	assert_string_equal(run("pawapay", "wait", NULL), "");
}

static void looks_for_what_is_due(void **state)
{
	struct unit_request like = {.method = "POST", .body = "{}", .internal = true};
	struct fn_request *req;

	(void)state;
	FAKE_ROW("submit-refund.due", "3");
	req = unit_request(&like);
	assert_int_equal(fn_function_run(&fn_function, req, NULL), 200);
	assert_string_equal(unit_reply_text(req), "{\"success\":true,\"due\":3}");
	fn_request_free(req);
	like.internal = false; /* whoever is not the runner finds nothing */
	req = unit_request(&like);
	assert_int_equal(fn_function_run(&fn_function, req, NULL), 404);
	fn_request_free(req);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_stripe_with_our_key),      TEST(reads_stripes_answers),
		TEST(finds_what_was_lost_at_stripe), TEST(asks_pawapay_with_our_id),
		TEST(reads_pawapays_answers),        TEST(does_nothing_for_what_is_over),
		TEST(looks_for_what_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
