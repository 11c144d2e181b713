/* fetch-fx-rates: the rate of the dollar, once an hour, from the first of three sources that has
 * one. For the job runner and for whoever has the service key. */
#include <string.h>

#include "fetch-fx-rates.sql.h"
#include "fn.h"
#include "fn_time.h"
#include "sources.h"

/* What the shop assumes when it knows nothing. */
static const struct fx_rate fallback = {.hundredths = 56600, .source = "fallback"};

static const struct fn_message service_only = {403, "service_only",
					       "Cette action est réservée au service",
					       "Only the service may do this"};
/* 500 is what the contract has for it; the runner comes again soon */
static const struct fn_message no_rate = {500, "fx_sources_failed",
					  "Aucune source ne donne le taux du dollar",
					  "No source gives the rate of the dollar"};

struct fetch {
	struct fn_request *req;
	struct fn_row known; /* the rate in force before */
	struct fx_rate rate; /* the one to write */
	struct fn_row written;
};

static struct fn_error *authenticate(struct fn_request *req)
{
	struct fn_caller caller;

	if (fn_request_is_internal(req))
		return fn_auth_internal(req);
	FN_TRY(fn_auth_any(req, &caller));
	return strcmp(caller.role, "service_role") == 0 ? NULL : fn_fail(req, &service_only);
}

static struct fn_error *read_known(struct fn_tx *tx, void *arg)
{
	struct fetch *f = arg;

	return fn_db_one(tx, &sql_read_rate, FN_NO_ARGS, &f->known);
}

/* One transaction: whoever reads meanwhile sees the old rate or the new one, never none. */
static struct fn_error *write_rate(struct fn_tx *tx, void *arg)
{
	struct fetch *f = arg;
	struct json_object *metadata;

	metadata = fn_json_keep(fn_request_arena(f->req),
				FN_OBJECT(fn_json_value("tried",
							f->rate.tried == NULL
								? NULL
								: fn_json_share(f->rate.tried))));
	FN_TRY(fn_db_run(tx, &sql_lock, FN_NO_ARGS, NULL));
	if (f->rate.source != fallback.source) {
		FN_TRY(fn_db_run(tx, &sql_end_rate, FN_NO_ARGS, NULL));
		FN_TRY(fn_db_run(tx, &sql_clear_alarm, FN_NO_ARGS, NULL));
	}
	return fn_db_one(tx, &sql_add_rate,
			 FN_ARGS(fn_arg_int(f->rate.hundredths), fn_arg_text(f->rate.source),
				 fn_arg_text(fn_json_write(metadata, NULL))),
			 &f->written);
}

static struct fn_error *reply_cached(struct fetch *f)
{
	return fn_reply_json(f->req,
			     FN_OBJECT(fn_json_string("message",
						      fn_request_say(f->req, "Le taux est récent",
								     "The rate is recent")),
				       fn_json_value("rate",
						     fn_json_trusted(fn_col_text(&f->known, 0))),
				       fn_json_string("source", fn_col_text(&f->known, 1)),
				       fn_json_bool("cached", true)));
}

static struct fn_error *reply_written(struct fetch *f)
{
	return fn_reply_json(f->req,
			     FN_OBJECT(fn_json_string("message",
						      fn_request_say(f->req, "Nouveau taux",
								     "A new rate")),
				       fn_json_value("rate",
						     fn_json_trusted(fn_col_text(&f->written, 0))),
				       fn_json_string("source", fn_col_text(&f->written, 1)),
				       fn_json_string("valid_from", fn_col_text(&f->written, 2)),
				       fn_json_string("valid_until", fn_col_text(&f->written, 3)),
				       fn_json_bool("cached", false)));
}

static struct fn_error *raise_alarm(struct fn_tx *tx, void *arg)
{
	const struct fetch *f = arg;
	const char *age = fn_row_found(&f->known) ? "the rate in force is old" : "there is none";

	fn_log_request(f->req, FN_ERROR, "no source gives a rate, and %s", age);
	return fn_db_run(tx, &sql_raise_alarm,
			 FN_ARGS(fn_arg_text(fn_arena_format(fn_request_arena(f->req),
							     "no source gives a rate, and %s",
							     age))),
			 NULL);
}

/* The rate in force stays, whatever its age: who charges by it looks at that. */
static struct fn_error *fail(struct fetch *f)
{
	struct fn_error *error = fn_fail(f->req, &no_rate);
	char stamp[32];

	if (fn_row_found(&f->known) && fn_col_bool(&f->known, 3))
		FN_TRY(fn_db_transaction(f->req, FN_READ_COMMITTED, raise_alarm, f));
	error->detail = fn_json_keep(fn_request_arena(f->req),
				     FN_OBJECT(fn_json_string("timestamp", fn_time_stamp(stamp))));
	return error;
}

static struct fn_error *fetch_fx_rates(struct fn_request *req)
{
	struct fetch f = {.req = req};

	FN_TRY(authenticate(req));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, read_known, &f));
	if (fn_row_found(&f.known) && fn_col_bool(&f.known, 2))
		return reply_cached(&f);
	f.rate = sources_ask(req);
	if (f.rate.source == NULL && fn_row_found(&f.known))
		return fail(&f);
	if (f.rate.source == NULL) {
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, raise_alarm, &f));
		f.rate.hundredths = fallback.hundredths;
		f.rate.source = fallback.source;
	}
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, write_rate, &f));
	return fn_row_found(&f.written) ? reply_written(&f) : fail(&f);
}

const struct fn_function fn_function = {
	.name = "fetch-fx-rates",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_MIXED,
	.body_max = 4096,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = fetch_fx_rates,
};
