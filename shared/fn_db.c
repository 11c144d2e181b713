/* fn_db.c: transactions that run again after a conflict, and the statements inside them. The rules
 * are those of examples.md 6 and reliability.md 4.5. */
#include "fn_db.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_log.h"
#include "fn_pq.h"
#include "fn_time.h"
#include "shared.sql.h"

enum { TRIES_MAX = 5, FIRST_PAUSE_MS = 20 };

struct fn_tx {
	struct fn_request *req;
	/* of the worst statement: a body that drops an error still cannot commit */
	enum fn_pq_outcome outcome;
};

static struct fn_error *busy(struct fn_request *req, const char *cause)
{
	struct fn_error *error = fn_fail_because(req, &fn_message_busy, "%s", cause);

	error->retry_after = 1;
	return error;
}

/* The error of a failed statement, with what the endpoint may need to explain it. */
static struct fn_error *explain(struct fn_tx *tx, const char *statement,
				const struct fn_pq_answer *answer)
{
	const char *cause =
		fn_arena_format(fn_request_arena(tx->req), "%s: %s %s", statement,
				answer->sqlstate ? answer->sqlstate : "-----", answer->message);
	struct fn_error *error;

	tx->outcome = answer->outcome;
	if (tx->outcome != FN_PQ_REFUSED)
		return busy(tx->req, cause);
	error = fn_fail_because(tx->req, &fn_message_internal, "%s", cause);
	error->sqlstate = answer->sqlstate;
	error->constraint = answer->constraint;
	return error;
}

/* A command without rows; anything but the expected tag is a failure. */
static struct fn_error *command(struct fn_tx *tx, const char *text, const char *tag)
{
	struct fn_pq_answer answer = fn_pq_command(fn_request_arena(tx->req), text);

	if (answer.outcome != FN_PQ_FINE)
		return explain(tx, text, &answer);
	if (strcmp(answer.tag, tag) == 0)
		return NULL;
	/* COMMIT of a failed transaction succeeds with the tag ROLLBACK */
	tx->outcome = FN_PQ_REFUSED;
	return fn_fail_because(tx->req, &fn_message_internal, "%s answered %s", text, answer.tag);
}

/* ---- statements ---- */

/* Values in text format; numbers are written here. */
static const char **values_of(struct fn_arena *arena, const struct fn_arg *args, size_t n)
{
	const char **values = fn_arena_alloc(arena, (n + 1) * sizeof(*values));

	for (size_t i = 0; i < n; i++) {
		if (args[i].kind == FN_ARG_NUMBER)
			values[i] = fn_arena_format(arena, "%" PRId64, args[i].number);
		else if (args[i].kind == FN_ARG_BOOL)
			values[i] = args[i].number != 0 ? "t" : "f";
		else
			values[i] = args[i].text;
	}
	return values;
}

struct fn_error *fn_db_all(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, struct fn_rows *ret)
{
	struct fn_arena *arena = fn_request_arena(tx->req);
	struct fn_pq_answer answer;

	*ret = (struct fn_rows){0};
	if (tx->outcome != FN_PQ_FINE) /* the server would only say 25P02 */
		return fn_fail_because(tx->req, &fn_message_internal,
				       "%s: after a failed statement", sql->name);
	answer = fn_pq_execute(arena, sql, values_of(arena, args, n), n);
	if (answer.outcome != FN_PQ_FINE)
		return explain(tx, sql->name, &answer);
	*ret = answer.rows;
	return NULL;
}

struct fn_error *fn_db_one(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, struct fn_row *ret)
{
	struct fn_rows rows;

	*ret = (struct fn_row){0};
	FN_TRY(fn_db_all(tx, sql, args, n, &rows));
	if (rows.count > 1) {
		tx->outcome = FN_PQ_REFUSED;
		return fn_fail_because(tx->req, &fn_message_internal, "%s: %zu rows", sql->name,
				       rows.count);
	}
	if (rows.count == 1)
		*ret = fn_rows_at(&rows, 0);
	return NULL;
}

struct fn_error *fn_db_run(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, int64_t *ret_affected)
{
	struct fn_rows rows;

	FN_TRY(fn_db_all(tx, sql, args, n, &rows));
	if (ret_affected != NULL)
		*ret_affected = rows.affected;
	return NULL;
}

struct fn_error *fn_db_job(struct fn_tx *tx, const char *function, const char *dedup,
			   struct json_object *payload)
{
	const char *text = fn_json_write(fn_json_keep(fn_request_arena(tx->req), payload), NULL);

	return fn_db_run(tx, &sql_add_job,
			 FN_ARGS(fn_arg_text(function), fn_arg_text(dedup), fn_arg_text(text)),
			 NULL);
}

struct fn_request *fn_tx_request(struct fn_tx *tx)
{
	return tx->req;
}

bool fn_db_violates(const struct fn_error *error, const char *constraint)
{
	return error != NULL && error->sqlstate != NULL && strncmp(error->sqlstate, "23", 2) == 0 &&
	       error->constraint != NULL && strcmp(error->constraint, constraint) == 0;
}

/* ---- the transaction runner ---- */

/* A random time of up to 20, 40, 80, 160 ms, so that those who collided do not collide again. */
static void pause_before(unsigned try)
{
	uint32_t random;

	fn_crypto_random(&random, sizeof(random));
	(void)poll(NULL, 0, (int)(random % ((uint32_t)FIRST_PAUSE_MS << try)));
}

static bool may_try_again(struct fn_request *req, unsigned try)
{
	uint64_t deadline = fn_request_deadline(req);

	return try < TRIES_MAX && (deadline == 0 || fn_time_monotonic() < deadline);
}

/* COMMIT has three outcomes: done, refused, unknown. */
static struct fn_error *commit(struct fn_tx *tx)
{
	struct fn_error *error = command(tx, "COMMIT", "COMMIT");

	if (error != NULL && tx->outcome == FN_PQ_LOST) {
		fn_log_request(tx->req, FN_ERROR, "uncertain: connection lost during COMMIT");
		tx->outcome = FN_PQ_REFUSED; /* it may have happened: the endpoint's rule for
					  repeats mends it */
	}
	return error;
}

/* One try: what it came to is in tx->outcome, what to answer in the result. */
static struct fn_error *attempt(struct fn_tx *tx, const char *begin, fn_tx_body *body, void *arg,
				bool keep)
{
	struct fn_error *error = command(tx, begin, "BEGIN");
	struct fn_error *failed;

	if (error == NULL)
		error = body(tx, arg);
	if (tx->outcome != FN_PQ_FINE && error == NULL)
		error = fn_fail_because(tx->req, &fn_message_internal,
					"the body dropped a failed statement");
	if (error != NULL && (!keep || tx->outcome != FN_PQ_FINE)) {
		fn_pq_roll_back();
		return error;
	}
	failed = commit(tx);
	if (failed != NULL)
		fn_pq_roll_back();
	return failed != NULL ? failed : error;
}

static struct fn_error *run(struct fn_request *req, enum fn_isolation level, fn_tx_body *body,
			    void *arg, bool keep)
{
	static const char *const begin[] = {[FN_READ_COMMITTED] = "BEGIN",
					    [FN_SERIALIZABLE] =
						    "BEGIN ISOLATION LEVEL SERIALIZABLE"};
	struct fn_arena_mark mark = fn_arena_mark(fn_request_arena(req));
	bool was_lost = false;

	for (unsigned try = 1;; try++) {
		struct fn_tx tx = {.req = req};
		const char *why = fn_db_connect();
		struct fn_error *error;

		if (why != NULL)
			return busy(req, why);
		fn_request_count_tries(req, 1);
		error = attempt(&tx, begin[level], body, arg, keep);
		if (tx.outcome == FN_PQ_LOST) { /* before COMMIT: nothing happened, once more */
			fn_db_disconnect();
			if (was_lost || !may_try_again(req, try))
				return error;
			was_lost = true;
		} else if (tx.outcome != FN_PQ_CONFLICT || !may_try_again(req, try)) {
			return error;
		} else {
			pause_before(try - 1);
		}
		fn_arena_reset(fn_request_arena(req), mark);
	}
}

struct fn_error *fn_db_transaction(struct fn_request *req, enum fn_isolation level,
				   fn_tx_body *body, void *arg)
{
	return run(req, level, body, arg, false);
}

struct fn_error *fn_db_transaction_keep(struct fn_request *req, enum fn_isolation level,
					fn_tx_body *body, void *arg)
{
	return run(req, level, body, arg, true);
}

/* ---- notices ---- */

struct fn_error *fn_db_listen(struct fn_request *req, const char *channel)
{
	struct fn_tx tx = {.req = req};
	struct fn_arena *arena = fn_request_arena(req);
	const char *why = fn_db_connect(), *from = channel;
	char *name = fn_arena_alloc(arena, 2 * strlen(channel) + 1), *to = name;

	if (why != NULL)
		return busy(req, why);
	for (; *from != '\0'; *to++ = *from++) {
		if (*from == '"')
			*to++ = '"';
	}
	return command(&tx, fn_arena_format(arena, "LISTEN \"%s\"", name), "LISTEN");
}
