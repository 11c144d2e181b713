/* rest_plan_record.c: the payload as rows with the table's types, and what a write returns. */
#include <string.h>

#include "rest_plan_parts.h"

/* ---- payload ---- */

static void add_keys(struct rest_planner *p, const struct rest_body *body, const char *words)
{
	for (size_t i = 0; i < body->key_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		REST_SQL(p->sql, words, body->keys[i]);
	}
}

/* _("a" integer, "b" text) */
static void add_definition(struct rest_planner *p, const struct rest_relation *relation,
			   const struct rest_body *body)
{
	rest_sql_add(p->sql, " AS _(");
	for (size_t i = 0; i < body->key_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		REST_SQL(p->sql, "@ ", body->keys[i]);
		rest_sql_add(p->sql, rest_relation_column(relation, body->keys[i])->type);
	}
	rest_sql_add(p->sql, ")");
}

static void add_defaults(struct rest_planner *p, const struct rest_relation *relation,
			 const struct rest_body *body)
{
	bool first = true;

	rest_sql_add(p->sql, "jsonb_build_object(");
	for (size_t i = 0; i < body->key_count; i++) {
		const struct rest_column *column = rest_relation_column(relation, body->keys[i]);

		if (column->default_text == NULL)
			continue;
		rest_sql_add(p->sql, first ? "" : ", ");
		rest_sql_value(p->sql, column->name);
		rest_sql_add(p->sql, "::text, (");
		rest_sql_add(p->sql, column->default_text);
		rest_sql_add(p->sql, ")");
		first = false;
	}
	rest_sql_add(p->sql, ")");
}

void rest_plan_record(struct rest_planner *p, const struct rest_relation *relation,
		      const struct rest_body *body)
{
	bool defaults = p->query->prefer.missing_default;

	rest_sql_add(p->sql, "(SELECT ");
	rest_sql_value(p->sql, body->json);
	rest_sql_add(p->sql, defaults ? "::jsonb" : "::json");
	rest_sql_add(p->sql, " AS json_data) pgrst_payload, LATERAL (SELECT ");
	add_keys(p, body, "_.@");
	rest_sql_add(p->sql, " FROM ");
	if (defaults) {
		rest_sql_add(p->sql, body->is_array
					     ? "jsonb_array_elements(pgrst_payload.json_data)"
					     : "jsonb_build_array(pgrst_payload.json_data)"
					       " AS _list, jsonb_array_elements(_list)");
		rest_sql_add(p->sql, " AS _element(value), LATERAL jsonb_to_record(");
		add_defaults(p, relation, body);
		rest_sql_add(p->sql, " || _element.value)");
	} else {
		rest_sql_add(p->sql, body->is_array ? "json_to_recordset(pgrst_payload.json_data)"
						    : "json_to_record(pgrst_payload.json_data)");
	}
	add_definition(p, relation, body);
	rest_sql_add(p->sql,
		     p->query->action == REST_UPDATE ? " LIMIT 1) pgrst_body" : ") pgrst_body");
}

/* ---- RETURNING ---- */

struct wanted {
	const char **names;
	size_t count;
	bool all;
};

static void want(struct wanted *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->count; i++) {
		if (strcmp(wanted->names[i], name) == 0)
			return;
	}
	wanted->names[wanted->count++] = name;
}

static size_t most_wanted(const struct rest_branch *root)
{
	size_t most = root->level->item_count + root->level->order_count +
		      root->scope.relation->primary_key_count + 1;

	for (size_t i = 0; i < root->embed_count; i++)
		most += root->embeds[i].by->pair_count;
	return most;
}

static void want_rows(const struct rest_branch *root, struct wanted *wanted)
{
	for (size_t i = 0; i < root->level->item_count; i++) {
		if (root->level->items[i].kind == REST_STAR)
			wanted->all = true;
		else if (root->level->items[i].kind == REST_FIELD)
			want(wanted, root->level->items[i].field.name);
	}
	for (size_t i = 0; i < root->embed_count; i++) {
		const struct rest_relationship *by = root->embeds[i].by;

		wanted->all = wanted->all || by->cardinality == REST_COMPUTED;
		for (size_t j = 0; j < by->pair_count; j++)
			want(wanted, by->pairs[j].parent);
	}
	for (size_t i = 0; i < root->level->order_count; i++) {
		if (root->level->orders[i].embed == NULL)
			want(wanted, root->level->orders[i].field.name);
	}
}

/* With `*` only what is no column of it (computed ones). */
static void add_wanted(struct rest_planner *p, const struct rest_branch *root,
		       const struct wanted *wanted)
{
	const struct rest_relation *relation = root->scope.relation;
	bool first = true;

	if (wanted->all) {
		REST_SQL(p->sql, "@.@.*", relation->schema, relation->name);
		first = false;
	}
	for (size_t i = 0; i < wanted->count; i++) {
		if (wanted->all && rest_relation_column(relation, wanted->names[i]) != NULL)
			continue;
		rest_sql_add(p->sql, first ? "" : ", ");
		REST_SQL(p->sql, "@.@.@", relation->schema, relation->name, wanted->names[i]);
		first = false;
	}
	if (first)
		rest_sql_add(p->sql, "1");
}

void rest_plan_returning(struct rest_planner *p, const struct rest_branch *root)
{
	const struct rest_relation *relation = root->scope.relation;
	struct wanted wanted = {.names = fn_arena_alloc(fn_request_arena(p->req),
							most_wanted(root) * sizeof(char *))};

	if (p->query->prefer.returns == REST_RETURN_ROWS)
		want_rows(root, &wanted);
	else if (p->query->prefer.returns == REST_RETURN_HEADERS && p->query->action == REST_CREATE)
		for (size_t i = 0; i < relation->primary_key_count; i++)
			want(&wanted, relation->primary_key[i]);
	add_wanted(p, root, &wanted);
}
