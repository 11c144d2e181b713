/* fn_db.c: PostgreSQL through libpq: one connection, transactions that run again after a conflict.
 * The rules are those of examples.md 6 and reliability.md 4.5. */
#include "fn_db.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_log.h"
#include "fn_time.h"
#include "shared.sql.h"

enum { TRIES_MAX = 5, KNOWN_MAX = 256, FIRST_PAUSE_MS = 20 };

/* What a failed statement means for the transaction (reliability.md 4.5). */
enum outcome { FINE, CONFLICT, OVERLOADED, LOST, REFUSED };

struct fn_tx {
	struct fn_request *req;
	enum outcome outcome; /* of the worst statement: a body that drops an error still cannot
				 commit */
};

static PGconn *connection;
/* Statements run on this connection so far. The first time is unnamed, in one round trip, for the
 * sake of a worker that has just been born; whoever comes twice is prepared. */
static struct {
	const struct fn_sql *sql;
	bool prepared;
} known[KNOWN_MAX];
static size_t known_count;

/* ---- the connection ---- */

static void ignore_notice(void *arg, const PGresult *notice)
{
	(void)arg;
	(void)notice;
}

void fn_db_disconnect(void)
{
	PQfinish(connection);
	connection = NULL;
	known_count = 0;
}

const char *fn_db_connect(void)
{
	static char why[256];
	const char *message;

	if (connection != NULL && PQstatus(connection) == CONNECTION_OK)
		return NULL;
	fn_db_disconnect();
	connection = PQconnectdb(fn_conf_text("FN_DB_URL"));
	if (PQstatus(connection) == CONNECTION_OK) {
		(void)PQsetNoticeReceiver(connection, ignore_notice, NULL);
		return NULL;
	}
	message = PQerrorMessage(connection); /* holds no password */
	(void)snprintf(why, sizeof(why), "no database connection: %.*s",
		       (int)strcspn(message, "\n"), message);
	fn_db_disconnect();
	return why;
}

static enum outcome classify(const char *sqlstate)
{
	if (sqlstate == NULL || PQstatus(connection) != CONNECTION_OK)
		return LOST; /* a broken link has no SQLSTATE */
	if (strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0)
		return CONFLICT;
	if (strncmp(sqlstate, "57P", 3) == 0 || strncmp(sqlstate, "08", 2) == 0 ||
	    strcmp(sqlstate, "25006") == 0) /* 25006: this server is no longer the primary */
		return LOST;
	if (strcmp(sqlstate, "55P03") == 0 || strcmp(sqlstate, "57014") == 0 ||
	    strncmp(sqlstate, "53", 2) == 0)
		return OVERLOADED;
	return REFUSED;
}

static struct fn_error *busy(struct fn_request *req, const char *cause)
{
	struct fn_error *error = fn_fail_because(req, &fn_message_busy, "%s", cause);

	error->retry_after = 1;
	return error;
}

/* The error of a failed result, with what the endpoint may need to explain it. Only the primary
 * message is kept: DETAIL holds values. */
static struct fn_error *explain(struct fn_tx *tx, const char *statement, const PGresult *result)
{
	struct fn_arena *arena = fn_request_arena(tx->req);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *cause;
	struct fn_error *error;

	tx->outcome = classify(sqlstate);
	cause = fn_arena_format(arena, "%s: %s %s", statement, sqlstate ? sqlstate : "-----",
				primary ? primary : "connection lost");
	if (tx->outcome != REFUSED)
		return busy(tx->req, cause);
	error = fn_fail_because(tx->req, &fn_message_internal, "%s", cause);
	error->sqlstate = fn_arena_text(arena, sqlstate);
	error->constraint =
		fn_arena_text(arena, PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
	return error;
}

/* A command without rows. NULL result text means the expected tag came. */
static struct fn_error *command(struct fn_tx *tx, const char *text, const char *tag)
{
	PGresult *result = PQexec(connection, text);
	struct fn_error *error = NULL;

	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		error = explain(tx, text, result);
	} else if (strcmp(PQcmdStatus(result), tag) != 0) {
		/* COMMIT of a failed transaction succeeds with the tag ROLLBACK */
		tx->outcome = REFUSED;
		error = fn_fail_because(tx->req, &fn_message_internal, "%s answered %s", text,
					PQcmdStatus(result));
	}
	PQclear(result);
	return error;
}

/* ---- statements ---- */

static void clear(void *result)
{
	PQclear(result);
}

/* The statement's place in `known`; a new one is added. *ret_seen: it was there. */
static size_t place_of(const struct fn_sql *sql, bool *ret_seen)
{
	*ret_seen = true;
	for (size_t i = 0; i < known_count; i++) {
		/* by name: each file of a function has its own copy of the constant */
		if (strcmp(known[i].sql->name, sql->name) == 0)
			return i;
	}
	if (known_count == KNOWN_MAX)
		fn_die(70, "more than %d statements", KNOWN_MAX);
	*ret_seen = false;
	known[known_count].sql = sql;
	known[known_count].prepared = false;
	return known_count++;
}

static PGresult *prepare(size_t place)
{
	const struct fn_sql *sql = known[place].sql;
	PGresult *result = PQprepare(connection, sql->name, sql->text, 0, NULL);

	known[place].prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
	return result;
}

/* The result of the statement, or of preparing it when that failed. */
static PGresult *run_statement(const struct fn_sql *sql, const char *const *values, size_t n)
{
	bool seen;
	size_t place = place_of(sql, &seen);

	if (!seen)
		return PQexecParams(connection, sql->text, (int)n, NULL, values, NULL, NULL, 0);
	if (!known[place].prepared) {
		PGresult *result = prepare(place);

		if (!known[place].prepared)
			return result;
		PQclear(result);
	}
	return PQexecPrepared(connection, sql->name, (int)n, values, NULL, NULL, 0);
}

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

static struct fn_error *execute(struct fn_tx *tx, const struct fn_sql *sql,
				const struct fn_arg *args, size_t n, PGresult **ret)
{
	struct fn_arena *arena = fn_request_arena(tx->req);
	PGresult *result;

	if (tx->outcome != FINE) /* the server would only say 25P02 */
		return fn_fail_because(tx->req, &fn_message_internal,
				       "%s: after a failed statement", sql->name);
	result = run_statement(sql, values_of(arena, args, n), n);
	fn_arena_defer(arena, clear, result);
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		return explain(tx, sql->name, result);
	*ret = result;
	return NULL;
}

struct fn_error *fn_db_all(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, struct fn_rows *ret)
{
	PGresult *result = NULL;

	*ret = (struct fn_rows){0};
	FN_TRY(execute(tx, sql, args, n, &result));
	ret->from = result;
	ret->count = (size_t)PQntuples(result);
	ret->affected = strtoll(PQcmdTuples(result), NULL, 10);
	return NULL;
}

struct fn_error *fn_db_one(struct fn_tx *tx, const struct fn_sql *sql, const struct fn_arg *args,
			   size_t n, struct fn_row *ret)
{
	struct fn_rows rows;

	*ret = (struct fn_row){0};
	FN_TRY(fn_db_all(tx, sql, args, n, &rows));
	if (rows.count > 1) {
		tx->outcome = REFUSED;
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

static void roll_back(void)
{
	if (connection != NULL && PQtransactionStatus(connection) != PQTRANS_IDLE)
		PQclear(PQexec(connection, "ROLLBACK"));
}

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

	if (error != NULL && tx->outcome == LOST) {
		fn_log_request(tx->req, FN_ERROR, "uncertain: connection lost during COMMIT");
		tx->outcome = REFUSED; /* it may have happened: the endpoint's rule for repeats
					  mends it */
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
	if (tx->outcome != FINE && error == NULL)
		error = fn_fail_because(tx->req, &fn_message_internal,
					"the body dropped a failed statement");
	if (error != NULL && (!keep || tx->outcome != FINE)) {
		roll_back();
		return error;
	}
	failed = commit(tx);
	if (failed != NULL)
		roll_back();
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
		if (tx.outcome == LOST) { /* before COMMIT: nothing happened, once more */
			fn_db_disconnect();
			if (was_lost || !may_try_again(req, try))
				return error;
			was_lost = true;
		} else if (tx.outcome != CONFLICT || !may_try_again(req, try)) {
			return error;
		} else {
			pause_before(try - 1);
		}
		fn_arena_reset(fn_request_arena(req), mark);
	}
}

bool fn_db_in_transaction(void)
{
	PGTransactionStatusType status = PQtransactionStatus(connection);

	return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN; /* UNKNOWN: no connection */
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

/* ---- values ---- */

struct fn_arg fn_arg_text(const char *text)
{
	return (struct fn_arg){.kind = FN_ARG_TEXT, .text = text};
}

struct fn_arg fn_arg_uuid(const struct fn_uuid *uuid)
{
	return fn_arg_text(uuid != NULL && uuid->text[0] != '\0' ? uuid->text : NULL);
}

struct fn_arg fn_arg_int(int64_t number)
{
	return (struct fn_arg){.kind = FN_ARG_NUMBER, .number = number};
}

struct fn_arg fn_arg_bool(bool value)
{
	return (struct fn_arg){.kind = FN_ARG_BOOL, .number = value};
}

struct fn_row fn_rows_at(const struct fn_rows *rows, size_t number)
{
	return (struct fn_row){.from = rows->from, .number = number};
}

bool fn_col_is_null(const struct fn_row *row, size_t column)
{
	return PQgetisnull(row->from, (int)row->number, (int)column) != 0;
}

const char *fn_col_text(const struct fn_row *row, size_t column)
{
	return fn_col_is_null(row, column) ? NULL
					   : PQgetvalue(row->from, (int)row->number, (int)column);
}

bool fn_col_bool(const struct fn_row *row, size_t column)
{
	const char *text = fn_col_text(row, column);

	return text != NULL && text[0] == 't';
}

int64_t fn_col_int(const struct fn_row *row, size_t column)
{
	const char *text = fn_col_text(row, column);

	return text == NULL ? 0 : strtoll(text, NULL, 10);
}

struct fn_uuid fn_col_uuid(const struct fn_row *row, size_t column)
{
	const char *text = fn_col_text(row, column);
	struct fn_uuid uuid = {0};

	if (text != NULL)
		(void)fn_text_uuid(text, &uuid);
	return uuid;
}

/* ---- for fn_main and fnq ---- */

const char *fn_db_check(const struct fn_sql *const *statements, struct fn_arena *arena)
{
	const char *why = fn_db_connect();

	for (; why == NULL && *statements != NULL; statements++) {
		bool seen;
		PGresult *result = prepare(place_of(*statements, &seen));

		if (PQresultStatus(result) != PGRES_COMMAND_OK) {
			const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

			why = fn_arena_format(arena, "%s: %s", (*statements)->name,
					      primary != NULL ? primary : "connection lost");
		}
		PQclear(result);
	}
	return why;
}

int fn_db_descriptor(void)
{
	return connection == NULL ? -1 : PQsocket(connection);
}

struct fn_error *fn_db_listen(struct fn_request *req, const char *channel)
{
	struct fn_tx tx = {.req = req};
	const char *why = fn_db_connect();

	if (why != NULL)
		return busy(req, why);
	return command(&tx, fn_arena_format(fn_request_arena(req), "LISTEN %s", channel), "LISTEN");
}

bool fn_db_noticed(void)
{
	bool noticed = false;
	PGnotify *notice;

	if (connection == NULL || PQconsumeInput(connection) == 0)
		return false;
	while ((notice = PQnotifies(connection)) != NULL) {
		noticed = true;
		PQfreemem(notice);
	}
	return noticed;
}
