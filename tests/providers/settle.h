/* settle.h: outcomes: what a person at the page, the control endpoint or a plan says becomes of a
 * payment, in one language for both providers.
 *
 *	deposit          COMPLETED, FAILED[:CODE], PROCESSING, ACCEPTED, IN_RECONCILIATION, AUTH_URL
 *	deposit_refund   the same and ENQUEUED
 *	payment_intent   COMPLETED, FAILED[:DECLINE_CODE], CARD:NAME-OR-NUMBER, REQUIRES_ACTION,
 *CANCELED, DISPUTED[:REASON]; in requires_action COMPLETED and FAILED are the payer's at the bank
 *	refund           COMPLETED, FAILED[:REASON]
 *	dispute          won, lost, under_review */
#ifndef SETTLE_H
#define SETTLE_H

#include "store.h"

/* Moves the object on and keeps it. NULL, or why that cannot be. */
const char *settle(struct fn_arena *arena, struct stored *object, const char *outcome);
/* The next word of its plan; what is left of the plan comes as long after it. */
void settle_plan(struct fn_arena *arena, struct stored *object);
/* Up to `limit` objects whose plans are due by now, in one transaction; returns how many. */
size_t settle_due(size_t limit);

#endif
