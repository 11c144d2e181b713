/* call: a FastCGI client for the runtime's tests: so many requests, so many at once, counted.
 * Prints `done=N ok=N failed=N` and, with --times, how long they took; with --show the last answer.
 */
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../runtime/rt_fcgi.h"
#include "fn_time.h"

enum { PARALLEL_MAX = 256, TIMES_MAX = 1 << 20, PARAMS = 5, MICROSECOND = 1000 };

static struct {
	const char *socket, *path, *id, *until, *question;
	unsigned long count, parallel, gap_ms, body;
	bool times, show;
} ask = {.path = "", .id = "test", .count = 1, .parallel = 1};

static struct {
	unsigned long begun, done, ok, failed;
	const char *why;
	int status;
	char *answer;
} seen;

static struct {
	struct rt_fcgi *call;
	uint64_t began;
} calls[PARALLEL_MAX];

static uint32_t times[TIMES_MAX]; /* microseconds */

static void begin(unsigned long i)
{
	static char body[65536];
	const struct rt_fcgi_param params[PARAMS] = {
		{"REQUEST_METHOD", ask.body > 0 ? "POST" : "GET"},
		{"FN_PATH", ask.path},
		{"REQUEST_ID", ask.id},
		{"QUERY_STRING", ""},
		{"REMOTE_ADDR", "127.0.0.1"},
	};

	calls[i].began = fn_time_monotonic();
	calls[i].call = rt_fcgi_begin(ask.socket, params, PARAMS, body, ask.body);
	seen.begun++;
}

static bool is_enough(void)
{
	return ask.until != NULL ? access(ask.until, F_OK) == 0 : seen.begun >= ask.count;
}

static void count(unsigned long i, enum rt_fcgi_state state)
{
	if (seen.done < TIMES_MAX)
		times[seen.done] = (uint32_t)((fn_time_monotonic() - calls[i].began) / MICROSECOND);
	seen.done++;
	if (state == RT_FCGI_DONE) {
		const struct rt_fcgi_reply *reply = rt_fcgi_reply(calls[i].call);

		seen.status = reply->status;
		seen.ok += reply->status == 200;
		free(seen.answer);
		seen.answer = strdup(reply->body);
	} else {
		seen.failed++;
		seen.why = rt_fcgi_why(calls[i].call);
	}
	rt_fcgi_end(calls[i].call);
	calls[i].call = NULL;
}

static void go_on(unsigned long i)
{
	enum rt_fcgi_state state = rt_fcgi_continue(calls[i].call);

	if (state == RT_FCGI_WAITING)
		return;
	count(i, state);
	if (ask.gap_ms > 0)
		(void)poll(NULL, 0, (int)ask.gap_ms);
	if (!is_enough())
		begin(i);
}

/* Waits for the open calls and goes on with those that can; false when there are none. */
static bool turn(void)
{
	struct pollfd waiting[PARALLEL_MAX];
	unsigned long who[PARALLEL_MAX];
	nfds_t open = 0;

	for (unsigned long i = 0; i < ask.parallel; i++) {
		if (calls[i].call == NULL)
			continue;
		waiting[open] = (struct pollfd){.fd = rt_fcgi_descriptor(calls[i].call),
						.events = rt_fcgi_events(calls[i].call)};
		who[open++] = i;
	}
	/* a call that failed to connect has no descriptor to wait for */
	(void)poll(waiting, open, 10);
	for (nfds_t i = 0; i < open; i++) {
		if (waiting[i].revents != 0 || waiting[i].fd < 0)
			go_on(who[i]);
	}
	return open > 0;
}

static void run(void)
{
	for (unsigned long i = 0; i < ask.parallel && !is_enough(); i++)
		begin(i);
	while (turn())
		;
}

static int by_size(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static void show(void)
{
	size_t n = seen.done < TIMES_MAX ? seen.done : TIMES_MAX;

	(void)printf("done=%lu ok=%lu failed=%lu", seen.done, seen.ok, seen.failed);
	if (seen.why != NULL)
		(void)printf(" why=\"%s\"", seen.why);
	if (ask.times && n > 0) {
		qsort(times, n, sizeof(*times), by_size);
		(void)printf(" p50=%uus p99=%uus max=%uus", times[n / 2], times[n * 99 / 100],
			     times[n - 1]);
	}
	(void)puts("");
	if (ask.show && seen.answer != NULL)
		(void)printf("%d %s\n", seen.status, seen.answer);
}

/* False when fnd did not answer. */
static bool ask_fnd(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t began = fn_time_monotonic();
	static char answer[1 << 20];
	size_t length = 0;
	ssize_t got;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", ask.socket);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    dprintf(fd, "%s\n", ask.question) < 0)
		return false;
	while (length < sizeof(answer) - 1 && memchr(answer, '\n', length) == NULL) {
		got = read(fd, answer + length, sizeof(answer) - 1 - length);
		if (got <= 0)
			return false;
		length += (size_t)got;
	}
	(void)printf("%llu\n", (unsigned long long)((fn_time_monotonic() - began) / MICROSECOND));
	if (ask.show)
		(void)fputs(answer, stdout);
	return true;
}

static void take(int option, const char *value)
{
	switch (option) {
	case 'p':
		ask.path = value;
		return;
	case 'i':
		ask.id = value;
		return;
	case 'u':
		ask.until = value;
		return;
	case 'n':
		ask.count = strtoul(value, NULL, 10);
		return;
	case 'c':
		ask.parallel = strtoul(value, NULL, 10);
		ask.parallel = ask.parallel < PARALLEL_MAX ? ask.parallel : PARALLEL_MAX;
		return;
	case 'g':
		ask.gap_ms = strtoul(value, NULL, 10);
		return;
	case 'b':
		ask.body = strtoul(value, NULL, 10) % 65536;
		return;
	case 'q':
		ask.question = value;
		return;
	case 't':
		ask.times = true;
		return;
	case 's':
		ask.show = true;
		return;
	default:
		exit(64);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"path", required_argument, NULL, 'p'},
		{"id", required_argument, NULL, 'i'},
		{"until", required_argument, NULL, 'u'},
		{"count", required_argument, NULL, 'n'},
		{"parallel", required_argument, NULL, 'c'},
		{"gap", required_argument, NULL, 'g'},
		{"body", required_argument, NULL, 'b'},
		{"ask", required_argument, NULL, 'q'},
		{"times", no_argument, NULL, 't'},
		{"show", no_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take(option, optarg);
	if (optind + 1 != argc)
		return 64;
	ask.socket = argv[optind];
	if (ask.question != NULL)
		return ask_fnd() ? EXIT_SUCCESS : EXIT_FAILURE;
	run();
	show();
	free(seen.answer);
	return seen.failed == 0 && seen.ok == seen.done ? EXIT_SUCCESS : EXIT_FAILURE;
}
