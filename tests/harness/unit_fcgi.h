/* unit_fcgi.h: a FastCGI client made of raw bytes, so that it can also say what no honest one says.
 */
#ifndef UNIT_FCGI_H
#define UNIT_FCGI_H

#include <stdbool.h>

#include "fn_buf.h"
#include "unit.h"

enum {
	UNIT_FCGI_BEGIN = 1,
	UNIT_FCGI_ABORT = 2,
	UNIT_FCGI_END = 3,
	UNIT_FCGI_PARAMS = 4,
	UNIT_FCGI_STDIN = 5,
	UNIT_FCGI_STDOUT = 6,
	UNIT_FCGI_GET_VALUES = 9
};

/* ---- saying ---- */

/* One record, or several when the content is longer than a record can be. */
void unit_fcgi_record(struct fn_buf *into, unsigned type, const void *content, size_t length);
void unit_fcgi_begin(struct fn_buf *into);
/* name=value in the encoding of PARAMS records. */
void unit_fcgi_param(struct fn_buf *into, const char *name, const char *value);
/* A whole request; CONTENT_LENGTH is added unless the list names it. The list ends with NULL. */
void unit_fcgi_request(struct fn_buf *into, const struct unit_header *params, const char *body,
		       size_t length);

int unit_fcgi_connect(const char *path);
/* False when the peer would not take all of it. */
bool unit_fcgi_send(int descriptor, const struct fn_buf *bytes);

/* ---- hearing ---- */

struct unit_fcgi_reply {
	bool ended;         /* END_REQUEST came */
	int status;         /* of the Status header; 0 when there was none */
	struct fn_buf text; /* the whole output, and in it ... */
	const char *body;   /* ... what follows the empty line */
	size_t length;
};

/* Reads until the peer closes; fails the test when it says nothing for ten seconds. */
void unit_fcgi_hear(int descriptor, struct unit_fcgi_reply *ret);
/* A header of the reply, copied into `into`; NULL when absent. */
const char *unit_fcgi_header(const struct unit_fcgi_reply *reply, const char *name,
			     char into[static 256]);
void unit_fcgi_forget(struct unit_fcgi_reply *reply);

/* Connects, asks, hears. */
void unit_fcgi_ask(const char *path, const struct unit_header *params, const char *body,
		   struct unit_fcgi_reply *ret);

#endif
