/* process-finalize-jobs: completes what was paid and has no outcome. Nothing is left like that by
 * our own functions: it repairs payments that tools wrote as completed. Contract: functions.md 7.3.
 */
#include <string.h>

#include "fn.h"
#include "fn_secret.h"
#include "process-finalize-jobs.sql.h"

enum { MOST = 20 };

static const struct fn_message not_allowed = {401, "not_allowed", "Accès refusé", "Not allowed"};

struct repair {
	struct fn_rows waiting;
	size_t number; /* the one in hand */
	const char *outcome;
};

static struct fn_error *list(struct fn_tx *tx, void *arg)
{
	struct repair *r = arg;

	return fn_db_all(tx, &sql_waiting, FN_ARGS(fn_arg_int(MOST)), &r->waiting);
}

/* One payment, one transaction: another runner that has it is waited for, and finds it done. */
static struct fn_error *complete(struct fn_tx *tx, void *arg)
{
	struct repair *r = arg;
	struct fn_row waiting = fn_rows_at(&r->waiting, r->number), row;
	struct fn_uuid payment = fn_col_uuid(&waiting, 0);

	FN_TRY(fn_db_one(tx, &sql_complete, FN_ARGS(fn_arg_uuid(&payment)), &row));
	r->outcome = fn_col_text(&row, 0);
	return NULL;
}

static struct fn_error *process_finalize_jobs(struct fn_request *req)
{
	struct repair r = {0};
	int64_t succeeded = 0, skipped = 0, failed = 0;

	if (!fn_secret_given(req, "X-Finalize-Secret", "FINALIZE_ORDER_SECRET"))
		return fn_fail(req, &not_allowed);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, list, &r));
	if (r.waiting.count == 0)
		return fn_reply_json(req, FN_OBJECT(fn_json_bool("ok", true),
						    fn_json_int("processed", 0)));
	for (r.number = 0; r.number < r.waiting.count; r.number++) {
		struct fn_error *error = fn_db_transaction(req, FN_READ_COMMITTED, complete, &r);

		if (error != NULL) /* the next may go well; the caller sees the count */
			failed++;
		else if (strcmp(r.outcome, "completed") == 0)
			succeeded++;
		else
			skipped++;
	}
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("ok", true),
					    fn_json_int("processed", (int64_t)r.waiting.count),
					    fn_json_int("succeeded", succeeded),
					    fn_json_int("skipped", skipped),
					    fn_json_int("failed", failed)));
}

const struct fn_function fn_function = {
	.name = "process-finalize-jobs",
	.methods = FN_POST,
	.auth = FN_AUTH_NONE, /* the secret, above */
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = process_finalize_jobs,
};
