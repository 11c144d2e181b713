/* claim-pending-transfer_test.c: who may take the ticket, and every reason why not, in order. */
#include <string.h>

#include "call.h"

#define TRANSFER "7a5fe700-4444-4444-8444-7a5fe7007a5f"
#define CLAIM    "{\"transferId\":\"" TRANSFER "\"}"

/* The row of read_transfer.sql. */
struct transfer {
	const char *status, *mine, *addressed, *proven, *overdue, *still_senders, *ticket_state;
};

static const struct transfer sound = {"PENDING", "f", "t", "t", "f", "t", "VALID"};

static void finds(struct transfer t)
{
	call_alive();
	FAKE_ROW("shared.lock_ticket_of_transfer", "71c4e700-3333-4333-8333-71c4e70071c4");
	FAKE_ROW("claim-pending-transfer.read_transfer", t.status, t.mine, t.addressed, t.proven,
		 t.overdue, t.still_senders, t.ticket_state);
}

static void takes(const char *taken)
{
	FAKE_ROW("claim-pending-transfer.claim", taken);
}

static void hands_the_ticket_to_the_addressee(void **state)
{
	struct call *c = *state;

	finds(sound);
	takes("t");
	fake_db_no_row("claim-pending-transfer.notify_sender");
	call_as(c, BEN, CLAIM);
	call_assert_fine(c);
	/* fixed: clients may match on it */
	assert_string_equal(call_text(c, "message"), "Ticket successfully claimed!");
	assert_int_equal(fake_db_level(), FN_READ_COMMITTED);
	assert_string_equal(fake_db_argument("shared.lock_ticket_of_transfer", 0), TRANSFER);
	assert_string_equal(fake_db_argument("claim-pending-transfer.read_transfer", 1), BEN);
	assert_string_equal(fake_db_argument("claim-pending-transfer.claim", 0), TRANSFER);
	assert_string_equal(fake_db_argument("claim-pending-transfer.claim", 1), BEN);
	assert_string_equal(fake_db_job(), "send-notice {\"kind\":\"transfer_claimed\",\"id\":"
					   "\"" TRANSFER "\"}");
}

static void a_repeat_by_the_claimer_succeeds_and_changes_nothing(void **state)
{
	/* with everything against it that came to be meanwhile */
	static const struct transfer done[] = {
		{"COMPLETED", "t", "f", "f", "t", "f", "VALID"},
		{"USED", "t", "t", "t", "t", "f", "USED"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(done); i++) {
		finds(done[i]);
		call_as(c, BEN, CLAIM);
		call_assert_fine(c);
		assert_string_equal(call_text(c, "message"), "Ticket successfully claimed!");
	}
	assert_int_equal(fake_db_jobs(), 0);
}

static void runs_again_from_the_top_after_a_conflict(void **state)
{
	struct call *c = *state;
	struct transfer gone = sound;

	gone.status = "CANCELLED";
	finds(sound);
	takes("t");
	fake_db_no_row("claim-pending-transfer.notify_sender");
	fake_db_conflict_at_commit();
	finds(gone); /* the sender was faster */
	call_as(c, BEN, CLAIM);
	call_assert_refused(c, 400, "transfer_not_pending");
}

/* ---- refusals ---- */

static void asks_for_session_and_json_first(void **state)
{
	call_assert_guards(*state, CLAIM);
}

static void asks_for_the_transfer(void **state)
{
	static const char *const without[] = {"{}", "", "{\"transferId\":null}",
					      "{\"transferId\":\" \"}"};
	struct call *c = *state;

	c->language = "en";
	for (size_t i = 0; i < FN_COUNT(without); i++) {
		call_as(c, BEN, without[i]);
		call_assert_refused(c, 400, "transfer_id_required");
		assert_int_equal(c->status, 400);
		assert_string_equal(call_text(c, "error"), "Transfer ID is required");
	}
	call_as(c, BEN, "{\"transferId\":\"7\"}");
	call_assert_refused(c, 422, "invalid_fields");
	call_as(c, BEN, "{\"transferId\":7}");
	call_assert_refused(c, 422, "invalid_fields");
}

static void knows_no_such_transfer(void **state)
{
	struct call *c = *state;

	c->language = "en";
	call_alive();
	fake_db_no_row("shared.lock_ticket_of_transfer");
	fake_db_no_row("claim-pending-transfer.read_transfer");
	call_as(c, BEN, CLAIM);
	call_assert_refused(c, 404, "transfer_not_found");
	assert_int_equal(c->status, 404);
	assert_string_equal(call_text(c, "error"), "Transfer not found");
}

static void refuses_in_the_order_of_the_contract(void **state)
{
	static const struct {
		struct transfer transfer;
		int status;
		const char *code;
	} table[] = {
		/* each has everything wrong that comes after it */
		{{"CANCELLED", "f", "f", "f", "t", "f", "USED"}, 400, "transfer_not_pending"},
		{{"REJECTED", "f", "t", "t", "f", "t", "VALID"}, 400, "transfer_not_pending"},
		{{"COMPLETED", "f", "t", "t", "f", "f", "VALID"}, 400, "transfer_not_pending"},
		{{"USED", "f", "t", "t", "f", "f", "USED"}, 400, "transfer_not_pending"},
		/* mine, but ended without me */
		{{"CANCELLED", "t", "t", "t", "f", "t", "VALID"}, 400, "transfer_not_pending"},
		{{"PENDING", "f", "f", "f", "t", "f", "USED"}, 403, "not_recipient"},
		{{"PENDING", "f", NULL, "f", "f", "t", "VALID"}, 403, "not_recipient"},
		{{"PENDING", "f", "t", "f", "t", "f", "USED"}, 403, "address_not_verified"},
		{{"PENDING", "f", "t", NULL, "f", "t", "VALID"}, 403, "address_not_verified"},
		{{"PENDING", "f", "t", "t", "t", "f", "USED"}, 400, "transfer_expired"},
		{{"PENDING", "f", "t", "t", "f", "f", "USED"}, 400, "ticket_already_transferred"},
		{{"PENDING", "f", "t", "t", "f", NULL, "VALID"}, 400, "ticket_already_transferred"},
		{{"PENDING", "f", "t", "t", "f", "t", "USED"}, 400, "ticket_already_scanned"},
		{{"PENDING", "f", "t", "t", "f", "t", "VALID_OUT"}, 400, "ticket_already_scanned"},
		{{"PENDING", "f", "t", "t", "f", "t", "BLOCKED"}, 400, "ticket_not_valid"},
		{{"PENDING", "f", "t", "t", "f", "t", "VOID"}, 400, "ticket_not_valid"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		finds(table[i].transfer);
		call_as(c, BEN, CLAIM);
		call_assert_refused(c, table[i].status, table[i].code);
		assert_int_equal(c->status, table[i].status); /* this function's are real */
		assert_false(fn_json_get_bool(c->reply, "success", true));
		assert_true(strlen(call_text(c, "error")) > 0);
	}
}

static void speaks_the_texts_that_clients_know(void **state)
{
	static const struct {
		struct transfer transfer;
		const char *fr, *en;
	} table[] = {
		{{"PENDING", "f", "f", "t", "f", "t", "VALID"},
		 "Ce transfert ne vous est pas destiné",
		 "You are not the intended recipient of this transfer"},
		{{"PENDING", "f", "t", "t", "f", "f", "VALID"},
		 "Ce billet a déjà été transféré",
		 "Ticket has already been transferred"},
		{{"PENDING", "f", "t", "t", "f", "t", "USED"},
		 "Ce billet a déjà été scanné à l'entrée",
		 "Ticket has already been scanned"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		c->language = NULL;
		finds(table[i].transfer);
		call_as(c, BEN, CLAIM);
		assert_string_equal(call_text(c, "error"), table[i].fr);
		c->language = "en";
		finds(table[i].transfer);
		call_as(c, BEN, CLAIM);
		assert_string_equal(call_text(c, "error"), table[i].en);
	}
}

static void refuses_when_the_guard_of_the_write_does(void **state)
{
	struct call *c = *state;

	finds(sound);
	takes("f");
	call_as(c, BEN, CLAIM);
	call_assert_refused(c, 400, "transfer_not_pending");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(hands_the_ticket_to_the_addressee),
		CALL_TEST(a_repeat_by_the_claimer_succeeds_and_changes_nothing),
		CALL_TEST(runs_again_from_the_top_after_a_conflict),
		CALL_TEST(asks_for_session_and_json_first),
		CALL_TEST(asks_for_the_transfer),
		CALL_TEST(knows_no_such_transfer),
		CALL_TEST(refuses_in_the_order_of_the_contract),
		CALL_TEST(speaks_the_texts_that_clients_know),
		CALL_TEST(refuses_when_the_guard_of_the_write_does),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
