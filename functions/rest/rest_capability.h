/* rest_capability.h: what knowing a value opens (contract data.md 1.7). Row security cannot tell
 * "names the id of the row" from "lists everything", so the values of equality filters on named
 * columns are handed to it in settings of the transaction. */
#ifndef REST_CAPABILITY_H
#define REST_CAPABILITY_H

#include "fn_arena.h"

struct rest_capability {
	const char *setting;           /* "temba.guest_orders": an array of what was named */
	const char *relation, *column; /* the filter it comes from */
};

/* "setting=relation.column,relation.column setting=...": a list ended by an entry without a
 * setting. NULL when the text is not of that form. */
const struct rest_capability *rest_capability_read(struct fn_arena *arena, const char *text);

#endif
