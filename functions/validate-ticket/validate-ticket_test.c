/* validate-ticket_test.c: who may scan, what admits, and what is written down. Reading the codes
 * themselves: codes_test.c. */
#include "validate-ticket_test.h"

static void admits_a_sound_ticket(void **state)
{
	struct call *c = *state;
	const struct json_object *ticket;

	finds(sound);
	scans("t", "f");
	call_as(c, ANA, SCAN);
	call_assert_fine(c);
	assert_string_equal(call_text(c, "message"), "Billet valable");
	ticket = fn_json_get(c->reply, "ticket");
	assert_string_equal(fn_json_get_text(ticket, "id"), TICKET);
	assert_string_equal(fn_json_get_text(ticket, "eventTitle"), "Jazz à Ouaga");
	assert_string_equal(fn_json_get_text(ticket, "ticketType"), "VIP");
	assert_string_equal(fn_json_get_text(ticket, "userName"), "Ben");
	assert_string_equal(fn_json_get_text(ticket, "eventDate"), "2026-11-22T19:00:00Z");
	assert_int_equal(fn_json_get_integer(ticket, "timestamp", -1), 0);
	assert_int_equal(fn_json_type(fn_json_get(ticket, "wasTransferred")), FN_JSON_BOOL);
	assert_false(fn_json_get_bool(ticket, "wasTransferred", true));
	/* who scans is the caller, whatever the body says */
	assert_string_equal(fake_db_argument("validate-ticket.is_staff", 0), ANA);
	assert_string_equal(fake_db_argument("validate-ticket.lock_ticket", 2), ANA);
	assert_string_equal(fake_db_argument("validate-ticket.lock_ticket", 3), "24");
	assert_string_equal(fake_db_argument("validate-ticket.lock_ticket", 4), "12");
	assert_string_equal(fake_db_argument("validate-ticket.scan", 0), TICKET);
	assert_string_equal(fake_db_argument("validate-ticket.scan", 1), ANA);
	assert_string_equal(fake_db_argument("validate-ticket.scan", 2), "Porte 2");
	assert_null(fake_db_argument("validate-ticket.scan", 3));
	assert_int_equal(fake_db_level(), FN_READ_COMMITTED);
}

static void says_that_a_ticket_changed_hands(void **state)
{
	struct call *c = *state;

	finds(sound);
	scans("t", "t");
	call_as(c, ANA, SCAN);
	call_assert_fine(c);
	assert_string_equal(call_text(c, "message"),
			    "Billet valable. Il a changé de main : vérifiez le nom du porteur");
	assert_true(fn_json_get_bool(fn_json_get(c->reply, "ticket"), "wasTransferred", false));
	c->language = "en";
	finds(sound);
	scans("t", "t");
	call_as(c, ANA, SCAN);
	assert_string_equal(call_text(c, "message"),
			    "Valid ticket. It changed hands: check the holder's name");
}

static void lets_somebody_who_went_out_in_again(void **state)
{
	struct call *c = *state;
	struct ticket out = sound;

	out.state = "VALID_OUT";
	finds(out);
	scans("t", "f");
	call_as(c, ANA, SCAN);
	call_assert_fine(c);
}

/* ---- refusals ---- */

static void asks_for_session_and_json_first(void **state)
{
	call_assert_guards(*state, SCAN);
}

/* Before the ticket is looked up: a stranger learns nothing of it. */
static void lets_only_staff_scan(void **state)
{
	static const char *const no[] = {"f", NULL};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(no); i++) {
		caller_is_staff(no[i]);
		call_as(c, ANA, SCAN);
		call_assert_refused_on_record(c, 403, "not_staff");
		assert_int_equal(c->status, 200);
		assert_false(fn_json_get_bool(c->reply, "success", true));
		assert_string_equal(call_text(c, "message"),
				    "Seule l'équipe d'un événement peut scanner ses billets");
		assert_null(fn_json_get(c->reply, "ticket"));
	}
}

static void lets_staff_scan_only_their_own_event(void **state)
{
	static const char *const no[] = {"f", NULL};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(no); i++) {
		struct ticket other = {no[i], "USED", "f", "t", "t", "t"};

		finds(other);
		call_as(c, ANA, SCAN);
		/* another event's door does not write into this ticket's record */
		call_assert_refused_on_record(c, 403, "not_staff_of_event");
		assert_int_equal(fake_db_runs("validate-ticket.scan"), 0);
		assert_null(fn_json_get(c->reply, "scanned_at"));
	}
}

static void knows_no_such_ticket(void **state)
{
	struct call *c = *state;

	caller_is_staff("t");
	fake_db_no_row("validate-ticket.lock_ticket");
	call_as(c, ANA, SCAN);
	call_assert_refused_on_record(c, 404, "unknown_ticket");
	assert_int_equal(c->status, 200);
}

static void refuses_in_order_and_writes_it_down(void **state)
{
	static const struct {
		struct ticket ticket;
		const char *code;
	} table[] = {
		/* each has everything wrong that comes after it */
		{{"t", "USED", "f", "t", "t", "t"}, "already_used"},
		{{"t", "BLOCKED", "f", "t", "t", "t"}, "ticket_not_valid"},
		{{"t", "VOID", "t", "f", "f", "f"}, "ticket_not_valid"},
		{{"t", "VALID", "f", "t", "t", "t"}, "order_not_completed"},
		{{"t", "VALID", NULL, "f", "f", "f"}, "order_not_completed"},
		{{"t", "VALID", "t", "t", "t", "t"}, "event_cancelled"},
		{{"t", "VALID", "t", "f", "t", "f"}, "too_early"},
		{{"t", "VALID_OUT", "t", "f", "f", "t"}, "too_late"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		unsigned commits = fake_db_commits();

		finds(table[i].ticket);
		scans("f", "f");
		call_as(c, ANA, SCAN);
		call_assert_refused_on_record(c, 409, table[i].code);
		assert_int_equal(c->status, 200);
		assert_int_equal(fake_db_commits(), commits + 1); /* the record is kept */
		assert_string_equal(fake_db_argument("validate-ticket.scan", 3), table[i].code);
		assert_string_equal(fake_db_argument("validate-ticket.scan", 2), "Porte 2");
		assert_null(fn_json_get(c->reply, "ticket"));
	}
}

static void says_when_and_where_it_was_used(void **state)
{
	struct ticket used = sound;
	struct call *c = *state;

	used.state = "USED";
	finds(used);
	scans("f", "f");
	call_as(c, ANA, SCAN);
	assert_string_equal(call_text(c, "message"), "Billet déjà utilisé");
	assert_string_equal(call_text(c, "scanned_at"), "2026-11-22T19:00:00.000Z");
	assert_string_equal(call_text(c, "scan_location"), "Porte 1");
	assert_int_equal(fn_json_length(c->reply), 5);
}

/* Two doors at once: the first scan wins, whatever the look before it said. */
static void refuses_when_the_guard_of_the_write_does(void **state)
{
	struct call *c = *state;

	finds(sound);
	scans("f", "f");
	call_as(c, ANA, SCAN);
	call_assert_refused_on_record(c, 409, "ticket_not_valid");
}

static void runs_again_from_the_top_after_a_conflict(void **state)
{
	struct ticket used = sound;
	struct call *c = *state;

	used.state = "USED";
	finds(sound);
	scans("t", "t");
	fake_db_conflict_at_commit();
	finds(used);
	scans("f", "f");
	call_as(c, ANA, SCAN);
	call_assert_refused_on_record(c, 409, "already_used");
	assert_string_equal(call_text(c, "scan_location"), "Porte 1");
}

static void a_failed_write_is_no_refusal(void **state)
{
	struct call *c = *state;

	finds(sound);
	fake_db_fail("validate-ticket.scan", NULL);
	call_as(c, ANA, SCAN);
	call_assert_refused(c, 503, "busy");
	assert_int_equal(c->status, 503); /* try again: not "refused at the door" */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(admits_a_sound_ticket),
		CALL_TEST(says_that_a_ticket_changed_hands),
		CALL_TEST(lets_somebody_who_went_out_in_again),
		CALL_TEST(asks_for_session_and_json_first),
		CALL_TEST(lets_only_staff_scan),
		CALL_TEST(lets_staff_scan_only_their_own_event),
		CALL_TEST(knows_no_such_ticket),
		CALL_TEST(refuses_in_order_and_writes_it_down),
		CALL_TEST(says_when_and_where_it_was_used),
		CALL_TEST(refuses_when_the_guard_of_the_write_does),
		CALL_TEST(runs_again_from_the_top_after_a_conflict),
		CALL_TEST(a_failed_write_is_no_refusal),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
