/* fnd_stop.c: stopping: no new work, requests in hand are finished, then everything ends. */
#include <signal.h>

#include "fn_log.h"
#include "fnd_deploy.h"
#include "fnd_template.h"
#include "fnd_worker.h"

/* The first time: drain. Busy workers have until their hard limit, which the plan enforces. */
static void drain(struct fnd_function *f)
{
	fnd_function_unlink(f);
	for (struct fnd_generation *g = f->generations; g != NULL; g = g->older) {
		fnd_workers_tell(g);
		fnd_template_end(g);
	}
	f->dirty = true;
}

static void kill_all(struct fnd_function *f)
{
	for (struct fnd_generation *g = f->generations; g != NULL; g = g->older) {
		if (g->pid > 0)
			(void)kill(g->pid, SIGKILL);
	}
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		if (f->workers[i] != NULL)
			fnd_worker_kill(f->workers[i], FND_STUCK_END);
	}
}

void fnd_stop(void)
{
	bool again = fnd.stopping;

	fn_log(FN_INFO, again ? "stopping now" : "stopping: requests in hand are finished");
	fnd.stopping = true;
	if (!again)
		fnd_deploy_end();
	for (size_t i = 0; i < fnd.count; i++) {
		if (again)
			kill_all(fnd.functions[i]);
		else
			drain(fnd.functions[i]);
	}
}

static bool is_over(const struct fnd_function *f)
{
	for (const struct fnd_generation *g = f->generations; g != NULL; g = g->older) {
		if (g->pid > 0)
			return false;
	}
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		if (f->workers[i] != NULL)
			return false;
	}
	return true;
}

void fnd_stop_step(void)
{
	if (!fnd.stopping)
		return;
	for (size_t i = 0; i < fnd.count; i++) {
		if (!is_over(fnd.functions[i]))
			return;
	}
	fnd.finished = true;
}
