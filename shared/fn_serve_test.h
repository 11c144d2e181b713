/* fn_serve_test.h: the function and the worker of the tests of fn_serve. */
#ifndef FN_SERVE_TEST_H
#define FN_SERVE_TEST_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fn_json.h"
#include "fn_serve.h"
#include "fn_time.h"
#include "unit_fcgi.h"
#include "unit_worker.h"

enum { BODY_MAX = 1000, LARGE = 1 << 20, SECOND = 1000000000 };

static struct unit_worker worker;
static struct unit_fcgi_reply reply;
static struct {
	_Atomic unsigned calls; /* of the handler */
} * shared;                     /* with the worker */

static struct fn_error *tell(struct fn_request *req)
{
	const char *body = fn_arena_copy(fn_request_arena(req), fn_request_body(req).bytes,
					 fn_request_body(req).length);

	return fn_reply_json(req,
			     FN_OBJECT(fn_json_int("method", fn_request_method(req)),
				       fn_json_string("path", fn_request_path(req)),
				       fn_json_string("q", fn_request_query(req, "q")),
				       fn_json_string("address", fn_request_address(req)),
				       fn_json_string("type",
						      fn_request_header(req, "content-TYPE")),
				       fn_json_string("x", fn_request_header(req, "x-test-Header")),
				       fn_json_bool("internal", fn_request_is_internal(req)),
				       fn_json_bool("in_time",
						    fn_request_deadline(req) > fn_time_monotonic()),
				       fn_json_string("body", body)));
}

static struct fn_error *handle(struct fn_request *req)
{
	struct fn_bytes body = fn_request_body(req);

	atomic_fetch_add(&shared->calls, 1);
	if (strcmp(fn_request_path(req), "/echo") == 0)
		return fn_reply_bytes(req, 200, "application/octet-stream", body.bytes,
				      body.length);
	if (strcmp(fn_request_path(req), "/none") == 0)
		return fn_reply_bytes(req, 204, NULL, NULL, 0);
	if (strcmp(fn_request_path(req), "/empty") == 0)
		return fn_reply_bytes(req, 200, "text/plain", "", 0);
	if (strcmp(fn_request_path(req), "/large") == 0)
		return fn_reply_bytes(req, 200, "text/plain",
				      fn_arena_alloc(fn_request_arena(req), LARGE), LARGE);
	if (strcmp(fn_request_path(req), "/spool") == 0) {
		struct fn_spool *spool = fn_spool_new(fn_request_arena(req), LARGE);
		char line[17];

		for (unsigned i = 0; i < LARGE / 16; i++) {
			(void)snprintf(line, sizeof(line), "%015u\n", i);
			fn_spool_text(spool, line);
		}
		return fn_reply_spool(req, 200, "text/plain", spool);
	}
	return tell(req);
}

static const struct fn_function function = {.name = "test",
					    .methods = FN_GET | FN_HEAD | FN_POST,
					    .auth = FN_AUTH_NONE,
					    .body_max = BODY_MAX,
					    .errors = FN_ERRORS_SUCCESS,
					    .handle = handle};

static int set_up(void **state)
{
	const struct fn_serve serve = {.function = &function,
				       .queue_timeout = SECOND,
				       .hard_limit = 10ULL * SECOND};

	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	unit_worker_prepare(&worker);
	unit_worker_start(&worker, &serve);
	memset(&reply, 0, sizeof(reply));
	return 0;
}

/* Whatever was done to it, it ends as it should, and has leaked nothing. */
static int tear_down(void **state)
{
	int status;

	(void)state;
	unit_fcgi_forget(&reply);
	(void)kill(worker.pid, SIGTERM);
	status = unit_worker_end(&worker);
	if (status != 0)
		fail_msg("the worker ended with %d: %s", status, unit_worker_said(&worker));
	unit_worker_clean(&worker);
	(void)munmap(shared, sizeof(*shared));
	return 0;
}

#define ASK(body, ...)                                                                             \
	do {                                                                                       \
		unit_fcgi_forget(&reply);                                                          \
		unit_fcgi_ask(worker.path, (const struct unit_header[]){__VA_ARGS__, {0}}, body,   \
			      &reply);                                                             \
	} while (0)
#define METHOD(name)                                                                               \
	{                                                                                          \
		"REQUEST_METHOD", name                                                             \
	}

static inline void assert_works(void)
{
	ASK("", METHOD("GET"));
	assert_int_equal(reply.status, 200);
	assert_true(reply.ended);
}

static inline void assert_member(const char *name, const char *value)
{
	struct fn_arena *arena = fn_arena_new(1 << 20);
	const char *why = NULL;
	struct json_object *body = fn_json_parse(arena, reply.body, reply.length, &why);

	assert_non_null(body);
	assert_string_equal(fn_json_write(fn_json_get(body, name), NULL), value);
	fn_arena_free(arena);
}

#endif
