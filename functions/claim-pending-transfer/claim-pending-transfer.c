/* claim-pending-transfer: the addressee takes the ticket that was sent to them. Only a proven
 * address claims (decisions 18). Contract: functions.md 8.2, wire.md 3.4. */
#include <string.h>

#include "claim-pending-transfer.sql.h"
#include "fn.h"
#include "temba_notice.h"
#include "temba_transfer.h"

enum { BODY_MAX = 4096 };

static const struct fn_message
	no_transfer_id = {400, "transfer_id_required", "L'identifiant du transfert est requis",
			  "Transfer ID is required"},
	no_such_transfer = {404, "transfer_not_found", "Transfert introuvable",
			    "Transfer not found"},
	not_pending = {400, "transfer_not_pending", "Ce transfert n'est plus en attente",
		       "Transfer is no longer pending"},
	expired = {400, "transfer_expired", "Ce transfert a expiré", "This transfer has expired"},
	not_recipient = {403, "not_recipient", "Ce transfert ne vous est pas destiné",
			 "You are not the intended recipient of this transfer"},
	not_proven =
		{403, "address_not_verified",
		 "Confirmez d'abord votre adresse : ouvrez le lien que nous vous avons envoyé, "
		 "puis réclamez le billet",
		 "Confirm your address first: open the link that we sent you, then claim the "
		 "ticket"},
	moved = {400, "ticket_already_transferred", "Ce billet a déjà été transféré",
		 "Ticket has already been transferred"},
	scanned = {400, "ticket_already_scanned", "Ce billet a déjà été scanné à l'entrée",
		   "Ticket has already been scanned"},
	not_valid = {400, "ticket_not_valid", "Ce billet n'est plus valable",
		     "Ticket is no longer valid"};

struct claim {
	struct fn_request *req;
	struct fn_caller by;
	struct fn_uuid transfer;
};

/* Columns of read_transfer.sql. */
enum { STATUS, MINE, ADDRESSED, PROVEN, OVERDUE, STILL_SENDERS, TICKET_STATE };

/* What stands in the way, in the order of the contract; *ret_done: the caller has it already. */
static const struct fn_message *obstacle(const struct fn_row *transfer, bool *ret_done)
{
	const char *status = fn_col_text(transfer, STATUS);
	const char *ticket = fn_col_text(transfer, TICKET_STATE);

	*ret_done = fn_col_bool(transfer, MINE) &&
		    (strcmp(status, "COMPLETED") == 0 || strcmp(status, "USED") == 0);
	if (*ret_done)
		return NULL;
	if (strcmp(status, "PENDING") != 0)
		return &not_pending;
	if (!fn_col_bool(transfer, ADDRESSED))
		return &not_recipient;
	if (!fn_col_bool(transfer, PROVEN))
		return &not_proven;
	if (fn_col_bool(transfer, OVERDUE))
		return &expired;
	if (!fn_col_bool(transfer, STILL_SENDERS))
		return &moved;
	if (strcmp(ticket, "USED") == 0 || strcmp(ticket, "VALID_OUT") == 0)
		return &scanned;
	return strcmp(ticket, "VALID") == 0 ? NULL : &not_valid;
}

/* Runs again from the top after a conflict: touches only *c and the database. */
static struct fn_error *take(struct fn_tx *tx, void *arg)
{
	struct claim *c = arg;
	const struct fn_message *why;
	struct fn_row transfer, taken;
	bool done;

	FN_TRY(fn_auth_alive(tx, &c->by));
	FN_TRY(temba_transfer_lock(tx, &c->transfer));
	FN_TRY(fn_db_one(tx, &sql_read_transfer,
			 FN_ARGS(fn_arg_uuid(&c->transfer), fn_arg_uuid(&c->by.id)), &transfer));
	if (!fn_row_found(&transfer))
		return fn_fail(c->req, &no_such_transfer);
	why = obstacle(&transfer, &done);
	if (why != NULL)
		return fn_fail(c->req, why);
	if (done)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_claim, FN_ARGS(fn_arg_uuid(&c->transfer), fn_arg_uuid(&c->by.id)),
			 &taken));
	if (!fn_col_bool(&taken, 0))
		return fn_fail_because(c->req, &not_pending, "the guard of transfer_claim");
	FN_TRY(fn_db_run(tx, &sql_notify_sender, FN_ARGS(fn_arg_uuid(&c->transfer)), NULL));
	return temba_notice_queue(tx, TEMBA_NOTICE_TRANSFER_CLAIMED, &c->transfer);
}

static struct fn_error *claim_pending_transfer(struct fn_request *req)
{
	struct claim c = {.req = req};
	struct fn_fields input;
	bool has_id;

	FN_TRY(fn_field_begin(req, &input));
	FN_TRY(fn_auth_user(req, &c.by));
	has_id = fn_field_uuid(&input, "transferId", FN_OPTIONAL, &c.transfer);
	FN_TRY(fn_field_end(&input));
	if (!has_id)
		return fn_fail(req, &no_transfer_id);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, take, &c));
	return fn_reply_json(req,
			     FN_OBJECT(fn_json_bool("success", true),
				       /* fixed: clients may match on it (wire.md 3.4) */
				       fn_json_string("message", "Ticket successfully claimed!")));
}

const struct fn_function fn_function = {
	.name = "claim-pending-transfer",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = claim_pending_transfer,
};
