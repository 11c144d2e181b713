/* fnd_switch.c: the steps of a deploy: check, workers, switch; and how it fails. */
#include <signal.h>
#include <string.h>

#include "fn_time.h"
#include "fnd_exec.h"
#include "fnd_job.h"
#include "fnd_worker.h"
#include "rt_event.h"

static const char *const verbs[] = {"deploy", "rollback", "restart"};

void fnd_job_enter(struct fnd_job *job, enum fnd_job_phase phase)
{
	job->phase = phase;
	job->since = fnd.now;
}

/* ---- how it ends ---- */

/* Its lines go to the log alone from now on. */
static void stop_capture(struct fnd_job *job)
{
	if (job->g == NULL)
		return;
	job->g->log.capture = NULL;
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		if (job->f->workers[i] != NULL)
			job->f->workers[i]->log.capture = NULL;
	}
}

void fnd_job_fail(struct fnd_job *job, const struct rt_why *why)
{
	struct json_object *line;

	stop_capture(job);
	if (job->check > 0)
		(void)kill(job->check, SIGKILL);
	if (job->g != NULL) {
		fnd_workers_tell(job->g);
		if (job->f->next == job->g)
			job->f->next = NULL;
		job->f->dirty = true;
	}
	if (job->f != NULL && job->f->current == NULL)
		job->f->problem = *why;
	line = rt_event_begin(FN_ERROR, job->name, 0, "%s refused: %s", verbs[job->kind],
			      why->text);
	if (job->release[0] != '\0')
		fn_json_set(line, fn_json_string("release", job->release));
	rt_event_end(line);
	fnd_control_refuse(job->client, why->text,
			   job->output.length > 0 ? job->output.bytes : NULL);
	job->client = NULL;
	fnd_job_enter(job, FND_JOB_OVER);
}

static void make_reply(struct fnd_job *job, const struct fnd_generation *old,
		       const struct rt_why *links)
{
	double ms = (double)(fn_time_monotonic() - job->began) / (double)FND_MS;

	job->reply = FN_OBJECT(fn_json_bool("ok", true), fn_json_string("name", job->name),
			       fn_json_string("release", job->g->release),
			       fn_json_string("before", old ? old->release : NULL),
			       fn_json_int("workers", job->wanted),
			       fn_json_int("us", (int64_t)(ms * 1000)));
	if (links->text[0] != '\0')
		fn_json_set(job->reply, fn_json_string("warning", links->text));
	rt_event_end(rt_event_begin(links->text[0] != '\0' ? FN_WARN : FN_INFO, job->name, 0,
				    "%s: release %s serves with %u workers after %.1f ms%s%s",
				    verbs[job->kind], job->g->release, job->wanted, ms,
				    links->text[0] != '\0' ? "; " : "", links->text));
}

void fnd_job_answer(struct fnd_job *job, unsigned draining)
{
	if (job->reply == NULL)
		return;
	fn_json_set(job->reply, fn_json_int("draining", draining));
	fnd_control_answer(job->client, job->reply);
	job->reply = NULL;
	job->client = NULL;
}

/* The new generation serves already; from here on it is the only one that gets new workers. */
void fnd_job_commit(struct fnd_job *job)
{
	struct fnd_function *f = job->f;
	struct fnd_generation *old = f->current;
	struct rt_why links = {""};

	stop_capture(job);
	f->current = job->g;
	f->next = NULL;
	if (old != NULL)
		fnd_workers_tell(old);
	if (job->kind != FND_RESTART)
		f->previous = old;
	f->failures = 0;
	f->not_before = 0;
	f->problem.text[0] = '\0';
	f->deploys++;
	f->dirty = true;
	(void)rt_release_switch(fnd.functions_dir, f->name, job->g->release, &links);
	make_reply(job, old, &links);
	fnd_job_enter(job, FND_JOB_DRAINING);
}

/* ---- the steps before the switch ---- */

void fnd_job_check(struct fnd_job *job)
{
	char path[RT_PATH_MAX];
	struct fnd_exec what = {
		.path = path,
		.name = job->name,
		.check = true,
		.fds = {-1, -1, -1, -1, [FN_FD_SETTINGS] = job->g->settings, -1, -1},
	};
	struct rt_why why;
	int log = -1;

	rt_path(path, "%s/%s/releases/%s/%s", fnd.functions_dir, job->name, job->g->release,
		job->name);
	if (fnd_pipe_open(&job->check_log, job->f->name, &log, &why)) {
		job->check_log.capture = &job->output;
		what.fds[1] = what.fds[2] = log;
		job->check = fnd_exec(&what, &why);
	}
	rt_close(&log);
	if (job->check <= 0) {
		job->check = 0;
		fnd_job_fail(job, &why);
		return;
	}
	job->check_log.pid = job->check;
	fnd.processes_changed = true;
	fnd_job_enter(job, FND_JOB_CHECKING);
}

void fnd_job_start_workers(struct fnd_job *job)
{
	const struct rt_function *config = &job->g->config;
	struct fnd_plan now;
	struct rt_why why;

	fnd_function_look(job->f, &now);
	job->wanted = now.live > config->min ? now.live : config->min;
	job->wanted = job->wanted > config->max ? config->max : job->wanted;
	job->wanted = job->wanted > 0 ? job->wanted : 1; /* one at least proves that it can work */
	job->worker_ended = false;
	fnd_job_enter(job, FND_JOB_FORKING);
	for (unsigned i = 0; i < job->wanted; i++) {
		if (fnd_worker_ask(job->g))
			continue;
		(void)rt_refuse(&why, "could not start %u workers", job->wanted);
		fnd_job_fail(job, &why);
		return;
	}
}
