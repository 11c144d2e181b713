/* transfer-ticket_test.h: what the database says to transfer-ticket in its tests. */
#ifndef TRANSFER_TICKET_TEST_H
#define TRANSFER_TICKET_TEST_H

#include "call.h"

#define TICKET   "71c4e700-3333-4333-8333-71c4e70071c4"
#define TRANSFER "7a5fe700-4444-4444-8444-7a5fe7007a5f"
#define TO_BEN   "{\"ticketId\":\"" TICKET "\",\"recipientEmail\":\" BEN@Example.org\"}"
#define TO_PHONE                                                                                   \
	"{\"ticketId\":\"" TICKET "\",\"recipientPhone\":\"70 12 34 56\",\"recipientName\":"       \
	"\"Ben\",\"message\":\"Bon concert\"}"

/* ---- what the database says ---- */

/* Epoch, state, free, paid, over, begun, promised. */
struct ticket {
	const char *state, *is_free, *paid, *over, *begun, *promised;
};

static const struct ticket sound = {"VALID", "f", "t", "f", "f", "f"};

static inline void finds_ticket(struct ticket t)
{
	call_alive();
	fake_db_no_row("transfer-ticket.lock_ticket");
	FAKE_ROW("transfer-ticket.read_ticket", "7", t.state, t.is_free, t.paid, t.over, t.begun,
		 t.promised);
}

static inline void finds_no_ticket(void)
{
	call_alive();
	fake_db_no_row("transfer-ticket.lock_ticket");
	fake_db_no_row("transfer-ticket.read_ticket");
}

static inline void finds_ben(void)
{
	FAKE_ROW("transfer-ticket.find_recipient", BEN, "f");
}

static inline void finds_nobody(void)
{
	fake_db_no_row("transfer-ticket.find_recipient");
}

static inline void counts_sends(const char *within_limits)
{
	FAKE_ROW("transfer-ticket.count_send", within_limits);
}

static inline void completes(const char *id)
{
	FAKE_ROW("transfer-ticket.complete", id);
}

static inline void offers(const char *open, const char *id)
{
	FAKE_ROW("transfer-ticket.count_open", open);
	FAKE_ROW("transfer-ticket.offer", id);
}

static inline void notifies(void)
{
	fake_db_no_row("transfer-ticket.notify_both");
}

static inline void hands_over_to_ben(void)
{
	finds_ticket(sound);
	finds_ben();
	counts_sends("t");
	completes(TRANSFER);
	notifies();
}

static inline void assert_instant(const struct call *c, bool instant)
{
	call_assert_fine(c);
	assert_string_equal(call_text(c, "transferId"), TRANSFER);
	assert_int_equal(fn_json_get_bool(c->reply, "instantTransfer", !instant), instant);
}

static inline void assert_argument(const char *statement, size_t number, const char *value)
{
	const char *got = fake_db_argument(statement, number);

	if (value == NULL)
		assert_null(got);
	else
		assert_string_equal(got == NULL ? "(null)" : got, value);
}

#endif
