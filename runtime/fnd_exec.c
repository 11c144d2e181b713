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

enum { CANNOT_RUN = 127, ABOVE_ALL = 16 };

static void reset_signals(void)
{
	sigset_t none;

	(void)signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* First out of the way of the numbers that are filled afterwards, then each to its place. */
static void place_descriptors(const int fds[static FND_EXEC_FDS])
{
	int moved[FND_EXEC_FDS];

	for (int i = 0; i < FND_EXEC_FDS; i++) {
		int from = fds[i];

		if (from < 0 && i <= STDOUT_FILENO)
			from = open("/dev/null", O_RDWR | O_CLOEXEC);
		moved[i] = from < 0 ? -1 : fcntl(from, F_DUPFD_CLOEXEC, ABOVE_ALL);
	}
	for (int i = 0; i < FND_EXEC_FDS; i++) {
		if (moved[i] >= 0)
			(void)dup2(moved[i], i);
		else
			(void)close(i);
	}
	(void)close_range(FND_EXEC_FDS, ~0U, 0);
}

pid_t fnd_exec(const struct fnd_exec *what, struct rt_why *why)
{
	char *const arguments[] = {(char *)(uintptr_t)what->name, (char *)(uintptr_t)what->option,
				   NULL};
	char *const environment[] = {(char[]){"PATH=/usr/local/bin:/usr/bin:/bin"},
				     (char[]){"LANG=C.UTF-8"}, (char[]){"TZ=UTC"}, NULL};
	pid_t pid = fork();

	if (pid < 0)
		(void)rt_refuse(why, "fork: %s", strerror(errno));
	if (pid != 0)
		return pid;
	(void)setpgid(0, 0); /* Ctrl-C in fnd's terminal is for fnd alone */
	reset_signals();
	(void)setrlimit(RLIMIT_NOFILE, &fnd.files);
	place_descriptors(what->fds);
	(void)execve(what->path, arguments, environment);
	(void)dprintf(STDERR_FILENO, "cannot run %s: %s\n", what->path, strerror(errno));
	_exit(CANNOT_RUN);
}
