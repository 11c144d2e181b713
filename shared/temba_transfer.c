/* temba_transfer.c: what the functions around pending transfers have in common. */
#include "temba_transfer.h"

#include <string.h>

#include "fn_auth.h"
#include "fn_field.h"
#include "fn_json.h"
#include "fn_reply.h"
#include "shared.sql.h"

static const struct fn_message
	/* another person's transfer must look like none at all */
	no_such_transfer = {404, "transfer_not_found", "Transfert introuvable",
			    "Transfer not found"},
	already_ended = {409, "transfer_ended", "Ce transfert est déjà terminé",
			 "This transfer has ended already"};

struct end {
	struct fn_request *req;
	const struct temba_ending *ending;
	struct fn_caller by;
	struct fn_uuid transfer;
};

struct fn_error *temba_transfer_lock(struct fn_tx *tx, const struct fn_uuid *transfer)
{
	struct fn_row ticket;

	return fn_db_one(tx, &sql_lock_ticket_of_transfer, FN_ARGS(fn_arg_uuid(transfer)), &ticket);
}

/* Runs again from the top after a conflict: touches only *e and the database. */
static struct fn_error *end(struct fn_tx *tx, void *arg)
{
	struct end *e = arg;
	struct fn_row transfer;
	const char *state;

	FN_TRY(fn_auth_alive(tx, &e->by));
	FN_TRY(temba_transfer_lock(tx, &e->transfer));
	FN_TRY(fn_db_one(tx, e->ending->read,
			 FN_ARGS(fn_arg_uuid(&e->transfer), fn_arg_uuid(&e->by.id)), &transfer));
	if (!fn_row_found(&transfer))
		return fn_fail(e->req, &no_such_transfer);
	state = fn_col_text(&transfer, 0);
	if (strcmp(state, e->ending->state) == 0)
		return NULL; /* a repeat: it has ended as asked */
	if (strcmp(state, "COMPLETED") == 0)
		return fn_fail(e->req, e->ending->too_late);
	if (strcmp(state, "PENDING") != 0)
		return fn_fail(e->req, &already_ended);
	return fn_db_run(tx, &sql_end_transfer,
			 FN_ARGS(fn_arg_uuid(&e->transfer), fn_arg_text(e->ending->state)), NULL);
}

struct fn_error *temba_transfer_end(struct fn_request *req, const struct temba_ending *ending)
{
	struct end e = {.req = req, .ending = ending};
	struct fn_fields input;

	FN_TRY(fn_field_begin(req, &input));
	FN_TRY(fn_auth_user(req, &e.by));
	(void)fn_field_uuid(&input, "transferId", FN_REQUIRED, &e.transfer);
	FN_TRY(fn_field_end(&input));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, end, &e));
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true)));
}
