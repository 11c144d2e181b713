/* stripe_test.c: the bytes that Stripe gets, and what its answers mean for what was asked. */
#include "stripe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fn_conf.h"
#include "fn_http.h"
#include "fn_request.h"

/* In the place of fn_http.o: keeps what was asked, and answers what was laid ready. */
static struct fn_http_answer ready;
static char said[2048], method[8], url[256], headers[6][160];
static size_t header_count;
static long timeout_ms;
static bool idempotent;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	(void)snprintf(method, sizeof(method), "%s", call->method);
	(void)snprintf(url, sizeof(url), "%s", call->url);
	(void)snprintf(said, sizeof(said), "%.*s", (int)call->body.length,
		       call->body.length > 0 ? call->body.bytes : "");
	for (header_count = 0; call->headers[header_count] != NULL; header_count++) {
		assert_in_range(header_count, 0, FN_COUNT(headers) - 1);
		(void)snprintf(headers[header_count], sizeof(headers[0]), "%s",
			       call->headers[header_count]);
	}
	timeout_ms = call->timeout_ms;
	idempotent = call->idempotent;
	return ready;
}

static struct fn_request *req;
static struct fn_arena *arena;

static int set_up(void **state)
{
	static const struct fn_request_parts parts = {.method = "POST"};

	(void)state;
	fn_conf_set("STRIPE_API_URL", "https://stripe.test");
	fn_conf_set("STRIPE_SECRET_KEY", "sk_test_0123456789");
	req = fn_request_new(&parts);
	arena = fn_request_arena(req);
	ready = (struct fn_http_answer){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

static void answers(int status, const char *body)
{
	ready = (struct fn_http_answer){.status = status, .body = {body, strlen(body)}};
}

/* ---- what is asked */

static void writes_a_form(void **state)
{
	static const struct stripe_pair pairs[] = {
		{"amount", "871"},
		{"currency", "usd"},
		{"description", "Nuit du Balafon & Kora, 2 x 50 %"},
		{"receipt_email", NULL},
		{"automatic_payment_methods[enabled]", "true"},
		{"metadata[order_id]", "é=1+1"},
	};

	(void)state;
	assert_string_equal(stripe_form(arena, pairs, FN_COUNT(pairs)),
			    "amount=871&currency=usd&description=Nuit%20du%20Balafon%20%26%20Kora"
			    "%2C%202%20x%2050%20%25&automatic_payment_methods%5Benabled%5D=true&"
			    "metadata%5Border_id%5D=%C3%A9%3D1%2B1");
	assert_string_equal(stripe_form(arena, pairs, 0), "");
	assert_string_equal(stripe_form(arena, pairs + 3, 1), "");
}

static void a_change_carries_key_and_version(void **state)
{
	struct stripe_answer answer;

	(void)state;
	answers(200, "{\"id\":\"pi_1\"}");
	answer = stripe_do(req, &(struct stripe_call){.method = "POST",
						      .path = "/v1/payment_intents",
						      .form = "amount=5000&currency=xof",
						      .key = "intent:1"});
	assert_int_equal(answer.heard, STRIPE_ANSWERED);
	assert_string_equal(fn_json_get_text(answer.body, "id"), "pi_1");
	assert_null(answer.cause);
	assert_string_equal(method, "POST");
	assert_string_equal(url, "https://stripe.test/v1/payment_intents");
	assert_string_equal(said, "amount=5000&currency=xof");
	assert_int_equal(header_count, 4);
	assert_string_equal(headers[0], "Authorization: Bearer sk_test_0123456789");
	assert_string_equal(headers[1], "Stripe-Version: 2024-06-20");
	assert_string_equal(headers[2], "Idempotency-Key: intent:1");
	assert_string_equal(headers[3], "Content-Type: application/x-www-form-urlencoded");
	assert_true(idempotent);
	assert_int_equal(timeout_ms, 5000);
}

static void what_has_no_key_is_not_repeated(void **state)
{
	(void)state;
	answers(200, "{}");
	(void)stripe_do(req, &(struct stripe_call){.method = "POST",
						   .path = "/v1/x",
						   .timeout_ms = 1500});
	assert_false(idempotent);
	assert_int_equal(timeout_ms, 1500);
	assert_int_equal(header_count, 2);
	assert_string_equal(said, "");
	(void)stripe_do(req, &(struct stripe_call){.method = "GET", .path = "/v1/x"});
	assert_true(idempotent);
}

/* ---- what an answer means */

#define ERROR(type, code) "{\"error\":{\"type\":\"" type "\",\"code\":\"" code "\"}}"

static void knows_what_was_done_and_what_may_have_been(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum stripe_heard heard;
		const char *code;
	} table[] = {
		{200, "{}", STRIPE_ANSWERED, NULL},
		{201, "{}", STRIPE_ANSWERED, NULL},
		/* it said yes, and nobody knows to what */
		{200, "<html>", STRIPE_UNKNOWN, NULL},
		{200, "", STRIPE_UNKNOWN, NULL},
		{200, "{\"id\":\"pi_", STRIPE_UNKNOWN, NULL},
		{0, "", STRIPE_UNKNOWN, NULL},
		{500, ERROR("api_error", "oops"), STRIPE_UNKNOWN, "oops"},
		{503, "<html>", STRIPE_UNKNOWN, NULL},
		{302, "", STRIPE_UNKNOWN, NULL},
		{400, ERROR("invalid_request_error", "amount_too_small"), STRIPE_REFUSED,
		 "amount_too_small"},
		{402, ERROR("card_error", "card_declined"), STRIPE_REFUSED, "card_declined"},
		{404, ERROR("invalid_request_error", "resource_missing"), STRIPE_REFUSED,
		 "resource_missing"},
		/* the key did something else, or is doing this just now */
		{400, "{\"error\":{\"type\":\"idempotency_error\"}}", STRIPE_UNKNOWN, NULL},
		{409, ERROR("idempotency_error", "idempotency_key_in_use"), STRIPE_UNKNOWN,
		 "idempotency_key_in_use"},
		{409, ERROR("invalid_request_error", "lock_timeout"), STRIPE_UNKNOWN,
		 "lock_timeout"},
		{401, ERROR("invalid_request_error", "api_key_expired"), STRIPE_LATER,
		 "api_key_expired"},
		{403, "{}", STRIPE_LATER, NULL},
		{429, ERROR("invalid_request_error", "rate_limit"), STRIPE_LATER, "rate_limit"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct stripe_answer answer;

		answers(table[i].status, table[i].body);
		if (table[i].status == 0)
			ready.why = "stripe.test: Timeout was reached";
		answer = stripe_do(req,
				   &(struct stripe_call){.method = "GET", .path = "/v1/refunds"});
		if (answer.heard != table[i].heard)
			fail_msg("%d %s: %d", table[i].status, table[i].body, (int)answer.heard);
		assert_int_equal(answer.status, table[i].status);
		if (table[i].code == NULL)
			assert_null(answer.code);
		else
			assert_string_equal(answer.code, table[i].code);
		assert_int_equal(answer.cause == NULL, table[i].heard == STRIPE_ANSWERED);
		/* for the log: never our key */
		if (answer.cause != NULL)
			assert_null(strstr(answer.cause, "sk_test"));
	}
}

static void hands_on_how_long_to_wait(void **state)
{
	(void)state;
	answers(429, "{}");
	ready.retry_after = 7;
	assert_int_equal(
		stripe_do(req, &(struct stripe_call){.method = "GET", .path = "/"}).retry_after, 7);
}

/* ---- intents */

static bool intent(const char *text, struct stripe_intent *ret)
{
	const char *why;

	return stripe_intent_of(fn_json_parse(arena, text, strlen(text), &why), ret);
}

static void reads_an_intent(void **state)
{
	struct stripe_intent pi;

	(void)state;
	assert_true(intent("{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"amount\":871,\"amount_"
			   "received\":871,\"currency\":\"usd\",\"status\":\"succeeded\",\"client_"
			   "secret\":\"pi_1_secret_x\",\"metadata\":{\"payment_id\":\"7\"},\"last_"
			   "payment_error\":null}",
			   &pi));
	assert_string_equal(pi.id, "pi_1");
	assert_string_equal(pi.secret, "pi_1_secret_x");
	assert_string_equal(pi.status, "succeeded");
	assert_int_equal(pi.received, 871);
	assert_string_equal(pi.currency, "USD");
	assert_string_equal(pi.payment, "7");
	assert_null(pi.failure);
	assert_null(pi.declined);
}

static void reads_why_a_card_was_declined(void **state)
{
	struct stripe_intent pi;

	(void)state;
	assert_true(intent("{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"currency\":\"xof\","
			   "\"status\":\"requires_payment_method\",\"last_payment_error\":{"
			   "\"code\":\"card_declined\",\"decline_code\":\"insufficient_funds\"}}",
			   &pi));
	assert_string_equal(pi.failure, "card_declined");
	assert_string_equal(pi.declined, "insufficient_funds");
	assert_string_equal(pi.currency, "XOF");
	assert_int_equal(pi.received, -1); /* none was said */
	assert_null(pi.secret);
	assert_null(pi.payment);
}

static void refuses_what_is_no_intent(void **state)
{
	static const char *const documents[] = {
		"{}",
		"[]",
		"{\"id\":\"ch_1\",\"object\":\"charge\",\"currency\":\"usd\",\"status\":\"succeeded"
		"\"}",
		"{\"object\":\"payment_intent\",\"currency\":\"usd\",\"status\":\"succeeded\"}",
		"{\"id\":7,\"object\":\"payment_intent\",\"currency\":\"usd\",\"status\":\"x\"}",
		"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"succeeded\"}",
		"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"currency\":\"dollar\","
		"\"status\":\"succeeded\"}",
		"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"currency\":\"usd\"}",
	};
	struct stripe_intent pi;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(documents); i++) {
		if (intent(documents[i], &pi))
			fail_msg("%s", documents[i]);
	}
	assert_false(stripe_intent_of(NULL, &pi));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_a_form),
		TEST(a_change_carries_key_and_version),
		TEST(what_has_no_key_is_not_repeated),
		TEST(knows_what_was_done_and_what_may_have_been),
		TEST(hands_on_how_long_to_wait),
		TEST(reads_an_intent),
		TEST(reads_why_a_card_was_declined),
		TEST(refuses_what_is_no_intent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
