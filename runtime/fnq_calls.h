/* fnq_calls.h: calls of functions that are under way, one place each. */
#ifndef FNQ_CALLS_H
#define FNQ_CALLS_H

#include <poll.h>

#include "fnq_store.h"
#include "rt_fcgi.h"
#include "rt_lane.h"
#include "rt_retry.h"

enum { FNQ_CALLS_MAX = 64, FNQ_ERROR_MAX = 300 };

struct fnq_call {
	struct fnq_job job;   /* id 0: the place is free */
	struct rt_fcgi *wire; /* NULL: over, but not written down yet */
	uint64_t began;
	enum rt_verdict verdict;
	int64_t delay_ms;
	char error[FNQ_ERROR_MAX + 1];
};

struct fnq_calls {
	struct fnq_call call[FNQ_CALLS_MAX];
	size_t places; /* JOBS_CONCURRENCY */
	struct rt_lanes lanes;
	const char *run_dir; /* the sockets are RUN_DIR/FUNCTION.sock */
	uint64_t limit;      /* ns that a call may take */
};

/* NULL when all places are taken. */
struct fnq_call *fnq_calls_free_place(struct fnq_calls *calls);
/* Takes the job and its payload. */
void fnq_call_start(struct fnq_calls *calls, struct fnq_call *call, struct fnq_job *job);
/* Moves every call on; over its limit it is given up. */
void fnq_calls_continue(struct fnq_calls *calls, uint64_t now);
/* Writes down those that are over; stops when the database does not answer. */
void fnq_calls_settle(struct fnq_calls *calls, struct fnq_store *store);
/* Fills in what to poll for and returns how many. */
size_t fnq_calls_poll(const struct fnq_calls *calls, struct pollfd *into);
size_t fnq_calls_under_way(const struct fnq_calls *calls);
/* Places that are not free: also those over but not written down. */
size_t fnq_calls_taken(const struct fnq_calls *calls);
/* Their jobs' ids, comma-separated. */
void fnq_calls_ids(const struct fnq_calls *calls, struct fn_buf *into);

#endif
