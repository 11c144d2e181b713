/* check-pawapay-status: the original's queue called this ten minutes after a payment began. Ours
 * asks by itself (settle-pawapay), so a call here only brings the next question forward. Contract:
 * functions.md 6.4. */
#include <string.h>

#include "check-pawapay-status.sql.h"
#include "fn.h"
#include "fn_secret.h"
#include "temba_deposit.h"

static const struct fn_message
	not_allowed = {401, "not_allowed", "Accès refusé", "Not allowed"},
	ids_required = {400, "ids_required", "payment_id et deposit_id sont requis",
			"payment_id and deposit_id are required"},
	no_such_payment = {400, "payment_not_found",
			   "Aucun paiement par mobile money de cet identifiant",
			   "There is no payment by mobile money of this id"};

struct check {
	struct fn_request *req;
	struct fn_uuid payment, deposit_id;
	struct temba_deposit deposit;
	bool found;
};

static struct fn_error *read_input(struct check *c)
{
	struct fn_fields f;
	bool has_payment, has_deposit;

	FN_TRY(fn_field_begin(c->req, &f));
	has_payment = fn_field_uuid(&f, "payment_id", FN_OPTIONAL, &c->payment);
	has_deposit = fn_field_uuid(&f, "deposit_id", FN_OPTIONAL, &c->deposit_id);
	if (!has_payment || !has_deposit || f.complaints != NULL)
		return fn_fail(c->req, &ids_required);
	return NULL;
}

static bool is_over(const struct temba_deposit *d)
{
	if (strcmp(d->status, "completed") == 0)
		return d->has_tickets ||
		       (d->order_state != NULL && strcmp(d->order_state, "UNFULFILLABLE") == 0);
	return strcmp(d->status, "pending") != 0;
}

/* The one job that asks; two calls within a minute are one question. */
static struct fn_error *schedule(struct fn_tx *tx, void *arg)
{
	struct check *c = arg;
	struct temba_deposit_key key = {.payment = &c->payment};

	FN_TRY(temba_deposit_find(tx, &key, &c->deposit, &c->found));
	/* a deposit has the id of its payment; nobody may speak for another one */
	if (!c->found || !c->deposit.is_pawapay || strcmp(c->payment.text, c->deposit_id.text) != 0)
		return fn_fail(c->req, &no_such_payment);
	if (is_over(&c->deposit))
		return NULL;
	return fn_db_run(tx, &sql_schedule, FN_ARGS(fn_arg_uuid(&c->payment)), NULL);
}

static struct fn_error *check_pawapay_status(struct fn_request *req)
{
	struct check c = {.req = req};

	if (!fn_secret_given(req, "X-Finalize-Secret", "FINALIZE_ORDER_SECRET"))
		return fn_fail(req, &not_allowed);
	FN_TRY(read_input(&c));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, schedule, &c));
	if (!is_over(&c.deposit))
		return fn_reply_json(req, FN_OBJECT(fn_json_bool("ok", true),
						    fn_json_string("status", c.deposit.status),
						    fn_json_bool("queued", true)));
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("ok", true),
					    fn_json_string("note", "already handled"),
					    fn_json_string("status", c.deposit.status)));
}

const struct fn_function fn_function = {
	.name = "check-pawapay-status",
	.methods = FN_POST,
	.auth = FN_AUTH_SIGNATURE,
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = check_pawapay_status,
};
