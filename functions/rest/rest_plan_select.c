/* rest_plan_select.c: SELECT of one level, its embeds as lateral joins. */
#include <stdio.h>
#include <string.h>

#include "rest_plan_parts.h"

static void comma(struct rest_planner *p, bool *first)
{
	rest_sql_add(p->sql, *first ? " " : ", ");
	*first = false;
}

/* ---- items ---- */

static bool is_aggregate(const struct rest_item *item)
{
	return item->kind == REST_COUNT_ALL || item->aggregate != REST_NO_AGGREGATE;
}

static void add_all(struct rest_planner *p, const struct rest_branch *branch, bool *first)
{
	const struct rest_scope *scope = &branch->scope;

	/* spelled out where more than these may be there, and where each is grouped by */
	if (scope->relation == NULL || !(branch->from_source || branch->aggregated)) {
		comma(p, first);
		if (scope->schema != NULL)
			REST_SQL(p->sql, "@.@.*", scope->schema, scope->name);
		else
			REST_SQL(p->sql, "@.*", scope->name);
		return;
	}
	for (size_t i = 0; i < scope->relation->column_count; i++) {
		comma(p, first);
		rest_plan_column(p, scope, scope->relation->columns[i].name);
	}
}

static void add_plain(struct rest_planner *p, const struct rest_branch *branch,
		      const struct rest_item *item)
{
	if (item->cast != NULL)
		rest_sql_add(p->sql, "CAST(");
	rest_plan_field(p, &branch->scope, &item->field);
	if (item->cast != NULL) {
		rest_sql_add(p->sql, " AS ");
		(void)rest_sql_cast(p->sql, item->cast); /* checked by rest_plan_tree() */
		rest_sql_add(p->sql, ")");
	}
}

static void add_field(struct rest_planner *p, const struct rest_branch *branch,
		      const struct rest_item *item)
{
	static const char *const aggregates[] = {
		[REST_NO_AGGREGATE] = "", [REST_SUM] = "sum(", [REST_AVG] = "avg(",
		[REST_MIN] = "min(",      [REST_MAX] = "max(", [REST_COUNT] = "count(",
	};
	const char *name = rest_item_name(item);

	if (item->aggregate_cast != NULL)
		rest_sql_add(p->sql, "CAST(");
	if (item->kind == REST_COUNT_ALL) {
		rest_sql_add(p->sql, "count(*)");
	} else {
		rest_sql_add(p->sql, aggregates[item->aggregate]);
		add_plain(p, branch, item);
		rest_sql_add(p->sql, item->aggregate != REST_NO_AGGREGATE ? ")" : "");
	}
	if (item->aggregate_cast != NULL) {
		rest_sql_add(p->sql, " AS ");
		(void)rest_sql_cast(p->sql, item->aggregate_cast);
		rest_sql_add(p->sql, ")");
	}
	if (is_aggregate(item) || item->cast != NULL || item->aggregate_cast != NULL ||
	    strcmp(name, item->field.name) != 0 || item->field.step_count > 0)
		REST_SQL(p->sql, " AS @", name);
}

/* json has no equality: what is grouped by is jsonb. */
static void add_embed(struct rest_planner *p, const struct rest_branch *branch,
		      const struct rest_embed *embed)
{
	if (embed->to_one)
		REST_SQL(p->sql, "row_to_json(@.*)", embed->join);
	else
		REST_SQL(p->sql, "COALESCE(@.@, '[]')", embed->join, embed->join);
	rest_sql_add(p->sql, branch->aggregated ? "::jsonb" : "");
	REST_SQL(p->sql, " AS @", embed->name);
}

static void add_spread(struct rest_planner *p, const struct rest_branch *branch,
		       const struct rest_embed *embed, bool *first)
{
	const char **names;
	size_t count;

	if (embed->to_one && !branch->aggregated) {
		comma(p, first);
		REST_SQL(p->sql, "@.*", embed->join);
		return;
	}
	count = rest_branch_names(p, embed->branch, &names);
	for (size_t i = 0; i < count; i++) {
		comma(p, first);
		if (embed->to_one)
			REST_SQL(p->sql, "@.@", embed->join, names[i]);
		else
			REST_SQL(p->sql,
				 branch->aggregated ? "COALESCE(@.@, '[]')::jsonb AS @"
						    : "COALESCE(@.@, '[]') AS @",
				 embed->join, names[i], names[i]);
	}
}

static void add_items(struct rest_planner *p, const struct rest_branch *branch)
{
	const struct rest_embed *embed = branch->embeds;
	bool first = true;

	for (size_t i = 0; i < branch->level->item_count; i++) {
		const struct rest_item *item = &branch->level->items[i];

		switch (item->kind) {
		case REST_STAR:
			add_all(p, branch, &first);
			break;
		case REST_FIELD:
		case REST_COUNT_ALL:
			comma(p, &first);
			add_field(p, branch, item);
			break;
		case REST_EMBED:
		case REST_SPREAD:
			if (embed->shown && embed->spread) {
				add_spread(p, branch, embed, &first);
			} else if (embed->shown) {
				comma(p, &first);
				add_embed(p, branch, embed);
			}
			embed++;
			break;
		}
	}
}

/* ---- joins ---- */

static void add_many(struct rest_planner *p, const struct rest_embed *embed)
{
	const char **names;
	size_t count;

	if (!embed->spread) {
		REST_SQL(p->sql, "SELECT json_agg(@.*) AS @", embed->join, embed->join);
		return;
	}
	REST_SQL(p->sql, "SELECT nullif(count(*), 0) AS @", embed->join);
	count = rest_branch_names(p, embed->branch, &names);
	for (size_t i = 0; i < count; i++)
		REST_SQL(p->sql, ", json_agg(@.@) AS @", embed->join, names[i], names[i]);
}

static void add_join(struct rest_planner *p, const struct rest_embed *embed)
{
	rest_sql_add(p->sql, embed->item->inner ? " INNER JOIN LATERAL (" : " LEFT JOIN LATERAL (");
	if (!embed->to_one) {
		add_many(p, embed);
		rest_sql_add(p->sql, " FROM (");
	}
	rest_plan_select(p, embed->branch, embed);
	if (!embed->to_one)
		REST_SQL(p->sql, ") AS @", embed->join);
	REST_SQL(p->sql, ") AS @", embed->join);
	if (embed->item->inner && !embed->to_one)
		REST_SQL(p->sql, " ON @.@ IS NOT NULL", embed->join, embed->join);
	else
		rest_sql_add(p->sql, " ON TRUE");
}

/* ---- grouping ---- */

static size_t width(struct rest_planner *p, const struct rest_branch *branch,
		    const struct rest_item *item, const struct rest_embed *embed)
{
	const char **names;

	if (item->kind == REST_STAR)
		return branch->scope.relation != NULL ? branch->scope.relation->column_count : 0;
	if (item->kind == REST_SPREAD)
		return rest_branch_names(p, embed->branch, &names);
	return item->kind == REST_EMBED && !embed->shown ? 0 : 1;
}

/* By position: the same path bound twice would be two expressions. */
static void add_positions(struct rest_planner *p, size_t from, size_t to, bool *first)
{
	for (; from < to; from++) {
		char digits[24];

		(void)snprintf(digits, sizeof(digits), "%zu", from + 1);
		rest_sql_add(p->sql, *first ? " GROUP BY " : ", ");
		rest_sql_add(p->sql, digits);
		*first = false;
	}
}

static void add_groups(struct rest_planner *p, const struct rest_branch *branch)
{
	const struct rest_embed *embed = branch->embeds;
	size_t position = 0;
	bool first = true;

	for (size_t i = 0; i < branch->level->item_count; i++) {
		const struct rest_item *item = &branch->level->items[i];
		size_t columns = width(p, branch, item, embed);

		if (item->kind == REST_EMBED || item->kind == REST_SPREAD)
			embed++;
		if (!is_aggregate(item))
			add_positions(p, position, position + columns, &first);
		position += columns;
	}
}

void rest_plan_select(struct rest_planner *p, const struct rest_branch *branch,
		      const struct rest_embed *embed)
{
	rest_sql_add(p->sql, "SELECT");
	if (embed != NULL && !embed->shown)
		rest_sql_add(p->sql, " 1");
	else
		add_items(p, branch);
	rest_plan_from(p, branch, embed);
	for (size_t i = 0; i < branch->embed_count; i++)
		add_join(p, &branch->embeds[i]);
	/* the root's filters of a write are in the write */
	if (embed != NULL || !branch->from_source || p->query->action == REST_CALL)
		rest_plan_where(p, branch, embed);
	if (branch->aggregated)
		add_groups(p, branch);
	rest_plan_order(p, branch);
	if (embed != NULL || !branch->from_source || p->query->action == REST_CALL)
		rest_plan_limit(p, branch, embed);
}
