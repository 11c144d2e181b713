/* cancel-transfer: the sender takes back a transfer that nobody has claimed yet (decisions 23). */
#include "cancel-transfer.sql.h"
#include "fn.h"
#include "temba_transfer.h"

static const struct fn_message already_claimed =
	{409, "transfer_completed", "Trop tard : le destinataire a déjà reçu le billet",
	 "Too late: the recipient has the ticket already"};

static struct fn_error *cancel_transfer(struct fn_request *req)
{
	return temba_transfer_end(req, &(struct temba_ending){.state = "CANCELLED",
							      .read = &sql_read_own,
							      .too_late = &already_claimed});
}

const struct fn_function fn_function = {
	.name = "cancel-transfer",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = cancel_transfer,
};
