/* fnd_exec.c: starting a function's program with exactly the descriptors it shall have, a clean
 * environment, and none of fnd's signal settings. */
#include "fnd_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fnd.h"

enum { CANNOT_RUN = 127 };

static void reset_signals(void)
{
	sigset_t none;

	(void)signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Everything above the numbers of a program, but for what is about to be placed. */
static void close_others(const int fds[static FND_EXEC_FDS])
{
	unsigned from = FND_EXEC_FDS;

	for (;;) {
		unsigned next = ~0U;

		for (int i = 0; i < FND_EXEC_FDS; i++) {
			if (fds[i] >= (int)from && (unsigned)fds[i] < next)
				next = (unsigned)fds[i];
		}
		if (next > from)
			(void)close_range(from, next == ~0U ? next : next - 1, 0);
		if (next == ~0U)
			return;
		from = next + 1;
	}
}

/* First out of the way of the numbers that are filled afterwards, then each to its place. */
static bool place_descriptors(const int fds[static FND_EXEC_FDS])
{
	int moved[FND_EXEC_FDS];

	close_others(fds); /* there must be room, even when fnd has used all that it may */
	for (int i = 0; i < FND_EXEC_FDS; i++) {
		int from = fds[i];

		if (from < 0 && i <= STDOUT_FILENO)
			from = open("/dev/null", O_RDWR | O_CLOEXEC);
		moved[i] = from < 0 ? -1 : fcntl(from, F_DUPFD_CLOEXEC, FND_EXEC_FDS);
		if (moved[i] < 0 && (from >= 0 || i <= STDOUT_FILENO))
			return false;
	}
	for (int i = 0; i < FND_EXEC_FDS; i++) {
		if (moved[i] >= 0)
			(void)dup2(moved[i], i);
		else
			(void)close(i);
	}
	(void)close_range(FND_EXEC_FDS, ~0U, 0);
	return true;
}

static void run_program(const struct fnd_exec *what)
{
	char name[RT_PATH_MAX], check[] = "--check";
	char *const arguments[] = {name, what->check ? check : NULL, NULL};
	char *const environment[] = {(char[]){"PATH=/usr/local/bin:/usr/bin:/bin"},
				     (char[]){"LANG=C.UTF-8"}, (char[]){"TZ=UTC"}, NULL};

	rt_path(name, "%s", what->name);
	(void)setpgid(0, 0); /* Ctrl-C in fnd's terminal is for fnd alone */
	reset_signals();
	if (!place_descriptors(what->fds)) {
		(void)dprintf(what->fds[STDERR_FILENO], "cannot run %s: %s\n", what->path,
			      strerror(errno));
		return;
	}
	(void)setrlimit(RLIMIT_NOFILE, &fnd.files); /* after: fnd may hold more than that */
	(void)execve(what->path, arguments, environment);
	(void)dprintf(STDERR_FILENO, "cannot run %s: %s\n", what->path, strerror(errno));
}

pid_t fnd_exec(const struct fnd_exec *what, struct rt_why *why)
{
	pid_t pid = fork();

	if (pid < 0)
		(void)rt_refuse(why, "fork: %s", strerror(errno));
	if (pid != 0)
		return pid;
	run_program(what);
	_exit(CANNOT_RUN);
}
