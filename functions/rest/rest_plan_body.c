/* rest_plan_body.c: the envelope around the rows: total, page, body by media type. */
#include <string.h>

#include "rest_plan_parts.h"

/* ---- which media type ---- */

/* A function's result type that is a domain named like the media type: schema."text/html". */
static bool handles(const struct rest_function *function, const char *media)
{
	const char *type = function != NULL ? function->result_type : NULL;
	const char *open = type != NULL ? strchr(type, '"') : NULL;
	size_t length = strlen(media);

	while (open != NULL && open[1] != '\0') {
		if (strncmp(open + 1, media, length) == 0 && open[1 + length] == '"')
			return true;
		open = strchr(open + 1, '"');
	}
	return false;
}

static bool serves(const struct rest_accept *accept, const struct rest_plan *plan)
{
	switch (accept->media) {
	case REST_JSON:
	case REST_OBJECT:
	case REST_PLAN_TEXT:
	case REST_PLAN_JSON: /* the parser knows whether these are enabled */
		return true;
	case REST_CSV:
	case REST_GEOJSON:
		return !plan->scalar;
	case REST_OTHER:
		return accept->name != NULL && handles(plan->function, accept->name);
	}
	return false;
}

struct fn_error *rest_plan_media(struct rest_planner *p, struct rest_plan *ret)
{
	const struct rest_query *query = p->query;
	struct fn_buf names;
	const char *said;

	if (query->prefer.strict && query->prefer.unknown != NULL)
		return rest_fail(p->req, 400, "PGRST122",
				 "Invalid preferences given with handling=strict",
				 fn_arena_format(fn_request_arena(p->req),
						 "Invalid preferences: %s", query->prefer.unknown),
				 NULL);
	ret->media = REST_JSON;
	if (query->accept_count == 0)
		return NULL;
	fn_buf_init(&names, 1 << 14);
	for (size_t i = 0; i < query->accept_count; i++) {
		const struct rest_accept *accept = &query->accepts[i];

		if (serves(accept, ret)) {
			ret->media = accept->media;
			ret->accept = accept;
			ret->nulls_stripped = accept->nulls_stripped;
			ret->single = accept->media == REST_OBJECT && !ret->scalar;
			fn_buf_free(&names);
			return NULL;
		}
		fn_buf_text(&names, i > 0 ? ", " : "");
		fn_buf_text(&names, accept->name != NULL ? accept->name : "");
	}
	said = fn_arena_format(fn_request_arena(p->req),
			       "None of these media types are available: %s",
			       names.bytes != NULL ? names.bytes : "");
	fn_buf_free(&names);
	return rest_fail(p->req, 406, "PGRST107", said, NULL, NULL);
}

/* ---- the body ---- */

static const char *const csv_body =
	"(SELECT coalesce(string_agg(_k.key, ','), '') FROM (SELECT json_object_keys(_r.json) AS"
	" key FROM (SELECT row_to_json(_h.*) AS json FROM @ AS _h LIMIT 1) _r) _k)"
	" || E'\\n' || coalesce(string_agg(substring((_t.*)::text, 2,"
	" length((_t.*)::text) - 2), E'\\n'), '')";

static const char *rows_of(const struct rest_plan *plan)
{
	bool is_one = plan->single || (plan->function != NULL && !plan->function->is_set);

	if (plan->scalar)
		return is_one ? "coalesce(json_agg(_t.pgrst_scalar)->0, 'null')"
			      : "coalesce(json_agg(_t.pgrst_scalar), '[]')";
	return is_one ? "coalesce(json_agg(_t.*)->0, 'null')" : "coalesce(json_agg(_t.*), '[]')";
}

static void add_body(struct rest_planner *p, const struct rest_plan *plan)
{
	if (p->query->head || !plan->returns_rows) {
		rest_sql_add(p->sql, "''::text");
		return;
	}
	switch (plan->media) {
	case REST_CSV:
		REST_SQL(p->sql, csv_body,
			 p->query->action == REST_READ ? "pgrst_source" : "pgrst_rows");
		break;
	case REST_GEOJSON:
		rest_sql_add(p->sql, "json_build_object('type', 'FeatureCollection', 'features', "
				     "coalesce(json_agg(ST_AsGeoJSON(_t.*)::json), '[]'))");
		break;
	case REST_OTHER:
		rest_sql_add(p->sql, "string_agg(_t.pgrst_scalar::text, '')");
		break;
	case REST_JSON:
	case REST_OBJECT:
	case REST_PLAN_TEXT:
	case REST_PLAN_JSON:
		rest_sql_add(p->sql, plan->nulls_stripped ? "json_strip_nulls(" : "");
		rest_sql_add(p->sql, rows_of(plan));
		rest_sql_add(p->sql, plan->nulls_stripped ? ")" : "");
		break;
	}
}

void rest_plan_envelope(struct rest_planner *p, const struct rest_plan *plan,
			const char *total_text)
{
	rest_sql_add(p->sql, "SELECT ");
	rest_sql_add(p->sql, total_text);
	rest_sql_add(p->sql, " AS total, count(*) AS page_total, ");
	add_body(p, plan);
	rest_sql_add(p->sql,
		     " AS body,"
		     " nullif(current_setting('response.headers', true), '') AS response_headers,"
		     " nullif(current_setting('response.status', true), '') AS response_status");
}

void rest_plan_from_rows(struct rest_planner *p, const struct rest_plan *plan,
			 const struct rest_branch *root)
{
	if (plan->media == REST_CSV && plan->returns_rows) {
		rest_sql_add(p->sql, " FROM pgrst_rows _t");
		return;
	}
	rest_sql_add(p->sql, " FROM (");
	rest_plan_select(p, root, NULL);
	rest_sql_add(p->sql, ") _t");
}

void rest_plan_rows(struct rest_planner *p, const struct rest_plan *plan,
		    const struct rest_branch *root)
{
	if (plan->media != REST_CSV || !plan->returns_rows)
		return;
	rest_sql_add(p->sql, ", pgrst_rows AS (");
	rest_plan_select(p, root, NULL);
	rest_sql_add(p->sql, ")");
}

/* ---- totals ---- */

static void add_count(struct rest_planner *p, const struct rest_branch *root)
{
	p->counting = true;
	rest_sql_add(p->sql, "SELECT 1");
	rest_plan_from(p, root, NULL);
	rest_plan_where(p, root, NULL);
	p->counting = false;
}

static void make_count_text(struct rest_planner *p, const struct rest_branch *root,
			    struct rest_plan *ret)
{
	struct rest_sql *main = p->sql;

	p->sql = rest_sql_new(p->req);
	rest_sql_add(p->sql, "EXPLAIN (FORMAT JSON) ");
	add_count(p, root);
	ret->count_text = p->sql->text.bytes;
	ret->count_values = p->sql->values;
	ret->count_value_count = p->sql->value_count;
	p->sql = main;
}

const char *rest_plan_total(struct rest_planner *p, const struct rest_branch *root,
			    struct rest_plan *ret)
{
	const struct rest_level *level = root->level;
	enum rest_count count = p->query->prefer.count;
	/* a function's rows cannot be guessed without calling it */
	bool is_estimate =
		count == REST_COUNT_ESTIMATED && p->settings->max_rows > 0 && !root->from_source;

	if (is_estimate || (count == REST_COUNT_PLANNED && !root->from_source))
		make_count_text(p, root, ret);
	if (count == REST_NO_COUNT || count == REST_COUNT_PLANNED)
		return "NULL::bigint";
	if (!level->has_limit && level->offset == 0 && p->settings->max_rows == 0)
		return "count(*)";
	rest_sql_add(p->sql, ", pgrst_source_count AS (");
	add_count(p, root);
	if (is_estimate) {
		rest_sql_add(p->sql, " LIMIT ");
		rest_sql_number(p->sql, p->settings->max_rows + 1);
	}
	rest_sql_add(p->sql, ")");
	return "(SELECT count(*) FROM pgrst_source_count)";
}

/* ---- the end ---- */

/* EXPLAIN's words, from a list of our own. */
static void add_explain(struct fn_buf *text, const struct rest_accept *accept)
{
	static const char *const options[] = {"analyze", "verbose", "settings", "buffers", "wal"};

	fn_buf_text(text, accept->media == REST_PLAN_JSON ? "EXPLAIN (FORMAT JSON"
							  : "EXPLAIN (FORMAT TEXT");
	for (size_t i = 0; accept->plan_options != NULL && i < FN_COUNT(options); i++) {
		if (strstr(accept->plan_options, options[i]) == NULL)
			continue;
		fn_buf_text(text, ", ");
		fn_buf_text(text, options[i]);
	}
	fn_buf_text(text, ") ");
}

struct fn_error *rest_plan_finish(struct rest_planner *p, struct rest_plan *ret)
{
	if (p->sql->text.full)
		return rest_fail(p->req, 400, "PGRST100", "The query is too large", NULL, NULL);
	ret->text = p->sql->text.bytes;
	if (ret->media == REST_PLAN_TEXT || ret->media == REST_PLAN_JSON) {
		struct rest_sql *explained = rest_sql_new(p->req);

		add_explain(&explained->text, ret->accept);
		rest_sql_add(explained, ret->text);
		if (explained->text.full)
			return rest_fail(p->req, 400, "PGRST100", "The query is too large", NULL,
					 NULL);
		ret->text = explained->text.bytes;
	}
	ret->values = p->sql->values;
	ret->value_count = p->sql->value_count;
	return NULL;
}
