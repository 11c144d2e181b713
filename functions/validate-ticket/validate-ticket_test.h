/* validate-ticket_test.h: what the database says to validate-ticket in its tests. */
#ifndef VALIDATE_TICKET_TEST_H
#define VALIDATE_TICKET_TEST_H

#include <string.h>

#include "call.h"

#define TICKET "71c4e700-3333-4333-8333-71c4e70071c4"
#define SCAN   "{\"ticketId\":\"" TICKET "\",\"scanLocation\":\"Porte 2\"}"

/* Staff of its event, state, paid, cancelled, early, late. */
struct ticket {
	const char *staff, *state, *paid, *cancelled, *early, *late;
};

static const struct ticket sound = {"t", "VALID", "t", "f", "f", "f"};

static inline void caller_is_staff(const char *somewhere)
{
	call_alive();
	FAKE_ROW("validate-ticket.is_staff", somewhere);
}

static inline void finds(struct ticket t)
{
	caller_is_staff("t");
	FAKE_ROW("validate-ticket.lock_ticket", TICKET, t.staff, t.state, t.paid, t.cancelled,
		 t.early, t.late, "2026-11-22T19:00:00.000Z", "Porte 1", "Jazz à Ouaga", "VIP",
		 "Ben", "2026-11-22T19:00:00Z");
}

static inline void scans(const char *accepted, const char *was_transferred)
{
	FAKE_ROW("validate-ticket.scan", accepted, was_transferred);
}

#endif
