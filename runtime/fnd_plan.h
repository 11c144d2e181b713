/* fnd_plan.h: what to do about one function's workers, decided from its scoreboard, its settings
 * and the clock alone. It does nothing itself: fnd_function.c carries the plan out. */
#ifndef FND_PLAN_H
#define FND_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_board.h"

/* Nanoseconds of the monotonic clock. */
#define FND_US     1000ULL
#define FND_MS     1000000ULL
#define FND_SECOND (1000 * FND_MS)

enum fnd_action {
	FND_KEEP,
	FND_RETIRE,      /* idle for too long: SIGTERM */
	FND_OVER_LIMIT,  /* its request takes longer than the hard limit: SIGKILL */
	FND_STUCK_START, /* never began to wait for requests: SIGKILL */
	FND_STUCK_END,   /* did not leave when told: SIGKILL */
};

struct fnd_plan_slot {
	bool taken;    /* a worker, or one that was asked for */
	bool serves;   /* of the generation that serves now */
	bool told;     /* to leave */
	bool killed;   /* with SIGKILL, and not yet reaped */
	bool nameless; /* busy, but its request has not shown an id yet: it may not be accepted */
	enum fn_slot_state state;
	uint64_t since;
	uint64_t told_at;
	uint64_t hard_limit;
};

struct fnd_plan_input {
	uint64_t now;
	bool may_spawn; /* there is a template that answers, and nobody is stopping */
	bool readable;  /* a connection waits */
	unsigned queue; /* how many wait, when known; else 0 */
	bool stranded;  /* they wait although somebody is idle: a killed worker took their wake-up
			   with it (one connection wakes one worker) */
	unsigned min, max;
	uint64_t idle_timeout;
	uint64_t not_before; /* no start earlier than this, after a failed one */
	struct fnd_plan_slot slots[FN_SLOTS_MAX];
};

struct fnd_plan {
	unsigned live, idle, busy, starting, leaving;
	unsigned spawn;    /* start so many now */
	bool wanted;       /* workers shall say when the last idle one becomes busy */
	bool watch;        /* look at the listening socket: nobody is idle */
	uint64_t check_at; /* look again at this time at the latest; 0 = only when something happens
			    */
	enum fnd_action action[FN_SLOTS_MAX];
};

void fnd_plan_make(const struct fnd_plan_input *in, struct fnd_plan *ret);

/* How long to wait after the n-th failed start in a row: 100 ms, doubling up to 10 s. */
uint64_t fnd_plan_wait(unsigned failures);

#endif
