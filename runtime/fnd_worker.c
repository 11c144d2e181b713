/* fnd_worker.c: asking templates for workers, and ending workers. */
#include "fnd_worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "fn_die.h"
#include "rt_event.h"

static int free_slot(const struct fnd_function *f)
{
	for (int i = 0; i < FN_SLOTS_MAX; i++) {
		if (f->workers[i] == NULL)
			return i;
	}
	return -1;
}

static void prepare_slot(struct fn_slot *slot)
{
	atomic_store(&slot->served, 0);
	memset(slot->request_id, 0, sizeof(slot->request_id));
	atomic_store(&slot->since, fnd.now);
	atomic_store(&slot->state, FN_SLOT_STARTING);
}

void fnd_worker_release(struct fnd_function *f, unsigned slot)
{
	struct fnd_worker *w = f->workers[slot];

	fnd_pipe_close(&w->log);
	atomic_store(&f->board->slots[slot].state, FN_SLOT_EMPTY);
	f->workers[slot] = NULL;
	f->dirty = true;
	fnd.processes_changed = true;
	free(w);
}

/* The worker's stderr goes along with the question. */
static bool send_question(const struct fnd_generation *g, unsigned slot, int log,
			  struct rt_why *why)
{
	struct fn_control question = {.kind = FN_CONTROL_SPAWN, .slot = slot};
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec body = {&question, sizeof(question)};
	struct msghdr message = {.msg_iov = &body,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &log, sizeof(int));
	return sendmsg(g->control.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
		       (ssize_t)sizeof(question) ||
	       rt_refuse(why, "asking the template: %s", strerror(errno));
}

static void cannot_start(const struct fnd_generation *g, const char *why)
{
	rt_event_end(
		rt_event_begin(FN_ERROR, g->function->name, 0, "cannot start a worker: %s", why));
	if (g == g->function->current)
		fnd_function_failed(g->function);
}

bool fnd_worker_ask(struct fnd_generation *g)
{
	static uint64_t order;
	struct fnd_function *f = g->function;
	int slot = free_slot(f), log = -1;
	struct fnd_worker *w;
	struct rt_why why;
	bool fine;

	if (slot < 0)
		return false; /* workers of older generations still hold them: they will leave */
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		fn_die(71, "out of memory");
	*w = (struct fnd_worker){.generation = g, .asked_at = fnd.now, .order = ++order};
	f->workers[slot] = w;
	prepare_slot(&f->board->slots[slot]);
	fine = fnd_pipe_open(&w->log, f->name, &log, &why) &&
	       send_question(g, (unsigned)slot, log, &why);
	rt_close(&log);
	if (fine) {
		w->log.capture = g->log.capture;
		return true;
	}
	fnd_worker_release(f, (unsigned)slot);
	cannot_start(g, why.text);
	return false;
}

static struct fnd_worker *asked(const struct fnd_generation *g, uint32_t slot)
{
	struct fnd_worker *w = slot < FN_SLOTS_MAX ? g->function->workers[slot] : NULL;

	return w != NULL && w->generation == g && w->pid == 0 ? w : NULL;
}

static bool is_child(pid_t pid)
{
	siginfo_t ignored;

	return waitid(P_PID, (id_t)pid, &ignored, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void fnd_worker_spawned(struct fnd_generation *g, const struct fn_control *message)
{
	struct fnd_worker *w = asked(g, message->slot);
	int status;

	if (w == NULL || message->pid <= 0)
		return;
	if (fnd_reap_stray(message->pid, &status)) { /* died faster than its template could say */
		w->pid = w->log.pid = message->pid;
		fnd_worker_bury(g->function, message->slot, status);
		return;
	}
	if (!is_child(message->pid)) {
		cannot_start(g, "its template names a process that is none of ours");
		fnd_worker_release(g->function, message->slot);
		return;
	}
	w->pid = w->log.pid = message->pid;
	fnd.processes_changed = true;
	if (w->told_at > 0)
		(void)kill(w->pid, SIGTERM);
}

void fnd_worker_refused(struct fnd_generation *g, const struct fn_control *message)
{
	if (asked(g, message->slot) == NULL)
		return;
	fnd_worker_release(g->function, message->slot);
	cannot_start(g, strerror(message->error));
}

void fnd_worker_tell(struct fnd_worker *w)
{
	if (w->told_at > 0)
		return;
	w->told_at = fnd.now;
	if (w->pid > 0)
		(void)kill(w->pid, SIGTERM);
	w->generation->function->dirty = true;
}

void fnd_worker_kill(struct fnd_worker *w, enum fnd_action why)
{
	if (w->pid <= 0 || w->killed != FND_KEEP)
		return;
	w->killed = why;
	(void)kill(w->pid, SIGKILL);
}

void fnd_workers_tell(struct fnd_generation *g)
{
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		struct fnd_worker *w = g->function->workers[i];

		if (w != NULL && w->generation == g)
			fnd_worker_tell(w);
	}
}

static int first_asked(const struct fnd_generation *g)
{
	int first = -1;

	for (int i = 0; i < FN_SLOTS_MAX; i++) {
		const struct fnd_worker *w = asked(g, (uint32_t)i);

		if (w != NULL && (first < 0 || w->order < g->function->workers[first]->order))
			first = i;
	}
	return first;
}

/* A template answers in order, so only the first open question may have become a worker. */
void fnd_worker_forget_asked(struct fnd_generation *g)
{
	struct fnd_function *f = g->function;
	int slot = first_asked(g);
	pid_t pid = slot >= 0 ? fnd_reap_unknown_child() : 0;

	if (pid > 0) {
		f->workers[slot]->pid = f->workers[slot]->log.pid = pid;
		fnd.processes_changed = true;
	}
	while ((slot = first_asked(g)) >= 0)
		fnd_worker_release(f, (unsigned)slot);
}
