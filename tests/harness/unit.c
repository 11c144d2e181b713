/* unit.c: requests out of the air, children, and what was said on stderr. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fn_reply.h"

/* ---- requests ---- */

static const char *find_header(void *from, const char *name)
{
	const struct unit_header *header = from;

	for (; header->name != NULL; header++) {
		if (strcasecmp(header->name, name) == 0)
			return header->value;
	}
	return NULL;
}

struct fn_request *unit_request(struct unit_request *like)
{
	struct fn_request_parts parts = {.id = like->id,
					 .method = like->method,
					 .path = like->path,
					 .query = like->query,
					 .header = find_header,
					 .from = like->headers,
					 .internal = like->internal};

	if (like->body != NULL) {
		parts.body.bytes = like->body;
		parts.body.length = like->body_length > 0 ? like->body_length : strlen(like->body);
	}
	return fn_request_new(&parts);
}

const char *unit_reply_header(struct fn_request *req, const char *name)
{
	const struct fn_buf *headers = &fn_request_reply(req)->headers;
	const char *at = headers->length > 0 ? headers->bytes : "";
	size_t length = strlen(name);

	while (*at != '\0') {
		const char *end = strstr(at, "\r\n");

		assert_non_null(end); /* every line is whole */
		if (strncasecmp(at, name, length) == 0 && strncmp(at + length, ": ", 2) == 0)
			return fn_arena_copy(fn_request_arena(req), at + length + 2,
					     (size_t)(end - at) - length - 2);
		at = end + 2;
	}
	return NULL;
}

const char *unit_reply_text(struct fn_request *req)
{
	const struct fn_reply *reply = fn_request_reply(req);
	size_t length = fn_reply_length(reply);
	char *text = fn_arena_alloc(fn_request_arena(req), length + 1);

	if (reply->spool == NULL)
		return reply->body.length > 0 ? reply->body.bytes : "";
	for (size_t at = 0; at < length;)
		at += fn_spool_read(reply->spool, at, text + at, length - at);
	return text;
}

/* ---- stderr ---- */

static char said[UNIT_TEXT_MAX];
static int memory = -1, real_stderr = -1;

/* What lies in the descriptor from its start, cut to size. */
static void read_all(int descriptor, char into[static UNIT_TEXT_MAX])
{
	ssize_t length = pread(descriptor, into, UNIT_TEXT_MAX - 1, 0);

	into[length > 0 ? length : 0] = '\0';
}

void unit_stderr_begin(void)
{
	(void)fflush(stderr);
	memory = memfd_create("stderr", MFD_CLOEXEC);
	real_stderr = dup(STDERR_FILENO);
	if (memory < 0 || real_stderr < 0 || dup2(memory, STDERR_FILENO) < 0)
		fail_msg("stderr cannot be caught");
}

const char *unit_stderr_end(void)
{
	(void)fflush(stderr);
	(void)dup2(real_stderr, STDERR_FILENO);
	read_all(memory, said);
	(void)close(real_stderr);
	(void)close(memory);
	return said;
}

/* ---- children ---- */

void unit_run_child(void (*body)(void *), void *arg, struct unit_end *ret)
{
	int descriptor = memfd_create("stderr", MFD_CLOEXEC), status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)dup2(descriptor, STDERR_FILENO);
		body(arg);
		_exit(EXIT_SUCCESS);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
	read_all(descriptor, ret->said);
	(void)close(descriptor);
}

void unit_assert_dies(void (*body)(void *), void *arg, int status, const char *expected)
{
	static struct unit_end end;

	unit_run_child(body, arg, &end);
	if (end.status != status || strstr(end.said, expected) == NULL)
		fail_msg("ended with %d and said: %s", end.status, end.said);
}

/* execve() wants pointers to non-const, though it changes nothing. */
static char *const *unlocked(const char *const *list)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): it only drops const */
	return (char *const *)(uintptr_t)list;
}

void unit_exec(const char *const *argv, const char *const *environment)
{
	(void)execve(argv[0], unlocked(argv), unlocked(environment));
}

int unit_run_program(const char *const *argv, const char *const *environment, char *into)
{
	int output = memfd_create("stdout", MFD_CLOEXEC), status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (into != NULL)
			(void)dup2(output, STDOUT_FILENO);
		unit_exec(argv, environment);
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (into != NULL)
		read_all(output, into);
	(void)close(output);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}
