/* courier_http.h: many calls at once over kept connections. */
#ifndef COURIER_HTTP_H
#define COURIER_HTTP_H

#include <stddef.h>

#include "fn_text.h"

enum { COURIER_AT_ONCE = 32, COURIER_TIMEOUT_MS = 10000 };

struct courier_post {
	const char *url;
	const char *const *headers; /* "Name: value", ended by NULL */
	struct fn_bytes body;
	void *letter; /* given back with the answer; url and body live until then */
};

/* How many more can be under way. */
size_t courier_http_free(void);
void courier_http_post(const struct courier_post *post);
/* Waits until something happened, `ms` at most, and hands over each answer that came: status 0 and
 * a reason when there was none. text lives until the call returns. */
void courier_http_wait(int ms, void (*answered)(void *letter, int status, const char *text));
void courier_http_end(void);

#endif
