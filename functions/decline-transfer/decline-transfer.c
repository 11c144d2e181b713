/* decline-transfer: the addressee refuses a ticket; the sender keeps it (decisions 23). */
#include "decline-transfer.sql.h"
#include "fn.h"
#include "temba_transfer.h"

static const struct fn_message already_yours = {409, "transfer_completed",
						"Trop tard : le billet est déjà à vous",
						"Too late: the ticket is yours already"};

static struct fn_error *decline_transfer(struct fn_request *req)
{
	return temba_transfer_end(req, &(struct temba_ending){.state = "DECLINED",
							      .read = &sql_read_addressed,
							      .too_late = &already_yours});
}

const struct fn_function fn_function = {
	.name = "decline-transfer",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = decline_transfer,
};
