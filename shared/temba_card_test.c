/* temba_card_test.c: the exact bytes that charge a card, and what each state of an intent does. */
#include "temba_card.h"

#include <stdio.h>
#include <string.h>

#include "fake_db.h"
#include "fn_conf.h"
#include "fn_http.h"
#include "unit.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"
#define EVENT   "20000000-0000-4000-8000-000000000002"
#define ANA     "a0a0a0a0-1111-4111-8111-a0a0a0a0a0a0"
#define SETTLE  "shared.payment_settle"
#define ATTACH  "shared.payment_attach"
#define ALARM   "shared.alarm_raise"

/* In the place of fn_http.o: one answer, and what was asked. */
static struct fn_http_answer next;
static char url[256], said[2048], headers[6][128];
static unsigned calls;

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	(void)req;
	assert_false(fn_db_in_transaction());
	calls++;
	memset(headers, 0, sizeof(headers));
	for (size_t i = 0; i < 6 && call->headers[i] != NULL; i++)
		(void)snprintf(headers[i], sizeof(headers[i]), "%s", call->headers[i]);
	(void)snprintf(url, sizeof(url), "%s %s", call->method, call->url);
	(void)snprintf(said, sizeof(said), "%.*s", (int)call->body.length,
		       call->body.length > 0 ? call->body.bytes : "");
	return next;
}

static int start(void **state)
{
	fake_db_reset();
	fake_db_be_strict();
	calls = 0;
	fn_conf_set("STRIPE_API_URL", "http://127.0.0.1:1/stripe");
	fn_conf_set("STRIPE_SECRET_KEY", "sk_test_of_the_unit_tests");
	next = (struct fn_http_answer){.status = 200, .body = {"{}", 2}};
	*state = fn_request_new(&(struct fn_request_parts){.id = "test-request"});
	return 0;
}

static int stop(void **state)
{
	fake_db_assert_done();
	fn_request_free(*state);
	return 0;
}

static struct temba_card card_of(int64_t minor, const char *currency)
{
	struct temba_card card = {.payment = {PAYMENT},
				  .order = {ORDER},
				  .owner = {ANA},
				  .event = {EVENT},
				  .is_stripe = true,
				  .shown = {10200, "XOF"},
				  .charge = {.minor = minor}};

	(void)snprintf(card.charge.currency, sizeof(card.charge.currency), "%s", currency);
	return card;
}

static bool has_header(const char *header)
{
	for (size_t i = 0; i < 6; i++) {
		if (strcmp(headers[i], header) == 0)
			return true;
	}
	return false;
}

/* The pair as it stands in the form, between its neighbours. */
static bool has_pair(const char *pair)
{
	const char *at = strstr(said, pair);
	char end = at == NULL ? 'x' : at[strlen(pair)];

	return at != NULL && (at == said || at[-1] == '&') && (end == '&' || end == '\0');
}

/* ---- golden bytes ---- */

static void an_intent_is_these_bytes(void **state)
{
	struct temba_card card = card_of(1777, "USD");

	card.fx_num = 100;
	card.fx_den = 574;
	card.margin_bps = 150;
	card.fx_locked_at = "2026-11-27T17:00:00.000Z";
	(void)temba_card_create(*state, &card);
	assert_string_equal(url, "POST http://127.0.0.1:1/stripe/v1/payment_intents");
	assert_true(has_header("Authorization: Bearer sk_test_of_the_unit_tests"));
	assert_true(has_header("Stripe-Version: 2024-06-20"));
	/* whoever asks again gets this intent and no second one */
	assert_true(has_header("Idempotency-Key: " PAYMENT));
	assert_true(has_header("Content-Type: application/x-www-form-urlencoded"));
	assert_true(strncmp(said, "amount=1777&currency=usd&", 25) == 0);
	assert_true(has_pair("automatic_payment_methods%5Benabled%5D=true"));
	assert_true(has_pair("metadata%5Bpayment_id%5D=" PAYMENT));
	/* regression: the metadata of a created order named none */
	assert_true(has_pair("metadata%5Border_id%5D=" ORDER));
	assert_true(has_pair("metadata%5Bevent_id%5D=" EVENT));
	assert_true(has_pair("metadata%5Buser_id%5D=" ANA));
	assert_true(has_pair("metadata%5Bdisplay_amount%5D=10200"));
	assert_true(has_pair("metadata%5Bdisplay_currency%5D=XOF"));
	assert_true(has_pair("metadata%5Bcharge_amount%5D=1777"));
	assert_true(has_pair("metadata%5Bcharge_currency%5D=USD"));
	assert_true(has_pair("metadata%5Bfx_rate%5D=100%2F574"));
	assert_true(has_pair("metadata%5Bfx_margin_bps%5D=150"));
}

static void francs_have_no_cents(void **state)
{
	static const struct {
		int64_t minor;
		const char *currency, *begins;
	} table[] = {
		/* regression: a hundred times what it costs */
		{5000, "XOF", "amount=5000&currency=xof&"},
		{1, "XOF", "amount=1&currency=xof&"},
		{5000, "XAF", "amount=5000&currency=xaf&"},
		{5000, "JPY", "amount=5000&currency=jpy&"},
		{871, "USD", "amount=871&currency=usd&"},
		{1250, "EUR", "amount=1250&currency=eur&"},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct temba_card card = card_of(table[i].minor, table[i].currency);

		(void)temba_card_create(*state, &card);
		assert_true(strncmp(said, table[i].begins, strlen(table[i].begins)) == 0);
		assert_null(strstr(said, "fx_"));
	}
}

static void asking_again_sends_the_same_bytes(void **state)
{
	struct temba_card card = card_of(1777, "USD");
	char before[sizeof(said)];

	(void)temba_card_create(*state, &card);
	memcpy(before, said, sizeof(said));
	/* what may have changed meanwhile is not sent: another form under the key is an error */
	card.state = "SUBMITTED";
	card.age = 400;
	card.has_tickets = true;
	(void)temba_card_create(*state, &card);
	assert_string_equal(said, before);
	*card.owner.text = '\0';
	(void)temba_card_create(*state, &card);
	assert_true(has_pair("metadata%5Buser_id%5D=guest"));
}

static void reading_and_cancelling(void **state)
{
	struct temba_card card = card_of(1777, "USD");

	(void)temba_card_read(*state, "pi_1/../x", 0);
	assert_string_equal(url, "GET http://127.0.0.1:1/stripe/v1/payment_intents/pi_1%2F..%2Fx");
	assert_string_equal(said, "");
	card.intent = "pi_1";
	(void)temba_card_cancel(*state, &card);
	assert_string_equal(url, "POST http://127.0.0.1:1/stripe/v1/payment_intents/pi_1/cancel");
	assert_true(has_pair("cancellation_reason=abandoned"));
	/* no key: a fault would be kept under it for a day */
	assert_false(has_header("Idempotency-Key: " PAYMENT));
	assert_string_equal(headers[3], "");
	assert_int_equal(calls, 2);
}

/* ---- what a state means ---- */

static void settle(void **state, const struct temba_card *card, struct stripe_intent intent,
		   const char *word)
{
	const char *said_word = NULL;

	intent.id = "pi_1";
	if (intent.currency[0] == '\0')
		memcpy(intent.currency, "USD", 4);
	assert_null(temba_card_settle(*state, card, &intent, &said_word));
	assert_string_equal(said_word, word);
	fake_db_assert_done();
}

static void each_state_has_its_own(void **state)
{
	static const struct {
		const char *status, *declined, *state;
	} table[] = {
		{"requires_payment_method", NULL, "SUBMITTED"},
		/* regression: a decline is an attempt, and ends nothing */
		{"requires_payment_method", "insufficient_funds", "ACTION_REQUIRED"},
		{"requires_confirmation", NULL, "SUBMITTED"},
		{"requires_action", NULL, "ACTION_REQUIRED"},
		{"processing", NULL, "PROCESSING"},
		{"canceled", NULL, "CANCELLED"},
	};
	struct temba_card card = card_of(1777, "USD");

	card.intent = "pi_1";
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		FAKE_ROW(SETTLE, "moved");
		settle(state, &card,
		       (struct stripe_intent){.status = table[i].status,
					      .failure = table[i].declined == NULL
								 ? NULL
								 : "card_declined",
					      .declined = table[i].declined},
		       "moved");
		assert_string_equal(fake_db_argument(SETTLE, 0), PAYMENT);
		assert_string_equal(fake_db_argument(SETTLE, 1), table[i].state);
		assert_null(fake_db_argument(SETTLE, 2));
		if (table[i].declined == NULL) {
			assert_null(fake_db_argument(SETTLE, 4));
			continue;
		}
		assert_string_equal(fake_db_argument(SETTLE, 4), table[i].declined);
		assert_true(strlen(fake_db_argument(SETTLE, 5)) > 10);
	}
}

static void a_success_says_how_much(void **state)
{
	static const struct {
		int64_t received;
		const char *currency, *minor;
	} table[] = {
		{1777, "USD", "1777"},
		{5000, "XOF", "5000"},
		{1, "USD", "1"}, /* the database compares */
	};
	struct temba_card card = card_of(1777, "USD");

	card.intent = "pi_1";
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct stripe_intent intent = {.status = "succeeded",
					       .received = table[i].received,
					       .failure = "card_declined"};

		memcpy(intent.currency, table[i].currency, 4);
		FAKE_ROW(SETTLE, "completed");
		settle(state, &card, intent, "completed");
		assert_string_equal(fake_db_argument(SETTLE, 1), "SUCCEEDED");
		assert_string_equal(fake_db_argument(SETTLE, 2), table[i].minor);
		assert_string_equal(fake_db_argument(SETTLE, 3), table[i].currency);
		assert_null(fake_db_argument(SETTLE, 4)); /* of the card before */
	}
}

static void what_cannot_be_understood_is_for_a_person(void **state)
{
	struct temba_card card = card_of(1777, "USD");
	struct stripe_intent strange = {.status = "succeeded", .received = 5, .currency = "XYZ"};

	card.intent = "pi_1";
	FAKE_ROW(ALARM, NULL);
	settle(state, &card, (struct stripe_intent){.status = "requires_capture"}, "unchanged");
	assert_non_null(strstr(fake_db_argument(ALARM, 2), "requires_capture"));
	FAKE_ROW(ALARM, NULL);
	settle(state, &card, strange, "unchanged");
	FAKE_ROW(ALARM, NULL);
	settle(state, &card, (struct stripe_intent){.status = "succeeded", .received = -1},
	       "unchanged");
}

static void an_intent_that_was_not_known_becomes_the_payments(void **state)
{
	struct temba_card card = card_of(1777, "USD");

	FAKE_ROW(ATTACH, "t");
	FAKE_ROW(SETTLE, "completed");
	settle(state, &card, (struct stripe_intent){.status = "succeeded", .received = 1777},
	       "completed");
	assert_string_equal(fake_db_argument(ATTACH, 0), PAYMENT);
	assert_string_equal(fake_db_argument(ATTACH, 1), "pi_1");
	assert_true(fake_db_committed());
	assert_int_equal(fake_db_commits(), 1); /* both or neither */
}

static void a_refusal_ends_the_payment(void **state)
{
	struct temba_card card = card_of(1777, "USD");

	FAKE_ROW(SETTLE, "moved");
	assert_null(temba_card_fail(*state, &card, "amount_too_small"));
	assert_string_equal(fake_db_argument(SETTLE, 1), "FAILED");
	assert_string_equal(fake_db_argument(SETTLE, 4), "amount_too_small");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_intent_is_these_bytes),
		TEST(francs_have_no_cents),
		TEST(asking_again_sends_the_same_bytes),
		TEST(reading_and_cancelling),
		TEST(each_state_has_its_own),
		TEST(a_success_says_how_much),
		TEST(what_cannot_be_understood_is_for_a_person),
		TEST(an_intent_that_was_not_known_becomes_the_payments),
		TEST(a_refusal_ends_the_payment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
