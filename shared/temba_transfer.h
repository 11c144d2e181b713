/* temba_transfer.h: what the functions around pending transfers have in common. */
#ifndef TEMBA_TRANSFER_H
#define TEMBA_TRANSFER_H

#include "fn_db.h"

/* Locks the ticket that the transfer is about: before anything else is read of either, so that
 * claim, cancel, scan and expiry of one ticket happen one after the other. No such transfer: no row
 * is locked, and reading it finds none. */
FN_CHECKED struct fn_error *temba_transfer_lock(struct fn_tx *tx, const struct fn_uuid *transfer);

/* One way to end a pending transfer without handing the ticket over. */
struct temba_ending {
	const char *state;         /* CANCELLED or DECLINED */
	const struct fn_sql *read; /* ($1 transfer, $2 caller): its rich state, or no row when the
				      caller has no say */
	const struct fn_message *too_late; /* the ticket has changed hands already */
};

/* The whole request of cancel-transfer and decline-transfer: {"transferId"} in, {"success":true}
 * out. A repeat by the same person answers success (decisions 12). */
FN_CHECKED struct fn_error *temba_transfer_end(struct fn_request *req,
					       const struct temba_ending *ending);

#endif
