/* refund-event: an event was cancelled: each of its orders is refunded or ended. Internal: the job
 * runner calls it with {"event":ID}. The database knows what is done: a run that breaks off is made
 * good by the next one. */
#include "fn.h"
#include "fn_time.h"
#include "refund-event.sql.h"

/* A step is one transaction, short enough that the door and other events do not feel it. */
enum { STEP = 20 };
static const uint64_t reserve = 5000000000; /* ns to keep before the deadline */

struct run {
	struct fn_uuid event, after; /* after: "" at the beginning */
	int64_t seen;                /* in one step */
	int64_t refunded, cancelled, waiting;
	int64_t step[3]; /* the same three of the step under way */
	bool soon;       /* the time was short: there may be more */
};

/* Columns of step.sql. */
enum { LAST, SEEN, REFUNDED, CANCELLED, WAITING };

/* Runs again from the top after a conflict: touches only *r and the database. */
static struct fn_error *take_step(struct fn_tx *tx, void *arg)
{
	struct run *r = arg;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_step,
			 FN_ARGS(fn_arg_uuid(&r->event), fn_arg_uuid(&r->after), fn_arg_int(STEP)),
			 &row));
	r->seen = fn_col_int(&row, SEEN);
	for (size_t i = 0; i < FN_COUNT(r->step); i++)
		r->step[i] = fn_col_int(&row, REFUNDED + i);
	if (r->seen > 0)
		r->after = fn_col_uuid(&row, LAST);
	return NULL;
}

static struct fn_error *end_run(struct fn_tx *tx, void *arg)
{
	struct run *r = arg;

	return fn_db_run(tx, &sql_end,
			 FN_ARGS(fn_arg_uuid(&r->event), fn_arg_int(r->waiting),
				 fn_arg_bool(r->soon)),
			 NULL);
}

static bool has_time(const struct fn_request *req)
{
	uint64_t deadline = fn_request_deadline(req);

	return deadline == 0 || fn_time_monotonic() + reserve < deadline;
}

static struct fn_error *refund_event(struct fn_request *req)
{
	struct run r = {.seen = STEP};
	struct fn_fields input;

	FN_TRY(fn_auth_internal(req));
	FN_TRY(fn_field_begin(req, &input));
	(void)fn_field_uuid(&input, "event", FN_REQUIRED, &r.event);
	FN_TRY(fn_field_end(&input));
	while (r.seen == STEP && has_time(req)) {
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, take_step, &r));
		r.refunded += r.step[0];
		r.cancelled += r.step[1];
		r.waiting += r.step[2];
	}
	r.soon = r.seen == STEP;
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, end_run, &r));
	fn_log_request(req, FN_INFO, "event %s: %lld refunded, %lld cancelled, %lld waiting%s",
		       r.event.text, (long long)r.refunded, (long long)r.cancelled,
		       (long long)r.waiting, r.soon ? ", to be continued" : "");
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_int("refunded", r.refunded),
					    fn_json_int("cancelled", r.cancelled),
					    fn_json_int("waiting", r.waiting),
					    fn_json_bool("more", r.soon)));
}

const struct fn_function fn_function = {
	.name = "refund-event",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = 1024,
	.errors = FN_ERRORS_PLAIN,
	.statements = sql_all,
	.handle = refund_event,
};
