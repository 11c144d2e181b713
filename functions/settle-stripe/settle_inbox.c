/* settle_inbox.c: the row of an event, from its first look to its end. */
#include <string.h>

#include "settle-stripe.sql.h"
#include "settle.h"

/* Columns of read_inbox.sql. */
enum { STATE, TYPE, REFERENCE, BODY };

static struct fn_error *read_inbox(struct fn_tx *tx, void *arg)
{
	struct work *w = arg;
	const char *state;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_read_inbox, FN_ARGS(fn_arg_int(w->inbox)), &row));
	w->is_over = !fn_row_found(&row);
	if (w->is_over)
		return NULL;
	state = fn_col_text(&row, STATE);
	w->is_over = strcmp(state, "RECEIVED") != 0 && strcmp(state, "RETRY") != 0;
	w->type = fn_col_text(&row, TYPE);
	w->reference = fn_col_text(&row, REFERENCE);
	w->event = fn_json_keep(fn_request_arena(w->req), fn_json_trusted(fn_col_text(&row, BODY)));
	return NULL;
}

static struct fn_error *write_end(struct fn_tx *tx, void *arg)
{
	const struct work *w = arg;

	return fn_db_run(tx, &sql_end_inbox,
			 FN_ARGS(fn_arg_int(w->inbox), fn_arg_text(w->end), fn_arg_text(w->cause)),
			 NULL);
}

struct fn_error *settle_begin(struct work *w)
{
	return fn_db_transaction(w->req, FN_READ_COMMITTED, read_inbox, w);
}

struct fn_error *settle_end(struct work *w, const char *end, const char *cause)
{
	w->end = end;
	w->cause = cause;
	return w->inbox == 0 ? NULL : fn_db_transaction(w->req, FN_READ_COMMITTED, write_end, w);
}
