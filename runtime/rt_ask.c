/* rt_ask.c: asking fnd to do something without standing still until it is done. */
#include "rt_ask.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fn_json.h"

enum { ANSWER_MAX = 16 << 10, ARENA_MAX = 1 << 20 };

int rt_ask_restart(const char *run_dir, const char *function)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char line[200];
	int length =
		snprintf(line, sizeof(line), "{\"cmd\":\"restart\",\"name\":\"%s\"}\n", function);
	int path = snprintf(address.sun_path, sizeof(address.sun_path), "%s/fnd.sock", run_dir);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && length < (int)sizeof(line) && path < (int)sizeof(address.sun_path) &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, line, (size_t)length, MSG_NOSIGNAL) == length)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

bool rt_ask_answer(int descriptor, char *ret_why, size_t size)
{
	static char bytes[ANSWER_MAX];
	struct fn_arena *arena = fn_arena_new(ARENA_MAX);
	const struct json_object *answer = NULL;
	const char *why = NULL, *output;
	ssize_t got = recv(descriptor, bytes, sizeof(bytes), 0);
	bool fine;

	if (got > 0)
		answer = fn_json_parse(arena, bytes, (size_t)got, &why);
	fine = fn_json_get_bool(answer, "ok", false);
	why = fn_json_get_text(answer, "error");
	output = fn_json_get_text(answer, "output");
	(void)snprintf(ret_why, size, "%s%s%s", why != NULL ? why : "fnd left without an answer",
		       output != NULL ? ": " : "", output != NULL ? output : "");
	ret_why[strcspn(ret_why, "\n")] = '\0';
	fn_arena_free(arena);
	return fine;
}
