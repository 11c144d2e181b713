/* rest_plan.c: a query and the catalog to one statement; reads are written here, writes and calls
 * in files of their own. */
#include "rest_plan.h"

#include "rest_plan_parts.h"

/* Up to this many rows one aggregated value is cheaper than a message per row; beyond it the worker
 * must not hold them all. */
enum { ENVELOPE_MAX = 100 };

/* At most one row can come: every column of the primary key is given. */
static bool is_one_row(const struct rest_relation *relation, const struct rest_level *level)
{
	for (size_t i = 0; i < relation->primary_key_count; i++) {
		if (!rest_level_binds(level, relation->primary_key[i]))
			return false;
	}
	return relation->primary_key_count > 0;
}

static bool may_be_large(const struct rest_planner *p, const struct rest_plan *plan)
{
	const struct rest_level *level = p->query->root;
	int64_t max = p->settings->max_rows;

	if (plan->media != REST_JSON || p->query->head || p->query->prefer.count != REST_NO_COUNT ||
	    is_one_row(plan->relation, level))
		return false;
	if (level->has_limit && (max == 0 || level->limit < max))
		max = level->limit == 0 ? 1 : level->limit;
	return max == 0 || max > ENVELOPE_MAX;
}

static void add_rows(struct rest_planner *p, const struct rest_plan *plan,
		     const struct rest_branch *root)
{
	rest_sql_add(p->sql, plan->nulls_stripped ? "SELECT json_strip_nulls(row_to_json(_t.*))"
						  : "SELECT row_to_json(_t.*)");
	rest_sql_add(p->sql, " FROM (");
	rest_plan_select(p, root, NULL);
	rest_sql_add(p->sql, ") _t");
}

static struct fn_error *plan_read(struct rest_planner *p, struct rest_plan *ret)
{
	struct rest_scope scope = {ret->relation->schema, ret->relation->name, ret->relation};
	struct rest_branch *root;
	const char *total;

	ret->read_only = true;
	ret->returns_rows = true;
	FN_TRY(rest_plan_tree(p, p->query->root, scope, &root));
	rest_plan_capabilities(p, root, ret);
	FN_TRY(rest_plan_media(p, ret));
	ret->row_by_row = may_be_large(p, ret);
	if (ret->row_by_row) {
		add_rows(p, ret, root);
		return rest_plan_finish(p, ret);
	}
	rest_sql_add(p->sql, "WITH pgrst_source AS (");
	rest_plan_select(p, root, NULL);
	rest_sql_add(p->sql, ")");
	total = rest_plan_total(p, root, ret);
	rest_sql_add(p->sql, " ");
	rest_plan_envelope(p, ret, total);
	rest_sql_add(p->sql, " FROM (SELECT * FROM pgrst_source) _t");
	return rest_plan_finish(p, ret);
}

static struct fn_error *find_relation(struct rest_planner *p, struct rest_plan *ret)
{
	ret->relation = rest_catalog_relation(p->catalog, p->query->schema, p->query->name);
	if (ret->relation != NULL)
		return NULL;
	return rest_no_relation(p->req, p->query->schema, p->query->name);
}

struct fn_error *rest_plan(struct fn_request *req, const struct rest_catalog *catalog,
			   const struct rest_plan_settings *settings,
			   const struct rest_query *query, struct rest_plan *ret)
{
	struct rest_planner p = {.req = req,
				 .catalog = catalog,
				 .settings = settings,
				 .query = query,
				 .sql = rest_sql_new(req)};

	*ret = (struct rest_plan){0};
	p.capped = query->action == REST_READ || query->action == REST_CALL;
	if (query->action == REST_CALL)
		return rest_plan_call(&p, ret);
	FN_TRY(find_relation(&p, ret));
	return query->action == REST_READ ? plan_read(&p, ret) : rest_plan_write(&p, ret);
}
