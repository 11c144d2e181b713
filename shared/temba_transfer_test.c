/* temba_transfer_test.c: ending a pending transfer, whoever ends it. The function of these tests
 * stands for cancel-transfer and decline-transfer. */
#include "temba_transfer.h"

#include "call.h"

#define TRANSFER "7a5fe700-4444-4444-8444-7a5fe7007a5f"
#define END      "{\"transferId\":\"" TRANSFER "\"}"

static const struct fn_message too_late = {409, "transfer_completed", "Trop tard", "Too late"};
static const struct fn_sql sql_read = {"test.read", "SELECT"};

static struct fn_error *handle(struct fn_request *req)
{
	return temba_transfer_end(req, &(struct temba_ending){.state = "DECLINED",
							      .read = &sql_read,
							      .too_late = &too_late});
}

/* A real name, for its settings. */
const struct fn_function fn_function = {.name = "decline-transfer",
					.methods = FN_POST,
					.auth = FN_AUTH_USER,
					.body_max = 4096,
					.errors = FN_ERRORS_SUCCESS,
					.handle = handle};

static void finds(const char *transfer_state)
{
	call_alive();
	FAKE_ROW("shared.lock_ticket_of_transfer", "71c4e700-3333-4333-8333-71c4e70071c4");
	FAKE_ROW("test.read", transfer_state);
}

static void ends_a_pending_transfer(void **state)
{
	struct call *c = *state;

	finds("PENDING");
	FAKE_ROW("shared.end_transfer", "t");
	call_as(c, BEN, END);
	call_assert_fine(c);
	assert_string_equal(unit_reply_text(c->req), "{\"success\":true}");
	assert_int_equal(fake_db_level(), FN_READ_COMMITTED);
	/* the ticket is locked before the transfer is read */
	assert_string_equal(fake_db_argument("shared.lock_ticket_of_transfer", 0), TRANSFER);
	assert_string_equal(fake_db_argument("test.read", 0), TRANSFER);
	assert_string_equal(fake_db_argument("test.read", 1), BEN);
	assert_string_equal(fake_db_argument("shared.end_transfer", 0), TRANSFER);
	assert_string_equal(fake_db_argument("shared.end_transfer", 1), "DECLINED");
}

static void a_repeat_succeeds_and_changes_nothing(void **state)
{
	struct call *c = *state;

	finds("DECLINED");
	call_as(c, BEN, END);
	call_assert_fine(c);
}

static void refuses_what_has_ended_otherwise(void **state)
{
	static const char *const ended[] = {"CANCELLED", "EXPIRED"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(ended); i++) {
		finds(ended[i]);
		call_as(c, BEN, END);
		call_assert_refused(c, 409, "transfer_ended");
		assert_int_equal(c->status, 409);
	}
	finds("COMPLETED");
	call_as(c, BEN, END);
	call_assert_refused(c, 409, "transfer_completed");
}

/* Not there, or none of the caller's business: the same answer. */
static void knows_no_such_transfer(void **state)
{
	struct call *c = *state;
	bool is_there = true;

	for (unsigned i = 0; i < 2; i++, is_there = false) {
		call_alive();
		if (is_there)
			FAKE_ROW("shared.lock_ticket_of_transfer", "x");
		else
			fake_db_no_row("shared.lock_ticket_of_transfer");
		fake_db_no_row("test.read");
		call_as(c, BEN, END);
		call_assert_refused(c, 404, "transfer_not_found");
		assert_string_equal(call_text(c, "error"), "Transfert introuvable");
	}
}

static void asks_for_session_and_json_first(void **state)
{
	call_assert_guards(*state, END);
}

static void asks_for_the_transfer(void **state)
{
	static const char *const bad[] = {"{}", "", "{\"transferId\":null}", "{\"transferId\":7}",
					  "{\"transferId\":\"7\"}"};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		call_as(c, BEN, bad[i]);
		call_assert_refused(c, 422, "invalid_fields");
		assert_non_null(fn_json_get_text(fn_json_get(c->reply, "fields"), "transferId"));
	}
}

static void runs_again_from_the_top_after_a_conflict(void **state)
{
	struct call *c = *state;

	finds("PENDING");
	fake_db_conflict("shared.end_transfer");
	finds("COMPLETED"); /* the claim was faster */
	call_as(c, BEN, END);
	call_assert_refused(c, 409, "transfer_completed");
	assert_int_equal(fn_request_tries(c->req), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(ends_a_pending_transfer),
		CALL_TEST(a_repeat_succeeds_and_changes_nothing),
		CALL_TEST(refuses_what_has_ended_otherwise),
		CALL_TEST(knows_no_such_transfer),
		CALL_TEST(asks_for_session_and_json_first),
		CALL_TEST(asks_for_the_transfer),
		CALL_TEST(runs_again_from_the_top_after_a_conflict),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
