/* rest_plan_tree.c: the levels of a query with their relationships looked up. */
#include <string.h>

#include "rest_plan_parts.h"

/* Identifiers are cut by the server at 63 bytes; the number must survive. */
enum { ALIAS_MAX = 48 };

bool rest_branch_is_empty(const struct rest_branch *branch)
{
	for (size_t i = 0; i < branch->level->item_count; i++) {
		enum rest_item_kind kind = branch->level->items[i].kind;

		if (kind != REST_EMBED && kind != REST_SPREAD)
			return false;
	}
	for (size_t i = 0; i < branch->embed_count; i++) {
		if (branch->embeds[i].shown)
			return false;
	}
	return true;
}

bool rest_condition_binds(const struct rest_condition *c, const char *column)
{
	return c->node == REST_FILTER &&
	       c->operator== REST_EQ && !c->negated && c->quantifier == REST_EACH &&
		       c->field.step_count == 0 && strcmp(c->field.name, column) == 0;
}

bool rest_level_binds(const struct rest_level *level, const char *column)
{
	for (size_t i = 0; i < level->condition_count; i++) {
		if (rest_condition_binds(&level->conditions[i], column))
			return true;
	}
	return false;
}

const char *rest_item_name(const struct rest_item *item)
{
	static const char *const aggregates[] = {
		[REST_SUM] = "sum", [REST_AVG] = "avg",     [REST_MIN] = "min",
		[REST_MAX] = "max", [REST_COUNT] = "count",
	};

	if (item->alias != NULL)
		return item->alias;
	if (item->kind == REST_EMBED || item->kind == REST_SPREAD)
		return item->target;
	if (item->kind == REST_COUNT_ALL)
		return "count";
	if (item->aggregate != REST_NO_AGGREGATE)
		return aggregates[item->aggregate];
	for (size_t i = item->field.step_count; i > 0; i--) {
		if (item->field.steps[i - 1].key != NULL)
			return item->field.steps[i - 1].key;
	}
	return item->field.name;
}

const struct rest_embed *rest_branch_embed(const struct rest_branch *branch, const char *name)
{
	for (size_t i = 0; i < branch->embed_count; i++) {
		if (strcmp(branch->embeds[i].name, name) == 0)
			return &branch->embeds[i];
	}
	for (size_t i = 0; i < branch->embed_count; i++) {
		if (strcmp(branch->embeds[i].item->target, name) == 0)
			return &branch->embeds[i];
	}
	return NULL;
}

/* name_N, the name cut between two characters. */
static const char *make_alias(struct rest_planner *p, const char *name)
{
	size_t length = strlen(name);
	const char *alias;

	if (length > ALIAS_MAX) {
		length = ALIAS_MAX;
		while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
			length--;
	}
	alias = fn_arena_format(fn_request_arena(p->req), "%.*s_%u", (int)length, name, p->embeds);
	/* the root goes by its own name where it is read out of pgrst_source */
	if (strcmp(alias, p->query->name) == 0)
		alias = fn_arena_format(fn_request_arena(p->req), "%s_", alias);
	return alias;
}

static struct fn_error *attach(struct rest_planner *p, struct rest_branch *parent,
			       const struct rest_item *item, struct rest_embed *ret)
{
	struct fn_arena *arena = fn_request_arena(p->req);
	struct rest_scope scope = {0};

	FN_TRY(rest_catalog_find(p->req, p->catalog, parent->scope.relation, item->target,
				 item->hint, &ret->by));
	p->embeds++;
	ret->item = item;
	ret->parent = parent;
	ret->to_one = rest_is_to_one(ret->by);
	ret->spread = item->kind == REST_SPREAD;
	ret->name = rest_item_name(item);
	ret->join = fn_arena_format(arena, "pgrst_%u", p->embeds);
	ret->junction = fn_arena_format(arena, "pgrst_%u_between", p->embeds);
	scope.relation = ret->by->child;
	scope.name = make_alias(p, ret->by->child->name);
	FN_TRY(rest_plan_tree(p, item->level, scope, &ret->branch));
	ret->shown = !rest_branch_is_empty(ret->branch);
	return NULL;
}

static struct fn_error *check_cast(struct rest_planner *p, const char *cast)
{
	if (cast == NULL || rest_sql_is_cast(cast))
		return NULL;
	return rest_fail(p->req, 400, "PGRST100", "The name of a type in select is malformed", NULL,
			 NULL);
}

static struct fn_error *check_item(struct rest_planner *p, const struct rest_item *item,
				   struct rest_branch *branch)
{
	FN_TRY(check_cast(p, item->cast));
	FN_TRY(check_cast(p, item->aggregate_cast));
	if (item->kind != REST_COUNT_ALL && item->aggregate == REST_NO_AGGREGATE)
		return NULL;
	branch->aggregated = true;
	if (p->settings->aggregates_enabled)
		return NULL;
	return rest_fail(p->req, 400, "PGRST123", "Use of aggregate functions is not allowed", NULL,
			 NULL);
}

static struct fn_error *check_order(struct rest_planner *p, const struct rest_branch *branch,
				    const struct rest_order *order)
{
	struct fn_arena *arena = fn_request_arena(p->req);
	const struct rest_embed *embed;

	if (order->embed == NULL)
		return NULL;
	embed = rest_branch_embed(branch, order->embed);
	if (embed == NULL)
		return rest_fail(
			p->req, 400, "PGRST108",
			fn_arena_format(arena, "'%s' is not an embedded resource in this request",
					order->embed),
			NULL,
			fn_arena_format(arena,
					"Verify that '%s' is included in the 'select' query "
					"parameter.",
					order->embed));
	if (embed->to_one)
		return NULL;
	return rest_fail(p->req, 400, "PGRST118",
			 fn_arena_format(arena, "A related order on '%s' is not possible",
					 order->embed),
			 fn_arena_format(arena,
					 "'%s' and '%s' do not form a many-to-one or one-to-one "
					 "relationship",
					 branch->scope.relation->name, order->embed),
			 NULL);
}

static struct fn_error *no_relation(struct rest_planner *p, const struct rest_item *item)
{
	return rest_fail(p->req, 400, "PGRST200",
			 fn_arena_format(fn_request_arena(p->req),
					 "Could not find a relationship between '%s' and '%s' in "
					 "the schema cache",
					 p->query->name, item->target),
			 NULL, NULL);
}

struct fn_error *rest_plan_tree(struct rest_planner *p, const struct rest_level *level,
				struct rest_scope scope, struct rest_branch **ret)
{
	struct rest_branch *branch = fn_arena_alloc(fn_request_arena(p->req), sizeof(*branch));

	*ret = branch;
	branch->level = level;
	branch->scope = scope;
	branch->embeds = fn_arena_alloc(fn_request_arena(p->req),
					(level->item_count + 1) * sizeof(*branch->embeds));
	for (size_t i = 0; i < level->item_count; i++) {
		const struct rest_item *item = &level->items[i];

		FN_TRY(check_item(p, item, branch));
		if (item->kind != REST_EMBED && item->kind != REST_SPREAD)
			continue;
		if (scope.relation == NULL)
			return no_relation(p, item);
		FN_TRY(attach(p, branch, item, &branch->embeds[branch->embed_count]));
		branch->embed_count++;
	}
	for (size_t i = 0; i < level->order_count; i++)
		FN_TRY(check_order(p, branch, &level->orders[i]));
	return NULL;
}

static size_t count_names(const struct rest_branch *branch)
{
	size_t count = 0, embed = 0;

	for (size_t i = 0; i < branch->level->item_count; i++) {
		const struct rest_item *item = &branch->level->items[i];

		if (item->kind == REST_STAR)
			count += branch->scope.relation != NULL
					 ? branch->scope.relation->column_count
					 : 0;
		else if (item->kind == REST_SPREAD)
			count += count_names(branch->embeds[embed++].branch);
		else {
			embed += item->kind == REST_EMBED;
			count++;
		}
	}
	return count;
}

static size_t fill_names(const struct rest_branch *branch, const char **into)
{
	const struct rest_relation *relation = branch->scope.relation;
	size_t count = 0, embed = 0;

	for (size_t i = 0; i < branch->level->item_count; i++) {
		const struct rest_item *item = &branch->level->items[i];

		if (item->kind == REST_STAR) {
			for (size_t j = 0; relation != NULL && j < relation->column_count; j++)
				into[count++] = relation->columns[j].name;
		} else if (item->kind == REST_SPREAD) {
			count += fill_names(branch->embeds[embed++].branch, into + count);
		} else if (item->kind != REST_EMBED || branch->embeds[embed++].shown) {
			into[count++] = rest_item_name(item);
		}
	}
	return count;
}

size_t rest_branch_names(struct rest_planner *p, const struct rest_branch *branch,
			 const char ***ret)
{
	*ret = fn_arena_alloc(fn_request_arena(p->req), (count_names(branch) + 1) * sizeof(**ret));
	return fill_names(branch, *ret);
}
