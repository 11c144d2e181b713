/* rest_result.c: results of the database into body, counts and what SQL has to say. */
#include "rest_result.h"

#include <inttypes.h>
#include <string.h>

#include "fn_json.h"
#include "fn_reply.h"
#include "rest_csv_guard.h"
#include "rest_error.h"

/* Columns of the envelope (rest_plan.h). */
enum { TOTAL, PAGE_TOTAL, BODY, RESPONSE_HEADERS, RESPONSE_STATUS, LOCATION, INSERTED };

enum { PIECE = 4096 };

/* ---- bodies that do not fit, or could not be kept ---- */

static struct fn_error *too_large(struct fn_request *req, size_t max)
{
	const char *details =
		fn_arena_format(fn_request_arena(req), "An answer has at most %zu bytes", max);

	return rest_fail(req, 400, "54000", "The answer is too large", details,
			 "Ask for fewer rows or columns, or page through them.");
}

static struct fn_error *spool_error(struct fn_request *req, const struct fn_spool *spool,
				    size_t max)
{
	if (fn_spool_state(spool) == FN_SPOOL_FULL)
		return too_large(req, max);
	return fn_fail_because(req, &fn_message_internal, "%s", fn_spool_why(spool));
}

/* ---- row by row ---- */

static void begin(void *arg)
{
	struct rest_rows *rows = arg;

	fn_spool_clear(rows->body);
	fn_spool_text(rows->body, "[");
	rows->count = 0;
}

static bool take_row(const struct fn_row *row, void *arg)
{
	struct rest_rows *rows = arg;

	/* as json_agg() writes it */
	if (rows->count++ > 0)
		fn_spool_text(rows->body, ", \n ");
	fn_spool_text(rows->body, fn_col_text(row, 0));
	return fn_spool_state(rows->body) == FN_SPOOL_SOUND;
}

struct rest_rows *rest_rows_new(struct fn_request *req, size_t max)
{
	struct rest_rows *rows = fn_arena_alloc(fn_request_arena(req), sizeof(*rows));

	rows->reader = (struct fn_row_reader){begin, take_row, rows};
	rows->body = fn_spool_new(fn_request_arena(req), max);
	return rows;
}

struct fn_error *rest_rows_error(struct fn_request *req, const struct rest_rows *rows, size_t max)
{
	return spool_error(req, rows->body, max);
}

static struct fn_error *read_rows(struct fn_request *req,
				  const struct rest_result_settings *settings,
				  const struct rest_results *results, struct rest_outcome *ret)
{
	fn_spool_text(results->rows->body, "]");
	if (fn_spool_state(results->rows->body) != FN_SPOOL_SOUND)
		return spool_error(req, results->rows->body, settings->answer_max);
	ret->rows = results->rows->count;
	ret->spool = results->rows->body;
	return NULL;
}

/* ---- EXPLAIN ---- */

/* FORMAT TEXT comes as a row a line. */
static void read_plan(struct fn_request *req, size_t max, const struct fn_rows *rows,
		      struct rest_outcome *ret)
{
	struct fn_spool *body = fn_spool_new(fn_request_arena(req), max);

	for (size_t i = 0; i < rows->count; i++) {
		struct fn_row row = fn_rows_at(rows, i);

		fn_spool_text(body, i > 0 ? "\n" : "");
		fn_spool_text(body, fn_col_text(&row, 0));
	}
	ret->spool = body;
}

/* ---- the envelope ---- */

static int digit_of(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* What encode(..., 'hex') wrote. */
static void add_bytes(struct fn_spool *into, const char *digits)
{
	char piece[PIECE];
	size_t length = 0;

	for (; digits[0] != '\0' && digits[1] != '\0'; digits += 2) {
		piece[length++] = (char)(digit_of(digits[0]) << 4 | digit_of(digits[1]));
		if (length == sizeof(piece)) {
			fn_spool_add(into, piece, length);
			length = 0;
		}
	}
	fn_spool_add(into, piece, length);
}

/* A body that goes out as it came is not copied, unless it is large. What has been written stays
 * written, so its answer is not refused for its size. */
static struct fn_error *read_body(struct fn_request *req,
				  const struct rest_result_settings *settings,
				  const struct rest_plan *plan, struct rest_outcome *ret)
{
	bool guard = settings->csv_guard && plan->form == REST_CSV;
	bool is_hex = plan->form == REST_OTHER && plan->body_is_hex;
	size_t max = plan->read_only ? settings->answer_max : SIZE_MAX;

	if (ret->body_length <= FN_REPLY_MAX && !guard && !is_hex)
		return NULL;
	ret->spool = fn_spool_new(fn_request_arena(req), max);
	if (guard)
		rest_csv_guard(ret->spool, ret->body);
	else if (is_hex)
		add_bytes(ret->spool, ret->body);
	else
		fn_spool_add(ret->spool, ret->body, ret->body_length);
	return fn_spool_state(ret->spool) == FN_SPOOL_SOUND ? NULL
							    : spool_error(req, ret->spool, max);
}

static void read_envelope(const struct rest_query *query, const struct fn_rows *rows,
			  struct rest_outcome *ret)
{
	struct fn_row row = fn_rows_at(rows, 0);
	bool is_write = query->action == REST_CREATE || query->action == REST_UPDATE ||
			query->action == REST_PUT || query->action == REST_DELETE;

	ret->has_total = !fn_col_is_null(&row, TOTAL) && !is_write;
	ret->total = fn_col_int(&row, TOTAL);
	ret->rows = fn_col_int(&row, PAGE_TOTAL);
	ret->body = fn_col_text(&row, BODY);
	if (ret->body == NULL)
		ret->body = "";
	ret->body_length = strlen(ret->body);
	ret->response_headers = fn_col_text(&row, RESPONSE_HEADERS);
	ret->response_status = fn_col_text(&row, RESPONSE_STATUS);
	if (is_write) {
		ret->location = fn_col_text(&row, LOCATION);
		ret->inserted = fn_col_is_null(&row, INSERTED) || fn_col_int(&row, INSERTED) > 0;
	}
}

/* ---- beside it ---- */

static void read_response(const struct fn_rows *rows, struct rest_outcome *ret)
{
	struct fn_row row = fn_rows_at(rows, 0);

	ret->response_headers = fn_col_text(&row, 0);
	ret->response_status = fn_col_text(&row, 1);
}

/* "Plan Rows" of the top node of EXPLAIN (FORMAT JSON). */
static int64_t planned_rows(const struct fn_rows *rows)
{
	struct fn_row row = fn_rows_at(rows, 0);
	struct json_object *plan = rows->count == 1 ? fn_json_trusted(fn_col_text(&row, 0)) : NULL;
	int64_t planned =
		fn_json_get_integer(fn_json_get(fn_json_at(plan, 0), "Plan"), "Plan Rows", 0);

	fn_json_drop(plan);
	return planned;
}

static void read_total(const struct rest_result_settings *settings, const struct rest_query *query,
		       const struct fn_rows *count, struct rest_outcome *ret)
{
	int64_t planned = planned_rows(count);

	if (query->prefer.count == REST_COUNT_PLANNED) {
		ret->has_total = true;
		ret->total = planned;
	} else if (ret->total > settings->max_rows && planned > ret->total) {
		ret->total = planned; /* more than anybody wants to count */
	}
}

struct fn_error *rest_result_read(struct fn_request *req,
				  const struct rest_result_settings *settings,
				  const struct rest_query *query, const struct rest_plan *plan,
				  const struct rest_results *results, struct rest_outcome *ret)
{
	if (rest_plan_is_explained(plan)) {
		read_plan(req, settings->answer_max, results->main, ret);
		return NULL;
	}
	if (results->rows != NULL) {
		FN_TRY(read_rows(req, settings, results, ret));
	} else {
		read_envelope(query, results->main, ret);
		FN_TRY(read_body(req, settings, plan, ret));
	}
	if (results->response != NULL)
		read_response(results->response, ret);
	if (results->total != NULL)
		read_total(settings, query, results->total, ret);
	return NULL;
}
