/* cancel-transfer_test.c: what is cancel-transfer's own; the rest is in
 * shared/temba_transfer_test.c. */
#include "call.h"

#define TRANSFER "7a5fe700-4444-4444-8444-7a5fe7007a5f"
#define CANCEL   "{\"transferId\":\"" TRANSFER "\"}"

static void finds(const char *transfer_state)
{
	call_alive();
	FAKE_ROW("shared.lock_ticket_of_transfer", "71c4e700-3333-4333-8333-71c4e70071c4");
	FAKE_ROW("cancel-transfer.read_own", transfer_state);
}

static void ends_the_transfer_as_cancelled(void **state)
{
	struct call *c = *state;

	finds("PENDING");
	FAKE_ROW("shared.end_transfer", "t");
	call_as(c, ANA, CANCEL);
	call_assert_fine(c);
	assert_string_equal(fake_db_argument("cancel-transfer.read_own", 1), ANA);
	assert_string_equal(fake_db_argument("shared.end_transfer", 1), "CANCELLED");
}

static void a_repeat_succeeds(void **state)
{
	struct call *c = *state;

	finds("CANCELLED");
	call_as(c, ANA, CANCEL);
	call_assert_fine(c);
}

static void says_that_it_is_too_late(void **state)
{
	struct call *c = *state;

	finds("COMPLETED");
	call_as(c, ANA, CANCEL);
	call_assert_refused(c, 409, "transfer_completed");
	assert_int_equal(c->status, 409);
	assert_string_equal(call_text(c, "error"),
			    "Trop tard : le destinataire a déjà reçu le billet");
	c->language = "en";
	finds("COMPLETED");
	call_as(c, ANA, CANCEL);
	assert_string_equal(call_text(c, "error"),
			    "Too late: the recipient has the ticket already");
}

static void refuses_what_somebody_else_ended(void **state)
{
	struct call *c = *state;

	finds("DECLINED");
	call_as(c, ANA, CANCEL);
	call_assert_refused(c, 409, "transfer_ended");
}

static void asks_for_session_and_json_first(void **state)
{
	call_assert_guards(*state, CANCEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(ends_the_transfer_as_cancelled),
		CALL_TEST(a_repeat_succeeds),
		CALL_TEST(says_that_it_is_too_late),
		CALL_TEST(refuses_what_somebody_else_ended),
		CALL_TEST(asks_for_session_and_json_first),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
