/* fn_serve.c: the FastCGI worker loop. The only module that includes libfcgi.
 * The traps of that library and what each line here does about them: examples.md 8. */
#include "fn_serve.h"

#include <ctype.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "fn_die.h"
#include "fn_log.h"
#include "fn_time.h"

enum {
	HEADER_NAME_MAX = 128,
	PIECE = 16 << 10,        /* of a large body */
	PARENT_CHECK_MS = 60000, /* how often an idle worker looks whether fnd still lives */
	ORPHAN_CHECKS_MAX = 10,  /* so many checks without fnd: leave */
};

static volatile sig_atomic_t stopping;

static void on_stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
}

/* ---- the scoreboard ---- */

static void enter(const struct fn_serve *serve, enum fn_slot_state state)
{
	struct fn_slot *slot;

	if (serve->board == NULL)
		return;
	slot = &serve->board->slots[serve->slot];
	atomic_store_explicit(&slot->since, fn_time_monotonic(), memory_order_relaxed);
	atomic_store_explicit(&slot->state, state, memory_order_release);
}

/* The last idle worker tells fnd that nobody is left to take the next request. */
static void wake_if_last(const struct fn_serve *serve)
{
	uint64_t one = 1;

	if (serve->board == NULL ||
	    atomic_load_explicit(&serve->board->wanted, memory_order_acquire) == 0)
		return;
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		if (atomic_load_explicit(&serve->board->slots[i].state, memory_order_acquire) ==
		    FN_SLOT_IDLE)
			return;
	}
	(void)!write(FN_FD_WAKE, &one, sizeof(one));
}

static void show_request(const struct fn_serve *serve, const char *id)
{
	if (serve->board != NULL)
		(void)strncpy(serve->board->slots[serve->slot].request_id, id,
			      sizeof(serve->board->slots[serve->slot].request_id) - 1);
}

/* ---- one request ---- */

static const char *header(void *from, const char *name)
{
	const FCGX_Request *wire = from;
	char key[64] = "HTTP_";
	size_t length = 5;

	if (strcasecmp(name, "Content-Type") == 0)
		return FCGX_GetParam("CONTENT_TYPE", wire->envp);
	for (; *name != '\0' && length < sizeof(key) - 1; name++)
		key[length++] = *name == '-' ? '_' : (char)(*name & ~(*name >= 'a' ? 0x20 : 0));
	key[length] = '\0';
	return FCGX_GetParam(key, wire->envp);
}

/* HTTP_X_CLIENT_INFO=value is x-client-info. */
static void each_header(void *from, void (*each)(const char *name, const char *value, void *arg),
			void *arg)
{
	const FCGX_Request *wire = from;
	char name[HEADER_NAME_MAX];

	for (char **at = wire->envp; at != NULL && *at != NULL; at++) {
		const char *value = strchr(*at, '=');
		size_t length = 0;

		if (strncmp(*at, "HTTP_", 5) != 0 || value == NULL || value[1] == '\0')
			continue;
		for (const char *c = *at + 5; c < value && length < sizeof(name) - 1; c++)
			name[length++] = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
		name[length] = '\0';
		each(name, value + 1, arg);
	}
}

static const char *param(const FCGX_Request *wire, const char *name)
{
	const char *value = FCGX_GetParam(name, wire->envp);

	return value != NULL ? value : "";
}

/* How long it waited between nginx and here. REQUEST_RECEIVED is nginx's $msec: seconds.millis. */
static uint64_t waited(const FCGX_Request *wire)
{
	struct timespec now;
	double received = strtod(param(wire, "REQUEST_RECEIVED"), NULL), seconds;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9 - received;
	return received > 0 && seconds > 0 ? (uint64_t)(seconds * 1e9) : 0;
}

/* Reads exactly CONTENT_LENGTH bytes: a cut body must never be taken for a whole one. */
static struct fn_error *read_body(const struct fn_serve *serve, FCGX_Request *wire,
				  struct fn_request *req, struct fn_bytes *ret)
{
	const char *text = param(wire, "CONTENT_LENGTH");
	unsigned long long length = strtoull(text, NULL, 10);
	char *bytes;

	*ret = (struct fn_bytes){"", 0};
	if (text[strspn(text, "0123456789")] != '\0') /* strtoull() would take " +5" */
		return fn_fail_because(req, &fn_message_bad_json, "bad CONTENT_LENGTH");
	if (length > serve->function->body_max)
		return fn_fail(req, &fn_message_too_large);
	bytes = fn_arena_alloc(fn_request_arena(req), (size_t)length + 1);
	if (length > 0 && FCGX_GetStr(bytes, (int)length, wire->in) != (int)length)
		return fn_fail_because(req, &fn_message_bad_json, "body cut short");
	/* cut among its parameters, a request looks like a shorter one: a whole one ends with an
	 * empty record */
	if (FCGX_GetChar(wire->in) == EOF && FCGX_GetError(wire->in) != 0)
		return fn_fail_because(req, &fn_message_bad_json, "request cut short");
	*ret = (struct fn_bytes){bytes, (size_t)length};
	return NULL;
}

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} table[] = {{200, "OK"},
		     {201, "Created"},
		     {202, "Accepted"},
		     {204, "No Content"},
		     {206, "Partial Content"},
		     {300, "Multiple Choices"},
		     {302, "Found"},
		     {303, "See Other"},
		     {304, "Not Modified"},
		     {400, "Bad Request"},
		     {401, "Unauthorized"},
		     {403, "Forbidden"},
		     {404, "Not Found"},
		     {405, "Method Not Allowed"},
		     {406, "Not Acceptable"},
		     {409, "Conflict"},
		     {413, "Content Too Large"},
		     {416, "Range Not Satisfiable"},
		     {422, "Unprocessable Content"},
		     {429, "Too Many Requests"},
		     {500, "Internal Server Error"},
		     {503, "Service Unavailable"}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (table[i].status == status)
			return table[i].reason;
	}
	return "Status";
}

/* What a broken disk cuts short is shorter than its Content-Length, so nobody takes it for whole.
 */
static void send_spool(FCGX_Request *wire, struct fn_request *req, struct fn_spool *spool)
{
	char piece[PIECE];
	size_t length;

	for (size_t at = 0; (length = fn_spool_read(spool, at, piece, sizeof(piece))) > 0;
	     at += length) {
		if (FCGX_PutStr(piece, (int)length, wire->out) != (int)length)
			return;
	}
	if (fn_spool_state(spool) == FN_SPOOL_BROKEN)
		fn_log_request(req, FN_ERROR, "reply cut short: %s", fn_spool_why(spool));
}

/* The whole reply, after everything is settled. Its failure means the client left. */
static void send_reply(FCGX_Request *wire, struct fn_request *req)
{
	const struct fn_reply *reply = fn_request_reply(req);
	bool is_head = fn_request_method(req) == FN_HEAD;
	bool has_body = reply->status != 204 && reply->status != 304;
	size_t length = fn_reply_length(reply);
	struct fn_buf head;

	fn_buf_init(&head, (size_t)FN_REPLY_HEADERS_MAX + 256);
	fn_buf_format(&head, "Status: %d %s\r\n", reply->status, reason_of(reply->status));
	fn_buf_add(&head, reply->headers.bytes, reply->headers.length);
	if (has_body && !(is_head && length == 0)) /* how long GET's would be was not found out */
		fn_buf_format(&head, "Content-Length: %zu\r\n", length);
	fn_buf_text(&head, "\r\n");
	if (FCGX_PutStr(head.bytes, (int)head.length, wire->out) != (int)head.length || !has_body ||
	    is_head)
		length = 0;
	if (length > 0 && reply->spool != NULL)
		send_spool(wire, req, reply->spool);
	else if (length > 0)
		(void)FCGX_PutStr(reply->body.bytes, (int)length, wire->out);
	fn_buf_free(&head);
}

/* Too old when it reached a worker: refused at once, without running the handler. */
static struct fn_error *shed(const struct fn_serve *serve, struct fn_request *req, uint64_t queued)
{
	struct fn_error *error;

	if (serve->queue_timeout == 0 || queued <= serve->queue_timeout)
		return NULL;
	if (serve->board != NULL)
		atomic_fetch_add(&serve->board->shed, 1);
	error = fn_fail_because(req, &fn_message_busy, "waited %llu ms for a worker",
				(unsigned long long)(queued / 1000000));
	error->platform = true;
	error->retry_after = 1;
	return error;
}

static int answer(const struct fn_serve *serve, FCGX_Request *wire, struct fn_request_parts *parts,
		  uint64_t queued, struct fn_log_line *line, struct fn_request **ret)
{
	struct fn_request *req = fn_request_new(parts);
	const struct fn_error *error = shed(serve, req, queued);
	struct fn_bytes body;
	int status;

	*ret = req;
	show_request(serve, fn_request_id(req));
	if (error == NULL)
		error = read_body(serve, wire, req, &body);
	if (error == NULL) {
		fn_request_set_body(req, body);
		status = fn_function_run(serve->function, req, &error);
	} else {
		status = fn_reply_error(req, serve->function->errors, error);
	}
	if (error != NULL) {
		line->code = error->message->code;
		line->cause = error->cause;
		line->status = error->message->status;
	} else {
		line->status = status;
	}
	return status;
}

static void handle(const struct fn_serve *serve, FCGX_Request *wire)
{
	uint64_t began = fn_time_monotonic(), queued = waited(wire);
	struct fn_request_parts parts = {
		.id = param(wire, "REQUEST_ID"),
		.method = param(wire, "REQUEST_METHOD"),
		.path = param(wire, "FN_PATH"),
		.query = param(wire, "QUERY_STRING"),
		.address = param(wire, "REMOTE_ADDR"),
		.header = header,
		.each_header = each_header,
		.from = wire,
		.internal = strcmp(param(wire, "FN_INTERNAL"), "1") == 0,
		.deadline = serve->hard_limit > 0 ? began + serve->hard_limit : 0,
	};
	struct fn_log_line line = {.queue_us = queued / 1000};
	struct fn_request *req = NULL;

	line.wire = answer(serve, wire, &parts, queued, &line, &req);
	line.bytes = fn_reply_length(fn_request_reply(req));
	line.run_us = (fn_time_monotonic() - began) / 1000;
	send_reply(wire, req);
	FCGX_Finish_r(wire); /* the client has its answer before anything is logged */
	if (!serve->function->quiet || line.status >= 400)
		fn_log_access(req, &line);
	fn_request_free(req);
}

/* ---- the loop ---- */

/* A listening socket that several workers wait on: one wake-up a connection, not one a worker. */
static int watch_listener(void)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	int watch = epoll_create1(EPOLL_CLOEXEC);

	if (watch < 0 || epoll_ctl(watch, EPOLL_CTL_ADD, FN_FD_LISTEN, &event) != 0)
		fn_die(71, "cannot watch the listening socket: %s", strerror(errno));
	return watch;
}

static void prepare_signals(sigset_t *waiting)
{
	struct sigaction stop = {.sa_handler = on_stop}; /* no SA_RESTART */
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, waiting); /* it arrives while waiting and nowhere else */
	sigdelset(waiting, SIGTERM);
	sigaction(SIGTERM, &stop, NULL); /* after FCGX_Init(), which installs its own */
	(void)signal(SIGUSR1, SIG_IGN);  /* it would set libfcgi's shutdown flag: a spin */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; fnd decides */
}

/* True while it makes sense to go on waiting. A worker whose fnd died goes on serving for a while.
 */
static bool has_parent(pid_t parent, unsigned *orphaned)
{
	*orphaned = getppid() == parent ? 0 : *orphaned + 1;
	return *orphaned < ORPHAN_CHECKS_MAX;
}

/* A ready listener is reported before a waiting signal is let in: under load, never. */
static bool is_told_to_stop(void)
{
	sigset_t waiting;

	return stopping || (sigpending(&waiting) == 0 && sigismember(&waiting, SIGTERM) == 1);
}

static int serve_one(const struct fn_serve *serve, FCGX_Request *wire)
{
	int rc;

	/* before: a peer that sends half a request must neither hide here nor stop the others. No
	 * id yet: fnd can tell that nothing was accepted so far */
	show_request(serve, "");
	enter(serve, FN_SLOT_BUSY);
	wake_if_last(serve);
	rc = FCGX_Accept_r(wire);
	if (rc == 0) {
		handle(serve, wire);
		if (serve->board != NULL)
			atomic_fetch_add(&serve->board->slots[serve->slot].served, 1);
	}
	FCGX_Free(wire, 1); /* never keep the connection: an idle one would own this process */
	enter(serve, FN_SLOT_IDLE);
	return rc;
}

int fn_serve(const struct fn_serve *serve)
{
	pid_t parent = getppid();
	unsigned served = 0, orphaned = 0;
	struct epoll_event event;
	sigset_t waiting;
	FCGX_Request wire;
	int watch;

	/* libfcgi waits up to 2 s for a silent peer's first byte, and as long at close: shorter */
	(void)setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "250", 1);
	(void)setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "250", 1);
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&wire, FN_FD_LISTEN, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return EXIT_FAILURE;
	(void)fcntl(FN_FD_LISTEN, F_SETFL, fcntl(FN_FD_LISTEN, F_GETFL) | O_NONBLOCK);
	prepare_signals(&waiting);
	watch = watch_listener();
	enter(serve, FN_SLOT_IDLE);

	while (!is_told_to_stop() && (serve->requests_max == 0 || served < serve->requests_max)) {
		int ready = epoll_pwait(watch, &event, 1, PARENT_CHECK_MS, &waiting);
		int rc;

		if (ready == 0 && !has_parent(parent, &orphaned))
			break;
		if (ready != 1)
			continue;
		rc = serve_one(serve, &wire);
		if (rc == 0)
			served++;
		else if (rc != -EAGAIN && rc != -EINTR && rc != -ECONNABORTED)
			fn_die(71, "accept failed: %d", rc);
	}
	return EXIT_SUCCESS;
}
