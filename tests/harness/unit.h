/* unit.h: what unit tests share: cmocka, requests out of the air, what a child process came to, and
 * what was said on stderr. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fn_request.h"

/* A string literal with its length, so that NUL bytes in it count. */
#define BYTES(literal) (literal), sizeof(literal) - 1

/* ---- requests ---- */

struct unit_header {
	const char *name, *value; /* a list ends with name NULL */
};

struct unit_request {
	const char *method, *path, *query, *id;
	const char *body;   /* NULL = none */
	size_t body_length; /* 0 = strlen(body) */
	bool internal;
	struct unit_header headers[8];
};

/* Keeps pointers into `like`, which must outlive it. Freed by the caller with fn_request_free(). */
struct fn_request *unit_request(struct unit_request *like);
/* A header of the reply so far, or NULL. Lives as long as the request. */
const char *unit_reply_header(struct fn_request *req, const char *name);
/* The reply's body as text; "" when there is none. */
const char *unit_reply_text(struct fn_request *req);

/* ---- children and stderr ---- */

enum { UNIT_TEXT_MAX = 64 << 10 };

struct unit_end {
	int status;               /* exit status; 1000 + the signal's number when one ended it */
	char said[UNIT_TEXT_MAX]; /* on stderr */
};

/* Runs body(arg) in a child process and waits for its end; a body that returns exits with 0. */
void unit_run_child(void (*body)(void *), void *arg, struct unit_end *ret);
/* The body must end its process with this status and say this on stderr. */
void unit_assert_dies(void (*body)(void *), void *arg, int status, const char *said);

/* Becomes the program argv[0], a path; both lists end with NULL. Returns only when it cannot. */
void unit_exec(const char *const *argv, const char *const *environment);
/* Runs argv[0], a path, with this environment and waits for it; returns its exit status (127: it
 * could not be started). `into` (UNIT_TEXT_MAX bytes) gets what it wrote on stdout; NULL leaves
 * stdout alone. Both lists end with NULL. */
int unit_run_program(const char *const *argv, const char *const *environment, char *into);

/* From begin to end, stderr goes into memory. The text lives until the next begin. */
void unit_stderr_begin(void);
const char *unit_stderr_end(void);

#endif
