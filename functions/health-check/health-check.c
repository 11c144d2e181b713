/* health-check: do the parts answer? For load balancers and people (decisions 23). */
#include "fn.h"
#include "fn_time.h"
#include "health-check.sql.h"

/* The database is there when a statement runs, accounts when their tables can be read. */
static struct fn_error *look(struct fn_tx *tx, void *arg)
{
	struct fn_row *row = arg;

	return fn_db_one(tx, &sql_look, FN_NO_ARGS, row);
}

static struct fn_error *health_check(struct fn_request *req)
{
	struct fn_row row = {0};
	struct fn_error *error = fn_db_transaction(req, FN_READ_COMMITTED, look, &row);
	bool accounts = error == NULL && fn_row_found(&row) && fn_col_bool(&row, 0);
	const char *up = "ok", *down = "down";
	char stamp[32];

	if (error != NULL)
		fn_log_request(req, FN_WARN, "database: %s", error->cause);
	fn_reply_header(req, "Cache-Control", "no-store");
	return fn_reply_json_status(
		req, accounts ? 200 : 503,
		FN_OBJECT(fn_json_string("status", accounts ? "ok" : "degraded"),
			  fn_json_string("timestamp", fn_time_stamp(stamp)),
			  fn_json_value("services",
					FN_OBJECT(fn_json_string("database",
								 error == NULL ? up : down),
						  fn_json_string("functions", up),
						  fn_json_string("auth", accounts ? up : down)))));
}

const struct fn_function fn_function = {
	.name = "health-check",
	.methods = FN_GET | FN_HEAD,
	.auth = FN_AUTH_NONE,
	.errors = FN_ERRORS_PLAIN,
	.statements = sql_all,
	.handle = health_check,
};
