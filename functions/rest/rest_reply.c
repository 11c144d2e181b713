/* rest_reply.c: status, headers and body of an answer of the data API. */
#include "rest_reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_json.h"
#include "fn_reply.h"
#include "rest_error.h"
#include "rest_response.h"

/* Addresses may be longer than all headers of an answer together. */
enum { RANGE_MAX = 80, LOCATION_MAX = 4 << 10 };

static bool is_write(const struct rest_query *query)
{
	return query->action == REST_CREATE || query->action == REST_UPDATE ||
	       query->action == REST_PUT || query->action == REST_DELETE;
}

/* A read of a relation or the result of a function: what has a page. */
static bool has_page(const struct rest_query *query)
{
	return query->action == REST_READ || query->action == REST_CALL;
}

/* ---- refusals by number ---- */

struct fn_error *rest_reply_check(struct fn_request *req, const struct rest_query *query,
				  const struct rest_plan *plan, const struct rest_outcome *outcome)
{
	const struct rest_preferences *prefer = &query->prefer;
	struct fn_arena *arena = fn_request_arena(req);

	if (rest_plan_is_explained(plan))
		return NULL; /* nobody knows how many there would be */
	if (plan->single && outcome->rows != 1)
		return rest_fail(req, 406, "PGRST116",
				 "Cannot coerce the result to a single JSON object",
				 fn_arena_format(arena, "The result contains %" PRId64 " rows",
						 outcome->rows),
				 NULL);
	/* the key of the address is a condition of the statement: another one in the body matches
	 * nothing */
	if (query->action == REST_PUT && outcome->rows != 1)
		return rest_fail(req, 400, "PGRST115",
				 "Payload values do not match URL in primary key column(s)", NULL,
				 NULL);
	if (prefer->strict && prefer->has_max_affected && outcome->rows > prefer->max_affected &&
	    (query->action == REST_UPDATE || query->action == REST_DELETE ||
	     query->action == REST_CALL))
		return rest_fail(req, 400, "PGRST124",
				 "Query result exceeds max-affected preference constraint",
				 fn_arena_format(arena, "The query affects %" PRId64 " rows",
						 outcome->rows),
				 NULL);
	return NULL;
}

/* ---- Content-Range ---- */

static void put_range(struct fn_request *req, const struct rest_query *query,
		      const struct rest_outcome *outcome)
{
	bool is_update = query->action == REST_UPDATE;
	bool counts =
		outcome->has_total || (is_write(query) && query->prefer.count != REST_NO_COUNT);
	int64_t total = outcome->has_total ? outcome->total : outcome->rows;
	int64_t offset = has_page(query) && query->root != NULL ? query->root->offset : 0;
	char range[RANGE_MAX] = "*", size[RANGE_MAX] = "*";

	if (counts)
		(void)snprintf(size, sizeof(size), "%" PRId64, total);
	if (outcome->rows > 0 && (has_page(query) || is_update) && !(counts && total == 0))
		(void)snprintf(range, sizeof(range), "%" PRId64 "-%" PRId64, offset,
			       offset + outcome->rows - 1);
	else if (is_update)
		(void)snprintf(size, sizeof(size), "*");
	fn_reply_header(req, "Content-Range",
			fn_arena_format(fn_request_arena(req), "%s/%s", range, size));
}

static struct fn_error *past_the_end(struct fn_request *req, const struct rest_query *query,
				     const struct rest_outcome *outcome)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *details =
		fn_arena_format(arena,
				"An offset of %" PRId64
				" was requested, but there are only %" PRId64 " rows.",
				query->root->offset, outcome->total);

	const char **headers = fn_arena_alloc(arena, 3 * sizeof(*headers));
	struct fn_error *error =
		rest_fail(req, 416, "PGRST103", "Requested range not satisfiable", details, NULL);

	headers[0] = "Content-Range";
	headers[1] = fn_arena_format(arena, "*/%" PRId64, outcome->total);
	error->headers = headers;
	return error;
}

/* ---- Preference-Applied ---- */

static void add(struct fn_request *req, const char **list, const char *what)
{
	*list = *list == NULL ? what
			      : fn_arena_format(fn_request_arena(req), "%s, %s", *list, what);
}

static const char *return_word(enum rest_return returns)
{
	static const char *const words[] = {[REST_RETURN_MINIMAL] = "return=minimal",
					    [REST_RETURN_HEADERS] = "return=headers-only",
					    [REST_RETURN_ROWS] = "return=representation"};

	return words[returns];
}

static const char *count_word(enum rest_count count)
{
	static const char *const words[] = {[REST_NO_COUNT] = NULL,
					    [REST_COUNT_EXACT] = "count=exact",
					    [REST_COUNT_PLANNED] = "count=planned",
					    [REST_COUNT_ESTIMATED] = "count=estimated"};

	return words[count];
}

/* Those that a write heeds, in the order of the contract. */
static void add_write_preferences(struct fn_request *req, const struct rest_query *query,
				  const struct rest_plan *plan, const char **list)
{
	const struct rest_preferences *prefer = &query->prefer;
	bool has_key = plan->relation != NULL &&
		       (plan->relation->primary_key_count > 0 || query->on_conflict != NULL);

	/* without a key to conflict with it was a plain insert */
	if (query->action == REST_CREATE && prefer->resolution != REST_NO_RESOLUTION && has_key)
		add(req, list,
		    prefer->resolution == REST_MERGE_DUPLICATES ? "resolution=merge-duplicates"
								: "resolution=ignore-duplicates");
	if (prefer->missing_given && query->action != REST_PUT && query->action != REST_DELETE)
		add(req, list, prefer->missing_default ? "missing=default" : "missing=null");
	if (prefer->return_given)
		add(req, list, return_word(prefer->returns));
}

static void put_preferences(struct fn_request *req, const struct rest_query *query,
			    const struct rest_plan *plan)
{
	const struct rest_preferences *prefer = &query->prefer;
	struct fn_arena *arena = fn_request_arena(req);
	const char *list = NULL;

	if (is_write(query))
		add_write_preferences(req, query, plan, &list);
	if (prefer->count != REST_NO_COUNT)
		add(req, &list, count_word(prefer->count));
	if (prefer->tx_given)
		add(req, &list, prefer->rollback ? "tx=rollback" : "tx=commit");
	if (prefer->handling_given)
		add(req, &list, prefer->strict ? "handling=strict" : "handling=lenient");
	if (prefer->timezone != NULL)
		add(req, &list, fn_arena_format(arena, "timezone=%s", prefer->timezone));
	if (prefer->strict && prefer->has_max_affected)
		add(req, &list,
		    fn_arena_format(arena, "max-affected=%" PRId64, prefer->max_affected));
	if (list != NULL)
		fn_reply_header(req, "Preference-Applied", list);
}

/* ---- the answer ---- */

static int status_of(const struct rest_query *query, const struct rest_plan *plan,
		     const struct rest_outcome *outcome)
{
	bool rows = query->prefer.returns == REST_RETURN_ROWS;

	if (query->action == REST_CREATE) {
		bool merged = query->prefer.resolution == REST_MERGE_DUPLICATES &&
			      plan->relation != NULL &&
			      (plan->relation->primary_key_count > 0 || query->on_conflict != NULL);

		return merged && !outcome->inserted ? 200 : 201;
	}
	if (query->action == REST_PUT && rows)
		return outcome->inserted ? 201 : 200;
	if (is_write(query))
		return rows ? 200 : 204;
	if (plan->function != NULL && plan->function->result == REST_RESULT_VOID)
		return 204;
	return outcome->has_total && outcome->rows < outcome->total ? 206 : 200;
}

/* Text of these types says how it is encoded; of others only their maker knows (rest.md 9). */
static const char *with_charset(struct fn_request *req, const char *type)
{
	static const char *const known[] = {"application/json", "application/geo+json", "text/csv",
					    "text/plain", "text/xml"};

	for (size_t i = 0; i < FN_COUNT(known); i++) {
		if (strcmp(type, known[i]) == 0)
			return fn_arena_format(fn_request_arena(req), "%s; charset=utf-8", type);
	}
	return type;
}

static const char *plan_type(struct fn_request *req, const struct rest_plan *plan)
{
	return fn_arena_format(fn_request_arena(req),
			       "application/vnd.pgrst.plan+%s; for=\"%s\"%s%s; charset=utf-8",
			       plan->media == REST_PLAN_TEXT ? "text" : "json",
			       plan->accept->plan_for,
			       *plan->options == '\0' ? "" : "; options=", plan->options);
}

static const char *media_type(struct fn_request *req, const struct rest_plan *plan)
{
	const char *stripped = plan->nulls_stripped ? ";nulls=stripped" : "";

	switch (plan->media) {
	case REST_OBJECT:
		return fn_arena_format(fn_request_arena(req),
				       "application/vnd.pgrst.object+json%s; charset=utf-8",
				       stripped);
	case REST_CSV:
		return with_charset(req, "text/csv");
	case REST_GEOJSON:
		return with_charset(req, "application/geo+json");
	case REST_OTHER:
		return with_charset(req, plan->media_type);
	case REST_PLAN_TEXT:
	case REST_PLAN_JSON:
		return plan_type(req, plan);
	case REST_JSON:
	default:
		if (plan->accept != NULL &&
		    fn_text_same(plan->accept->name, "application/openapi+json"))
			return "application/openapi+json; charset=utf-8";
		return plan->nulls_stripped
			       ? "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"
			       : with_charset(req, "application/json");
	}
}

/* ---- Location ---- */

struct location {
	struct fn_arena *arena;
	const char *text;
};

static void add_key(const char *name, struct json_object *value, void *arg)
{
	struct location *l = arg;
	const char *text = fn_json_text(value);

	l->text = fn_arena_format(l->arena, "%s%c%s=%s%s", l->text,
				  strchr(l->text, '?') == NULL ? '?' : '&',
				  fn_text_url_encode(l->arena, name),
				  text == NULL ? "is.null" : "eq.",
				  text == NULL ? "" : fn_text_url_encode(l->arena, text));
}

static void put_location(struct fn_request *req, const char *table, const char *key)
{
	struct location l = {.arena = fn_request_arena(req)};

	l.text = fn_arena_format(l.arena, "/%s", fn_text_url_encode(l.arena, table));
	fn_json_each(fn_json_keep(l.arena, fn_json_trusted(key)), add_key, &l);
	fn_reply_header(req, "Location", l.text);
}

static void put_headers(struct fn_request *req, const struct rest_query *query,
			const struct rest_plan *plan, const struct rest_outcome *outcome,
			bool names_schema)
{
	put_range(req, query, outcome);
	put_preferences(req, query, plan);
	fn_reply_header(req, "Vary", "Accept, Prefer, Range");
	if (has_page(query) && query->content_location != NULL &&
	    strlen(query->content_location) <= LOCATION_MAX)
		fn_reply_header(req, "Content-Location", query->content_location);
	if (query->warning != NULL)
		fn_reply_header(req, "Warning", query->warning);
	if (names_schema)
		fn_reply_header(req, "Content-Profile", query->schema);
	if (query->action == REST_CREATE && query->prefer.returns == REST_RETURN_HEADERS &&
	    outcome->location != NULL)
		put_location(req, query->name, outcome->location);
}

static struct fn_error *put_body(struct fn_request *req, const struct rest_query *query, int status,
				 const char *type, const struct rest_outcome *outcome)
{
	if (query->head)
		return fn_reply_bytes(req, status, type, "", 0);
	if (outcome->spool != NULL)
		return fn_reply_spool(req, status, type, outcome->spool);
	return fn_reply_bytes(req, status, type, outcome->body, outcome->body_length);
}

struct fn_error *rest_reply(struct fn_request *req, const struct rest_query *query,
			    const struct rest_plan *plan, const struct rest_outcome *outcome,
			    bool many_schemas)
{
	int status = status_of(query, plan, outcome);
	bool has_body =
		(!is_write(query) || query->prefer.returns == REST_RETURN_ROWS) && status != 204;

	if (rest_plan_is_explained(plan))
		return put_body(req, query, 200, media_type(req, plan), outcome);
	if (has_page(query) && outcome->has_total && query->root->offset > outcome->total)
		return past_the_end(req, query, outcome);
	if (!has_body)
		FN_TRY(fn_reply_bytes(req, status, NULL, "", 0));
	else
		FN_TRY(put_body(req, query, status, media_type(req, plan), outcome));
	put_headers(req, query, plan, outcome, has_body && (query->profile_given || many_schemas));
	return rest_response(req, outcome->response_headers, outcome->response_status);
}
