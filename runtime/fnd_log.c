/* fnd_log.c: collecting the log lines of templates and workers. Lines that are JSON pass as they
 * are, others are wrapped; what is read in one turn of the loop is written in one piece. Pipes hang
 * on a set of their own, which is left alone for a moment after each look: under load every line
 * would wake fnd for itself. */
#include "fnd_log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fn_die.h"
#include "fn_json.h"
#include "fn_text.h"
#include "fn_time.h"
#include "fnd.h"
#include "fnd_loop.h"
#include "fnd_plan.h"
#include "rt_event.h"
#include "rt_files.h"

enum {
	SKIP_MAX = 8,
	LINE_MAX_BYTES = 16 << 10,
	READ_MAX = 64 << 10, /* from one pipe in one turn: nobody keeps fnd from the others */
	SINK_MAX = 4 << 20,  /* for a reader that stalls; beyond it lines are lost and counted */
	FLUSH_AT = 64 << 10,
	PIPE_SAFE = 4096, /* PIPE_BUF: so much never blocks when poll() says it is writable */
	TURN_MAX = 64,
	PAUSE_MS = 20, /* a pipe holds what a worker says in that time many times over */
};

static struct {
	char path[RT_PATH_MAX]; /* "" = stdout */
	int fd;
	bool is_file; /* writing never waits for a reader */
	struct fn_buf waiting;
	uint64_t lost;
} sink = {.fd = STDOUT_FILENO};

/* ---- the sink ---- */

static bool open_file(struct rt_why *why)
{
	int fd = open(sink.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0)
		return rt_refuse(why, "%s: %s", sink.path, strerror(errno));
	if (sink.fd != STDOUT_FILENO)
		rt_close(&sink.fd);
	sink.fd = fd;
	sink.is_file = true;
	(void)dup3(fd, STDERR_FILENO, 0); /* fnd's own lines among the others */
	return true;
}

bool fnd_log_open(const char *directory, struct rt_why *why)
{
	fn_buf_init(&sink.waiting, SINK_MAX);
	if (directory == NULL)
		return true;
	rt_path(sink.path, "%s/functions.log", directory);
	return open_file(why);
}

void fnd_log_reopen(void)
{
	struct rt_why why;

	if (sink.path[0] == '\0')
		return;
	(void)fnd_log_flush();
	if (!open_file(&why))
		fn_log(FN_ERROR, "log: %s", why.text);
}

/* How much may be written now without waiting for a reader. */
static size_t allowed(size_t length)
{
	struct pollfd reader = {.fd = sink.fd, .events = POLLOUT};

	if (sink.is_file)
		return length;
	if (poll(&reader, 1, 0) != 1 || (reader.revents & POLLOUT) == 0)
		return 0;
	return length < PIPE_SAFE ? length : PIPE_SAFE;
}

static void count_lost(void)
{
	if (sink.lost == 0)
		return;
	fn_log(FN_ERROR, "log: %llu lines lost", (unsigned long long)sink.lost);
	sink.lost = 0;
}

/* Bytes that went out, or were given up; 0: the reader is slow. */
static size_t write_some(const char *bytes, size_t length)
{
	size_t part = allowed(length);
	ssize_t put = part == 0 ? 0 : write(sink.fd, bytes, part);

	if (put >= 0 || errno == EINTR)
		return put > 0 ? (size_t)put : 0;
	for (size_t i = 0; i < length; i++) /* a full disk: better to lose lines than to stop */
		sink.lost += bytes[i] == '\n';
	return length;
}

bool fnd_log_flush(void)
{
	struct fn_buf *waiting = &sink.waiting;
	size_t done = 0, part = 1;

	while (part > 0 && done < waiting->length) {
		part = write_some(waiting->bytes + done, waiting->length - done);
		done += part;
	}
	if (done < waiting->length) {
		memmove(waiting->bytes, waiting->bytes + done, waiting->length - done);
		waiting->length -= done;
		return false;
	}
	fn_buf_clear(waiting);
	count_lost();
	return true;
}

static void put(const char *bytes, size_t length)
{
	struct fn_buf *waiting = &sink.waiting;

	if (waiting->length + length + 1 > FLUSH_AT)
		(void)fnd_log_flush();
	if (waiting->length + length + 1 > SINK_MAX) {
		sink.lost++;
		return;
	}
	fn_buf_add(waiting, bytes, length);
	fn_buf_add(waiting, "\n", 1);
}

/* ---- lines ---- */

static void put_wrapped(const struct fnd_pipe *pipe, const char *bytes, size_t length, bool cut)
{
	char stamp[32], clean[LINE_MAX_BYTES + 1];
	struct json_object *line;
	const char *text;
	bool is_text;

	length = length < LINE_MAX_BYTES ? length : LINE_MAX_BYTES;
	is_text = fn_text_is_utf8(bytes, length);
	for (size_t i = 0; i < length; i++)
		clean[i] =
			bytes[i] == '\0' || (!is_text && (bytes[i] & 0x80) != 0) ? '?' : bytes[i];
	clean[length] = '\0';
	line = FN_OBJECT(fn_json_string("ts", fn_time_stamp(stamp)),
			 fn_json_string("level", "warn"), fn_json_string("fn", pipe->fn));
	if (pipe->pid > 0)
		fn_json_set(line, fn_json_int("pid", pipe->pid));
	fn_json_set(line, fn_json_string("msg", clean));
	if (cut)
		fn_json_set(line, fn_json_bool("cut", true));
	text = fn_json_write(line, &length);
	put(text, length);
	fn_json_drop(line);
}

static void take_line(const struct fnd_pipe *pipe, const char *bytes, size_t length, bool cut)
{
	if (length == 0)
		return;
	if (pipe->capture != NULL && pipe->capture->length + length < pipe->capture->max) {
		fn_buf_add(pipe->capture, bytes, length);
		fn_buf_add(pipe->capture, "\n", 1);
	}
	if (bytes[0] == '{' && !cut)
		put(bytes, length);
	else
		put_wrapped(pipe, bytes, length, cut);
}

/* A line that began in an earlier read, or that goes on in a later one. */
static void take_part(struct fnd_pipe *pipe, const char *bytes, size_t length, bool ends)
{
	if (!pipe->cut) {
		size_t room = LINE_MAX_BYTES - pipe->line.length;

		pipe->cut = length > room;
		fn_buf_add(&pipe->line, bytes, pipe->cut ? room : length);
		if (pipe->cut)
			take_line(pipe, pipe->line.bytes, pipe->line.length, true);
	}
	if (!ends)
		return;
	if (!pipe->cut && pipe->line.length > 0)
		take_line(pipe, pipe->line.bytes, pipe->line.length, false);
	pipe->cut = false;
	fn_buf_free(&pipe->line); /* an idle worker costs nothing */
}

static void take_bytes(struct fnd_pipe *pipe, const char *bytes, size_t length)
{
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t part = end != NULL ? (size_t)(end - bytes) : length;

		if (end != NULL && pipe->line.length == 0 && !pipe->cut && part <= LINE_MAX_BYTES)
			take_line(pipe, bytes, part, false);
		else
			take_part(pipe, bytes, part, end != NULL);
		part += end != NULL;
		bytes += part;
		length -= part;
	}
}

static ssize_t read_some(struct fnd_pipe *pipe)
{
	static char bytes[READ_MAX];
	ssize_t got = read(pipe->fd, bytes, sizeof(bytes));

	if (got > 0)
		take_bytes(pipe, bytes, (size_t)got);
	return got;
}

static void pipe_ready(struct fnd_pipe *pipe)
{
	if (pipe->pid == 0 && pipe->skipped++ < SKIP_MAX)
		return;           /* a worker that speaks before its template has told its pid */
	if (read_some(pipe) == 0) /* everybody closed it: what is left is to close ours */
		fnd_pipe_close(pipe);
}

/* ---- all pipes ---- */

static struct {
	struct fnd_watch watch; /* of the set */
	uint64_t resume;        /* when to listen again; 0 = listening */
} pipes = {.watch.fd = -1};

static void pipes_ready(struct fnd_watch *watch, uint32_t events)
{
	struct epoll_event ready[TURN_MAX];
	int count = epoll_wait(watch->fd, ready, TURN_MAX, 0);

	(void)events;
	for (int i = 0; i < count; i++)
		pipe_ready(ready[i].data.ptr);
	fnd_loop_change(watch, 0);
	pipes.resume = fnd.now + PAUSE_MS * FND_MS;
}

uint64_t fnd_log_step(void)
{
	if (pipes.resume > 0 && pipes.resume <= fnd.now) {
		fnd_loop_change(&pipes.watch, EPOLLIN);
		pipes.resume = 0;
	}
	return pipes.resume;
}

bool fnd_pipe_open(struct fnd_pipe *pipe, const char *fn, int *ret_end, struct rt_why *why)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = pipe};
	int ends[2];

	*pipe = (struct fnd_pipe){.fd = -1, .fn = fn};
	fn_buf_init(&pipe->line, LINE_MAX_BYTES);
	if (pipes.watch.fd < 0)
		fnd_loop_add(&pipes.watch, epoll_create1(EPOLL_CLOEXEC), EPOLLIN, pipes_ready);
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return rt_refuse(why, "pipe: %s", strerror(errno));
	if (epoll_ctl(pipes.watch.fd, EPOLL_CTL_ADD, ends[0], &event) != 0)
		fn_die(71, "epoll add: %s", strerror(errno));
	pipe->fd = ends[0];
	*ret_end = ends[1];
	return true;
}

void fnd_pipe_close(struct fnd_pipe *pipe)
{
	if (pipe->fd < 0)
		return;
	for (int i = 0; i < 4 && read_some(pipe) > 0; i++) /* bounded: a child of it may write on */
		;
	take_part(pipe, "", 0, true);
	(void)epoll_ctl(pipes.watch.fd, EPOLL_CTL_DEL, pipe->fd, NULL);
	rt_close(&pipe->fd);
	fn_buf_free(&pipe->line);
}
