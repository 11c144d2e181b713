/* fnq_reload.h: the schema has changed: the data API reads its catalog anew, which is a new
 * generation of the function `rest`. One at a time; what comes while one is under way is one more.
 */
#ifndef FNQ_RELOAD_H
#define FNQ_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

struct fn_notice;
struct pollfd;

struct fnq_reload {
	const char *run_dir; /* where fnd is */
	uint64_t due;        /* 0 = nothing is */
	int asked;           /* fnd's answer comes here; -1 = nothing was asked */
	uint64_t asked_at;
	unsigned failures;  /* in a row */
	unsigned listening; /* the connection that notices come on (fn_db_connections()) */
};

/* A change, now or a moment ago. */
void fnq_reload_want(struct fnq_reload *reload, uint64_t now);
/* LISTEN was said on this connection. Another one than before may have missed a notice. */
void fnq_reload_listening(struct fnq_reload *reload, unsigned connection, uint64_t now);
/* A notice that has come on the database's connection: is it about the schema? */
void fnq_reload_hear(struct fnq_reload *reload, const struct fn_notice *notice, uint64_t now);
/* Asks when it is time, and looks for the answer. */
void fnq_reload_step(struct fnq_reload *reload, uint64_t now);
/* Adds what to wait for; *until becomes earlier when it must. How many were added (0 or 1). */
unsigned fnq_reload_poll(const struct fnq_reload *reload, struct pollfd *into, uint64_t *until);

#endif
