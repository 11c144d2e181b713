/* fnd_generation.c: a generation is one release with its settings: made, watched over, freed. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"
#include "fnd_template.h"
#include "fnd_worker.h"
#include "rt_event.h"
#include "rt_share.h"

enum {
	STARTING_MAX = 8,    /* templates that start at the same time, over all functions */
	END_LIMIT_MS = 1000, /* a template holds no request */
	RETRY_START_MS = 5,
};

static int seal_settings(const struct fnd_function *f, const struct rt_function *config,
			 struct rt_why *why)
{
	const char *file = fnd.config[0] != '\0' ? fnd.config : NULL;
	struct rt_settings settings;
	struct fn_buf share;
	int memory = -1;

	fn_buf_init(&share, RT_SHARE_MAX);
	if (rt_settings_load(&settings, file, fnd.state, why) &&
	    rt_share_build(&settings, config, f->name, &share, why))
		memory = rt_share_seal(&share, why);
	rt_settings_free(&settings);
	rt_secret_forget(&share);
	return memory;
}

struct fnd_generation *fnd_generation_new(struct fnd_function *f, const char *release,
					  struct rt_why *why)
{
	struct fnd_generation *g = calloc(1, sizeof(*g));
	char ini[RT_PATH_MAX];

	if (g == NULL)
		fn_die(71, "out of memory");
	g->function = f;
	g->control.fd = g->log.fd = g->settings = -1;
	memcpy(g->release, release, sizeof(g->release));
	rt_path(ini, "%s/%s/releases/%s/function.ini", fnd.functions_dir, f->name, release);
	if (rt_function_read(&g->config, ini, why))
		g->settings = seal_settings(f, &g->config, why);
	if (g->settings < 0) {
		free(g);
		return NULL;
	}
	g->older = f->generations;
	f->generations = g;
	return g;
}

unsigned fnd_generation_workers(const struct fnd_generation *g)
{
	unsigned count = 0;

	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		const struct fnd_worker *w = g->function->workers[i];

		count += w != NULL && w->generation == g;
	}
	return count;
}

static void free_one(struct fnd_generation *g)
{
	fnd_loop_remove(&g->control);
	fnd_pipe_close(&g->log);
	rt_close(&g->settings);
	free(g);
}

void fnd_generations_free(struct fnd_function *f)
{
	while (f->generations != NULL) {
		struct fnd_generation *g = f->generations;

		f->generations = g->older;
		free_one(g);
	}
	f->current = f->previous = f->next = NULL;
}

static unsigned starting_now(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < fnd.count; i++) {
		for (const struct fnd_generation *g = fnd.functions[i]->generations; g != NULL;
		     g = g->older)
			count += g->phase == FND_STARTING;
	}
	return count;
}

static void check_by(struct fnd_function *f, uint64_t time)
{
	if (f->check_at == 0 || time < f->check_at)
		f->check_at = time;
}

static void kill_late(struct fnd_generation *g, uint64_t limit, const char *what)
{
	if (g->killed)
		return;
	if (fnd.now < g->since + limit) {
		check_by(g->function, g->since + limit);
		return;
	}
	rt_event_end(rt_event_begin(FN_ERROR, g->function->name, g->pid,
				    "template of release %s %s: SIGKILL", g->release, what));
	(void)kill(g->pid, SIGKILL);
	g->killed = true;
}

static void start_again(struct fnd_generation *g)
{
	struct fnd_function *f = g->function;

	if (g != f->current || fnd.stopping)
		return;
	if (fnd.now >= f->not_before && starting_now() >= STARTING_MAX)
		check_by(f, fnd.now + RETRY_START_MS * FND_MS);
	else if (fnd.now < f->not_before || !fnd_template_start(g, NULL))
		check_by(f, f->not_before);
}

static bool has_role(const struct fnd_generation *g)
{
	const struct fnd_function *f = g->function;

	return g == f->current || g == f->previous || g == f->next;
}

static void step(struct fnd_generation *g)
{
	switch (g->phase) {
	case FND_DOWN:
		start_again(g);
		return;
	case FND_STARTING:
		kill_late(g, FND_START_LIMIT_S * FND_SECOND, "is not ready after 5 s");
		break;
	case FND_ENDING:
		kill_late(g, END_LIMIT_MS * FND_MS, "does not end");
		return;
	case FND_READY:
	default:
		break;
	}
	if (!has_role(g)) /* its workers, if any, no longer need it */
		fnd_template_end(g);
}

void fnd_generations_step(struct fnd_function *f)
{
	struct fnd_generation **link = &f->generations;

	while (*link != NULL) {
		struct fnd_generation *g = *link;

		step(g);
		if (g->phase == FND_DOWN && !has_role(g) && fnd_generation_workers(g) == 0) {
			*link = g->older;
			free_one(g);
		} else {
			link = &g->older;
		}
	}
}
