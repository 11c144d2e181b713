/* fnd_deploy.c: deploys, rollbacks and restarts: asked for, begun, looked after, one by one. */
#include "fnd_deploy.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"
#include "fn_time.h"
#include "fnd_job.h"
#include "fnd_template.h"
#include "rt_process.h"

enum {
	JOBS_MAX = 16,
	OUTPUT_MAX = 4096,
	FORK_LIMIT_S = 5, /* until every new worker waits for requests */
	LOOK_MS = 1,      /* nobody tells when a worker is through its start */
	ANSWER_MS = 250,
};

static struct fnd_job *jobs;

/* ---- beginning ---- */

static bool same_release_serves(const struct fnd_job *job)
{
	return job->kind == FND_DEPLOY && job->f->current != NULL &&
	       strcmp(job->f->current->release, job->release) == 0;
}

static bool find_release(struct fnd_job *job, struct rt_why *why)
{
	const char *link = job->kind == FND_ROLLBACK ? "previous" : "current";

	if (job->kind == FND_DEPLOY)
		return true;
	if (!rt_release_linked(fnd.functions_dir, job->name, link, job->release))
		return rt_refuse(why, "%s has no %s release", job->name, link);
	return true;
}

static bool find_function(struct fnd_job *job, struct rt_why *why)
{
	job->f = fnd_function_find(job->name);
	if (job->f == NULL && job->kind == FND_DEPLOY)
		job->f = fnd_function_new(job->name, why);
	else if (job->f == NULL)
		return rt_refuse(why, "there is no function %s", job->name);
	return job->f != NULL && (job->f->listener.fd >= 0 || fnd_function_listen(job->f, why));
}

static bool is_warm(const struct fnd_job *job)
{
	const struct fnd_generation *previous = job->f->previous;

	return job->kind == FND_ROLLBACK && previous != NULL && previous->phase == FND_READY &&
	       strcmp(previous->release, job->release) == 0;
}

static void begin(struct fnd_job *job)
{
	struct rt_why why = {""};

	if (!find_function(job, &why) || !find_release(job, &why)) {
		fnd_job_fail(job, &why);
		return;
	}
	if (same_release_serves(job)) {
		fnd_control_answer(job->client, FN_OBJECT(fn_json_bool("ok", true),
							  fn_json_string("release", job->release),
							  fn_json_bool("unchanged", true)));
		job->client = NULL;
		fnd_job_enter(job, FND_JOB_OVER);
		return;
	}
	if (is_warm(job)) {
		job->g = job->f->previous;
		if (fnd_budget_fits(job->g, &why))
			fnd_job_start_workers(job);
		else
			fnd_job_fail(job, &why);
		return;
	}
	job->g = fnd_generation_new(job->f, job->release, &why);
	job->f->next = job->g;
	if (job->g == NULL || !fnd_budget_fits(job->g, &why))
		fnd_job_fail(job, &why);
	else
		fnd_job_check(job);
}

/* ---- looking after the step at hand ---- */

static uint64_t look_at_check(struct fnd_job *job)
{
	if (fnd.now < job->since + FND_START_LIMIT_S * FND_SECOND)
		return job->since + FND_START_LIMIT_S * FND_SECOND;
	if (!job->check_killed)
		(void)kill(job->check, SIGKILL);
	job->check_killed = true;
	return 0;
}

static void check_is_over(struct fnd_job *job, int status)
{
	struct rt_why why;
	char end[RT_END_MAX];

	if (status == 0 && !job->check_killed) {
		if (fnd_template_start(job->g, &job->output)) {
			fnd_job_enter(job, FND_JOB_STARTING);
			return;
		}
		(void)rt_refuse(&why, "its template could not be started");
	} else if (job->check_killed) {
		(void)rt_refuse(&why, "`%s --check` was not through after %d s", job->name,
				FND_START_LIMIT_S);
	} else {
		(void)rt_refuse(&why, "`%s --check` ended with %s", job->name,
				rt_process_end(status, end));
	}
	fnd_job_fail(job, &why);
}

static uint64_t look_at_template(struct fnd_job *job)
{
	struct rt_why why;

	if (job->g->phase == FND_READY) {
		fnd_job_start_workers(job);
		return fnd.now + LOOK_MS * FND_MS;
	}
	if (job->g->phase == FND_STARTING)
		return 0; /* the generation's own step ends it when it takes too long */
	(void)rt_refuse(&why, "its template %s",
			job->g->killed ? "was not ready after 5 s" : "ended before it was ready");
	fnd_job_fail(job, &why);
	return 0;
}

static unsigned through_start(const struct fnd_job *job)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FN_SLOTS_MAX; i++) {
		const struct fnd_worker *w = job->f->workers[i];
		enum fn_slot_state state = fnd_slot_state(job->f, i);

		count += w != NULL && w->generation == job->g && w->pid > 0 &&
			 (state == FN_SLOT_IDLE || state == FN_SLOT_BUSY);
	}
	return count;
}

static uint64_t look_at_workers(struct fnd_job *job)
{
	struct rt_why why;

	if (job->worker_ended || fnd_generation_workers(job->g) < job->wanted)
		(void)rt_refuse(&why, "a new worker died before its first request");
	else if (job->g->phase != FND_READY)
		(void)rt_refuse(&why, "its template died while it started workers");
	else if (through_start(job) == job->wanted) {
		fnd_job_commit(job);
		return fnd.now;
	} else if (fnd.now < job->since + (uint64_t)FORK_LIMIT_S * FND_SECOND)
		return fnd.now + LOOK_MS * FND_MS;
	else
		(void)rt_refuse(&why, "its workers did not begin to wait for requests within %d s",
				FORK_LIMIT_S);
	fnd_job_fail(job, &why);
	return fnd.now;
}

static unsigned count_old(const struct fnd_job *job)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FN_SLOTS_MAX; i++) {
		const struct fnd_worker *w = job->f->workers[i];

		count += w != NULL && w->generation != job->f->current;
	}
	return count;
}

/* Whoever asked is told when nobody idle is left of before, so that what they ask next is answered
 * by the new release; for requests in hand they need not wait. */
static uint64_t look_at_drain(struct fnd_job *job)
{
	uint64_t answer_at = job->since + ANSWER_MS * FND_MS;
	unsigned old = count_old(job);

	if (old == 0 || fnd.now >= answer_at)
		fnd_job_answer(job, old);
	if (old > 0)
		return job->reply != NULL ? answer_at : 0;
	fnd_job_enter(job, FND_JOB_OVER);
	return fnd.now;
}

static uint64_t look(struct fnd_job *job)
{
	switch (job->phase) {
	case FND_JOB_WAITING:
		job->began = fn_time_monotonic();
		begin(job);
		return fnd.now;
	case FND_JOB_CHECKING:
		return look_at_check(job);
	case FND_JOB_STARTING:
		return look_at_template(job);
	case FND_JOB_FORKING:
		return look_at_workers(job);
	case FND_JOB_DRAINING:
		return look_at_drain(job);
	case FND_JOB_OVER:
	default:
		return 0;
	}
}

uint64_t fnd_deploy_step(void)
{
	struct fnd_job *job = jobs;
	uint64_t again;

	if (job == NULL)
		return 0;
	again = look(job);
	if (job->phase != FND_JOB_OVER || job->check > 0) /* its check is still to be buried */
		return again;
	jobs = job->later;
	fnd_pipe_close(&job->check_log);
	fn_buf_free(&job->output);
	free(job);
	return fnd.now;
}

/* ---- from outside ---- */

void fnd_deploy_ask(enum fnd_job_kind kind, const char *name, const char *release,
		    struct fnd_client *client)
{
	struct fnd_job **last = &jobs, *job;
	size_t count = 0;

	for (; *last != NULL; last = &(*last)->later)
		count++;
	if (count >= JOBS_MAX || fnd.stopping) {
		fnd_control_refuse(client,
				   fnd.stopping ? "fnd is stopping"
						: "too many deploys are waiting",
				   NULL);
		return;
	}
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		fn_die(71, "out of memory");
	job->kind = kind;
	job->client = client;
	job->check_log.fd = -1;
	fn_buf_init(&job->output, OUTPUT_MAX);
	memcpy(job->name, name, strlen(name) + 1);
	if (release != NULL)
		memcpy(job->release, release, sizeof(job->release));
	*last = job;
}

void fnd_deploy_forget_client(const struct fnd_client *client)
{
	for (struct fnd_job *job = jobs; job != NULL; job = job->later) {
		if (job->client == client)
			job->client = NULL;
	}
}

void fnd_deploy_end(void)
{
	struct rt_why why;

	(void)rt_refuse(&why, "fnd is stopping");
	for (struct fnd_job *job = jobs; job != NULL; job = job->later) {
		if (job->phase < FND_JOB_DRAINING)
			fnd_job_fail(job, &why);
		else if (job->phase == FND_JOB_DRAINING)
			fnd_job_answer(job, count_old(job));
	}
}

bool fnd_deploy_is_check(pid_t pid)
{
	return jobs != NULL && jobs->check == pid;
}

bool fnd_deploy_check_ended(pid_t pid, int status)
{
	struct fnd_job *job = jobs;

	if (pid <= 0 || !fnd_deploy_is_check(pid))
		return false;
	job->check = 0;
	fnd_pipe_close(&job->check_log);
	fnd.processes_changed = true;
	if (job->phase == FND_JOB_CHECKING)
		check_is_over(job, status);
	return true;
}

void fnd_deploy_worker_ended(const struct fnd_generation *g)
{
	if (jobs != NULL && jobs->phase == FND_JOB_FORKING && jobs->g == g)
		jobs->worker_ended = true;
}
