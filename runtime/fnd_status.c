/* fnd_status.c: what fnctl status shows: read from memory, whatever the workers do. */
#include <stdio.h>
#include <unistd.h>

#include "fn_time.h"
#include "fnd_control.h"
#include "fnd_function.h"

static const char *state_of(const struct fnd_function *f)
{
	if (f->current == NULL)
		return "refused";
	switch (f->current->phase) {
	case FND_READY:
		return "ready";
	case FND_STARTING:
		return "starting";
	case FND_DOWN:
	case FND_ENDING:
	default:
		return "down";
	}
}

static uint64_t served(const struct fnd_function *f)
{
	uint64_t sum = f->served;

	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		if (f->workers[i] != NULL)
			sum += atomic_load(&f->board->slots[i].served);
	}
	return sum;
}

static struct json_object *workers(const struct fnd_function *f)
{
	const struct fnd_generation *g = f->current;
	struct fnd_plan now;

	fnd_function_look(f, &now);
	return FN_OBJECT(fn_json_int("idle", now.idle), fn_json_int("busy", now.busy),
			 fn_json_int("starting", now.starting), fn_json_int("leaving", now.leaving),
			 fn_json_int("min", g != NULL ? g->config.min : 0),
			 fn_json_int("max", g != NULL ? g->config.max : 0));
}

/* The links are for people and for the next start; what runs is the truth. */
static struct fn_member link_member(const struct fnd_function *f, const char *link)
{
	char id[RT_RELEASE_ID + 1];

	return fn_json_string(link,
			      rt_release_linked(fnd.functions_dir, f->name, link, id) ? id : NULL);
}

static struct json_object *describe(const struct fnd_function *f)
{
	const struct fnd_generation *g = f->current;
	uint64_t now = fn_time_monotonic();
	struct json_object *object =
		FN_OBJECT(fn_json_string("name", f->name), fn_json_string("state", state_of(f)),
			  fn_json_string("release", g != NULL ? g->release : NULL),
			  fn_json_value("links", FN_OBJECT(link_member(f, "current"),
							   link_member(f, "previous"))),
			  fn_json_bool("rollback_warm",
				       f->previous != NULL && f->previous->phase == FND_READY),
			  fn_json_value("workers", workers(f)),
			  fn_json_int("queue", fnd_queue_depth(f->listener.fd)),
			  fn_json_int("served", (int64_t)served(f)),
			  fn_json_int("restarts", (int64_t)f->restarts),
			  fn_json_int("shed", (int64_t)atomic_load(&f->board->shed)),
			  fn_json_int("deploys", (int64_t)f->deploys),
			  fn_json_int("failed_starts", f->failures),
			  fn_json_int("wait_ms", f->not_before > now && f->failures > 0
							 ? (int64_t)((f->not_before - now) / FND_MS)
							 : 0),
			  fn_json_string("last_death",
					 f->last_death[0] != '\0' ? f->last_death : NULL));

	if (g == NULL)
		fn_json_set(object, fn_json_string("problem", f->problem.text));
	return object;
}

struct json_object *fnd_status(void)
{
	struct json_object *list = fn_json_array();

	for (size_t i = 0; i < fnd.count; i++)
		fn_json_append(list, describe(fnd.functions[i]));
	return FN_OBJECT(fn_json_bool("ok", true), fn_json_int("pid", getpid()),
			 fn_json_bool("stopping", fnd.stopping), fn_json_value("functions", list));
}
