/* fnd_reap.c: burying children: who it was, how it ended, what that means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fnd_deploy.h"
#include "fnd_template.h"
#include "fnd_worker.h"
#include "rt_event.h"
#include "rt_process.h"

enum {
	SUSPECT_MS = 20, /* the others had time to take what waits */
	CHILDREN_MAX = 1 << 20,
	STRAYS_MAX = 64,
	STRAY_LIFE_S = 5 /* then the number may be somebody else's */
};

/* Ended before their template said that they exist; the oldest is forgotten first. */
static struct {
	pid_t pid;
	int status;
	uint64_t ended_at;
} strays[STRAYS_MAX];
static size_t stray_next;

bool fnd_reap_stray(pid_t pid, int *ret_status)
{
	for (size_t i = 0; i < STRAYS_MAX; i++) {
		if (strays[i].pid != pid ||
		    fnd.now > strays[i].ended_at + STRAY_LIFE_S * FND_SECOND)
			continue;
		*ret_status = strays[i].status;
		strays[i].pid = 0;
		return true;
	}
	return false;
}

/* ---- workers ---- */

/* One that left because it was told to, or after max_requests, is nothing to speak of. */
static bool is_planned(const struct fnd_worker *w, uint32_t served, int status)
{
	unsigned retire_after = w->generation->config.max_requests;

	if (w->killed != FND_KEEP)
		return false;
	if (w->told_at > 0)
		return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
		       (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 && retire_after > 0 &&
	       served >= retire_after;
}

static const char *reason_of(enum fnd_action killed)
{
	switch (killed) {
	case FND_OVER_LIMIT:
		return "its request took longer than the hard limit";
	case FND_STUCK_START:
		return "it did not begin to wait for requests";
	case FND_STUCK_END:
		return "it did not leave when told";
	case FND_KEEP:
	case FND_RETIRE:
	default:
		return NULL;
	}
}

static void report(struct fnd_function *f, const struct fnd_worker *w, const struct fn_slot *slot,
		   int status)
{
	double alive = (double)(fnd.now - w->asked_at) / (double)FND_SECOND;
	const char *reason = reason_of(w->killed);
	char end[RT_END_MAX], request[sizeof(slot->request_id) + 1] = "";
	char death[sizeof(f->last_death)];
	struct json_object *line;

	memcpy(request, slot->request_id, sizeof(slot->request_id));
	rt_event_clean(request);
	(void)rt_process_end(status, end);
	(void)snprintf(death, sizeof(death), "%s after %.1f s%s%s", end, alive,
		       reason != NULL ? ": " : "", reason != NULL ? reason : "");
	line = rt_event_begin(FN_ERROR, f->name, w->pid, "worker died: %s", death);
	if (w->generation != f->next) /* a refused build is not what serves */
		memcpy(f->last_death, death, sizeof(death));
	fn_json_set(line, fn_json_string("end", end));
	fn_json_set(line, fn_json_bool("core", WIFSIGNALED(status) && WCOREDUMP(status)));
	fn_json_set(line, fn_json_int("alive_ms", (int64_t)((fnd.now - w->asked_at) / FND_MS)));
	fn_json_set(line, fn_json_int("served", atomic_load(&slot->served)));
	fn_json_set(line, fn_json_string("release", w->generation->release));
	if (atomic_load(&slot->state) == FN_SLOT_BUSY && request[0] != '\0')
		fn_json_set(line, fn_json_string("request_id", request));
	rt_event_end(line);
}

void fnd_worker_bury(struct fnd_function *f, unsigned slot, int status)
{
	struct fnd_worker *w = f->workers[slot];
	const struct fn_slot *board = &f->board->slots[slot];
	uint32_t served = atomic_load(&board->served);
	bool busy = atomic_load(&board->state) == FN_SLOT_BUSY;

	fnd_pipe_close(&w->log); /* its last words come before the report */
	if (!is_planned(w, served, status)) {
		report(f, w, board, status);
		f->restarts += w->generation == f->current;
		f->suspect_at = fnd.now + SUSPECT_MS * FND_MS;
		if (w->generation == f->current && w->told_at == 0 && served == 0 && !busy)
			fnd_function_failed(f);
	}
	f->served += served;
	if (served > 0 && w->asked_at > f->failed_at)
		f->failures = 0;
	fnd_deploy_worker_ended(w->generation);
	fnd_worker_release(f, slot);
}

/* ---- all children ---- */

static bool bury_of(struct fnd_function *f, pid_t pid, int status)
{
	for (struct fnd_generation *g = f->generations; g != NULL; g = g->older) {
		if (g->pid == pid) {
			fnd_template_buried(g, status);
			return true;
		}
	}
	for (unsigned i = 0; i < FN_SLOTS_MAX; i++) {
		if (f->workers[i] != NULL && f->workers[i]->pid == pid) {
			fnd_worker_bury(f, i, status);
			return true;
		}
	}
	return false;
}

static bool bury(pid_t pid, int status)
{
	if (fnd_deploy_check_ended(pid, status))
		return true;
	for (size_t i = 0; i < fnd.count; i++) {
		if (bury_of(fnd.functions[i], pid, status))
			return true;
	}
	return false;
}

static void hear_everybody(void)
{
	for (size_t i = 0; i < fnd.count; i++) {
		for (struct fnd_generation *g = fnd.functions[i]->generations; g != NULL;
		     g = g->older)
			fnd_template_hear(g);
	}
}

void fnd_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (bury(pid, status))
			continue;
		strays[stray_next].pid = pid;
		strays[stray_next].status = status;
		strays[stray_next].ended_at = fnd.now;
		stray_next = (stray_next + 1) % STRAYS_MAX;
		hear_everybody(); /* the word of its template may be here already */
	}
}

static bool is_known(pid_t pid)
{
	for (size_t i = 0; i < fnd.count; i++) {
		const struct fnd_function *f = fnd.functions[i];

		for (const struct fnd_generation *g = f->generations; g != NULL; g = g->older) {
			if (g->pid == pid)
				return true;
		}
		for (size_t n = 0; n < FN_SLOTS_MAX; n++) {
			if (f->workers[n] != NULL && f->workers[n]->pid == pid)
				return true;
		}
	}
	return fnd_deploy_is_check(pid);
}

pid_t fnd_reap_unknown_child(void)
{
	char path[64], *rest, *word;
	struct fn_buf text;
	struct rt_why why;
	pid_t pid, found = 0;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	fn_buf_init(&text, CHILDREN_MAX);
	rest = rt_read_file(path, &text, &why) ? text.bytes : NULL;
	while (found == 0 && (word = strsep(&rest, " ")) != NULL) {
		pid = (pid_t)strtol(word, NULL, 10);
		if (pid > 0 && !is_known(pid))
			found = pid;
	}
	fn_buf_free(&text);
	return found;
}
