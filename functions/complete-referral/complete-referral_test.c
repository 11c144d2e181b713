/* complete-referral_test.c: what is told of an order; nothing is done. */
#include "call.h"

#define TOLD  "complete-referral.told"
#define ORDER "0d0d0d0d-4444-4444-8444-0d0d0d0d0d0d"
#define BODY  "{\"orderId\":\"" ORDER "\",\"userId\":\"" ANA "\",\"orderAmount\":1}"

static void what_the_order_did_is_told(void **state)
{
	static const char *const fine[] = {"rewarded", "already", "none"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(fine); i++) {
		call_alive();
		FAKE_ROW(TOLD, fine[i]);
		call_as(c, ANA, BODY);
		call_assert_fine(c);
	}
	assert_string_equal(fake_db_argument(TOLD, 0), ANA);
	assert_string_equal(fake_db_argument(TOLD, 1), ORDER);
}

static void what_it_did_not_is_told_too(void **state)
{
	static const char *const others[] = {"order_not_found", "not_paid", "below_minimum",
					     "not_proven"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(others); i++) {
		call_alive();
		FAKE_ROW(TOLD, others[i]);
		call_as(c, ANA, BODY);
		call_assert_refused(c, 409, others[i]);
		assert_int_equal(c->status, 200);
	}
	call_alive();
	FAKE_ROW(TOLD, "?");
	call_as(c, ANA, BODY);
	call_assert_refused(c, 500, "internal");
}

/* regression: anyone paid out any user's referral */
static void nobody_asks_for_another(void **state)
{
	struct call *c = *state;

	call_as(c, BEN, BODY);
	call_assert_refused(c, 409, "not_yours");
	call_as(c, ANA, "{}");
	call_assert_refused(c, 409, "order_required");
}

static void callers_and_bodies_that_are_no_good(void **state)
{
	call_assert_guards(*state, BODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(what_the_order_did_is_told),
		CALL_TEST(what_it_did_not_is_told_too),
		CALL_TEST(nobody_asks_for_another),
		CALL_TEST(callers_and_bodies_that_are_no_good),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
