/* fn_http.h: calling others over HTTP (libcurl). https only, and only to public addresses; a host
 * that is plainly loopback may be called (with http too) where the setting HTTP_LOOPBACK says so.
 * No redirects, no proxy; a ceiling on time and size; a circuit breaker per host and process.
 * Never inside a transaction. */
#ifndef FN_HTTP_H
#define FN_HTTP_H

#include "fn_error.h"
#include "fn_request.h"

enum { FN_HTTP_ANSWER_MAX = 1 << 20, FN_HTTP_TIMEOUT_MS = 10000 };

struct fn_http_call {
	const char *method, *url;
	const char *const *headers;  /* "Name: value", ended by NULL; NULL = none */
	const char *user, *password; /* basic authentication; NULL = none */
	struct fn_bytes body;
	long timeout_ms;  /* all tries together, and never past the request's deadline; 0 = 10 s */
	unsigned retries; /* further tries after a network fault or 5xx; only with idempotent */
	bool idempotent;  /* GET, or the call carries an idempotency key */
};
struct fn_http_answer {
	int status; /* 0: no answer; `why` says what happened */
	struct fn_bytes body;
	const char *type; /* media type, lower case, without parameters; "" when absent */
	int retry_after;  /* seconds that the other side asks for, or an open breaker; 0 = none */
	const char *why;  /* NULL when an answer came; names the host, never the URL */
	bool unsent; /* nothing of the call can have arrived: no try got as far as a connection */
};

/* Never fails: whatever happened is in the answer, owned by the request's arena. */
struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call);

#endif
