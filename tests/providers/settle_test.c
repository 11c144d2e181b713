/* settle_test.c: plans, outcomes, and what may no longer change. */
#include "settle.h"

#include "pawapay_payment.h"
#include "provider_test.h"
#include "settings.h"
#include "stripe_objects.h"

static const char *deposit(const char *operator, const char * phone)
{
	static unsigned number;
	const char *id = fn_arena_format(arena, "deposit-%u", ++number);
	struct pawapay_ask ask = {.id = id,
				  .phone = phone,
				  .operator= pawapay_operator(operator),
				  .amount = 5000,
				  .pre_authorisation = "1234"};

	assert_true(pawapay_deposit_add(arena, &ask));
	return id;
}

static struct stored look(const char *kind, const char *id)
{
	struct stored object;

	assert_true(store_find(arena, kind, id, &object));
	return object;
}

static void run_plans(void)
{
	while (settle_due(100) > 0)
		;
}

static int64_t webhooks(const char *object)
{
	return database_first_number("SELECT count(*) FROM outbox WHERE object = ?",
				     VALUES(of_text(object)), -1);
}

static void ends_deposits_as_their_numbers_say(void **state)
{
	static const struct {
		const char *operator, * phone, *status, *code;
		int64_t webhooks;
	} table[] = {
		{"MOOV_BFA", "22670112233", "COMPLETED", NULL, 1},
		{"MOOV_BFA", "22602345678", "COMPLETED", NULL, 1},
		{"MOOV_BFA", "22602345048", "FAILED", "INSUFFICIENT_BALANCE", 1},
		{"MOOV_BFA", "22602345138", "PROCESSING", NULL, 0},
		{"WAVE_SEN", "221773456789", "COMPLETED", NULL, 2},
		{"WAVE_SEN", "221773456129", "PROCESSING", NULL, 1},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *id = deposit(table[i].operator, table[i].phone), *code;
		struct stored d;

		run_plans();
		d = look("deposit", id);
		code = fn_json_get_text(fn_json_get(d.document, "failureReason"), "failureCode");
		assert_string_equal(d.status, table[i].status);
		assert_int_equal(webhooks(id), table[i].webhooks);
		assert_true(table[i].code == NULL
				    ? code == NULL
				    : code != NULL && strcmp(code, table[i].code) == 0);
	}
}

static void leaves_the_ended_alone(void **state)
{
	const char *id = deposit("MOOV_BFA", "22670112233");
	struct stored d = look("deposit", id);

	(void)state;
	assert_null(settle(arena, &d, "FAILED:PAYER_NOT_FOUND"));
	run_plans(); /* what was planned no longer counts */
	d = look("deposit", id);
	assert_string_equal(d.status, "FAILED");
	assert_non_null(settle(arena, &d, "COMPLETED"));
	assert_non_null(settle(arena, &d, "PROCESSING"));
	assert_string_equal(look("deposit", id).status, "FAILED");
	assert_int_equal(webhooks(id), 1);
}

static void waits_for_a_hand_when_told(void **state)
{
	const char *id;
	struct stored d;

	(void)state;
	settings_merge("pawapay", "{\"settle_ms\":-1}");
	id = deposit("WAVE_CIV", "2250712345678");
	run_plans();
	d = look("deposit", id);
	assert_string_equal(fn_json_get_text(d.document, "authorizationUrl"),
			    fn_arena_format(arena, "http://127.0.0.1:1/page/deposits/%s", id));
	assert_non_null(settle(arena, &d, "SOMETHING"));
	assert_null(settle(arena, &d, "COMPLETED"));
	d = look("deposit", id);
	assert_null(fn_json_get(d.document, "authorizationUrl"));
	settings_merge("pawapay", "{\"settle_ms\":null}");
}

static void counts_what_went_back(void **state)
{
	const char *id = deposit("MOOV_BFA", "22670112233");
	struct stored d;

	(void)state;
	run_plans();
	d = look("deposit", id);
	assert_true(pawapay_refund_add(arena, &d, "refund-1", 2000, NULL));
	assert_false(pawapay_refund_add(arena, &d, "refund-1", 2000, NULL));
	run_plans();
	assert_string_equal(look("deposit_refund", "refund-1").status, "COMPLETED");
	assert_int_equal(look("deposit", id).refunded, 2000);
}

static struct stored new_intent(void)
{
	struct stripe_intent_ask ask = {.amount = 871,
					.currency = "usd",
					.metadata = fn_json_keep(arena, fn_json_object(NULL, 0))};
	struct stored intent;

	stripe_intent_add(arena, &ask, &intent);
	return intent;
}

static void takes_intents_through_declines_and_the_bank(void **state)
{
	static const struct {
		const char *outcome, *status;
	} way[] = {
		{"FAILED:insufficient_funds", "requires_payment_method"},
		{"REQUIRES_ACTION", "requires_action"},
		{"FAILED", "requires_payment_method"},
		{"CARD:4000008400001629", "requires_action"},
		{"COMPLETED", "requires_payment_method"}, /* the bank said yes, the card no */
		{"CARD:pm_card_authenticationRequired", "requires_action"},
		{"COMPLETED", "succeeded"},
	};
	struct stored intent = new_intent();

	(void)state;
	for (size_t i = 0; i < FN_COUNT(way); i++) {
		intent = look("payment_intent", intent.id);
		assert_null(settle(arena, &intent, way[i].outcome));
		assert_string_equal(look("payment_intent", intent.id).status, way[i].status);
	}
	assert_non_null(settle(arena, &intent, "CANCELED"));
	assert_non_null(settle(arena, &intent, "FAILED:no_such_code"));
}

static void a_card_disputes_after_it_paid(void **state)
{
	struct stored intent = new_intent(), charge;
	const char *id;

	(void)state;
	assert_null(settle(arena, &intent, "CARD:pm_card_createDispute"));
	run_plans();
	charge = look("charge", fn_json_get_text(intent.document, "latest_charge"));
	id = fn_json_get_text(charge.document, "dispute");
	assert_non_null(id);
	assert_string_equal(look("dispute", id).status, "needs_response");
	assert_string_equal(settle(arena, &intent, "DISPUTED"), "it is disputed already");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_deposits_as_their_numbers_say),
		cmocka_unit_test(leaves_the_ended_alone),
		cmocka_unit_test(waits_for_a_hand_when_told),
		cmocka_unit_test(counts_what_went_back),
		cmocka_unit_test(takes_intents_through_declines_and_the_bank),
		cmocka_unit_test(a_card_disputes_after_it_paid),
	};

	return cmocka_run_group_tests(tests, begin_test, end_test);
}
