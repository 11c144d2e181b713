/* fn_pq.h: one connection to PostgreSQL and what came of each statement. Only fn_db.c uses it: work
 * happens inside transactions. */
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
};

/* Owned by the arena. */
struct fn_pq_answer {
	enum fn_pq_outcome outcome;
	struct fn_rows rows;
	const char *tag; /* of a success: "COMMIT", "INSERT 0 1" */
	const char *sqlstate, *message,
		*constraint; /* of a failure; sqlstate and constraint may be NULL */
};

/* A command without parameters. The connection is open (fn_db_connect()). */
struct fn_pq_answer fn_pq_command(struct fn_arena *arena, const char *text);
/* Values in text format, NULL = SQL NULL. */
struct fn_pq_answer fn_pq_execute(struct fn_arena *arena, const struct fn_sql *sql,
				  const char *const *values, size_t n);
/* Nothing when no transaction is open. */
void fn_pq_roll_back(void);

#endif
