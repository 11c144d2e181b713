/* rt_fcgi.h: calling a function over its unix socket, as nginx does: FastCGI 1.0, responder, one
 * request a connection. Never blocks: the caller polls the descriptor. */
#ifndef RT_FCGI_H
#define RT_FCGI_H

#include <stdbool.h>
#include <stddef.h>

/* What a call may send and what an answer may hold; more is a failure, not an allocation. */
enum { RT_FCGI_REQUEST_MAX = 1 << 20, RT_FCGI_ANSWER_MAX = 256 << 10 };

struct rt_fcgi; /* one call */

struct rt_fcgi_param {
	const char *name, *value;
};

enum rt_fcgi_state { RT_FCGI_WAITING, RT_FCGI_DONE, RT_FCGI_FAILED };

struct rt_fcgi_reply {
	int status;       /* 200 when the function named none (CGI, RFC 3875 6.3.3) */
	int retry_after;  /* seconds; 0 = no such header */
	const char *body; /* NUL-terminated; valid until rt_fcgi_end() */
	size_t length;
};

/* Connects and prepares the request; a failure is there at the first rt_fcgi_continue().
 * CONTENT_LENGTH and GATEWAY_INTERFACE are added. */
struct rt_fcgi *rt_fcgi_begin(const char *socket_path, const struct rt_fcgi_param *params,
			      size_t count, const char *body, size_t length);
/* -1 once it is over. */
int rt_fcgi_descriptor(const struct rt_fcgi *call);
/* What to poll for. */
short rt_fcgi_events(const struct rt_fcgi *call);
/* Writes and reads what can be without waiting. */
enum rt_fcgi_state rt_fcgi_continue(struct rt_fcgi *call);
/* After DONE. */
const struct rt_fcgi_reply *rt_fcgi_reply(const struct rt_fcgi *call);
/* After FAILED: a constant sentence. */
const char *rt_fcgi_why(const struct rt_fcgi *call);
/* Closes and frees; NULL is fine. */
void rt_fcgi_end(struct rt_fcgi *call);

#endif
