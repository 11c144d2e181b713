/* fn_pq.c: PostgreSQL through libpq: the connection of this process, statements on it, and what
 * came of them. The only module that includes libpq. */
#include "fn_pq.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_die.h"
#include "fn_prepared.h"

enum { KNOWN_MAX = 256 };

static PGconn *connection;
static unsigned connections; /* made so far */
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
	fn_prepared_forget_all();
}

/* What libpq says of a URL that it cannot read, or reads wrongly because of characters in a
 * password that were not encoded, holds parts of the password. (host=@name is a unix socket.) */
static bool is_readable(const char *url)
{
	PQconninfoOption *parts = PQconninfoParse(url, NULL);
	bool readable = parts != NULL;

	for (const PQconninfoOption *p = parts; readable && p->keyword != NULL; p++)
		readable = (strcmp(p->keyword, "host") != 0 && strcmp(p->keyword, "dbname") != 0) ||
			   p->val == NULL || *p->val == '\0' || strchr(p->val + 1, '@') == NULL;
	PQconninfoFree(parts);
	return readable;
}

const char *fn_db_connect(void)
{
	static char why[256];
	const char *message, *url = fn_conf_text("FN_DB_URL");
	const char *const keys[] = {"connect_timeout", "fallback_application_name", "dbname", NULL};
	const char *const values[] = {"3", program_invocation_short_name, url, NULL};

	if (connection != NULL && PQstatus(connection) == CONNECTION_OK)
		return NULL;
	fn_db_disconnect();
	if (!is_readable(url))
		return "no database connection: neither a URI nor a list of keywords; in a URI @ "
		       "and / of a password are %40 and %2F";
	connection = PQconnectdbParams(keys, values, 1); /* the URL's own words win */
	if (PQstatus(connection) == CONNECTION_OK) {
		(void)PQsetNoticeReceiver(connection, ignore_notice, NULL);
		connections++;
		return NULL;
	}
	message = PQerrorMessage(connection); /* holds no password */
	(void)snprintf(why, sizeof(why), "no database connection: %.*s",
		       (int)strcspn(message, "\n"), message);
	fn_db_disconnect();
	return why;
}

/* What a failed statement means (reliability.md 4.5). */
static enum fn_pq_outcome classify(const char *sqlstate)
{
	if (sqlstate == NULL || PQstatus(connection) != CONNECTION_OK)
		return FN_PQ_LOST; /* a broken link has no SQLSTATE */
	if (strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0)
		return FN_PQ_CONFLICT;
	if (strncmp(sqlstate, "57P", 3) == 0 || strncmp(sqlstate, "08", 2) == 0 ||
	    strcmp(sqlstate, "25006") == 0) /* 25006: this server is no longer the primary */
		return FN_PQ_LOST;
	if (strcmp(sqlstate, "55P03") == 0 || strcmp(sqlstate, "57014") == 0 ||
	    strncmp(sqlstate, "53", 2) == 0)
		return FN_PQ_OVERLOADED;
	return FN_PQ_REFUSED;
}

static const char *field(struct fn_arena *arena, const PGresult *result, int code)
{
	return fn_arena_text(arena, PQresultErrorField(result, code));
}

static void clear(void *result)
{
	PQclear(result);
}

static struct fn_pq_answer answer_of(struct fn_arena *arena, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	struct fn_pq_answer answer = {.outcome = FN_PQ_FINE};

	fn_arena_defer(arena, clear, result);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		answer.tag = PQcmdStatus(result);
		answer.rows.from = result;
		answer.rows.count = (size_t)PQntuples(result);
		answer.rows.affected = strtoll(PQcmdTuples(result), NULL, 10);
		return answer;
	}
	answer.sqlstate = field(arena, result, PG_DIAG_SQLSTATE);
	answer.message = field(arena, result, PG_DIAG_MESSAGE_PRIMARY);
	answer.constraint = field(arena, result, PG_DIAG_CONSTRAINT_NAME);
	answer.detail = field(arena, result, PG_DIAG_MESSAGE_DETAIL);
	answer.hint = field(arena, result, PG_DIAG_MESSAGE_HINT);
	if (answer.message == NULL)
		answer.message = "connection lost";
	answer.outcome =
		status == PGRES_PIPELINE_ABORTED ? FN_PQ_SKIPPED : classify(answer.sqlstate);
	return answer;
}

struct fn_pq_answer fn_pq_command(struct fn_arena *arena, const char *text)
{
	return answer_of(arena, PQexec(connection, text));
}

/* ---- statements ---- */

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

struct fn_pq_answer fn_pq_execute(struct fn_arena *arena, const struct fn_sql *sql,
				  const char *const *values, size_t n)
{
	return answer_of(arena, run_statement(sql, values, n));
}

/* ---- pipelines ---- */

/* A step on its way. */
struct sent {
	struct fn_prepared *place; /* NULL: it is not remembered */
	unsigned before;           /* results that come before that of the statement itself */
};

/* Prepares the text unless it is; returns how many results that gives. */
static unsigned send_text(struct fn_prepared *place, const char *text)
{
	unsigned results = 0;
	char drop[FN_PREPARED_NAME + 16];

	if (place->text != NULL && strcmp(place->text, text) == 0)
		return 0;
	if (place->prepared) { /* the protocol's own Close is not in this libpq */
		(void)snprintf(drop, sizeof(drop), "DEALLOCATE %s", place->name);
		results +=
			(unsigned)PQsendQueryParams(connection, drop, 0, NULL, NULL, NULL, NULL, 0);
	}
	fn_prepared_take(place, text);
	return results + (unsigned)PQsendPrepare(connection, place->name, text, 0, NULL);
}

static struct sent send_step(const struct fn_pq_step *step)
{
	struct sent sent = {0};

	if (step->once) {
		(void)PQsendQueryParams(connection, step->text, (int)step->count, NULL,
					step->values, NULL, NULL, 0);
		return sent;
	}
	sent.place = fn_prepared_find(step->text);
	sent.before = send_text(sent.place, step->text);
	(void)PQsendQueryPrepared(connection, sent.place->name, (int)step->count, step->values,
				  NULL, NULL, 0);
	return sent;
}

/* The one result of a command; libpq ends it with a NULL. NULL: the connection is gone. */
static PGresult *receive(void)
{
	PGresult *result = PQgetResult(connection);

	if (result != NULL)
		PQclear(PQgetResult(connection));
	return result;
}

/* Hands the rows over as they come. */
static struct fn_pq_answer receive_rows(struct fn_arena *arena, const struct fn_row_reader *reader)
{
	PGresult *result;

	reader->begin(reader->arg);
	(void)PQsetSingleRowMode(connection);
	while (result = PQgetResult(connection), PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
		bool more = reader->row(&(struct fn_row){result, 0}, reader->arg);

		PQclear(result);
		if (!more) { /* the rest may be long: the server hears of it by the closed socket */
			fn_db_disconnect();
			return (struct fn_pq_answer){.outcome = FN_PQ_STOPPED,
						     .message =
							     "the rows were not read to the end"};
		}
	}
	if (result != NULL)
		PQclear(PQgetResult(connection));
	return answer_of(arena, result);
}

/* The answer of a step; the first failure of its commands counts. */
static struct fn_pq_answer receive_step(struct fn_arena *arena, const struct fn_pq_step *step,
					const struct sent *sent)
{
	struct fn_pq_answer answer = {.outcome = FN_PQ_FINE}, last;

	for (unsigned i = 0; i < sent->before; i++) {
		last = answer_of(arena, receive());
		if (answer.outcome == FN_PQ_FINE)
			answer = last;
		sent->place->prepared = answer.outcome == FN_PQ_FINE;
	}
	last = step->reader != NULL ? receive_rows(arena, step->reader)
				    : answer_of(arena, receive());
	if (sent->place != NULL && !sent->place->prepared) /* whatever it was, it is not there */
		fn_prepared_forget(sent->place);
	return answer.outcome == FN_PQ_FINE ? last : answer;
}

void fn_pq_pipeline(struct fn_arena *arena, const struct fn_pq_step *steps, size_t count,
		    struct fn_pq_answer *ret)
{
	struct sent sent[FN_PQ_STEPS_MAX];

	if (count > FN_PQ_STEPS_MAX)
		fn_die(70, "a pipeline of %zu steps", count);
	(void)PQenterPipelineMode(connection);
	for (size_t i = 0; i < count; i++)
		sent[i] = send_step(&steps[i]);
	(void)PQpipelineSync(connection);
	for (size_t i = 0; i < count; i++)
		ret[i] = receive_step(arena, &steps[i], &sent[i]);
	PQclear(PQgetResult(connection)); /* the sync */
	(void)PQexitPipelineMode(connection);
}

void fn_pq_drop_if_dead(void)
{
	struct pollfd socket = {.fd = PQsocket(connection), .events = POLLIN};

	/* last words of the server may come before the end of the stream */
	while (connection != NULL && poll(&socket, 1, 0) == 1) {
		if (PQconsumeInput(connection) == 0)
			fn_db_disconnect();
	}
}

void fn_pq_roll_back(void)
{
	if (connection != NULL && PQtransactionStatus(connection) != PQTRANS_IDLE)
		PQclear(PQexec(connection, "ROLLBACK"));
}

bool fn_db_in_transaction(void)
{
	PGTransactionStatusType status = PQtransactionStatus(connection);

	return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN; /* UNKNOWN: no connection */
}

/* ---- columns ---- */

bool fn_col_is_null(const struct fn_row *row, size_t column)
{
	return PQgetisnull(row->from, (int)row->number, (int)column) != 0;
}

const char *fn_col_text(const struct fn_row *row, size_t column)
{
	return fn_col_is_null(row, column) ? NULL
					   : PQgetvalue(row->from, (int)row->number, (int)column);
}

/* ---- for fn_main and fnq ---- */

const char *fn_db_check(const struct fn_sql *const *statements, struct fn_arena *arena)
{
	const char *why = fn_db_connect();

	for (; why == NULL && *statements != NULL; statements++) {
		bool seen;
		size_t place = place_of(*statements, &seen);
		PGresult *result = known[place].prepared ? NULL : prepare(place);

		if (!known[place].prepared) {
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

unsigned fn_db_connections(void)
{
	return connections;
}

bool fn_db_notice(struct fn_notice *ret)
{
	PGnotify *notice;

	fn_pq_drop_if_dead();
	if (connection == NULL || (notice = PQnotifies(connection)) == NULL)
		return false;
	(void)snprintf(ret->channel, sizeof(ret->channel), "%s", notice->relname);
	(void)snprintf(ret->payload, sizeof(ret->payload), "%s", notice->extra);
	PQfreemem(notice);
	return true;
}
