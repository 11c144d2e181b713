/* fn_request.h: one piece of work: what a client asked, and the arena that owns all that is made
 * while answering. Everything returned lives until the reply is sent. */
#ifndef FN_REQUEST_H
#define FN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_text.h"

enum fn_method {
	FN_GET = 1,
	FN_HEAD = 2,
	FN_POST = 4,
	FN_PUT = 8,
	FN_PATCH = 16,
	FN_DELETE = 32,
	FN_OPTIONS = 64,
};

enum fn_language { FN_FRENCH, FN_ENGLISH };

struct fn_request;
struct fn_reply;

/* What a server (or a test, or the job runner) knows of a request. Pointers must outlive it. */
struct fn_request_parts {
	const char *id;      /* request id; NULL makes one */
	const char *method;  /* "POST"; NULL for work that no client asked for */
	const char *path;    /* after the mount, still percent-encoded: "" or "/user" */
	const char *query;   /* after '?', still encoded; NULL = none */
	const char *address; /* the client's address, or NULL */
	struct fn_bytes body;
	/* name as in HTTP, any case; NULL when absent */
	const char *(*header)(void *from, const char *name);
	/* calls each(name in small letters, value) for every header; NULL = there are none */
	void (*each_header)(void *from,
			    void (*each)(const char *name, const char *value, void *arg),
			    void *arg);
	void *from;
	bool internal;     /* came over our own socket from the job runner, not through nginx */
	uint64_t deadline; /* monotonic nanoseconds; 0 = none */
};

struct fn_request *fn_request_new(const struct fn_request_parts *parts);
void fn_request_free(struct fn_request *req);

struct fn_arena *fn_request_arena(struct fn_request *req);
const char *fn_request_id(const struct fn_request *req);
enum fn_method fn_request_method(const struct fn_request *req); /* 0 when unknown */
const char *fn_request_path(const struct fn_request *req);
/* The value of the first parameter of that name, decoded; NULL when absent or malformed. */
const char *fn_request_query(struct fn_request *req, const char *name);
/* All of it, still encoded; "" when there is none. */
const char *fn_request_query_text(const struct fn_request *req);
const char *fn_request_header(struct fn_request *req, const char *name);
/* Every header the client sent, names in small letters. */
void fn_request_each_header(struct fn_request *req,
			    void (*each)(const char *name, const char *value, void *arg),
			    void *arg);
struct fn_bytes fn_request_body(const struct fn_request *req);
/* For the server alone, which reads the body into the request's own memory. */
void fn_request_set_body(struct fn_request *req, struct fn_bytes body);
/* The client's address as nginx saw it; "" for work of our own. */
const char *fn_request_address(const struct fn_request *req);
/* French unless Accept-Language prefers English. */
enum fn_language fn_request_language(struct fn_request *req);
bool fn_request_is_internal(const struct fn_request *req);
uint64_t fn_request_deadline(const struct fn_request *req);
/* The one of two texts that the client reads. */
const char *fn_request_say(struct fn_request *req, const char *fr, const char *en);

/* Who asked, for the log line and for fn_serve's check that a protected endpoint did authenticate.
 */
void fn_request_set_caller(struct fn_request *req, const char *id);
const char *fn_request_caller(const struct fn_request *req); /* NULL until authenticated */
/* Counted by fn_db for the log line. */
void fn_request_count_tries(struct fn_request *req, unsigned tries);
unsigned fn_request_tries(const struct fn_request *req);
struct fn_reply *fn_request_reply(struct fn_request *req);

#endif
