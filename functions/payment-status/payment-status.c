/* payment-status: what has become of a payment, for its buyer. `finalized` is said when there are
 * tickets, and never before. Contract: functions.md 7.1. */
#include <string.h>

#include "fn.h"
#include "payment-status.sql.h"

enum { TOKEN_MAX = 128 };

static const struct fn_message no_id = {400, "id_required", "payment_id ou order_id est requis",
					"payment_id or order_id is required"},
			       no_such_payment = {404, "payment_not_found", "Paiement introuvable",
						  "Payment not found"};

struct question {
	struct fn_request *req;
	struct fn_caller by;
	struct fn_uuid payment, order;
	bool has_payment, has_order;
	const char *token; /* NULL: none */
	struct fn_row row; /* lives as long as the request */
};

/* Columns of by_payment.sql and by_order.sql. */
enum { ID, STATUS, ORDER_STATE, HAS_TICKETS, MAY_READ };

/* False when the parameter is there but no id. */
static bool read_id(struct fn_request *req, const char *name, struct fn_uuid *ret, bool *ret_given)
{
	const char *text = fn_request_query(req, name);

	*ret_given = text != NULL && *text != '\0' && strcmp(text, "null") != 0;
	return !*ret_given || fn_text_uuid(text, ret);
}

static struct fn_error *read_input(struct question *q)
{
	const char *token = fn_request_query(q->req, "token");

	if (!read_id(q->req, "payment_id", &q->payment, &q->has_payment) ||
	    !read_id(q->req, "order_id", &q->order, &q->has_order) ||
	    (!q->has_payment && !q->has_order))
		return fn_fail(q->req, &no_id);
	if (token != NULL && *token != '\0' && strlen(token) <= TOKEN_MAX)
		q->token = token;
	return NULL;
}

static struct fn_error *look(struct fn_tx *tx, void *arg)
{
	struct question *q = arg;
	const struct fn_uuid *order = q->has_order ? &q->order : NULL;

	q->row = (struct fn_row){0};
	if (q->has_payment)
		FN_TRY(fn_db_one(tx, &sql_by_payment,
				 FN_ARGS(fn_arg_uuid(&q->payment), fn_arg_uuid(&q->by.id),
					 fn_arg_uuid(order), fn_arg_text(q->token)),
				 &q->row));
	if (!fn_row_found(&q->row) && q->has_order)
		FN_TRY(fn_db_one(tx, &sql_by_order,
				 FN_ARGS(fn_arg_uuid(order), fn_arg_uuid(&q->by.id)), &q->row));
	return NULL;
}

/* The word that clients stop on, or go on with. A payment that succeeded says so together with its
 * tickets; one whose order cannot be fulfilled any more is given back, and is a failure to whoever
 * waits for tickets. */
static const char *word(const struct fn_row *row)
{
	const char *status = fn_col_text(row, STATUS), *order = fn_col_text(row, ORDER_STATE);

	if (strcmp(status, "completed") != 0)
		return status;
	if (fn_col_bool(row, HAS_TICKETS))
		return "finalized";
	if (order != NULL &&
	    (strcmp(order, "UNFULFILLABLE") == 0 || strcmp(order, "REFUNDED") == 0))
		return "failed";
	return "pending";
}

static struct fn_error *payment_status(struct fn_request *req)
{
	struct question q = {.req = req};

	FN_TRY(fn_auth_any(req, &q.by));
	FN_TRY(read_input(&q));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, look, &q));
	/* somebody else's payment must look like none at all */
	if (!fn_row_found(&q.row) || !fn_col_bool(&q.row, MAY_READ))
		return fn_fail(req, &no_such_payment);
	return fn_reply_json(req, FN_OBJECT(fn_json_string("payment_id", fn_col_text(&q.row, ID)),
					    fn_json_string("status", word(&q.row)),
					    fn_json_string("source", "db")));
}

const struct fn_function fn_function = {
	.name = "payment-status",
	.methods = FN_GET,
	.auth = FN_AUTH_APIKEY,
	.body_max = 1,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = payment_status,
};
