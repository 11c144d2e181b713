/* expire-transfers: ends offers of tickets that nobody claimed in time. Internal: the job runner
 * calls it once a minute. */
#include "expire-transfers.sql.h"
#include "fn.h"
#include "fn_time.h"

/* A batch is short enough not to be felt at the door, and a run ends long before its own limit;
 * what is left then is the next run's. */
enum { BATCH = 100, BATCHES_MAX = 100 };
static const uint64_t reserve = 5000000000; /* ns to keep before the deadline */

struct run {
	int64_t looked_at, ended; /* in one batch */
};

/* Runs again from the top after a conflict: touches only *r and the database. */
static struct fn_error *end_batch(struct fn_tx *tx, void *arg)
{
	struct run *r = arg;
	struct fn_row counts;

	FN_TRY(fn_db_one(tx, &sql_expire, FN_ARGS(fn_arg_int(BATCH)), &counts));
	r->looked_at = fn_col_int(&counts, 0);
	r->ended = fn_col_int(&counts, 1);
	return NULL;
}

static bool has_time(const struct fn_request *req)
{
	uint64_t deadline = fn_request_deadline(req);

	return deadline == 0 || fn_time_monotonic() + reserve < deadline;
}

static struct fn_error *expire_transfers(struct fn_request *req)
{
	struct run r = {.looked_at = BATCH};
	int64_t expired = 0;

	FN_TRY(fn_auth_internal(req));
	for (unsigned i = 0; i < BATCHES_MAX && r.looked_at == BATCH && has_time(req); i++) {
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, end_batch, &r));
		expired += r.ended;
	}
	if (expired > 0)
		fn_log_request(req, FN_INFO, "%lld offers expired", (long long)expired);
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_int("expired", expired)));
}

const struct fn_function fn_function = {
	.name = "expire-transfers",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = 1024,
	.errors = FN_ERRORS_PLAIN,
	.statements = sql_all,
	.handle = expire_transfers,
};
