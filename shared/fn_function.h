/* fn_function.h: the table that each endpoint fills in. `NAME --describe` prints it as JSON; nginx,
 * deploy checks and docs read that. */
#ifndef FN_FUNCTION_H
#define FN_FUNCTION_H

#include <stddef.h>

#include "fn_db.h"
#include "fn_reply.h"
#include "fn_request.h"

enum fn_auth_mode {
	FN_AUTH_USER = 1,  /* a signed-in person */
	FN_AUTH_APIKEY,    /* any project key or person */
	FN_AUTH_SIGNATURE, /* a provider's signature over the body */
	FN_AUTH_INTERNAL,  /* only the job runner; nginx answers 404 */
	FN_AUTH_NONE,
	FN_AUTH_MIXED, /* `auth`, `rest`: decided per route by the function itself */
};

/* Zero means "not stated"; fn_main refuses to start with an unstated method, mode, shape or limit.
 */
struct fn_function {
	const char *name;
	const char *mount;      /* NULL = /functions/v1/NAME */
	unsigned methods;       /* mask of enum fn_method */
	enum fn_auth_mode auth; /* a 2xx from a USER or APIKEY endpoint that did not authenticate
				   becomes a 500 */
	size_t body_max;
	enum fn_shape errors;
	bool cached; /* GET alone, for anybody: nginx keeps the answers that bring X-Accel-Expires
			and gives them to whoever asks the same. They depend on path and query alone
		      */
	bool quiet;  /* called every second: what went well leaves no line in the log */
	const char *const *hands_to; /* functions that may answer in this one's place
					(fn_reply_hand_on), ended by NULL; NULL = none */
	const struct fn_sql *const
		*statements; /* sql_NAME_all, ended by NULL; NULL = no database */
	struct fn_error *(*handle)(struct fn_request *req);
	/* asked by --check after init and the statements: NULL, or why it could not serve; may be
	 * NULL */
	const char *(*check)(struct fn_arena *arena);
	void (*init)(void); /* once in the template, before any fork; may be NULL. No threads, no
			       connection left open */
};

/* Every function's binary defines it; so does nothing else. */
extern const struct fn_function fn_function;

/* Runs one request through checks, handler and error rendering, as the worker does; the reply is in
 * fn_request_reply(req), what went wrong in *ret_error (may be NULL). Returns the status on the
 * wire. Tests and fuzzers call it directly. */
int fn_function_run(const struct fn_function *function, struct fn_request *req,
		    const struct fn_error **ret_error);

#endif
