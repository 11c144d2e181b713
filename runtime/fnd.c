/* fnd.c: the functions daemon: one thread that holds sockets, starts workers and watches them, and
 * never touches a request. docs/runtime.md tells the story. */
#include "fnd.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "fn_log.h"
#include "fn_time.h"
#include "fnd_control.h"
#include "fnd_deploy.h"
#include "fnd_log.h"
#include "fnd_loop.h"
#include "fnd_start.h"
#include "fnd_worker.h"

enum { SLOW_LOG_MS = 50 };

struct fnd fnd;

/* Signals are events: nothing happens in a handler. */
static void signal_ready(struct fnd_watch *watch, uint32_t events)
{
	struct signalfd_siginfo signal;

	(void)events;
	while (read(watch->fd, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
		if (signal.ssi_signo == SIGCHLD)
			fnd_reap();
		else if (signal.ssi_signo == SIGHUP)
			fnd.reopen_log = true;
		else
			fnd_stop();
	}
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void sooner(uint64_t *until, uint64_t time)
{
	if (time > 0 && (*until == 0 || time < *until))
		*until = time;
}

/* Whatever has something to do; returns when to look again, 0 = when something happens. */
static uint64_t step(void)
{
	uint64_t until = fnd_deploy_step();

	for (size_t i = 0; i < fnd.count; i++) {
		struct fnd_function *f = fnd.functions[i];

		if (f->dirty || (f->check_at > 0 && f->check_at <= fnd.now))
			fnd_function_step(f);
	}
	for (size_t i = 0; i < fnd.count; i++)
		sooner(&until, fnd.functions[i]->dirty ? fnd.now : fnd.functions[i]->check_at);
	fnd_stop_step();
	if (fnd.reopen_log)
		fnd_log_reopen();
	fnd.reopen_log = false;
	if (fnd.processes_changed)
		fnd_pids_write();
	sooner(&until, fnd_log_step());
	if (!fnd_log_flush())
		sooner(&until, fnd.now + SLOW_LOG_MS * FND_MS);
	return until;
}

static void run(void)
{
	uint64_t until = fnd.now;

	while (!fnd.finished) {
		fnd_loop_turn(until);
		until = step();
	}
}

static void clean_up(void)
{
	char path[RT_PATH_MAX];

	for (size_t i = 0; i < fnd.count; i++)
		fnd_function_free(fnd.functions[i]);
	fnd.count = 0;
	rt_path(path, "%s/fnd.pids", fnd.run);
	(void)unlink(path);
	fn_log(FN_INFO, "stopped");
	fnd_control_close();
	(void)fnd_log_flush();
}

int main(int argc, char **argv)
{
	/* whoever starts fnd reads here why it could not, even when stderr has become the log */
	int terminal = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), status;
	struct fnd_watch signals;
	struct rt_why why = {""};
	sigset_t set;

	fnd_options(argc, argv);
	block_signals(&set);
	status = fnd_start(&why);
	if (status != 0) {
		(void)dprintf(terminal, "fnd: %s\n", why.text);
		return status;
	}
	rt_close(&terminal);
	fnd_loop_add(&signals, signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), EPOLLIN,
		     signal_ready);
	fn_log(FN_INFO, "fnd serves %zu functions from %s, sockets in %s", fnd.count,
	       fnd.functions_dir, fnd.run);
	run();
	clean_up();
	return EXIT_SUCCESS;
}
