/* fn_pq.h: one connection to PostgreSQL and what came of each statement. Only fn_db.c and
 * fn_script.c use it: work happens inside transactions. */
#ifndef FN_PQ_H
#define FN_PQ_H

#include "fn_db.h"

/* What a statement means for the transaction that it is part of (reliability.md 4.5). */
enum fn_pq_outcome {
	FN_PQ_FINE,
	FN_PQ_CONFLICT,   /* serialization failure or deadlock: the whole again */
	FN_PQ_OVERLOADED, /* lock or statement timeout, no resources: later */
	FN_PQ_LOST,       /* the connection, or a server that goes down */
	FN_PQ_REFUSED,    /* a constraint, a right, a mistake of ours */
	FN_PQ_SKIPPED,    /* an earlier step of the same pipeline failed */
	FN_PQ_STOPPED,    /* whoever read the rows had enough; the connection is closed */
};

/* Owned by the arena. */
struct fn_pq_answer {
	enum fn_pq_outcome outcome;
	struct fn_rows rows;
	const char *tag; /* of a success: "COMMIT", "INSERT 0 1" */
	/* of a failure; all but message may be NULL. detail and hint may hold values: for whoever
	 * asked, never for the log */
	const char *sqlstate, *message, *constraint, *detail, *hint;
};

/* A command without parameters. The connection is open (fn_db_connect()). */
struct fn_pq_answer fn_pq_command(struct fn_arena *arena, const char *text);
/* Values in text format, NULL = SQL NULL. */
struct fn_pq_answer fn_pq_execute(struct fn_arena *arena, const struct fn_sql *sql,
				  const char *const *values, size_t n);
enum { FN_PQ_STEPS_MAX = 8 };

/* One step of a pipeline: any statement, prepared under its text and kept for the next time. */
struct fn_pq_step {
	const char *text;
	const char *const *values;
	size_t count;
	bool once;                          /* not worth preparing */
	const struct fn_row_reader *reader; /* gets the rows; NULL: they are in the answer */
};
/* Sends all steps at once and answers each, in one round trip. After a failure the rest is skipped;
 * a transaction that a step began stays open. The connection is open (fn_db_connect()). */
void fn_pq_pipeline(struct fn_arena *arena, const struct fn_pq_step *steps, size_t count,
		    struct fn_pq_answer *ret);
/* Notices that the server has closed the connection while nothing was asked of it, so that the next
 * fn_db_connect() makes a new one. */
void fn_pq_drop_if_dead(void);
/* Nothing when no transaction is open. */
void fn_pq_roll_back(void);

#endif
