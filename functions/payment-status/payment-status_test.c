/* payment-status_test.c: who may know, and which word is said. */
#include <string.h>

#include "call.h"

#define PAYMENT "7a7a7a7a-4444-4444-8444-7a7a7a7a7a7a"
#define ORDER   "0d0d0d0d-5555-4555-8555-0d0d0d0d0d0d"

#define WITH_ODD_ORDER "payment_id=" PAYMENT "&order_id=7"

static void ask(struct call *c, const char *person, const char *query)
{
	c->query = query;
	call_get(c, person);
}

static void says(struct call *c, const char *status, const char *state, const char *tickets,
		 const char *word)
{
	FAKE_ROW("payment-status.by_payment", PAYMENT, status, state, tickets, "t");
	ask(c, ANA, "payment_id=" PAYMENT "&order_id=" ORDER);
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "status"), word);
	assert_string_equal(call_text(c, "payment_id"), PAYMENT);
	assert_string_equal(call_text(c, "source"), "db");
}

static void a_success_is_said_with_the_tickets_and_not_before(void **state)
{
	struct call *c = *state;

	says(c, "pending", "HELD", "f", "pending");
	says(c, "failed", "HELD", "f", "failed");
	says(c, "cancelled", "HELD", "f", "cancelled");
	says(c, "completed", "COMPLETED", "t", "finalized");
	/* regression: completed before there were tickets led to an empty page */
	says(c, "completed", "AWAITING_PAYMENT", "f", "pending");
	says(c, "completed", NULL, "f", "pending");
	/* nobody waits for tickets that will never be */
	says(c, "completed", "UNFULFILLABLE", "f", "failed");
	says(c, "completed", "PARTIALLY_REFUNDED", "t", "finalized");
	assert_string_equal(fake_db_argument("payment-status.by_payment", 1), ANA);
	assert_string_equal(fake_db_argument("payment-status.by_payment", 2), ORDER);
}

static void somebody_elses_payment_looks_like_none(void **state)
{
	struct call *c = *state;

	/* regression: any person could read any payment */
	FAKE_ROW("payment-status.by_payment", PAYMENT, "completed", "COMPLETED", "t", "f");
	ask(c, BEN, "payment_id=" PAYMENT);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	FAKE_ROW("payment-status.by_payment", PAYMENT, "pending", "HELD", "f", NULL);
	ask(c, BEN, "payment_id=" PAYMENT);
	call_assert_refused_on_record(c, 404, "payment_not_found");
	fake_db_no_row("payment-status.by_payment");
	ask(c, BEN, "payment_id=" PAYMENT);
	call_assert_refused_on_record(c, 404, "payment_not_found");
}

static void an_order_leads_to_its_newest_payment(void **state)
{
	struct call *c = *state;

	FAKE_ROW("payment-status.by_order", PAYMENT, "pending", "HELD", "f", "t");
	ask(c, ANA, "order_id=" ORDER);
	assert_string_equal(call_text(c, "status"), "pending");
	fake_db_no_row("payment-status.by_payment");
	FAKE_ROW("payment-status.by_order", PAYMENT, "pending", "HELD", "f", "t");
	ask(c, ANA, "payment_id=" PAYMENT "&order_id=" ORDER);
	assert_string_equal(call_text(c, "status"), "pending");
}

static void a_guest_brings_order_or_token(void **state)
{
	struct call *c = *state;

	FAKE_ROW("payment-status.by_payment", PAYMENT, "pending", "HELD", "f", "t");
	ask(c, ANA, "payment_id=" PAYMENT "&token=abc");
	assert_string_equal(fake_db_argument("payment-status.by_payment", 3), "abc");
}

static void asks_for_an_id(void **state)
{
	static const char *const queries[] =
		{NULL, "", "payment_id=", "payment_id=7", "payment_id=null", "order_id=x"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(queries); i++) {
		ask(c, ANA, queries[i]);
		call_assert_refused(c, 400, "id_required");
		assert_int_equal(c->status, 400);
	}
	ask(c, ANA, "payment_id=" PAYMENT "&order_id=7");
	call_assert_refused(c, 400, "id_required");
	ask(c, NULL, "payment_id=" PAYMENT);
	assert_int_equal(c->status, 401);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(a_success_is_said_with_the_tickets_and_not_before),
		CALL_TEST(somebody_elses_payment_looks_like_none),
		CALL_TEST(an_order_leads_to_its_newest_payment),
		CALL_TEST(a_guest_brings_order_or_token),
		CALL_TEST(asks_for_an_id),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
