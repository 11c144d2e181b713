/* create-stripe-payment_test.c: what is asked of the database and of Stripe for what a client
 * sends, and what the client is told. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "fn_http.h"

#define EVENT   "20000000-0000-4000-8000-000000000002"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"
#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define TYPE    "30000000-0000-4000-8000-000000000003"

#define CHECKOUT "shared.checkout"
#define READ     "shared.card_read"
#define SETTLE   "shared.payment_settle"
#define ATTACH   "shared.payment_attach"

#define WHAT                                                                                       \
	"\"event_id\":\"" EVENT "\",\"create_order\":true,\"order_id\":null,"                      \
	"\"payment_method\":\"CARD\",\"ticket_quantities\":{\"" TYPE "\":2}"
#define SIMPLE(more)                                                                               \
	"{" WHAT ",\"amount\":10200,\"currency\":\"XOF\",\"amount_is_minor\":true" more "}"
#define ADVANCED(more)                                                                             \
	"{" WHAT ",\"display_amount_minor\":10200,\"display_currency\":\"XOF\","                   \
	"\"charge_amount_minor\":1777,\"charge_currency\":\"USD\",\"fx_num\":100,"                 \
	"\"fx_den\":574,\"fx_locked_at\":\"2026-11-27T17:00:00Z\",\"fx_margin_bps\":150" more "}"
#define INTENT(status)                                                                             \
	"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"" status                      \
	"\",\"client_secret\":\"pi_1_secret_x\",\"currency\":\"usd\",\"amount\":1777,"             \
	"\"amount_received\":0}"

/* In the place of fn_http.o. */
static struct fn_http_answer answers[4];
static char urls[4][128], said[2048];
static unsigned asked, laid;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_false(fn_db_in_transaction());
	assert_true(asked < laid);
	(void)snprintf(urls[asked], sizeof(urls[0]), "%s %s", call->method,
		       strstr(call->url, "/v1/"));
	(void)snprintf(said, sizeof(said), "%.*s", (int)call->body.length,
		       call->body.length > 0 ? call->body.bytes : "");
	return answers[asked++];
}

static void stripe_says(int status, const char *body)
{
	answers[laid++] = (struct fn_http_answer){.status = status, .body = {body, strlen(body)}};
}

static int start(void **state)
{
	(void)call_set_up(state);
	fn_conf_set("STRIPE_SECRET_KEY", "sk_test_of_the_unit_tests");
	fn_conf_set("CARDS_PER_PERSON", "0");
	fn_conf_set("CARDS_PER_ADDRESS", "0");
	asked = laid = 0;
	return 0;
}

/* ---- rows ---- */

static void reads(const char *provider, const char *status, const char *intent)
{
	FAKE_ROW(READ, PAYMENT, ORDER, ANA, EVENT, provider, status, "CREATED", NULL, "HELD", "f",
		 "t", intent, "stripe-token-x", "10200", "XOF", "1777", "USD", "100", "574",
		 "2026-11-27T17:00:00.000Z", "150", "0", NULL);
}

static void checks_out(const char *outcome, const char *subject)
{
	call_alive();
	FAKE_ROW(CHECKOUT, outcome, PAYMENT, ORDER, "t", "CREATED", "10200", "XOF", NULL, NULL,
		 subject, "1777", "USD");
}

/* The whole way to a new intent. */
static void goes_well(void)
{
	checks_out("created", "stripe");
	reads("stripe", "pending", NULL);
	stripe_says(200, INTENT("requires_payment_method"));
	FAKE_ROW(ATTACH, "t");
	FAKE_ROW(SETTLE, "unchanged");
}

static void refuses(const char *outcome)
{
	call_alive();
	FAKE_ROW(CHECKOUT, outcome, NULL, NULL, NULL, NULL, "10200", "XOF", NULL, NULL, NULL,
		 "1777", "USD");
}

static const char *wish(void)
{
	return fake_db_argument(CHECKOUT, 0);
}

static void assert_told(struct call *c)
{
	if (c->error != NULL)
		fail_msg("refused: %s", unit_reply_text(c->req));
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "clientSecret"), "pi_1_secret_x");
	assert_string_equal(call_text(c, "paymentId"), PAYMENT);
	assert_string_equal(call_text(c, "paymentToken"), "stripe-token-x");
	assert_string_equal(call_text(c, "orderId"), ORDER);
	assert_string_equal(call_text(c, "display_amount"), "10\u202f200 XOF");
	assert_string_equal(call_text(c, "charge_amount"), "$17.77 USD");
	assert_string_equal(call_text(c, "fx_rate"), "5.74");
	assert_int_equal(asked, laid);
	fake_db_assert_done();
}

static bool wishes(const char *member)
{
	return strstr(wish(), member) != NULL;
}

/* ---- paying ---- */

static void an_intent_has_the_key_of_its_payment(void **state)
{
	struct call *c = *state;

	goes_well();
	call_as(c, ANA, ADVANCED(",\"idempotencyKey\":\"web-stripe-1-x\",\"user_id\":\"" BEN "\""));
	assert_told(c);
	assert_string_equal(urls[0], "POST /v1/payment_intents");
	assert_non_null(strstr(said, "amount=1777&currency=usd"));
	assert_true(fn_json_get_bool(c->reply, "order_created", false));
	assert_int_equal(fn_json_type(fn_json_get(c->reply, "duplicate")), FN_JSON_NONE);
	assert_string_equal(fake_db_argument(ATTACH, 1), "pi_1");
	/* who pays is the session's person, whatever the body says; the database refuses others */
	assert_true(wishes("\"person\":\"" ANA "\""));
	assert_true(wishes("\"caller\":\"" ANA "\""));
	assert_true(wishes("\"user_id\":\"" BEN "\""));
	assert_true(wishes("\"key\":\"web-stripe-1-x\""));
	assert_true(wishes("\"body_hash\":\""));
	assert_true(wishes("\"amount_minor\":10200,\"currency\":\"XOF\",\"charge_minor\":1777,"
			   "\"charge_currency\":\"USD\""));
	assert_true(wishes("\"quantities\":{\"" TYPE "\":2}"));
	/* regression: the client's margin and rate were believed */
	assert_false(wishes("fx_den"));
	assert_true(wishes("\"margin_bps\":150"));
}

static void francs_are_francs_in_the_simple_mode(void **state)
{
	static const char *const bodies[] = {
		SIMPLE(""),
		/* regression: without the flag they were taken a hundred times */
		"{" WHAT ",\"amount\":10200}",
		"{" WHAT ",\"amount\":10200,\"currency\":\"XOF\",\"amount_is_minor\":false}",
		"{" WHAT ",\"amount\":\"10200\",\"currency\":\"XOF\"}",
		/* `amount` wins */
		ADVANCED(",\"amount\":10200"),
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		asked = laid = 0;
		goes_well();
		call_as(c, ANA, bodies[i]);
		assert_told(c);
		assert_true(wishes("\"amount_minor\":10200,\"currency\":\"XOF\""));
		assert_false(wishes("charge_minor"));
	}
}

/* ---- twice ---- */

static void a_repeat_reads_the_intent_of_then(void **state)
{
	static const char *const outcomes[] = {"repeated", "live_payment"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(outcomes); i++) {
		asked = laid = 0;
		checks_out(outcomes[i], "stripe");
		reads("stripe", "pending", "pi_1");
		stripe_says(200, INTENT("requires_payment_method"));
		FAKE_ROW(SETTLE, "unchanged");
		call_as(c, ANA, SIMPLE(",\"idempotencyKey\":\"k\""));
		assert_told(c);
		assert_string_equal(urls[0], "GET /v1/payment_intents/pi_1");
		assert_true(fn_json_get_bool(c->reply, "duplicate", false));
	}
}

static void a_repeat_of_what_was_lost_asks_under_the_same_key(void **state)
{
	struct call *c = *state;

	checks_out("repeated", "stripe");
	reads("stripe", "pending", NULL);
	stripe_says(200, INTENT("requires_payment_method"));
	FAKE_ROW(ATTACH, "t");
	FAKE_ROW(SETTLE, "moved");
	call_as(c, ANA, SIMPLE(",\"idempotencyKey\":\"k\""));
	assert_told(c);
	assert_string_equal(urls[0], "POST /v1/payment_intents");
}

static void two_at_once_wait_for_the_first(void **state)
{
	struct call *c = *state;

	checks_out("repeated", "stripe");
	reads("stripe", "pending", NULL);
	stripe_says(409, "{\"error\":{\"type\":\"idempotency_error\"}}");
	reads("stripe", "pending", "pi_1");
	stripe_says(200, INTENT("requires_payment_method"));
	FAKE_ROW(SETTLE, "unchanged");
	call_as(c, ANA, SIMPLE(",\"idempotencyKey\":\"k\""));
	assert_told(c);
	assert_string_equal(urls[1], "GET /v1/payment_intents/pi_1");
}

static void what_has_ended_is_no_secret(void **state)
{
	static const char *const statuses[] = {"failed", "cancelled"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(statuses); i++) {
		checks_out("repeated", "stripe");
		reads("stripe", statuses[i], "pi_1");
		call_as(c, ANA, SIMPLE(",\"idempotencyKey\":\"k\""));
		assert_int_equal(c->status, 409);
		assert_null(strstr(unit_reply_text(c->req), "pi_1"));
	}
	checks_out("live_payment", "pawapay");
	reads("pawapay", "pending", NULL);
	call_as(c, ANA, SIMPLE(""));
	assert_int_equal(c->status, 409);
	assert_string_equal(call_text(c, "code"), "payment_in_progress");
	checks_out("repeated", "stripe");
	reads("stripe", "pending", "pi_1");
	stripe_says(200, INTENT("canceled"));
	FAKE_ROW(SETTLE, "moved");
	call_as(c, ANA, SIMPLE(""));
	assert_int_equal(c->status, 409);
}

/* ---- Stripe's other answers ---- */

static void silence_leaves_the_payment_and_the_key(void **state)
{
	static const struct fn_http_answer answer[] = {
		{.why = "api.stripe.com: Timeout was reached"},
		{.status = 500, .body = {"{}", 2}},
		{.status = 200, .body = {"<html>", 6}},
		{.status = 200, .body = {"{}", 2}},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(answer); i++) {
		asked = laid = 0;
		checks_out("created", "stripe");
		reads("stripe", "pending", NULL);
		answers[laid++] = answer[i];
		if (i < 3)
			FAKE_ROW(SETTLE, "moved");
		call_as(c, ANA, SIMPLE(""));
		assert_int_equal(c->status, 503);
		assert_string_equal(call_text(c, "code"), "provider_unavailable");
		assert_non_null(unit_reply_header(c->req, "Retry-After"));
		if (i < 3)
			assert_string_equal(fake_db_argument(SETTLE, 1), "UNKNOWN");
		fake_db_assert_done();
	}
}

static void a_plain_no_ends_the_payment(void **state)
{
	struct call *c = *state;

	checks_out("created", "stripe");
	reads("stripe", "pending", NULL);
	stripe_says(400, "{\"error\":{\"type\":\"invalid_request_error\","
			 "\"code\":\"amount_too_small\",\"message\":\"secret words\"}}");
	FAKE_ROW(SETTLE, "moved");
	call_as(c, ANA, SIMPLE(""));
	assert_int_equal(c->status, 400);
	assert_string_equal(call_text(c, "code"), "amount_too_small");
	assert_string_equal(call_text(c, "type"), "invalid_request_error");
	assert_null(strstr(unit_reply_text(c->req), "secret words"));
	assert_string_equal(fake_db_argument(SETTLE, 1), "FAILED");
}

static void nobody_gets_a_secret_that_was_not_written_down(void **state)
{
	struct call *c = *state;

	/* regression: an intent without a row: paid, and nobody knew of it */
	checks_out("created", "stripe");
	reads("stripe", "pending", NULL);
	stripe_says(200, INTENT("requires_payment_method"));
	fake_db_fail(ATTACH, NULL);
	call_as(c, ANA, SIMPLE(""));
	assert_int_equal(c->status, 503);
	assert_null(strstr(unit_reply_text(c->req), "secret"));
}

/* ---- refusals ---- */

static void refusals_have_words_and_cost_no_call(void **state)
{
	static const struct {
		const char *outcome, *code;
		int status;
	} table[] = {
		{"sold_out", "sold_out", 409},
		{"all_held", "all_held", 409},
		{"key_reused", "key_reused", 409},
		{"order_not_found", "order_not_found", 404},
		{"not_yours", "order_not_found", 404},
		{"already_paid", "already_paid", 409},
		{"needs_session", "needs_session", 409},
		{"unknown_type", "unknown_type", 409},
		{"bad_quantity", "bad_quantity", 409},
		{"fx_stale", "fx_stale", 409},
		{"free_order", "free_order", 409},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		refuses(table[i].outcome);
		call_as(c, ANA, SIMPLE(""));
		assert_int_equal(c->status, table[i].status);
		assert_string_equal(call_text(c, "code"), table[i].code);
		assert_true(strlen(call_text(c, "error")) > 10);
		fake_db_assert_done();
	}
	/* regression: one cent bought any order */
	refuses("amount_differs");
	call_as(c, ANA, ADVANCED(""));
	assert_int_equal(c->status, 409);
	assert_int_equal(fn_json_get_integer(c->reply, "amount", 0), 10200);
	assert_int_equal(fn_json_get_integer(c->reply, "charge_amount", 0), 1777);
	assert_int_equal(asked, 0);
}

static void bodies_that_are_none_are_400(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"event_id\":\"" EVENT "\"}",
		"{\"event_id\":\"x\",\"amount\":1}",
		"{" WHAT ",\"amount\":-1}",
		"{" WHAT ",\"amount\":0}",
		"{" WHAT ",\"amount\":\"1e3\"}",
		"{" WHAT ",\"amount\":10200.5,\"amount_is_minor\":true}",
		"{" WHAT ",\"amount\":[1]}",
		"{" WHAT ",\"display_amount_minor\":10200,\"charge_amount_minor\":1777}",
		"{\"event_id\":\"" EVENT "\",\"amount\":1,\"ticket_quantities\":3}",
		SIMPLE(",\"guest_email\":\"nobody\""),
		SIMPLE(",\"event_date_id\":7"),
		"[]",
		"{",
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bodies); i++) {
		call_as(c, ANA, bodies[i]);
		if (c->status != 400)
			fail_msg("%s: %d", bodies[i], c->status);
		assert_true(strlen(call_text(c, "error")) > 5);
	}
	assert_int_equal(fake_db_runs(CHECKOUT), 0);
}

static void holding_places_for_ever_is_counted(void **state)
{
	struct call *c = *state;

	fn_conf_set("CARDS_PER_PERSON", "2");
	call_alive();
	FAKE_ROW(CHECKOUT, "too_many", NULL, NULL, "f", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		 NULL);
	call_as(c, ANA, SIMPLE(""));
	call_assert_refused(c, 429, "too_many_requests");
	assert_true(wishes("{\"key\":\"card:person:" ANA "\",\"most\":2}"));
	assert_int_equal(asked, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, call_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_intent_has_the_key_of_its_payment),
		TEST(francs_are_francs_in_the_simple_mode),
		TEST(a_repeat_reads_the_intent_of_then),
		TEST(a_repeat_of_what_was_lost_asks_under_the_same_key),
		TEST(two_at_once_wait_for_the_first),
		TEST(what_has_ended_is_no_secret),
		TEST(silence_leaves_the_payment_and_the_key),
		TEST(a_plain_no_ends_the_payment),
		TEST(nobody_gets_a_secret_that_was_not_written_down),
		TEST(refusals_have_words_and_cost_no_call),
		TEST(bodies_that_are_none_are_400),
		TEST(holding_places_for_ever_is_counted),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
