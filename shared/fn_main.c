/* fn_main.c: main() of every function: --describe, --check, and the template process that forks
 * workers for fnd (docs/runtime.md). A program with a main() of its own never links it. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fn_auth.h"
#include "fn_board.h"
#include "fn_conf.h"
#include "fn_die.h"
#include "fn_function.h"
#include "fn_json.h"
#include "fn_log.h"
#include "fn_serve.h"

enum {
	WRONG_USE = 64,            /* sysexits.h EX_USAGE */
	ORPHAN_TIME_MS = 600000,   /* a template whose fnd died waits so long for another one */
	MILLISECOND = 1000 * 1000, /* in nanoseconds */
};

static const struct fn_function *const function = &fn_function;

/* ---- --describe ---- */

static const char *auth_name(enum fn_auth_mode mode)
{
	static const char *const names[] = {
		[FN_AUTH_USER] = "user",           [FN_AUTH_APIKEY] = "apikey",
		[FN_AUTH_SIGNATURE] = "signature", [FN_AUTH_INTERNAL] = "internal",
		[FN_AUTH_NONE] = "none",           [FN_AUTH_MIXED] = "mixed",
	};

	return names[mode];
}

static const char *shape_name(enum fn_shape shape)
{
	static const char *const names[] = {
		[FN_ERRORS_SUCCESS] = "success", [FN_ERRORS_AS_200] = "as-200",
		[FN_ERRORS_MESSAGE] = "message", [FN_ERRORS_AUTH] = "auth",
		[FN_ERRORS_PLAIN] = "plain",     [FN_ERRORS_REST] = "rest",
		[FN_ERRORS_PAYMENT] = "payment",
	};

	return names[shape];
}

static struct json_object *method_names(unsigned mask)
{
	static const struct {
		enum fn_method method;
		const char *name;
	} table[] = {{FN_GET, "GET"},        {FN_HEAD, "HEAD"},   {FN_POST, "POST"},
		     {FN_PUT, "PUT"},        {FN_PATCH, "PATCH"}, {FN_DELETE, "DELETE"},
		     {FN_OPTIONS, "OPTIONS"}};
	struct json_object *names = fn_json_array();

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if ((mask & table[i].method) != 0)
			fn_json_append(names, fn_json_from_text(table[i].name));
	}
	return names;
}

static struct json_object *names_of(const char *const *list)
{
	struct json_object *names = fn_json_array();

	for (; list != NULL && *list != NULL; list++)
		fn_json_append(names, fn_json_from_text(*list));
	return names;
}

static int describe(void)
{
	char mount[128];
	struct json_object *text;

	(void)snprintf(mount, sizeof(mount), "/functions/v1/%s", function->name);
	text = FN_OBJECT(fn_json_string("name", function->name),
			 fn_json_string("mount", function->mount != NULL ? function->mount : mount),
			 fn_json_value("methods", method_names(function->methods)),
			 fn_json_string("auth", auth_name(function->auth)),
			 fn_json_int("body_max", (int64_t)function->body_max),
			 fn_json_string("errors", shape_name(function->errors)),
			 fn_json_bool("cached", function->cached),
			 fn_json_value("hands_to", names_of(function->hands_to)),
			 fn_json_bool("database", function->statements != NULL));
	(void)puts(fn_json_write(text, NULL));
	fn_json_drop(text);
	return EXIT_SUCCESS;
}

/* ---- start ---- */

static void check_table(void)
{
	if (function->name == NULL || function->methods == 0 || function->auth == 0 ||
	    function->errors == 0 || function->handle == NULL ||
	    (function->body_max == 0 && (function->methods & (FN_POST | FN_PUT | FN_PATCH)) != 0))
		fn_die(70, "fn_function of %s does not state everything",
		       function->name != NULL ? function->name : "?");
	/* what one person gets the next one gets too; and the answer to a HEAD has no body to keep
	 */
	if (function->cached && (function->auth != FN_AUTH_NONE || function->methods != FN_GET))
		fn_die(70, "%s: only what anybody may GET can be cached", function->name);
}

static bool is_socket(int descriptor)
{
	struct stat what;

	return fstat(descriptor, &what) == 0 && S_ISSOCK(what.st_mode);
}

static void load_settings(void)
{
	struct stat what;

	if (fstat(FN_FD_SETTINGS, &what) == 0) {
		fn_conf_load(FN_FD_SETTINGS);
		(void)close(FN_FD_SETTINGS); /* a worker keeps its own copy, and no way to read it
						again */
	}
	if (function->auth == FN_AUTH_USER || function->auth == FN_AUTH_APIKEY)
		(void)fn_conf_text("JWKS"); /* without it the process ends here */
	if (function->auth == FN_AUTH_USER || function->auth == FN_AUTH_APIKEY ||
	    function->auth == FN_AUTH_MIXED)
		fn_auth_init();
	if (function->init != NULL)
		function->init();
}

/* Everything that can be known before a client is let in: settings, keys, every statement. */
static int check(void)
{
	struct fn_arena *arena = fn_arena_new(1 << 20);
	const char *why = NULL;

	load_settings();
	if (function->statements != NULL)
		why = fn_db_check(function->statements, arena);
	if (why == NULL && function->check != NULL)
		why = function->check(arena);
	if (why != NULL)
		(void)fprintf(stderr, "%s: %s\n", function->name, why);
	fn_arena_free(arena);
	return why == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int work(struct fn_board *board, uint32_t slot)
{
	struct fn_serve serve = {
		.function = function,
		.board = board,
		.slot = slot,
		.requests_max = (unsigned)fn_conf_int("FN_MAX_REQUESTS"),
		.queue_timeout = (uint64_t)fn_conf_int("FN_QUEUE_TIMEOUT_MS") * MILLISECOND,
		.hard_limit = (uint64_t)fn_conf_int("FN_HARD_LIMIT_MS") * MILLISECOND,
	};

	if (function->statements != NULL)
		(void)fn_db_connect(); /* the first request would do it; without one, it tries again
					*/
	return fn_serve(&serve);
}

/* ---- the template ---- */

static struct fn_board *map_board(void)
{
	void *board = mmap(NULL, sizeof(struct fn_board), PROT_READ | PROT_WRITE, MAP_SHARED,
			   FN_FD_BOARD, 0);

	if (board == MAP_FAILED)
		fn_die(71, "scoreboard: %s", strerror(errno));
	return board;
}

static void tell(const struct fn_control *message)
{
	(void)send(FN_FD_CONTROL, message, sizeof(*message), MSG_NOSIGNAL);
}

/* One message and the descriptor that came with it (-1 when none). False when fnd is gone. */
static bool hear(struct fn_control *ret, int *ret_descriptor)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec body = {.iov_base = ret, .iov_len = sizeof(*ret)};
	struct msghdr message = {.msg_iov = &body,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *part;
	ssize_t length;

	do {
		length = recvmsg(FN_FD_CONTROL, &message, MSG_CMSG_CLOEXEC);
	} while (length < 0 && errno == EINTR);
	*ret_descriptor = -1;
	if (length != (ssize_t)sizeof(*ret))
		return false;
	part = CMSG_FIRSTHDR(&message);
	if (part != NULL && part->cmsg_type == SCM_RIGHTS)
		memcpy(ret_descriptor, CMSG_DATA(part), sizeof(int));
	return true;
}

/* CLONE_PARENT: the worker becomes fnd's own child, so that fnd reads how it ended. The raw call
 * skips at-fork handlers, which is sound while this process has one thread and no open connection.
 */
static pid_t fork_for_parent(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void spawn(struct fn_board *board, uint32_t slot, int log)
{
	pid_t pid = fork_for_parent();

	if (pid == 0) {
		(void)dup2(log, STDERR_FILENO);
		(void)close(log);
		(void)close(FN_FD_CONTROL);
		exit(work(board, slot));
	}
	tell(&(struct fn_control){.kind = pid > 0 ? FN_CONTROL_SPAWNED : FN_CONTROL_FAILED,
				  .slot = slot,
				  .pid = pid,
				  .error = pid > 0 ? 0 : errno});
}

static int template(void)
{
	struct fn_board *board = map_board();
	struct fn_control message;
	int log;

	tell(&(struct fn_control){.kind = FN_CONTROL_READY});
	while (hear(&message, &log)) {
		if (message.kind == FN_CONTROL_SPAWN && message.slot < FN_SLOTS_MAX && log >= 0)
			spawn(board, message.slot, log);
		if (log >= 0)
			(void)close(log);
	}
	/* fnd is gone: keep the listening socket open for its workers, for a while */
	(void)poll(NULL, 0, ORPHAN_TIME_MS);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	fn_log_init(function->name);
	check_table();
	if (argc == 2 && strcmp(argv[1], "--describe") == 0)
		return describe();
	if (argc == 2 && strcmp(argv[1], "--check") == 0)
		return check();
	if (argc != 1 || !is_socket(FN_FD_LISTEN)) {
		(void)fprintf(stderr,
			      "%s is a function of Temba: fnd starts it (fnctl deploy %s).\n"
			      "  --describe  print its surface as JSON\n"
			      "  --check     check settings and statements, then leave\n",
			      function->name, function->name);
		return WRONG_USE;
	}
	load_settings();
	if (!is_socket(FN_FD_CONTROL)) { /* one worker on an inherited socket, for a debugger */
		return work(NULL, 0);
	}
	return template();
}
