/* fn_serve.h: the FastCGI worker loop (libfcgi, and nowhere else). */
#ifndef FN_SERVE_H
#define FN_SERVE_H

#include "fn_board.h"
#include "fn_function.h"

struct fn_serve {
	const struct fn_function *function;
	struct fn_board *board; /* NULL when run without fnd */
	uint32_t slot;
	unsigned requests_max;  /* retire after so many; 0 = never */
	uint64_t queue_timeout; /* ns a request may have waited before it is shed; 0 = for ever */
	uint64_t hard_limit;    /* ns a request may take: its deadline */
};

/* Serves until SIGTERM, requests_max, or a fatal error; returns the exit status. */
int fn_serve(const struct fn_serve *serve);

#endif
