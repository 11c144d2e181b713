/* transfer-ticket_test.c: who gets the ticket, how, and what a repeat or a race changes. Refusals:
 * refusals_test.c. */
#include "transfer-ticket_test.h"

/* ---- it goes well ---- */

static void hands_over_at_once_to_a_registered_person(void **state)
{
	struct call *c = *state;

	hands_over_to_ben();
	call_as(c, ANA, TO_BEN);
	assert_instant(c, true);
	assert_string_equal(call_text(c, "message"), "Billet transféré avec succès");
	assert_int_equal(fn_json_length(c->reply), 4); /* nothing of the owner, no debug */
	assert_int_equal(fake_db_level(), FN_READ_COMMITTED);
	assert_argument("transfer-ticket.read_ticket", 0, TICKET);
	assert_argument("transfer-ticket.read_ticket", 1, ANA);
	assert_argument("transfer-ticket.find_recipient", 1, "ben@example.org");
	assert_argument("transfer-ticket.complete", 1, ANA);
	assert_argument("transfer-ticket.complete", 2, "7"); /* the epoch that was read */
	assert_argument("transfer-ticket.complete", 3, BEN);
	assert_string_equal(fake_db_job(), "send-notice {\"kind\":\"transfer_received_email\","
					   "\"id\":\"" TRANSFER "\"}");
	assert_string_equal(fake_db_job_key(), "notice:transfer_received_email:" TRANSFER);
}

static void offers_to_somebody_unknown(void **state)
{
	struct call *c = *state;

	finds_ticket(sound);
	finds_nobody();
	counts_sends("t");
	offers("9", TRANSFER);
	call_as(c, ANA, TO_PHONE);
	assert_instant(c, false);
	assert_argument("transfer-ticket.offer", 3, NULL);
	assert_argument("transfer-ticket.offer", 4, "+22670123456");
	assert_argument("transfer-ticket.offer", 5, "Ben");
	assert_argument("transfer-ticket.offer", 6, "Bon concert");
	assert_argument("transfer-ticket.offer", 7, "604800"); /* a week */
	assert_string_equal(fake_db_job(), "send-notice {\"kind\":\"transfer_pending_sms\",\"id\":"
					   "\"" TRANSFER "\"}");
}

static void sends_the_notice_by_the_way_it_was_addressed(void **state)
{
	struct call *c = *state;

	finds_ticket(sound);
	finds_nobody();
	counts_sends("t");
	offers("0", TRANSFER);
	call_as(c, ANA, TO_BEN);
	assert_instant(c, false);
	assert_string_equal(fake_db_job_key(), "notice:transfer_pending_email:" TRANSFER);
	fake_db_reset();
	fake_db_be_strict();
	hands_over_to_ben();
	call_as(c, ANA, TO_PHONE);
	assert_instant(c, true);
	assert_string_equal(fake_db_job_key(), "notice:transfer_received_sms:" TRANSFER);
}

static void looks_up_the_email_alone_when_both_are_given(void **state)
{
	struct call *c = *state;

	hands_over_to_ben();
	call_as(c, ANA,
		"{\"ticketId\":\"" TICKET "\",\"recipientEmail\":\"ben@example.org\","
		"\"recipientPhone\":\"70123456\"}");
	assert_instant(c, true);
	assert_argument("transfer-ticket.find_recipient", 1, "ben@example.org");
	assert_argument("transfer-ticket.find_recipient", 2, NULL);
	assert_argument("transfer-ticket.complete", 5, NULL);
}

static void answers_in_the_language_of_the_client(void **state)
{
	struct call *c = *state;

	c->language = "en";
	hands_over_to_ben();
	call_as(c, ANA, TO_BEN);
	assert_string_equal(call_text(c, "message"), "Ticket transferred");
	finds_no_ticket();
	fake_db_no_row("transfer-ticket.find_repeat");
	call_as(c, ANA, TO_BEN);
	assert_string_equal(call_text(c, "error"),
			    "Ticket not found, or it is not yours to transfer");
}

static void runs_again_from_the_top_after_a_conflict(void **state)
{
	struct call *c = *state;

	hands_over_to_ben();
	finds_ticket(sound); /* the second time Ben has closed his account */
	finds_nobody();
	counts_sends("t");
	offers("0", TRANSFER);
	fake_db_conflict_at_commit();
	call_as(c, ANA, TO_BEN);
	assert_instant(c, false);
	assert_int_equal(fake_db_jobs(), 1);
	assert_string_equal(fake_db_job_key(), "notice:transfer_pending_email:" TRANSFER);
}

/* ---- a repeat ---- */

static void a_repeat_answers_as_the_first_time(void **state)
{
	struct call *c = *state;
	struct ticket promised = sound;

	/* after an instant transfer the ticket is another's */
	finds_no_ticket();
	FAKE_ROW("transfer-ticket.find_repeat", TRANSFER, "t");
	call_as(c, ANA, TO_BEN);
	assert_instant(c, true);
	/* after an offer it is still the sender's, and promised */
	promised.promised = "t";
	finds_ticket(promised);
	FAKE_ROW("transfer-ticket.find_repeat", TRANSFER, "f");
	call_as(c, ANA, TO_PHONE);
	assert_instant(c, false);
	assert_argument("transfer-ticket.find_repeat", 1, ANA);
	assert_argument("transfer-ticket.find_repeat", 3, "+22670123456");
	assert_int_equal(fake_db_jobs(), 0); /* nobody is told twice */
}

/* ---- the guards behind the looks ---- */

static void refuses_when_the_ticket_moved_meanwhile(void **state)
{
	struct call *c = *state;

	finds_ticket(sound);
	finds_ben();
	counts_sends("t");
	completes(NULL);
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 409, "ticket_not_transferable");
	finds_ticket(sound);
	finds_nobody();
	counts_sends("t");
	offers("0", NULL);
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 409, "ticket_not_transferable");
}

static void other_violations_are_not_explained_away(void **state)
{
	struct call *c = *state;

	finds_ticket(sound);
	finds_nobody();
	counts_sends("t");
	FAKE_ROW("transfer-ticket.count_open", "0");
	fake_db_fail("transfer-ticket.offer", "some_other_constraint");
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 500, "internal");
	assert_int_equal(c->status, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(hands_over_at_once_to_a_registered_person),
		CALL_TEST(offers_to_somebody_unknown),
		CALL_TEST(sends_the_notice_by_the_way_it_was_addressed),
		CALL_TEST(looks_up_the_email_alone_when_both_are_given),
		CALL_TEST(answers_in_the_language_of_the_client),
		CALL_TEST(runs_again_from_the_top_after_a_conflict),
		CALL_TEST(a_repeat_answers_as_the_first_time),
		CALL_TEST(refuses_when_the_ticket_moved_meanwhile),
		CALL_TEST(other_violations_are_not_explained_away),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
