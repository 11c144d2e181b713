/* fn_reply.h: one complete reply. It is kept whole until the handler has returned, so that a crash
 * gives a clean error and never half an answer. */
#ifndef FN_REPLY_H
#define FN_REPLY_H

#include "fn_buf.h"
#include "fn_error.h"
#include "fn_request.h"
#include "fn_spool.h"

/* Largest reply body in memory; a larger one is our bug and becomes a 500. */
enum { FN_REPLY_MAX = 8 << 20, FN_REPLY_HEADERS_MAX = 16 << 10 };

/* How an endpoint's errors look on the wire, because existing clients differ
 * (contract functions.md 1.4, wire.md 2.2, decisions 11). */
enum fn_shape {
	FN_ERRORS_SUCCESS = 1, /* real status, {"success":false,"error":TEXT,"code":CODE} */
	FN_ERRORS_AS_200,      /* the same body, but every 4xx except 400 bad_json and 401 as 200 */
	FN_ERRORS_MESSAGE, /* 200 {"success":false,"message":TEXT,"code":CODE}, 401 and 5xx real */
	FN_ERRORS_PAYMENT, /* {"success":false,"status":"ERROR","error":TEXT,"message":TEXT,
			      "code":CODE}; what a buyer is to read as 200, for their page shows
			      nothing of another answer; 400, 401, 405, 413, 422, 5xx real */
	FN_ERRORS_AUTH,    /* GoTrue: {"code":CODE,"message":TEXT} or the older form by header */
	FN_ERRORS_PLAIN,   /* real status, {"code":CODE,"message":TEXT} */
	FN_ERRORS_REST,    /* PostgREST: real status, {"code","details","hint","message"}, all four
			      always; details, hint and headers (an object of texts) are
			      members of the error's detail */
};

struct fn_reply {
	int status;
	struct fn_buf headers; /* whole lines, each ending in \r\n */
	struct fn_buf body;
	struct fn_spool *spool; /* the body when it may be large; NULL: it is `body` */
};

/* 200 with a JSON body; takes the object. Returns NULL so that a handler can end with it. */
struct fn_error *fn_reply_json(struct fn_request *req, struct json_object *body);
struct fn_error *fn_reply_json_status(struct fn_request *req, int status, struct json_object *body);
/* Any body; type NULL = no body and no Content-Type (204, redirects). */
struct fn_error *fn_reply_bytes(struct fn_request *req, int status, const char *type,
				const void *bytes, size_t length);
/* A body that may be larger than FN_REPLY_MAX; it must live as long as the request. */
struct fn_error *fn_reply_spool(struct fn_request *req, int status, const char *type,
				struct fn_spool *body);
/* Lets another function answer: nginx gives it the request as it came, method, headers and body. It
 * must stand in the table's `hands_to`. */
struct fn_error *fn_reply_hand_on(struct fn_request *req, const char *function);
/* Adds a header; control characters in the value are dropped, and so is a name that is none. */
void fn_reply_header(struct fn_request *req, const char *name, const char *value);
/* Takes back every header of that name. */
void fn_reply_drop_header(struct fn_request *req, const char *name);
size_t fn_reply_length(const struct fn_reply *reply); /* of the body */

/* Renders the error into the reply. Used by fn_serve; returns the status on the wire. */
int fn_reply_error(struct fn_request *req, enum fn_shape shape, const struct fn_error *error);
void fn_reply_clear(struct fn_reply *reply);
void fn_reply_free(struct fn_reply *reply);

#endif
