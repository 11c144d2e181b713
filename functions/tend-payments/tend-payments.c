/* tend-payments: the clock of open payments. Whose provider is to be asked again gets a job for it.
 * Internal: the job runner calls it every second. */
#include "fn.h"
#include "tend-payments.sql.h"

/* A batch is short enough not to be felt by a buyer; what is left is the next second's. */
enum { BATCH = 100, BATCHES_MAX = 10 };

static struct fn_error *ask_batch(struct fn_tx *tx, void *arg)
{
	struct fn_row count;

	FN_TRY(fn_db_one(tx, &sql_due, FN_ARGS(fn_arg_int(BATCH)), &count));
	*(int64_t *)arg = fn_col_int(&count, 0);
	return NULL;
}

static struct fn_error *tend_payments(struct fn_request *req)
{
	int64_t due = BATCH, asked = 0;

	FN_TRY(fn_auth_internal(req));
	for (unsigned i = 0; i < BATCHES_MAX && due == BATCH; i++) {
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, ask_batch, &due));
		asked += due;
	}
	return fn_reply_json(req,
			     FN_OBJECT(fn_json_bool("success", true), fn_json_int("asked", asked)));
}

const struct fn_function fn_function = {
	.name = "tend-payments",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = 1024,
	.errors = FN_ERRORS_PLAIN,
	.quiet = true,
	.statements = sql_all,
	.handle = tend_payments,
};
