/* temba_list.h: public lists that every page loads. PostgreSQL makes the JSON, nginx keeps it. */
#ifndef TEMBA_LIST_H
#define TEMBA_LIST_H

#include "fn_db.h"

enum {
	TEMBA_LIST_SECONDS = 10
}; /* how long nginx keeps one; changes end it sooner (docs/lists.md) */

struct temba_list {
	const char *name;         /* X-Cache-Key; what invalidate-events-cache calls it */
	const struct fn_sql *sql; /* one row with one column: the whole answer */
	const struct fn_arg *args;
	size_t count; /* of args */
};

/* The whole request, after its query was read: 200 with the list, or 304 when the client has this
 * very one. The function must be marked `cached`. */
FN_CHECKED struct fn_error *temba_list_reply(struct fn_request *req, const struct temba_list *list);

#endif
