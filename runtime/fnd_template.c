/* fnd_template.c: template processes: started, heard, ended, buried. */
#include "fnd_template.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "fnd_exec.h"
#include "fnd_worker.h"
#include "rt_event.h"
#include "rt_process.h"

enum { HEARD_AT_ONCE = 64 };

static void set_phase(struct fnd_generation *g, enum fnd_phase phase)
{
	g->phase = phase;
	g->since = fnd.now;
	g->function->dirty = true;
}

static void hear_one(struct fnd_generation *g, const struct fn_control *message)
{
	g->function->dirty = true;
	switch (message->kind) {
	case FN_CONTROL_READY:
		if (g->phase != FND_STARTING)
			return;
		rt_event_end(rt_event_begin(FN_INFO, g->function->name, g->pid,
					    "template of release %s ready after %llu ms",
					    g->release,
					    (unsigned long long)((fnd.now - g->since) / FND_MS)));
		set_phase(g, FND_READY);
		return;
	case FN_CONTROL_SPAWNED:
		fnd_worker_spawned(g, message);
		return;
	case FN_CONTROL_FAILED:
		fnd_worker_refused(g, message);
		return;
	default:
		return; /* a newer library may say more */
	}
}

void fnd_template_hear(struct fnd_generation *g)
{
	for (int i = 0; i < HEARD_AT_ONCE && g->control.fd >= 0; i++) {
		struct fn_control message;
		ssize_t length = recv(g->control.fd, &message, sizeof(message), MSG_DONTWAIT);

		if (length == (ssize_t)sizeof(message)) {
			hear_one(g, &message);
			continue;
		}
		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		/* It closed the socket, died, or speaks another language: of no use any more. */
		fnd_loop_remove(&g->control);
		if (g->pid > 0)
			(void)kill(g->pid, SIGKILL);
	}
}

static void control_ready(struct fnd_watch *watch, uint32_t events)
{
	(void)events;
	fnd_template_hear(FND_OWNER(watch, struct fnd_generation, control));
}

static bool execute(struct fnd_generation *g, int control, int log, struct rt_why *why)
{
	const struct fnd_function *f = g->function;
	char path[RT_PATH_MAX];
	const struct fnd_exec what = {
		.path = path,
		.name = f->name,
		.fds = {[FN_FD_LISTEN] = f->listener.fd,
			[1] = -1,
			[2] = log,
			[FN_FD_CONTROL] = control,
			[FN_FD_SETTINGS] = g->settings,
			[FN_FD_BOARD] = f->board_fd,
			[FN_FD_WAKE] = f->wake.fd},
	};

	rt_path(path, "%s/%s/releases/%s/%s", fnd.functions_dir, f->name, g->release, f->name);
	g->pid = fnd_exec(&what, why);
	if (g->pid < 0) {
		g->pid = 0;
		return false;
	}
	g->log.pid = g->pid;
	g->born = 0;
	fnd.processes_changed = true;
	return true;
}

/* The template waits for a message; fnd must not. */
static bool open_control(struct fnd_generation *g, int *ret_end, struct rt_why *why)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return rt_refuse(why, "socketpair: %s", strerror(errno));
	(void)fcntl(ends[0], F_SETFL, O_RDWR | O_NONBLOCK);
	fnd_loop_add(&g->control, ends[0], EPOLLIN, control_ready);
	*ret_end = ends[1];
	return true;
}

bool fnd_template_start(struct fnd_generation *g, struct fn_buf *capture)
{
	int control = -1, log = -1;
	struct rt_why why;
	bool fine = open_control(g, &control, &why) &&
		    fnd_pipe_open(&g->log, g->function->name, &log, &why);

	g->log.capture = capture;
	g->killed = false;
	fine = fine && execute(g, control, log, &why);
	rt_close(&control);
	rt_close(&log);
	if (fine) {
		set_phase(g, FND_STARTING);
		return true;
	}
	fnd_loop_remove(&g->control);
	fnd_pipe_close(&g->log);
	rt_event_end(rt_event_begin(FN_ERROR, g->function->name, 0, "cannot start a template: %s",
				    why.text));
	if (g == g->function->current)
		fnd_function_failed(g->function);
	return false;
}

void fnd_template_end(struct fnd_generation *g)
{
	if (g->phase == FND_DOWN || g->phase == FND_ENDING)
		return;
	(void)kill(g->pid, SIGTERM);
	set_phase(g, FND_ENDING);
}

void fnd_template_buried(struct fnd_generation *g, int status)
{
	struct fnd_function *f = g->function;
	enum fnd_phase was = g->phase;
	pid_t pid = g->pid;
	char end[RT_END_MAX];

	g->pid = 0; /* it may soon be somebody else's */
	fnd_pipe_close(&g->log);
	fnd_template_hear(g);
	fnd_loop_remove(&g->control);
	if (was != FND_ENDING) {
		rt_event_end(rt_event_begin(FN_ERROR, f->name, pid,
					    "template of release %s %s: %s after %.1f s",
					    g->release,
					    was == FND_READY ? "ended" : "did not start",
					    rt_process_end(status, end),
					    (double)(fnd.now - g->since) / (double)FND_SECOND));
		if (g == f->current)
			fnd_function_failed(f);
	}
	set_phase(g, FND_DOWN);
	fnd_worker_forget_asked(g);
	fnd.processes_changed = true;
}
