/* fn_error.h: how a function says no. NULL is fine; anything else is a meaning: a status, a stable
 * code, a sentence for the person and a cause for the operator. Whoever makes an error does not
 * log it; fn_serve logs one line per request and renders the error in the shape that the endpoint's
 * table names. */
#ifndef FN_ERROR_H
#define FN_ERROR_H

#include <stdbool.h>

#include "fn_macros.h"

struct fn_request;
struct json_object;

/* One refusal in both languages. Each function keeps its own in one place, as constants. */
struct fn_message {
	int status; /* the honest one; the wire may show another (enum fn_shape) */
	const char *code;
	const char *fr, *en;
};

struct fn_error {
	const struct fn_message *message;
	const char *cause;      /* for the log; never shown to a client; NULL when there is none */
	const char *constraint; /* name of the violated database constraint, or NULL */
	const char *sqlstate;   /* five characters when a statement failed, else NULL */
	int retry_after;        /* seconds for the Retry-After header; 0 = no header */
	bool platform;          /* a fault of the platform, not of the function: x-relay-error */
	const char *const *headers; /* of the reply: name, value, ... ended by NULL; or NULL */
	struct json_object *detail; /* members added to the reply ("fields": {...}), or NULL; owned
				       by the arena */
};

struct fn_error *fn_fail(struct fn_request *req, const struct fn_message *message);
struct fn_error *fn_fail_because(struct fn_request *req, const struct fn_message *message,
				 const char *cause, ...) FN_PRINTF(3, 4);

/* Said by many functions. */
extern const struct fn_message fn_message_internal;   /* 500 internal */
extern const struct fn_message fn_message_busy;       /* 503 busy */
extern const struct fn_message fn_message_bad_json;   /* 400 bad_json */
extern const struct fn_message fn_message_bad_fields; /* 422 invalid_fields */
extern const struct fn_message fn_message_no_session; /* 401 no_session: no bearer */
extern const struct fn_message
	fn_message_bad_session;                   /* 401 invalid_session: bad, expired or ended */
extern const struct fn_message fn_message_no_key; /* 401 no_api_key */
extern const struct fn_message fn_message_not_found; /* 404 not_found */
extern const struct fn_message fn_message_method;    /* 405 method_not_allowed */
extern const struct fn_message fn_message_too_large; /* 413 body_too_large */
extern const struct fn_message fn_message_too_many;  /* 429 too_many_requests */

/* Leaves the calling function with the error, if there is one. Safe because the request's arena
 * owns everything: there is nothing to clean up on the way out. Only for functions that return
 * struct fn_error * and hold no lock, descriptor or malloc()ed memory. */
#define FN_TRY(call)                                                                               \
	do {                                                                                       \
		struct fn_error *fn_try_error = (call);                                            \
		if (fn_try_error != NULL)                                                          \
			return fn_try_error;                                                       \
	} while (0)

#endif
