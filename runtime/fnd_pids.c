/* fnd_pids.c: RUN_DIR/fnd.pids: everything that fnd started, as `KIND PID START NAME` lines. START
 * is field 22 of /proc/PID/stat, so that a number that was given to somebody else is not mistaken.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fn_time.h"
#include "fnd_function.h"
#include "rt_event.h"
#include "rt_process.h"

enum {
	FILE_MAX = 8 << 20,
	ORPHAN_WAIT_S = 10, /* for the requests in hand, as long as the usual hard limit */
};

/* ---- writing ---- */

static void add(struct fn_buf *text, const char *kind, pid_t pid, unsigned long long *born,
		const char *name)
{
	if (pid <= 0 || (*born == 0 && !rt_process_start(pid, born)))
		return;
	fn_buf_format(text, "%s %d %llu %s\n", kind, (int)pid, *born, name);
}

static void add_function(struct fn_buf *text, const struct fnd_function *f)
{
	for (struct fnd_generation *g = f->generations; g != NULL; g = g->older)
		add(text, "template", g->pid, &g->born, f->name);
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		struct fnd_worker *w = f->workers[i];

		if (w != NULL)
			add(text, "worker", w->pid, &w->born, f->name);
	}
}

void fnd_pids_write(void)
{
	static struct fn_buf text = {.max = FILE_MAX};
	static unsigned long long born;
	char path[RT_PATH_MAX];
	struct rt_why why;

	fnd.processes_changed = false;
	fn_buf_clear(&text);
	add(&text, "fnd", getpid(), &born, "fnd");
	for (size_t i = 0; i < fnd.count; i++)
		add_function(&text, fnd.functions[i]);
	rt_path(path, "%s/fnd.pids", fnd.run);
	if (!rt_write_file(path, &text, 0644, false, &why))
		fn_log(FN_ERROR, "%s", why.text);
}

/* ---- ending what an earlier fnd left ---- */

/* Waits for one process; true when it is gone. */
static bool wait_for(int process, uint64_t until)
{
	struct pollfd end = {.fd = process, .events = POLLIN};
	uint64_t now = fn_time_monotonic();
	int wait = until > now ? (int)((until - now) / FND_MS) + 1 : 0;

	return poll(&end, 1, wait) == 1;
}

struct orphan {
	char name[RT_NAME_MAX + 1];
	pid_t pid;
	bool is_worker;
};

/* KIND PID START NAME; false when the line is not so, or the process is another one by now. */
static bool read_orphan(char *line, struct orphan *ret)
{
	char *words[4] = {NULL};
	unsigned long long born;

	for (size_t i = 0; i < FN_COUNT(words) && line != NULL; i++)
		words[i] = strsep(&line, " ");
	if (words[3] == NULL || strlen(words[3]) > RT_NAME_MAX || strcmp(words[0], "fnd") == 0)
		return false;
	ret->pid = (pid_t)strtol(words[1], NULL, 10);
	ret->is_worker = strcmp(words[0], "worker") == 0;
	(void)snprintf(ret->name, sizeof(ret->name), "%s", words[3]);
	return ret->pid > 1 && rt_process_start(ret->pid, &born) &&
	       born == strtoull(words[2], NULL, 10);
}

/* Workers may finish their request; nobody waits for a template. */
static int end_orphan(const struct orphan *orphan)
{
	int process = (int)syscall(SYS_pidfd_open, orphan->pid, 0);

	if (process < 0)
		return -1;
	(void)kill(orphan->pid, orphan->is_worker ? SIGTERM : SIGKILL);
	rt_event_end(rt_event_begin(FN_WARN, orphan->name, orphan->pid,
				    "ended a %s that an earlier fnd left",
				    orphan->is_worker ? "worker" : "template"));
	return process;
}

static void end_listed(char *text)
{
	enum { AT_ONCE = 512 };
	struct orphan left[AT_ONCE];
	int processes[AT_ONCE];
	size_t count = 0;
	uint64_t until = fn_time_monotonic() + (uint64_t)ORPHAN_WAIT_S * FND_SECOND;
	char *rest = text;

	for (char *line = strsep(&rest, "\n"); line != NULL && count < AT_ONCE;
	     line = strsep(&rest, "\n")) {
		if (!read_orphan(line, &left[count]))
			continue;
		processes[count] = end_orphan(&left[count]);
		count += processes[count] >= 0;
	}
	for (size_t i = 0; i < count; i++) {
		if (!wait_for(processes[i], until)) {
			(void)kill(left[i].pid, SIGKILL);
			(void)wait_for(processes[i], UINT64_MAX / 2);
		}
		rt_close(&processes[i]);
	}
}

void fnd_pids_end_orphans(void)
{
	char path[RT_PATH_MAX];
	struct fn_buf text;
	struct rt_why why;

	rt_path(path, "%s/fnd.pids", fnd.run);
	fn_buf_init(&text, FILE_MAX);
	if (access(path, F_OK) == 0 && rt_read_file(path, &text, &why) && text.length > 0)
		end_listed(text.bytes);
	fn_buf_free(&text);
}
