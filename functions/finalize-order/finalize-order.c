/* finalize-order: completes the order of a payment that its provider has confirmed. The original's
 * queue called it; here everything completes by itself, and this is for operators and tools.
 * Contract: functions.md 7.2. */
#include <string.h>

#include "finalize-order.sql.h"
#include "fn.h"
#include "fn_secret.h"

static const struct fn_message
	not_allowed = {401, "not_allowed", "Accès refusé", "Not allowed"},
	id_required = {400, "payment_id_required", "payment_id est requis",
		       "payment_id is required"},
	no_such_payment = {500, "payment_not_found",
			   "Aucun paiement d'une commande ne porte cet identifiant",
			   "There is no payment of an order with this id"},
	not_confirmed = {500, "payment_not_confirmed",
			 "Ce paiement n'est pas confirmé par le prestataire",
			 "This payment is not confirmed by its provider"},
	going_back = {409, "payment_going_back",
		      "Ce paiement n'a pas pu devenir des billets : il est remboursé ou en examen",
		      "This payment could not become tickets: it goes back or is looked at"};

struct finalize {
	struct fn_request *req;
	struct fn_uuid payment;
	bool had_tickets;
};

/* Columns of look.sql. */
enum { STATE, OUTCOME, HAS_ORDER, COMPLETE };

/* Runs again from the top after a conflict. The outcome of private.payment_settle is committed even
 * when it is a refund. */
static struct fn_error *complete(struct fn_tx *tx, void *arg)
{
	struct finalize *f = arg;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_look, FN_ARGS(fn_arg_uuid(&f->payment)), &row));
	if (!fn_row_found(&row) || !fn_col_bool(&row, HAS_ORDER))
		return fn_fail(f->req, &no_such_payment);
	if (strcmp(fn_col_text(&row, STATE), "SUCCEEDED") != 0)
		return fn_fail(f->req, &not_confirmed);
	f->had_tickets = fn_col_bool(&row, COMPLETE);
	if (f->had_tickets)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_complete, FN_ARGS(fn_arg_uuid(&f->payment)), &row));
	if (strcmp(fn_col_text(&row, 0), "completed") != 0)
		return fn_fail_because(f->req, &going_back, "%s", fn_col_text(&row, 0));
	return NULL;
}

static struct fn_error *finalize_order(struct fn_request *req)
{
	struct finalize f = {.req = req};
	struct fn_fields input;
	bool has_id;

	if (!fn_secret_given(req, "X-Finalize-Secret", "FINALIZE_ORDER_SECRET"))
		return fn_fail(req, &not_allowed);
	FN_TRY(fn_field_begin(req, &input));
	has_id = fn_field_uuid(&input, "payment_id", FN_OPTIONAL, &f.payment);
	if (!has_id || input.complaints != NULL)
		return fn_fail(req, &id_required);
	FN_TRY(fn_db_transaction_keep(req, FN_READ_COMMITTED, complete, &f));
	if (f.had_tickets)
		return fn_reply_json(req, FN_OBJECT(fn_json_bool("ok", true),
						    fn_json_string("note", "already finalized")));
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("ok", true),
					    fn_json_string("payment_id", f.payment.text)));
}

const struct fn_function fn_function = {
	.name = "finalize-order",
	.methods = FN_POST,
	.auth = FN_AUTH_NONE, /* the secret, above */
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = finalize_order,
};
