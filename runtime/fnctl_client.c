/* fnctl_client.c: asking fnd over its socket: one JSON object a line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "fnctl.h"

enum { ANSWER_MAX = 8 << 20 };

static int connect_fnd(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), why;

	if (fd < 0 || strlen(fnctl.socket) >= sizeof(address.sun_path)) {
		rt_close(&fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, fnctl.socket, strlen(fnctl.socket) + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	why = errno;
	rt_close(&fd);
	errno = why;
	return -1;
}

bool fnctl_reaches_fnd(void)
{
	int fd = connect_fnd();
	bool there = fd >= 0;

	rt_close(&fd);
	return there;
}

static bool send_line(int fd, struct json_object *question)
{
	size_t length;
	const char *text = fn_json_write(question, &length);

	return send(fd, text, length, MSG_NOSIGNAL) == (ssize_t)length &&
	       send(fd, "\n", 1, MSG_NOSIGNAL) == 1;
}

/* Up to the end of the line; false when the other side left before or the time is over. */
static bool receive_line(int fd, struct fn_buf *line)
{
	char bytes[65536];

	for (;;) {
		ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || line->full)
			return false;
		fn_buf_add(line, bytes, (size_t)got);
		if (!line->full && line->bytes[line->length - 1] == '\n')
			return true;
	}
}

static struct json_object *talk(int fd, struct fn_arena *arena, struct json_object *question,
				int seconds)
{
	struct timeval limit = {.tv_sec = seconds};
	struct json_object *answer = NULL;
	struct fn_buf line;
	const char *why = "no answer";

	fn_buf_init(&line, ANSWER_MAX);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (send_line(fd, question) && receive_line(fd, &line))
		answer = fn_json_parse(arena, line.bytes, line.length, &why);
	if (answer == NULL)
		(void)fnctl_fail(FNCTL_NO_FND, "fnd at %s did not answer: %s", fnctl.socket, why);
	fn_buf_free(&line);
	return answer;
}

struct json_object *fnctl_ask(struct fn_arena *arena, struct json_object *question, int seconds)
{
	struct json_object *answer = NULL;
	int fd = connect_fnd();

	if (fd < 0)
		(void)fnctl_fail(
			FNCTL_NO_FND,
			"fnd does not answer at %s (%s): start it with `make up`, or name its "
			"socket with --socket or FND_SOCKET",
			fnctl.socket, strerror(errno));
	else
		answer = talk(fd, arena, question, seconds);
	rt_close(&fd);
	fn_json_drop(question);
	return answer;
}

bool fnctl_agreed(const struct json_object *answer)
{
	const char *why = fn_json_get_text(answer, "error");
	const char *output = fn_json_get_text(answer, "output");

	if (fn_json_get_bool(answer, "ok", false))
		return true;
	(void)fnctl_fail(FNCTL_REFUSED, "%s", why != NULL ? why : "refused without a reason");
	if (output != NULL)
		(void)fprintf(stderr, "it said:\n%s", output);
	return false;
}
