/* submit-refund: asks the provider for a refund, and what became of it. Internal: the job runner
 * calls it with {"refund":ID}; its schedule, without one, puts jobs for what is due. */
#include <string.h>

#include "submit-refund.h"
#include "submit-refund.sql.h"

enum { DUE_MOST = 100 };

static const struct fn_message unknown_provider = {422, "unknown_provider", "Prestataire inconnu.",
						   "Unknown provider."};

/* Columns of begin.sql. */
enum { STEP, KEY, PROVIDER, PAYMENT_REF, PROVIDER_REF, CHARGE, CURRENCY };

struct attempt {
	struct fn_uuid refund;
	const char *step, *provider;
	struct refund_ask ask;
	struct refund_news news;
	const char *moved; /* what private.refund_move made of it */
};

/* Runs again from the top after a conflict: touches only *a and the database. */
static struct fn_error *begin(struct fn_tx *tx, void *arg)
{
	struct attempt *a = arg;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_begin, FN_ARGS(fn_arg_uuid(&a->refund)), &row));
	a->step = fn_col_text(&row, STEP);
	a->provider = fn_col_text(&row, PROVIDER);
	a->ask.key = fn_col_uuid(&row, KEY);
	a->ask.payment_ref = fn_col_text(&row, PAYMENT_REF);
	a->ask.provider_ref = fn_col_text(&row, PROVIDER_REF);
	a->ask.charge_minor = fn_col_int(&row, CHARGE);
	a->ask.currency = fn_col_text(&row, CURRENCY);
	a->ask.is_new = strcmp(a->step, "create") == 0;
	return NULL;
}

static struct fn_error *move(struct fn_tx *tx, void *arg)
{
	struct attempt *a = arg;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_move,
			 FN_ARGS(fn_arg_uuid(&a->refund), fn_arg_uuid(&a->ask.key),
				 fn_arg_text(a->news.state), fn_arg_text(a->news.ref),
				 fn_arg_text(a->news.code), fn_arg_bool(a->news.fresh)),
			 &row));
	a->moved = fn_col_text(&row, 0);
	return NULL;
}

static struct fn_error *due(struct fn_tx *tx, void *arg)
{
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_due, FN_ARGS(fn_arg_int(DUE_MOST)), &row));
	*(int64_t *)arg = fn_col_int(&row, 0);
	return NULL;
}

static struct fn_error *tend(struct fn_request *req)
{
	int64_t count = 0;

	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, due, &count));
	return fn_reply_json(req,
			     FN_OBJECT(fn_json_bool("success", true), fn_json_int("due", count)));
}

static struct fn_error *submit_refund(struct fn_request *req)
{
	struct attempt a = {.ask = {.req = req, .id = &a.refund}};
	struct fn_fields input;
	bool has_refund;

	FN_TRY(fn_auth_internal(req));
	FN_TRY(fn_field_begin(req, &input));
	has_refund = fn_field_uuid(&input, "refund", FN_OPTIONAL, &a.refund);
	FN_TRY(fn_field_end(&input));
	if (!has_refund)
		return tend(req);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, begin, &a));
	a.moved = a.step;
	if (strcmp(a.step, "none") != 0 && strcmp(a.step, "wait") != 0) {
		/* no transaction is open while the provider thinks */
		if (strcmp(a.provider, "stripe") == 0)
			a.news = refund_at_stripe(&a.ask);
		else if (strcmp(a.provider, "pawapay") == 0)
			a.news = refund_at_pawapay(&a.ask);
		else
			return fn_fail(req, &unknown_provider);
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, move, &a));
		fn_log_request(req, FN_INFO, "refund %s: %s says %s%s%s, %s", a.refund.text,
			       a.provider, a.news.state, a.news.code != NULL ? " " : "",
			       a.news.code != NULL ? a.news.code : "", a.moved);
	}
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_string("refund", a.refund.text),
					    fn_json_string("state", a.moved)));
}

const struct fn_function fn_function = {
	.name = "submit-refund",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = 1024,
	.errors = FN_ERRORS_PLAIN,
	.quiet = true,
	.statements = sql_all,
	.handle = submit_refund,
};
