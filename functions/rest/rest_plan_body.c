/* rest_plan_body.c: the envelope around the rows: total, page, body by media type. */
#include <stdlib.h>
#include <string.h>

#include "rest_plan_parts.h"

#define COUNTED "pgrst rows "

/* ---- the body ---- */

static const char *const csv_body =
	"(SELECT coalesce(string_agg(_k.key, ','), '') FROM (SELECT json_object_keys(_r.json) AS"
	" key FROM (SELECT row_to_json(_h.*) AS json FROM @ AS _h LIMIT 1) _r) _k)"
	" || E'\\n' || coalesce(string_agg(substring((_t.*)::text, 2,"
	" length((_t.*)::text) - 2), E'\\n'), '')";

static const char *rows_of(const struct rest_plan *plan)
{
	bool is_one =
		plan->form == REST_OBJECT || (plan->function != NULL && !plan->function->is_set);

	if (plan->scalar)
		return is_one ? "coalesce(json_agg(_t.pgrst_scalar)->0, 'null')"
			      : "coalesce(json_agg(_t.pgrst_scalar), '[]')";
	return is_one ? "coalesce(json_agg(_t.*)->0, 'null')" : "coalesce(json_agg(_t.*), '[]')";
}

/* What a handler made, as text; bytes as their digits. */
static void add_other(struct rest_planner *p, const struct rest_plan *plan)
{
	const struct rest_handler *handler = plan->handler;

	rest_sql_add(p->sql, plan->body_is_hex ? "encode((" : "(");
	if (handler == NULL)
		rest_sql_add(p->sql, "array_agg(_t.pgrst_scalar))[1]");
	else if (handler->relation == NULL)
		REST_SQL(p->sql, "@.@((_t.*)))", handler->schema, handler->name);
	else
		REST_SQL(p->sql, "@.@((_t.*)::@.@))", handler->schema, handler->name,
			 handler->relation->schema, handler->relation->name);
	rest_sql_add(p->sql, plan->body_is_hex ? "::bytea, 'hex')" : "::text");
}

static void add_body(struct rest_planner *p, const struct rest_plan *plan)
{
	if (p->query->head || !plan->returns_rows) {
		rest_sql_add(p->sql, "''::text");
		return;
	}
	switch (plan->form) {
	case REST_CSV:
		REST_SQL(p->sql, csv_body,
			 p->query->action == REST_READ || plan->scalar ? "pgrst_source"
								       : "pgrst_rows");
		break;
	case REST_GEOJSON:
		rest_sql_add(p->sql, "json_build_object('type', 'FeatureCollection', 'features', "
				     "coalesce(json_agg(ST_AsGeoJSON(_t.*)::json), '[]'))");
		break;
	case REST_OTHER:
		add_other(p, plan);
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

/* Where the number of rows can refuse what was written, the statement itself fails on it, so that
 * COMMIT can go along with it (decisions 32). rest_plan_counted() reads the number out of the
 * failure. */
static void add_page_total(struct rest_planner *p, const struct rest_plan *plan)
{
	const struct rest_preferences *prefer = &p->query->prefer;
	bool exact = plan->single || p->query->action == REST_PUT;
	bool at_most =
		prefer->strict && prefer->has_max_affected && p->query->action != REST_CREATE;

	if (plan->read_only || rest_plan_is_explained(plan) || !(exact || at_most)) {
		rest_sql_add(p->sql, "count(*)");
		return;
	}
	rest_sql_add(p->sql, exact ? "CASE WHEN count(*) = 1" : "CASE WHEN count(*) <= ");
	if (!exact)
		rest_sql_number(p->sql, prefer->max_affected);
	else if (at_most && prefer->max_affected < 1)
		rest_sql_add(p->sql, " AND false");
	rest_sql_add(p->sql, " THEN count(*) ELSE ('" COUNTED "' || count(*))::bigint END");
}

bool rest_plan_counted(const char *message, int64_t *ret_rows)
{
	const char *at = strstr(message, "\"" COUNTED);
	char *end;

	if (at == NULL)
		return false;
	at += strlen("\"" COUNTED);
	*ret_rows = strtoll(at, &end, 10);
	return end != at && *end == '"';
}

void rest_plan_envelope(struct rest_planner *p, const struct rest_plan *plan,
			const char *total_text)
{
	rest_sql_add(p->sql, "SELECT ");
	rest_sql_add(p->sql, total_text);
	rest_sql_add(p->sql, " AS total, ");
	add_page_total(p, plan);
	rest_sql_add(p->sql, " AS page_total, ");
	add_body(p, plan);
	rest_sql_add(p->sql,
		     " AS body,"
		     " nullif(current_setting('response.headers', true), '') AS response_headers,"
		     " nullif(current_setting('response.status', true), '') AS response_status");
}

void rest_plan_from_rows(struct rest_planner *p, const struct rest_plan *plan,
			 const struct rest_branch *root)
{
	if (plan->form == REST_CSV && plan->returns_rows) {
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
	if (plan->form != REST_CSV || !plan->returns_rows)
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

/* Those of the options that EXPLAIN knows, from a list of our own, in the order in which they were
 * asked for: "analyze|verbose". */
static const char *known_options(struct fn_request *req, const char *asked)
{
	static const char *const known[] = {"analyze", "verbose", "settings", "buffers", "wal"};
	struct fn_arena *arena = fn_request_arena(req);
	const char *list = "";

	while (*asked != '\0') {
		size_t length = strcspn(asked, "|");

		for (size_t i = 0; i < FN_COUNT(known); i++) {
			if (strlen(known[i]) == length && strncmp(known[i], asked, length) == 0 &&
			    strstr(list, known[i]) == NULL)
				list = fn_arena_format(arena, "%s%s%s", list,
						       *list == '\0' ? "" : "|", known[i]);
		}
		asked += length + (asked[length] == '|');
	}
	return list;
}

static void add_explain(struct rest_planner *p, struct rest_plan *ret)
{
	rest_sql_add(p->sql, ret->media == REST_PLAN_JSON ? "EXPLAIN (FORMAT JSON"
							  : "EXPLAIN (FORMAT TEXT");
	for (const char *at = ret->options; *at != '\0';) {
		size_t length = strcspn(at, "|");

		rest_sql_add(p->sql, ", ");
		fn_buf_add(&p->sql->text, at, length);
		at += length + (at[length] == '|');
	}
	rest_sql_add(p->sql, ") ");
}

struct fn_error *rest_plan_finish(struct rest_planner *p, struct rest_plan *ret)
{
	struct rest_sql *statement = p->sql;

	if (rest_plan_is_explained(ret) && !statement->text.full) {
		ret->explained = statement->text.bytes;
		ret->options = known_options(p->req, ret->accept->plan_options);
		p->sql = rest_sql_new(p->req);
		add_explain(p, ret);
		rest_sql_add(p->sql, ret->explained);
	}
	if (p->sql->text.full)
		return rest_fail(p->req, 400, "PGRST100", "The query is too large", NULL, NULL);
	ret->text = p->sql->text.bytes;
	ret->values = statement->values;
	ret->value_count = statement->value_count;
	return NULL;
}
