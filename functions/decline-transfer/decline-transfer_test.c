/* decline-transfer_test.c: what is decline-transfer's own; the rest is in
 * shared/temba_transfer_test.c. */
#include "call.h"

#define TRANSFER "7a5fe700-4444-4444-8444-7a5fe7007a5f"
#define DECLINE  "{\"transferId\":\"" TRANSFER "\"}"

static void finds(const char *transfer_state)
{
	call_alive();
	FAKE_ROW("shared.lock_ticket_of_transfer", "71c4e700-3333-4333-8333-71c4e70071c4");
	FAKE_ROW("decline-transfer.read_addressed", transfer_state);
}

static void ends_the_transfer_as_declined(void **state)
{
	struct call *c = *state;

	finds("PENDING");
	FAKE_ROW("shared.end_transfer", "t");
	call_as(c, BEN, DECLINE);
	call_assert_fine(c);
	assert_string_equal(fake_db_argument("decline-transfer.read_addressed", 1), BEN);
	assert_string_equal(fake_db_argument("shared.end_transfer", 1), "DECLINED");
}

static void a_repeat_succeeds(void **state)
{
	struct call *c = *state;

	finds("DECLINED");
	call_as(c, BEN, DECLINE);
	call_assert_fine(c);
}

static void says_that_it_is_too_late(void **state)
{
	struct call *c = *state;

	finds("COMPLETED");
	call_as(c, BEN, DECLINE);
	call_assert_refused(c, 409, "transfer_completed");
	assert_int_equal(c->status, 409);
	assert_string_equal(call_text(c, "error"), "Trop tard : le billet est déjà à vous");
	c->language = "en";
	finds("COMPLETED");
	call_as(c, BEN, DECLINE);
	assert_string_equal(call_text(c, "error"), "Too late: the ticket is yours already");
}

static void refuses_what_somebody_else_ended(void **state)
{
	struct call *c = *state;

	finds("CANCELLED");
	call_as(c, BEN, DECLINE);
	call_assert_refused(c, 409, "transfer_ended");
}

static void asks_for_session_and_json_first(void **state)
{
	call_assert_guards(*state, DECLINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(ends_the_transfer_as_declined),
		CALL_TEST(a_repeat_succeeds),
		CALL_TEST(says_that_it_is_too_late),
		CALL_TEST(refuses_what_somebody_else_ended),
		CALL_TEST(asks_for_session_and_json_first),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
