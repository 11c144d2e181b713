/* rest_plan_order.c: ORDER BY, LIMIT and OFFSET of a level. */
#include <string.h>

#include "rest_plan_parts.h"

static void add_suffix(struct rest_planner *p, const struct rest_order *order)
{
	static const char *const directions[] =
		{[REST_DEFAULT_DIRECTION] = "", [REST_ASC] = " ASC", [REST_DESC] = " DESC"};
	static const char *const nulls[] = {[REST_DEFAULT_NULLS] = "",
					    [REST_NULLS_FIRST] = " NULLS FIRST",
					    [REST_NULLS_LAST] = " NULLS LAST"};

	rest_sql_add(p->sql, directions[order->direction]);
	rest_sql_add(p->sql, nulls[order->nulls]);
}

static bool is_plain(const struct rest_item *item)
{
	return item->kind == REST_FIELD && item->cast == NULL && item->aggregate_cast == NULL &&
	       item->field.step_count == 0 && strcmp(rest_item_name(item), item->field.name) == 0;
}

/* The join shows the column under its own name, and nothing else goes by it. */
static bool is_shown(const struct rest_embed *embed, const char *name)
{
	const struct rest_level *level = embed->branch->level;
	size_t found = 0;

	if (embed->branch->aggregated)
		return false;
	for (size_t i = 0; i < level->item_count; i++) {
		const struct rest_item *item = &level->items[i];

		if (item->kind == REST_STAR)
			found += rest_relation_column(embed->by->child, name) != NULL;
		else if (item->kind == REST_SPREAD ||
			 (strcmp(rest_item_name(item), name) == 0 && !is_plain(item)))
			return false; /* it may bring another of that name */
		else
			found += strcmp(rest_item_name(item), name) == 0;
	}
	return found == 1;
}

/* A column of a to-one embed: out of its join when it is there, else looked up. */
static void add_related(struct rest_planner *p, const struct rest_branch *branch,
			const struct rest_order *order)
{
	const struct rest_embed *embed = rest_branch_embed(branch, order->embed);
	struct rest_scope joined = {.name = embed->join, .relation = embed->by->child};
	bool was_counting = p->counting;

	if (is_shown(embed, order->field.name)) {
		rest_plan_field(p, &joined, &order->field);
		return;
	}
	rest_sql_add(p->sql, "(SELECT ");
	rest_plan_field(p, &embed->branch->scope, &order->field);
	p->counting = true; /* no joins in here either */
	rest_plan_from(p, embed->branch, embed);
	rest_plan_where(p, embed->branch, embed);
	p->counting = was_counting;
	rest_sql_add(p->sql, " LIMIT 1)");
}

void rest_plan_order(struct rest_planner *p, const struct rest_branch *branch)
{
	for (size_t i = 0; i < branch->level->order_count; i++) {
		const struct rest_order *order = &branch->level->orders[i];

		rest_sql_add(p->sql, i == 0 ? " ORDER BY " : ", ");
		if (order->embed != NULL)
			add_related(p, branch, order);
		else
			rest_plan_field(p, &branch->scope, &order->field);
		add_suffix(p, order);
	}
}

void rest_plan_limit(struct rest_planner *p, const struct rest_branch *branch,
		     const struct rest_embed *embed)
{
	const struct rest_level *level = branch->level;
	int64_t max = p->capped && (embed == NULL || !embed->to_one) ? p->settings->max_rows : 0;
	bool is_limited = level->has_limit || max > 0;

	if (is_limited) {
		rest_sql_add(p->sql, " LIMIT ");
		rest_sql_number(p->sql, !level->has_limit || (max > 0 && max < level->limit)
						? max
						: level->limit);
	}
	if (level->offset > 0) {
		rest_sql_add(p->sql, " OFFSET ");
		rest_sql_number(p->sql, level->offset);
	}
}
