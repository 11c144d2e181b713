/* fnd_job.h: one deploy, rollback or restart at hand; between fnd_deploy.c and fnd_switch.c alone.
 */
#ifndef FND_JOB_H
#define FND_JOB_H

#include "fnd_deploy.h"

enum fnd_job_phase {
	FND_JOB_WAITING,
	FND_JOB_CHECKING, /* NAME --check runs */
	FND_JOB_STARTING, /* the template runs towards READY */
	FND_JOB_FORKING,  /* workers run towards their first wait for a request */
	FND_JOB_DRAINING, /* switched: the old workers finish what they have */
	FND_JOB_OVER,
};

struct fnd_job {
	struct fnd_job *later;
	enum fnd_job_kind kind;
	enum fnd_job_phase phase;
	char name[RT_NAME_MAX + 1], release[RT_RELEASE_ID + 1];
	struct fnd_client *client; /* NULL: answered, or gone */
	struct json_object *reply; /* made at the switch, sent a little later */
	struct fnd_function *f;
	struct fnd_generation *g;
	uint64_t began, since; /* the job, the phase */
	pid_t check;
	bool check_killed, worker_ended;
	unsigned wanted; /* workers before the switch */
	struct fnd_pipe check_log;
	struct fn_buf output; /* what the new build said until the switch */
};

/* ---- fnd_switch.c: the steps; each ends in the next phase or in failure ---- */
void fnd_job_check(struct fnd_job *job);
void fnd_job_start_workers(struct fnd_job *job);
void fnd_job_commit(struct fnd_job *job);
/* Sends the answer; so many workers of before still have a request in hand. */
void fnd_job_answer(struct fnd_job *job, unsigned draining);
void fnd_job_fail(struct fnd_job *job, const struct rt_why *why);
void fnd_job_enter(struct fnd_job *job, enum fnd_job_phase phase);

#endif
