/* fnq_store.c: the runner's statements and what happens while the database is away. */
#include "fnq_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_db.h"
#include "fn_die.h"
#include "fn_log.h"
#include "fn_time.h"
#include "fnq.sql.h"

enum { FIRST_PAUSE_MS = 100, LAST_PAUSE_MS = 2000, MS = 1000000 };

/* ---- one transaction ---- */

/* Said once when the database goes and once when it is back. */
static bool settle(struct fnq_store *store, const struct fn_error *error)
{
	uint64_t pause = FIRST_PAUSE_MS;

	if (error == NULL) {
		if (store->failures > 0)
			fn_log(FN_INFO, "the database answers again");
		store->failures = 0;
		return true;
	}
	if (store->failures == 0)
		fn_log(FN_ERROR, "the database does not answer: %s",
		       error->cause != NULL ? error->cause : error->message->code);
	for (unsigned i = 0; i < store->failures && pause < LAST_PAUSE_MS; i++)
		pause *= 2;
	store->failures++;
	store->next_try =
		fn_time_monotonic() + (pause < LAST_PAUSE_MS ? pause : LAST_PAUSE_MS) * MS;
	return false;
}

static bool transact(struct fnq_store *store, fn_tx_body *body, void *arg)
{
	struct fn_request *req = fn_request_new(&(struct fn_request_parts){0});
	bool fine = settle(store, fn_db_transaction(req, FN_READ_COMMITTED, body, arg));

	fn_request_free(req);
	return fine;
}

bool fnq_store_is_ready(const struct fnq_store *store, uint64_t now)
{
	return store->failures == 0 || now >= store->next_try;
}

/* ---- claiming ---- */

struct claim {
	const struct fnq_store *store;
	const char *full;
	struct fnq_job *job;
};

static struct fn_error *claim(struct fn_tx *tx, void *arg)
{
	const struct claim *c = arg;
	struct fnq_job *job = c->job;
	struct fn_row row;
	int64_t max;

	free(job->payload); /* of a try that was rolled back */
	*job = (struct fnq_job){0};
	FN_TRY(fn_db_one(tx, &sql_claim,
			 FN_ARGS(fn_arg_text(c->store->runner), fn_arg_int(c->store->lease_s),
				 fn_arg_text(c->full)),
			 &row));
	if (!fn_row_found(&row))
		return NULL;
	job->id = fn_col_int(&row, 0);
	(void)snprintf(job->function, sizeof(job->function), "%s", fn_col_text(&row, 1));
	(void)snprintf(job->lane, sizeof(job->lane), "%s", fn_col_text(&row, 5));
	job->attempts = (int)fn_col_int(&row, 3);
	max = fn_col_int(&row, 4);
	job->max_attempts = (int)(max < c->store->max_attempts ? max : c->store->max_attempts);
	job->payload = strdup(fn_col_text(&row, 2));
	if (job->payload == NULL)
		fn_die(71, "out of memory");
	return NULL;
}

bool fnq_store_claim(struct fnq_store *store, const char *full, struct fnq_job *ret)
{
	struct claim c = {.store = store, .full = full, .job = ret};

	*ret = (struct fnq_job){0};
	if (transact(store, claim, &c))
		return true;
	free(ret->payload); /* whether the claim was committed is not known; then its lease runs out
			     */
	*ret = (struct fnq_job){0};
	return false;
}

/* ---- settling ---- */

struct settlement {
	const struct fnq_store *store;
	const struct fnq_job *job;
	const struct fn_sql *sql;
	int64_t delay_ms;
	const char *error;
	int64_t affected;
};

static struct fn_error *write_settlement(struct fn_tx *tx, void *arg)
{
	struct settlement *s = arg;
	struct fn_arg args[5] = {fn_arg_int(s->job->id), fn_arg_text(s->store->runner),
				 fn_arg_int(s->job->attempts)};
	size_t count = 3;

	if (s->sql == &sql_again)
		args[count++] = fn_arg_int(s->delay_ms);
	if (s->error != NULL)
		args[count++] = fn_arg_text(s->error);
	return fn_db_run(tx, s->sql, args, count, &s->affected);
}

static bool settle_job(struct fnq_store *store, struct settlement *s)
{
	s->store = store;
	if (!transact(store, write_settlement, s))
		return false;
	if (s->affected == 0)
		fn_log(FN_WARN, "job %lld: its lease was lost, another runner has it",
		       (long long)s->job->id);
	return true;
}

bool fnq_store_done(struct fnq_store *store, const struct fnq_job *job)
{
	return settle_job(store, &(struct settlement){.job = job, .sql = &sql_done});
}

bool fnq_store_again(struct fnq_store *store, const struct fnq_job *job, int64_t delay_ms,
		     const char *error)
{
	return settle_job(store, &(struct settlement){.job = job,
						      .sql = &sql_again,
						      .delay_ms = delay_ms,
						      .error = error});
}

bool fnq_store_dead(struct fnq_store *store, const struct fnq_job *job, const char *error)
{
	return settle_job(store,
			  &(struct settlement){.job = job, .sql = &sql_dead, .error = error});
}

/* ---- what comes round ---- */

static struct fn_error *heartbeat(struct fn_tx *tx, void *arg)
{
	const struct fnq_store *store = arg;

	return fn_db_run(tx, &sql_heartbeat,
			 FN_ARGS(fn_arg_text(store->runner), fn_arg_int(store->lease_s),
				 fn_arg_text(store->ours.bytes)),
			 NULL);
}

bool fnq_store_heartbeat(struct fnq_store *store)
{
	return transact(store, heartbeat, store);
}

static struct fn_error *tick(struct fn_tx *tx, void *arg)
{
	const struct fnq_store *store = arg;
	struct fn_rows left;

	FN_TRY(fn_db_all(tx, &sql_recover,
			 FN_ARGS(fn_arg_text(store->runner), fn_arg_int(store->max_attempts),
				 fn_arg_text(store->ours.bytes)),
			 &left));
	for (size_t i = 0; i < left.count; i++) {
		struct fn_row row = fn_rows_at(&left, i);

		fn_log(FN_WARN, "job %s of %s: its runner died, now %s", fn_col_text(&row, 0),
		       fn_col_text(&row, 1), fn_col_text(&row, 2));
	}
	return fn_db_run(tx, &sql_tick, FN_NO_ARGS, NULL);
}

bool fnq_store_tick(struct fnq_store *store)
{
	struct fn_request *req = fn_request_new(&(struct fn_request_parts){0});
	/* each time: the connection may be a new one, and repeating costs nothing */
	const struct fn_error *error = fn_db_listen(req, "jobs");

	if (error == NULL && fn_conf_bool("PGRST_DB_CHANNEL_ENABLED"))
		error = fn_db_listen(req, fn_conf_text("PGRST_DB_CHANNEL"));
	store->listening = fn_db_connections();
	if (error == NULL)
		error = fn_db_listen(req, "cache");
	if (error == NULL)
		error = fn_db_transaction(req, FN_READ_COMMITTED, tick, store);
	else
		fn_db_disconnect(); /* a transaction would have noticed that it is broken */
	settle(store, error);
	fn_request_free(req);
	return store->failures == 0;
}

struct purge {
	const struct fnq_store *store;
	int64_t forgotten;
};

static struct fn_error *purge(struct fn_tx *tx, void *arg)
{
	struct purge *p = arg;

	return fn_db_run(tx, &sql_purge, FN_ARGS(fn_arg_int(p->store->keep_days)), &p->forgotten);
}

bool fnq_store_purge(struct fnq_store *store)
{
	struct purge p = {.store = store};

	return transact(store, purge, &p) && p.forgotten > 0;
}
