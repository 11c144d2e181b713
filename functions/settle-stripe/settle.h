/* settle.h: what the parts of settle-stripe share. */
#ifndef SETTLE_H
#define SETTLE_H

#include "fn.h"
#include "temba_card.h"

struct work {
	struct fn_request *req;
	const char *kind;
	int64_t inbox;          /* 0: none */
	struct fn_uuid payment; /* of a check; of an event once it was found */
	/* of the inbox row */
	bool is_over;
	const char *type, *reference;
	const struct json_object *event;
	const char *end, *cause; /* how the row ends */
	const char *word;        /* what came of it, for the log */
};

/* ---- settle_inbox.c ---- */
/* Reads the row of w->inbox; w->is_over: nothing is left to do. */
FN_CHECKED struct fn_error *settle_begin(struct work *w);
/* Ends the inbox row, if there is one: PROCESSED, IGNORED, or RETRY (a later job looks again, for a
 * day). */
FN_CHECKED struct fn_error *settle_end(struct work *w, const char *end, const char *cause);

/* ---- settle_intent.c ---- */
FN_CHECKED struct fn_error *settle_intent(struct work *w);
FN_CHECKED struct fn_error *settle_check(struct work *w);
FN_CHECKED struct fn_error *settle_cancel(struct work *w);

/* ---- settle_back.c: money on its way back ---- */
FN_CHECKED struct fn_error *settle_refund(struct work *w);
FN_CHECKED struct fn_error *settle_charge(struct work *w);
FN_CHECKED struct fn_error *settle_dispute(struct work *w);

#endif
