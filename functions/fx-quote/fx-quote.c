/* fx-quote: what a sum of francs costs in dollars, as it would be charged now. The arithmetic is
 * private.quote, which the checkout uses as well. */
#include <string.h>

#include "fn.h"
#include "fx-quote.sql.h"
#include "temba_money.h"

enum { MARGIN_MAX = 500 };
static const int64_t most = 1000000000000; /* as private.quote takes */

static const struct fn_message bad_amount =
	{400, "invalid_amount", "xof_amount_minor doit être un nombre entier positif de francs",
	 "xof_amount_minor must be a positive whole number of francs"};
static const struct fn_message bad_margin = {400, "invalid_margin",
					     "margin_bps doit être un nombre entier de 0 à 500",
					     "margin_bps must be a whole number from 0 to 500"};

struct quote {
	struct fn_request *req;
	struct temba_money francs;
	struct fn_row row;
};

static struct fn_error *read_input(struct quote *q)
{
	struct fn_fields f;
	struct json_object *amount, *margin;
	int64_t bps;

	FN_TRY(fn_field_begin(q->req, &f));
	amount = fn_json_get(f.object, "xof_amount_minor");
	if (fn_json_type(amount) == FN_JSON_TEXT ||
	    !temba_money_read_json(amount, "XOF", TEMBA_MONEY_EXACT, &q->francs) ||
	    q->francs.minor < 1 || q->francs.minor > most)
		return fn_fail(q->req, &bad_amount);
	/* taken for the sake of old clients and then not looked at: the margin is ours */
	margin = fn_json_get(f.object, "margin_bps");
	bps = fn_json_integer(margin);
	if (fn_json_type(margin) != FN_JSON_NONE && fn_json_type(margin) != FN_JSON_NULL &&
	    (fn_json_type(margin) != FN_JSON_INTEGER || bps < 0 || bps > MARGIN_MAX))
		return fn_fail(q->req, &bad_margin);
	return fn_field_end(&f);
}

static struct fn_error *ask(struct fn_tx *tx, void *arg)
{
	struct quote *q = arg;

	return fn_db_one(tx, &sql_quote,
			 FN_ARGS(fn_arg_int(q->francs.minor),
				 fn_arg_int(fn_conf_int("FX_MARGIN_BPS")),
				 fn_arg_int(fn_conf_int("FX_MAX_AGE_HOURS"))),
			 &q->row);
}

static struct fn_error *fx_quote(struct fn_request *req)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct quote q = {.req = req};
	struct temba_money dollars;
	struct fn_caller caller;
	struct json_object *body;

	FN_TRY(fn_auth_any(req, &caller));
	FN_TRY(read_input(&q));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, ask, &q));
	if (!temba_money_of(fn_col_int(&q.row, 0), "USD", &dollars))
		return fn_fail_because(req, &fn_message_internal, "a quote below nothing");
	body = FN_OBJECT(fn_json_int("usd_cents", dollars.minor), fn_json_int("fx_num", 100),
			 fn_json_int("fx_den", fn_col_int(&q.row, 1)),
			 fn_json_string("fx_locked_at", fn_col_text(&q.row, 4)),
			 fn_json_int("margin_bps", fn_col_int(&q.row, 3)),
			 fn_json_int("base_xof_per_usd", fn_col_int(&q.row, 2)),
			 fn_json_int("effective_xof_per_usd", fn_col_int(&q.row, 1)),
			 fn_json_string("display_amount", temba_money_named(arena, &q.francs)),
			 fn_json_string("charge_amount", temba_money_charge(arena, &dollars)),
			 fn_json_string("rate_id", fn_col_text(&q.row, 7)),
			 fn_json_string("source", fn_col_text(&q.row, 5)),
			 fn_json_bool("stale", fn_col_bool(&q.row, 6)));
	if (fn_col_bool(&q.row, 6)) /* a price to look at; the checkout refuses to charge it */
		fn_json_set(body, fn_json_string("code", "fx_rate_stale"));
	return fn_reply_json(req, body);
}

const struct fn_function fn_function = {
	.name = "fx-quote",
	.methods = FN_POST,
	.auth = FN_AUTH_APIKEY,
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = fx_quote,
};
