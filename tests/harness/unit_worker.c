/* unit_worker.c: a real worker in a child process. */
#include "unit_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BACKLOG = 64, FIRST_FREE = 20 /* above the descriptors that a worker expects */ };

/* libfcgi loses a few bytes when PARAMS end in the middle of one; only a peer that got past nginx
 * can send that. Nothing of ours is ever allocated below it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfcgi.so\n";
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(descriptor, BACKLOG) != 0)
		fail_msg("listen %s: %s", path, strerror(errno));
	return descriptor;
}

static int lift(int descriptor)
{
	int lifted = fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_FREE);

	(void)close(descriptor);
	assert_true(lifted >= FIRST_FREE);
	return lifted;
}

void unit_worker_prepare(struct unit_worker *w)
{
	memset(w, 0, sizeof(*w));
	(void)snprintf(w->directory, sizeof(w->directory), "/tmp/unit-worker-XXXXXX");
	assert_non_null(mkdtemp(w->directory));
	(void)snprintf(w->path, sizeof(w->path), "%s/socket", w->directory);
	w->listener = lift(listen_at(w->path));
	w->wake = lift(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
	w->log = lift(memfd_create("log", MFD_CLOEXEC));
	w->board = mmap(NULL, sizeof(*w->board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	assert_ptr_not_equal(w->board, MAP_FAILED);
}

/* Ends with exit(), so that leaks of a worker are found at its end. */
static void work(const struct unit_worker *w, struct fn_serve serve)
{
	(void)dup2(w->listener, FN_FD_LISTEN);
	(void)dup2(w->wake, FN_FD_WAKE);
	(void)dup2(w->log, STDERR_FILENO);
	serve.board = w->board;
	serve.slot = 0;
	exit(fn_serve(&serve));
}

void unit_worker_start(struct unit_worker *w, const struct fn_serve *like)
{
	(void)fflush(NULL);
	atomic_store(&w->board->slots[0].state, FN_SLOT_STARTING);
	w->pid = fork();
	assert_true(w->pid >= 0);
	if (w->pid == 0)
		work(w, *like);
	unit_worker_await(w, FN_SLOT_IDLE);
}

void unit_worker_await(const struct unit_worker *w, enum fn_slot_state state)
{
	for (unsigned waited = 0; waited < UNIT_PATIENCE_MS; waited++) {
		if (atomic_load(&w->board->slots[0].state) == state)
			return;
		(void)poll(NULL, 0, 1);
	}
	fail_msg("the worker did not come into state %d: %s", (int)state, unit_worker_said(w));
}

/* Its wait status once it has ended; -1 while it runs. */
static int look(struct unit_worker *w)
{
	int status = 0;

	if (w->pid == 0 || waitpid(w->pid, &status, WNOHANG) != w->pid)
		return -1;
	w->pid = 0;
	return status;
}

int unit_worker_end(struct unit_worker *w)
{
	for (unsigned waited = 0; waited < UNIT_PATIENCE_MS; waited++) {
		int status = look(w);

		if (status >= 0)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
		(void)poll(NULL, 0, 1);
	}
	fail_msg("the worker did not end: %s", unit_worker_said(w));
	return -1;
}

bool unit_worker_lives(struct unit_worker *w)
{
	return look(w) < 0 && w->pid != 0;
}

uint64_t unit_worker_woken(const struct unit_worker *w)
{
	uint64_t count = 0;

	return read(w->wake, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

const char *unit_worker_said(const struct unit_worker *w)
{
	static char text[UNIT_TEXT_MAX];
	ssize_t length = pread(w->log, text, sizeof(text) - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

void unit_worker_clean(struct unit_worker *w)
{
	if (w->pid > 0) {
		(void)kill(w->pid, SIGKILL);
		(void)waitpid(w->pid, NULL, 0);
	}
	(void)close(w->listener);
	(void)close(w->wake);
	(void)close(w->log);
	(void)munmap(w->board, sizeof(*w->board));
	(void)unlink(w->path);
	(void)rmdir(w->directory);
}
