/* fnq_store.h: private.jobs and private.schedules, as the runner sees them. Every call is one short
 * transaction; false means that the database did not answer, and the same may be tried later. */
#ifndef FNQ_STORE_H
#define FNQ_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_buf.h"
#include "rt_lane.h"

enum { FNQ_FUNCTION_MAX = 63, FNQ_RUNNER_MAX = 63 };

struct fnq_job {
	int64_t id; /* 0 = none */
	int attempts, max_attempts;
	char function[FNQ_FUNCTION_MAX + 1], lane[RT_LANE_NAME_MAX + 1];
	char *payload; /* JSON text; the caller frees it */
};

struct fnq_store {
	char runner[FNQ_RUNNER_MAX + 1]; /* who we are in leased_by: a new name at each start */
	int64_t lease_s, keep_days, max_attempts;
	struct fn_buf ours; /* ids of the jobs under way, comma-separated; kept by fnq_calls */
	unsigned listening; /* the connection that notices come on (fn_db_connections()) */
	unsigned failures;  /* in a row; 0 = the database answers */
	uint64_t next_try;  /* monotonic, while it does not */
};

/* Whether it makes sense to ask the database now. */
bool fnq_store_is_ready(const struct fnq_store *store, uint64_t now);

/* ret->id stays 0 when nothing is due. full: what may not start (rt_lane.h). */
bool fnq_store_claim(struct fnq_store *store, const char *full, struct fnq_job *ret);
/* What became of a call: exactly one of these three. A lost lease is logged and changes nothing. */
bool fnq_store_done(struct fnq_store *store, const struct fnq_job *job);
bool fnq_store_again(struct fnq_store *store, const struct fnq_job *job, int64_t delay_ms,
		     const char *error);
bool fnq_store_dead(struct fnq_store *store, const struct fnq_job *job, const char *error);
/* The leases of all that we run begin anew. */
bool fnq_store_heartbeat(struct fnq_store *store);
/* LISTEN, jobs of runners that died, recurring work whose time has come. */
bool fnq_store_tick(struct fnq_store *store);
/* Forgets what was done long ago; false also when there is nothing more to forget. */
bool fnq_store_purge(struct fnq_store *store);

#endif
