/* sources.h: who is asked for the rate of the dollar in CFA francs, in their order. */
#ifndef SOURCES_H
#define SOURCES_H

#include "fn.h"

struct fx_rate {
	int64_t hundredths; /* of a franc for one dollar; 0: nobody had a sensible answer */
	const char *source;
	struct json_object *tried; /* [{"source","why"}] of those that were asked in vain */
};

/* Asks one after the other until an answer makes sense; 10 s each at most. Owned by the request. */
struct fx_rate sources_ask(struct fn_request *req);

#endif
