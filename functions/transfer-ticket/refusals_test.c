/* refusals_test.c: every refusal of transfer-ticket, in the order of the contract. */
#include <stdio.h>
#include <string.h>

#include "transfer-ticket_test.h"

/* ---- refusals of the input, in the contract's order ---- */

static void asks_for_session_and_json_first(void **state)
{
	call_assert_guards(*state, TO_BEN);
}

static void assert_refused_input(struct call *c, const char *body, const char *code,
				 const char *text)
{
	call_as(c, ANA, body);
	call_assert_refused(c, 422, code);
	assert_int_equal(c->status, 200); /* both clients lose the text of anything else */
	assert_false(fn_json_get_bool(c->reply, "success", true));
	assert_string_equal(call_text(c, "error"), text);
}

static void asks_for_ticket_and_recipient(void **state)
{
	struct call *c = *state;

	assert_refused_input(c, "{}", "ticket_id_required", "L'ID du billet est requis");
	assert_refused_input(c, "", "ticket_id_required", "L'ID du billet est requis");
	assert_refused_input(c, "{\"ticketId\":null,\"recipientEmail\":\"b@example.org\"}",
			     "ticket_id_required", "L'ID du billet est requis");
	assert_refused_input(c, "{\"ticketId\":\"" TICKET "\"}", "recipient_required",
			     "L'email ou le téléphone du destinataire est requis");
	assert_refused_input(c,
			     "{\"ticketId\":\"" TICKET
			     "\",\"recipientEmail\":\"\",\"recipientPhone\":null}",
			     "recipient_required",
			     "L'email ou le téléphone du destinataire est requis");
}

static void names_every_bad_field_at_once(void **state)
{
	static char body[2000];
	struct call *c = *state;
	const struct json_object *fields;

	memset(body, 'x', sizeof(body));
	(void)snprintf(body, sizeof(body),
		       "{\"ticketId\":\"x\",\"recipientEmail\":\"ben\",\"recipientPhone\":7,"
		       "\"recipientName\":\"%0201d\",\"message\":\"%0501d\"}",
		       0, 0);
	call_as(c, ANA, body);
	call_assert_refused(c, 422, "invalid_fields");
	assert_int_equal(c->status, 200);
	fields = fn_json_get(c->reply, "fields");
	assert_int_equal(fn_json_length(fields), 5);
	assert_string_equal(fn_json_get_text(fields, "message"), "trop long");
}

/* ---- refusals of the ticket, in the contract's order ---- */

static void another_persons_ticket_looks_like_none_at_all(void **state)
{
	struct call *c = *state;

	finds_no_ticket();
	fake_db_no_row("transfer-ticket.find_repeat");
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 404, "ticket_not_found");
	assert_int_equal(c->status, 200);
	assert_string_equal(call_text(c, "error"),
			    "Billet non trouvé ou vous n'avez pas l'autorisation de le transférer");
	assert_int_equal(fn_json_length(c->reply), 3);
}

static void refuses_a_ticket_in_the_order_of_the_contract(void **state)
{
	static const struct {
		struct ticket ticket;
		const char *code;
	} table[] = {
		/* each has everything wrong that comes after it */
		{{"USED", "t", "f", "t", "t", "t"}, "free_ticket"},
		{{"VALID", "t", "t", "f", "f", "f"}, "free_ticket"},
		{{"USED", "f", "f", "t", "t", "t"}, "ticket_used"},
		{{"VALID_OUT", "f", "t", "f", "f", "f"}, "ticket_used"},
		{{"BLOCKED", "f", "f", "t", "t", "t"}, "ticket_not_transferable"},
		{{"VOID", "f", "t", "f", "f", "f"}, "ticket_not_transferable"},
		{{"VALID", "f", "f", "t", "t", "t"}, "order_not_completed"},
		{{"VALID", "f", NULL, "f", "f", "f"}, "order_not_completed"},
		{{"VALID", "f", "t", "t", "t", "t"}, "event_over"},
	};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		finds_ticket(table[i].ticket);
		call_as(c, ANA, TO_BEN);
		call_assert_refused(c, 409, table[i].code);
		assert_int_equal(c->status, 200);
	}
	finds_ticket((struct ticket){"VALID", "f", "t", "f", "t", "t"});
	fake_db_no_row("transfer-ticket.find_repeat");
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 409, "transfer_pending");
}

static void refuses_a_transfer_to_oneself(void **state)
{
	struct call *c = *state;

	finds_ticket(sound);
	FAKE_ROW("transfer-ticket.find_recipient", ANA, "t");
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 409, "self_transfer");
}

static void refuses_too_many_sends(void **state)
{
	struct call *c = *state;

	finds_ticket(sound);
	finds_ben();
	counts_sends("f");
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 409, "too_many_transfers");
	assert_argument("transfer-ticket.count_send", 0, ANA);
	assert_argument("transfer-ticket.count_send", 1, "10");
	assert_argument("transfer-ticket.count_send", 2, "100");
}

static void refuses_too_many_open_transfers(void **state)
{
	struct call *c = *state;

	finds_ticket(sound);
	finds_nobody();
	counts_sends("t");
	FAKE_ROW("transfer-ticket.count_open", "10");
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 409, "too_many_open_transfers");
}

static void counts_nothing_where_there_is_no_limit(void **state)
{
	struct call *c = *state;

	fn_conf_set("TRANSFERS_PER_MINUTE", "0");
	fn_conf_set("TRANSFERS_PER_DAY", "0");
	fn_conf_set("TRANSFERS_OPEN_PER_EVENT", "0");
	finds_ticket(sound);
	finds_nobody();
	FAKE_ROW("transfer-ticket.offer", TRANSFER);
	call_as(c, ANA, TO_BEN);
	fn_conf_set("TRANSFERS_PER_MINUTE", "10");
	fn_conf_set("TRANSFERS_PER_DAY", "100");
	fn_conf_set("TRANSFERS_OPEN_PER_EVENT", "10");
	assert_instant(c, false);
}

/* docs/decisions/0002: a friend who is registered may still get it at the door. */
static void after_the_start_only_registered_people_receive(void **state)
{
	struct ticket begun = sound;
	struct call *c = *state;

	begun.begun = "t";
	finds_ticket(begun);
	finds_nobody();
	counts_sends("t");
	call_as(c, ANA, TO_BEN);
	call_assert_refused(c, 409, "event_begun");
	finds_ticket(begun);
	finds_ben();
	counts_sends("t");
	completes(TRANSFER);
	notifies();
	call_as(c, ANA, TO_BEN);
	assert_instant(c, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(asks_for_session_and_json_first),
		CALL_TEST(asks_for_ticket_and_recipient),
		CALL_TEST(names_every_bad_field_at_once),
		CALL_TEST(another_persons_ticket_looks_like_none_at_all),
		CALL_TEST(refuses_a_ticket_in_the_order_of_the_contract),
		CALL_TEST(refuses_a_transfer_to_oneself),
		CALL_TEST(refuses_too_many_sends),
		CALL_TEST(refuses_too_many_open_transfers),
		CALL_TEST(counts_nothing_where_there_is_no_limit),
		CALL_TEST(after_the_start_only_registered_people_receive),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
