/* fn_db.h: PostgreSQL. One connection per process, opened after the fork; work happens inside
 * fn_db_transaction() alone. examples.md 6 states the runner's rules. */
#ifndef FN_DB_H
#define FN_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_error.h"
#include "fn_request.h"

/* Embedded from sql/NAME.sql: {"transfer-ticket.lock_ticket", "SELECT ..."}. */
struct fn_sql {
	const char *name, *text;
};

struct fn_tx;
struct fn_arg {
	enum { FN_ARG_TEXT, FN_ARG_NUMBER, FN_ARG_BOOL } kind;
	const char *text; /* NULL = SQL NULL; must live until the call returns */
	int64_t number;
};
struct fn_arg fn_arg_text(const char *text);
struct fn_arg fn_arg_uuid(const struct fn_uuid *uuid); /* NULL or "" = SQL NULL */
struct fn_arg fn_arg_int(int64_t number);
struct fn_arg fn_arg_bool(bool value);
#define FN_ARGS(...)                                                                               \
	(const struct fn_arg[]){__VA_ARGS__},                                                      \
		sizeof((const struct fn_arg[]){__VA_ARGS__}) / sizeof(struct fn_arg)
#define FN_NO_ARGS NULL, 0

/* Rows live as long as the request. */
struct fn_rows {
	const void *from;
	size_t count;     /* rows returned */
	int64_t affected; /* rows inserted, updated or deleted */
};
struct fn_row {
	const void *from; /* NULL: no row */
	size_t number;
};

/* Takes rows as they come, so that nobody has to hold them all. */
struct fn_row_reader {
	void (*begin)(void *arg); /* before the first row, and again when the statement runs anew */
	bool (*row)(const struct fn_row *row, void *arg); /* false: enough */
	void *arg;
};

enum fn_isolation { FN_READ_COMMITTED, FN_SERIALIZABLE };

/* Runs again from the top after a conflict: touches only *arg and the database. */
typedef struct fn_error *fn_tx_body(struct fn_tx *tx, void *arg);

/* BEGIN, body, COMMIT; the whole again after 40001 and 40P01, at most 5 times and never past the
 * request's deadline. The body's own error rolls back and is returned as it is. A lost connection
 * before COMMIT is retried once; during COMMIT the outcome is unknown: 503, logged `uncertain`. */
FN_CHECKED struct fn_error *fn_db_transaction(struct fn_request *req, enum fn_isolation level,
					      fn_tx_body *body, void *arg);
/* As fn_db_transaction, but what the body wrote is committed even when it returns an error that was
 * made by fn_fail*() and not by the database (refresh reuse must end the session and still be
 * refused, wire.md 2.7). */
FN_CHECKED struct fn_error *fn_db_transaction_keep(struct fn_request *req, enum fn_isolation level,
						   fn_tx_body *body, void *arg);

/* Zero or one row; more is our bug (500). */
FN_CHECKED struct fn_error *fn_db_one(struct fn_tx *tx, const struct fn_sql *sql,
				      const struct fn_arg *args, size_t n, struct fn_row *ret);
FN_CHECKED struct fn_error *fn_db_all(struct fn_tx *tx, const struct fn_sql *sql,
				      const struct fn_arg *args, size_t n, struct fn_rows *ret);
/* A statement whose rows nobody reads. ret_affected may be NULL. */
FN_CHECKED struct fn_error *fn_db_run(struct fn_tx *tx, const struct fn_sql *sql,
				      const struct fn_arg *args, size_t n, int64_t *ret_affected);
struct fn_request *fn_tx_request(struct fn_tx *tx);
/* The work continues inside the same transaction after this statement's failure is undone: only for
 * a named constraint whose violation the endpoint explains. True when `error` is a violation of it.
 */
bool fn_db_violates(const struct fn_error *error, const char *constraint);

/* Adds a row to private.jobs in this transaction: the job runner calls the internal function
 * `function` with `payload` (taken). dedup NULL = none; a second job with the same key is dropped.
 */
FN_CHECKED struct fn_error *fn_db_job(struct fn_tx *tx, const char *function, const char *dedup,
				      struct json_object *payload);

static inline bool fn_row_found(const struct fn_row *row)
{
	return row->from != NULL;
}
struct fn_row fn_rows_at(const struct fn_rows *rows, size_t number);
bool fn_col_is_null(const struct fn_row *row, size_t column);
const char *fn_col_text(const struct fn_row *row, size_t column); /* NULL for SQL NULL */
bool fn_col_bool(const struct fn_row *row, size_t column);        /* false for SQL NULL */
int64_t fn_col_int(const struct fn_row *row, size_t column);      /* 0 for SQL NULL */
struct fn_uuid fn_col_uuid(const struct fn_row *row, size_t column);

/* True between BEGIN and COMMIT: outbound calls are refused then. */
bool fn_db_in_transaction(void);

/* ---- for fn_main, fnq and health checks ---- */
/* Opens the connection now instead of at the first transaction. NULL, or why not. */
const char *fn_db_connect(void);
void fn_db_disconnect(void);
/* Prepares every statement, as `NAME --check` does. NULL, or the first complaint. */
const char *fn_db_check(const struct fn_sql *const *statements, struct fn_arena *arena);
/* LISTEN for fnq: the connection's descriptor, and the next notice that came; false when there is
 * none, or when the connection has ended (and is none any more). A long payload is cut. */
struct fn_notice {
	char channel[64]; /* NAMEDATALEN of PostgreSQL */
	char payload[64];
};
int fn_db_descriptor(void);
/* How many connections this process has made: a new one has missed what came before its LISTEN. */
unsigned fn_db_connections(void);
FN_CHECKED struct fn_error *fn_db_listen(struct fn_request *req, const char *channel);
bool fn_db_notice(struct fn_notice *ret);

#endif
