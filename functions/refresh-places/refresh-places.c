/* refresh-places: places that were held and not paid for come back, and the numbers of places that
 * people see follow the sales. Internal: the job runner calls it every second. */
#include "fn.h"
#include "refresh-places.sql.h"

/* A batch is short enough not to be felt by a buyer; what is left is the next second's. */
enum { BATCH = 100, BATCHES_MAX = 10 };

static struct fn_error *expire_batch(struct fn_tx *tx, void *arg)
{
	struct fn_row count;

	FN_TRY(fn_db_one(tx, &sql_expire, FN_ARGS(fn_arg_int(BATCH)), &count));
	*(int64_t *)arg = fn_col_int(&count, 0);
	return NULL;
}

static struct fn_error *refresh(struct fn_tx *tx, void *arg)
{
	struct fn_row count;

	FN_TRY(fn_db_one(tx, &sql_refresh, FN_NO_ARGS, &count));
	*(int64_t *)arg = fn_col_int(&count, 0);
	return NULL;
}

static struct fn_error *refresh_places(struct fn_request *req)
{
	int64_t looked_at = BATCH, expired = 0, refreshed = 0;

	FN_TRY(fn_auth_internal(req));
	for (unsigned i = 0; i < BATCHES_MAX && looked_at == BATCH; i++) {
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, expire_batch, &looked_at));
		expired += looked_at;
	}
	if (expired > 0)
		fn_log_request(req, FN_INFO, "%lld orders gave their places back",
			       (long long)expired);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, refresh, &refreshed));
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_int("expired", expired),
					    fn_json_int("refreshed", refreshed)));
}

const struct fn_function fn_function = {
	.name = "refresh-places",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = 1024,
	.errors = FN_ERRORS_PLAIN,
	.quiet = true,
	.statements = sql_all,
	.handle = refresh_places,
};
