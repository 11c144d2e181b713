/* rest_plan_where.c: columns, conditions, and how an embed hangs on its parent. */
#include <stdint.h>
#include <string.h>

#include "rest_plan_parts.h"

static const char *const operators[] = {
	[REST_EQ] = " = ",      [REST_NEQ] = " <> ",      [REST_GT] = " > ",
	[REST_GTE] = " >= ",    [REST_LT] = " < ",        [REST_LTE] = " <= ",
	[REST_LIKE] = " LIKE ", [REST_ILIKE] = " ILIKE ", [REST_MATCH] = " ~ ",
	[REST_IMATCH] = " ~* ", [REST_CS] = " @> ",       [REST_ISDISTINCT] = " IS DISTINCT FROM ",
	[REST_CD] = " <@ ",     [REST_OV] = " && ",       [REST_SL] = " << ",
	[REST_SR] = " >> ",     [REST_NXL] = " &> ",      [REST_NXR] = " &< ",
	[REST_ADJ] = " -|- ",
};

void rest_plan_column(struct rest_planner *p, const struct rest_scope *scope, const char *name)
{
	if (scope->schema != NULL)
		REST_SQL(p->sql, "@.@.@", scope->schema, scope->name, name);
	else
		REST_SQL(p->sql, "@.@", scope->name, name);
}

static const struct rest_column *find_column(const struct rest_scope *scope, const char *name)
{
	return scope->relation != NULL ? rest_relation_column(scope->relation, name) : NULL;
}

static bool is_json(const struct rest_column *column)
{
	return column != NULL && !column->is_array &&
	       (strcmp(column->base_type, "json") == 0 || strcmp(column->base_type, "jsonb") == 0);
}

/* An index past what an array can have is a key that no array has. */
static void add_step(struct rest_planner *p, const struct rest_step *step)
{
	rest_sql_add(p->sql, step->as_text ? "->>" : "->");
	if (step->key != NULL) {
		rest_sql_value(p->sql, step->key);
		rest_sql_add(p->sql, "::text");
	} else if (step->index < INT32_MIN || step->index > INT32_MAX) {
		rest_sql_number(p->sql, step->index);
		rest_sql_add(p->sql, "::text");
	} else {
		rest_sql_number(p->sql, step->index);
		rest_sql_add(p->sql, "::integer");
	}
}

void rest_plan_field(struct rest_planner *p, const struct rest_scope *scope,
		     const struct rest_field *field)
{
	bool wrapped = field->step_count > 0 && !is_json(find_column(scope, field->name));

	if (wrapped)
		rest_sql_add(p->sql, "to_jsonb(");
	rest_plan_column(p, scope, field->name);
	if (wrapped)
		rest_sql_add(p->sql, ")");
	for (size_t i = 0; i < field->step_count; i++)
		add_step(p, &field->steps[i]);
}

/* ---- one filter ---- */

static void add_language(struct rest_planner *p, const char *language)
{
	if (language == NULL)
		return;
	rest_sql_value(p->sql, language);
	rest_sql_add(p->sql, "::regconfig, ");
}

/* What is known not to be a tsvector is made one. */
static void add_text_search(struct rest_planner *p, const struct rest_scope *scope,
			    const struct rest_condition *c)
{
	static const char *const queries[] = {
		[REST_FTS] = "to_tsquery",
		[REST_PLFTS] = "plainto_tsquery",
		[REST_PHFTS] = "phraseto_tsquery",
		[REST_WFTS] = "websearch_to_tsquery",
	};
	const struct rest_column *column = find_column(scope, c->field.name);
	bool wrapped = c->field.step_count > 0 ||
		       (column != NULL && strcmp(column->base_type, "tsvector") != 0);

	if (wrapped) {
		rest_sql_add(p->sql, "to_tsvector(");
		add_language(p, c->language);
	}
	rest_plan_field(p, scope, &c->field);
	rest_sql_add(p->sql, wrapped ? ") @@ " : " @@ ");
	rest_sql_add(p->sql, queries[c->operator]);
	rest_sql_add(p->sql, "(");
	add_language(p, c->language);
	rest_sql_value(p->sql, c->value);
	rest_sql_add(p->sql, ")");
}

static void add_comparison(struct rest_planner *p, const struct rest_condition *c)
{
	static const char *const words[] = {
		[REST_IS_NULL] = " IS NULL",       [REST_IS_NOT_NULL] = " IS NOT NULL",
		[REST_IS_TRUE] = " IS TRUE",       [REST_IS_FALSE] = " IS FALSE",
		[REST_IS_UNKNOWN] = " IS UNKNOWN",
	};

	if (c->operator== REST_IS) {
		rest_sql_add(p->sql, words[c->is]);
		return;
	}
	if (c->operator== REST_IN) {
		rest_sql_add(p->sql, " = ANY(");
		rest_sql_value(p->sql,
			       rest_sql_array(fn_request_arena(p->req), c->list, c->list_count));
		rest_sql_add(p->sql, ")");
		return;
	}
	rest_sql_add(p->sql, operators[c->operator]);
	if (c->quantifier != REST_EACH)
		rest_sql_add(p->sql, c->quantifier == REST_ANY ? "ANY(" : "ALL(");
	rest_sql_value(p->sql, c->value);
	if (c->quantifier != REST_EACH)
		rest_sql_add(p->sql, ")");
}

/* ---- embeds in conditions ---- */

static void add_exists(struct rest_planner *p, const struct rest_embed *embed)
{
	rest_sql_add(p->sql, "EXISTS (SELECT 1");
	rest_plan_from(p, embed->branch, embed);
	rest_plan_where(p, embed->branch, embed);
	rest_sql_add(p->sql, ")");
}

/* A row of nulls is not an absent row: IS NULL would not do. */
static void add_presence(struct rest_planner *p, const struct rest_embed *embed, bool present)
{
	if (p->counting) {
		rest_sql_add(p->sql, present ? "" : "NOT ");
		add_exists(p, embed);
		return;
	}
	if (embed->to_one)
		REST_SQL(p->sql, "@.*", embed->join);
	else
		REST_SQL(p->sql, "@.@", embed->join, embed->join);
	rest_sql_add(p->sql, present ? " IS DISTINCT FROM NULL" : " IS NOT DISTINCT FROM NULL");
}

static const struct rest_embed *null_filtered(const struct rest_branch *branch,
					      const struct rest_condition *c)
{
	if (c->operator!= REST_IS ||
	    c->field.step_count> 0 ||(c->is != REST_IS_NULL && c->is != REST_IS_NOT_NULL))
		return NULL;
	return rest_branch_embed(branch, c->field.name);
}

static void add_filter(struct rest_planner *p, const struct rest_branch *branch,
		       const struct rest_condition *c)
{
	const struct rest_embed *embed = null_filtered(branch, c);

	if (embed != NULL) {
		add_presence(p, embed, (c->is == REST_IS_NOT_NULL) != c->negated);
		return;
	}
	if (c->negated)
		rest_sql_add(p->sql, "NOT ");
	if (c->operator>= REST_FTS && c->operator<= REST_WFTS) {
		add_text_search(p, &branch->scope, c);
		return;
	}
	rest_plan_field(p, &branch->scope, &c->field);
	add_comparison(p, c);
}

static void add_condition(struct rest_planner *p, const struct rest_branch *branch,
			  const struct rest_condition *c)
{
	if (c->node == REST_FILTER) {
		add_filter(p, branch, c);
		return;
	}
	rest_sql_add(p->sql, c->negated ? "NOT (" : "(");
	for (size_t i = 0; i < c->child_count; i++) {
		if (i > 0)
			rest_sql_add(p->sql, c->node == REST_AND ? " AND " : " OR ");
		add_condition(p, branch, &c->children[i]);
	}
	rest_sql_add(p->sql, ")");
}

/* ---- WHERE and FROM ---- */

static void and_next(struct rest_planner *p, bool *first)
{
	rest_sql_add(p->sql, *first ? " WHERE " : " AND ");
	*first = false;
}

static void join_pairs(struct rest_planner *p, const struct rest_scope *parent,
		       const struct rest_scope *child, const struct rest_pair *pairs, size_t count,
		       bool *first)
{
	for (size_t i = 0; i < count; i++) {
		and_next(p, first);
		rest_plan_column(p, child, pairs[i].child);
		rest_sql_add(p->sql, " = ");
		rest_plan_column(p, parent, pairs[i].parent);
	}
}

static void join_parent(struct rest_planner *p, const struct rest_embed *embed, bool *first)
{
	const struct rest_relationship *by = embed->by;
	const struct rest_scope *parent = &embed->parent->scope, *child = &embed->branch->scope;
	struct rest_scope between = {.name = embed->junction};

	if (by->cardinality == REST_M2M) {
		join_pairs(p, parent, &between, by->pairs, by->pair_count, first);
		join_pairs(p, &between, child, by->second_pairs, by->second_pair_count, first);
	} else if (by->cardinality != REST_COMPUTED) {
		join_pairs(p, parent, child, by->pairs, by->pair_count, first);
	} else if (embed->to_one) {
		/* a function that returns no row at all still gives one, of nulls */
		and_next(p, first);
		REST_SQL(p->sql, "NOT (@.* IS NULL)", child->name);
	}
}

void rest_plan_where(struct rest_planner *p, const struct rest_branch *branch,
		     const struct rest_embed *embed)
{
	bool first = true;

	if (embed != NULL)
		join_parent(p, embed, &first);
	for (size_t i = 0; i < branch->level->condition_count; i++) {
		and_next(p, &first);
		add_condition(p, branch, &branch->level->conditions[i]);
	}
	for (size_t i = 0; p->counting && i < branch->embed_count; i++) {
		/* an inner embed of a write chooses what is shown, not what is written */
		if (!branch->embeds[i].item->inner || (p->writing && embed == NULL))
			continue;
		and_next(p, &first);
		add_exists(p, &branch->embeds[i]);
	}
}

/* Rows of pgrst_source have lost their type. */
static void add_row(struct rest_planner *p, const struct rest_branch *parent,
		    const struct rest_relation *type)
{
	rest_sql_add(p->sql, "ROW(");
	for (size_t i = 0; i < type->column_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		rest_plan_column(p, &parent->scope, type->columns[i].name);
	}
	REST_SQL(p->sql, ")::@.@", type->schema, type->name);
}

/* A function of the parent's row. */
static void from_function(struct rest_planner *p, const struct rest_embed *embed)
{
	const struct rest_branch *parent = embed->parent;

	REST_SQL(p->sql, "@.@(", embed->by->function_schema, embed->by->function);
	if (parent->from_source)
		add_row(p, parent, embed->by->parent);
	else if (parent->scope.schema != NULL)
		REST_SQL(p->sql, "@.@", parent->scope.schema, parent->scope.name);
	else
		REST_SQL(p->sql, "@", parent->scope.name);
	if (!parent->from_source)
		rest_sql_add(p->sql, ".*");
	REST_SQL(p->sql, ") AS @", embed->branch->scope.name);
}

void rest_plan_from(struct rest_planner *p, const struct rest_branch *branch,
		    const struct rest_embed *embed)
{
	rest_sql_add(p->sql, " FROM ");
	if (branch->from_source) {
		REST_SQL(p->sql, "pgrst_source AS @", branch->scope.name);
	} else if (embed == NULL) {
		REST_SQL(p->sql, "@.@", branch->scope.schema, branch->scope.name);
	} else if (embed->by->cardinality == REST_COMPUTED) {
		from_function(p, embed);
	} else {
		REST_SQL(p->sql, "@.@ AS @", embed->by->child->schema, embed->by->child->name,
			 branch->scope.name);
		if (embed->by->cardinality == REST_M2M)
			REST_SQL(p->sql, ", @.@ AS @", embed->by->junction_schema,
				 embed->by->junction, embed->junction);
	}
}
