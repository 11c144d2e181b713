/* rest_plan_write.c: insert, upsert, update, delete, and what they show of it. */
#include <string.h>

#include "rest_plan_parts.h"

#define INSERTED "coalesce(nullif(current_setting('pgrst.inserted', true), ''), '0')::integer"

/* ---- checks ---- */

static struct fn_error *check_columns(struct rest_planner *p, const struct rest_relation *relation,
				      const struct rest_body *body)
{
	for (size_t i = 0; i < body->key_count; i++) {
		if (rest_relation_column(relation, body->keys[i]) != NULL)
			continue;
		return rest_fail(p->req, 400, "PGRST204",
				 fn_arena_format(fn_request_arena(p->req),
						 "Could not find the '%s' column of '%s' in the "
						 "schema cache",
						 body->keys[i], relation->name),
				 NULL, NULL);
	}
	return NULL;
}

/* PUT is one row under the key that the address names. */
static struct fn_error *check_put(struct rest_planner *p, const struct rest_relation *relation)
{
	const struct rest_level *level = p->query->root;
	bool fits = relation->primary_key_count > 0 && !p->query->has_logic &&
		    level->condition_count == relation->primary_key_count;

	if (level->has_limit || level->offset > 0)
		return rest_fail(p->req, 400, "PGRST114",
				 "limit/offset querystring parameters are not allowed for PUT",
				 NULL, NULL);
	for (size_t i = 0; fits && i < relation->primary_key_count; i++)
		fits = rest_level_binds(level, relation->primary_key[i]);
	if (fits)
		return NULL;
	return rest_fail(
		p->req, 405, "PGRST105",
		"Filters must include all and only primary key columns with 'eq' operators", NULL,
		NULL);
}

static bool has_key(const struct rest_body *body, const char *name)
{
	for (size_t i = 0; i < body->key_count; i++) {
		if (strcmp(body->keys[i], name) == 0)
			return true;
	}
	return false;
}

/* Whether the values of the key are those of the address is the statement's to see. */
static struct fn_error *check_put_body(struct rest_planner *p, const struct rest_relation *relation,
				       const struct rest_body *body)
{
	bool fits = body->row_count == 1;

	for (size_t i = 0; fits && i < relation->primary_key_count; i++)
		fits = has_key(body, relation->primary_key[i]);
	if (fits)
		return NULL;
	return rest_fail(p->req, 400, "PGRST115",
			 "Payload values do not match URL in primary key column(s)", NULL, NULL);
}

/* ---- the write itself ---- */

static void add_list(struct rest_planner *p, const char *words, const char *const *names,
		     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		REST_SQL(p->sql, words, names[i]);
	}
}

struct conflict {
	enum rest_resolution resolution;
	const char *const *target;
	size_t target_count;
	bool counts;  /* how many were new is asked */
	bool avoided; /* rows that are there already are left out beforehand */
};

static struct conflict find_conflict(const struct rest_query *query,
				     const struct rest_relation *relation)
{
	struct conflict conflict = {.resolution = query->action == REST_PUT
							  ? REST_MERGE_DUPLICATES
							  : query->prefer.resolution,
				    .target = query->on_conflict,
				    .target_count = query->on_conflict_count};

	if (query->on_conflict == NULL || query->action == REST_PUT) {
		conflict.target = relation->primary_key;
		conflict.target_count = relation->primary_key_count;
	}
	/* such a view takes no ON CONFLICT: its trigger merges, so what must not be merged is not
	 * shown to it */
	conflict.avoided = relation->insert_by_trigger && conflict.target_count > 0 &&
			   conflict.resolution == REST_IGNORE_DUPLICATES;
	if (conflict.target_count == 0 || relation->insert_by_trigger)
		conflict.resolution = REST_NO_RESOLUTION;
	conflict.counts = conflict.resolution == REST_MERGE_DUPLICATES;
	return conflict;
}

static void add_conflict(struct rest_planner *p, const struct conflict *conflict,
			 const struct rest_body *body)
{
	if (conflict->resolution == REST_NO_RESOLUTION)
		return;
	rest_sql_add(p->sql, " ON CONFLICT (");
	add_list(p, "@", conflict->target, conflict->target_count);
	if (conflict->resolution == REST_IGNORE_DUPLICATES || body->key_count == 0) {
		rest_sql_add(p->sql, ") DO NOTHING");
		return;
	}
	rest_sql_add(p->sql, ") DO UPDATE SET ");
	for (size_t i = 0; i < body->key_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		REST_SQL(p->sql, "@ = EXCLUDED.@", body->keys[i], body->keys[i]);
	}
	rest_sql_add(p->sql,
		     " WHERE set_config('pgrst.inserted', (" INSERTED " - 1)::text, true) <> '-1'");
}

static void add_put_filter(struct rest_planner *p)
{
	const struct rest_level *level = p->query->root;

	for (size_t i = 0; i < level->condition_count; i++) {
		rest_sql_add(p->sql, " AND ");
		REST_SQL(p->sql, "pgrst_body.@ = ", level->conditions[i].field.name);
		rest_sql_value(p->sql, level->conditions[i].value);
	}
}

/* Not those whose key a row of the view has. */
static void add_avoidance(struct rest_planner *p, const struct rest_relation *relation,
			  const struct rest_body *body, const struct conflict *conflict)
{
	bool first = true;

	if (!conflict->avoided)
		return;
	REST_SQL(p->sql, " AND NOT EXISTS (SELECT FROM @.@ AS pgrst_there WHERE ", relation->schema,
		 relation->name);
	for (size_t i = 0; i < conflict->target_count; i++) {
		if (!has_key(body, conflict->target[i]))
			continue;
		rest_sql_add(p->sql, first ? "" : " AND ");
		REST_SQL(p->sql, "pgrst_there.@ = pgrst_body.@", conflict->target[i],
			 conflict->target[i]);
		first = false;
	}
	rest_sql_add(p->sql, first ? "FALSE)" : ")");
}

static void add_insert(struct rest_planner *p, const struct rest_relation *relation,
		       const struct rest_body *body, const struct conflict *conflict)
{
	REST_SQL(p->sql, "INSERT INTO @.@", relation->schema, relation->name);
	if (body->key_count > 0) {
		rest_sql_add(p->sql, "(");
		add_list(p, "@", body->keys, body->key_count);
		rest_sql_add(p->sql, ") SELECT ");
		add_list(p, "pgrst_body.@", body->keys, body->key_count);
		rest_sql_add(p->sql, " FROM ");
		rest_plan_record(p, relation, body);
	} else {
		rest_sql_add(p->sql, " SELECT FROM json_array_elements(");
		rest_sql_value(p->sql, body->is_array ? body->json : "[{}]");
		rest_sql_add(p->sql, "::json)");
	}
	rest_sql_add(p->sql, " WHERE ");
	rest_sql_add(p->sql, conflict->counts ? "set_config('pgrst.inserted', (" INSERTED
						" + 1)::text, true) <> '0'"
					      : "TRUE");
	if (p->query->action == REST_PUT)
		add_put_filter(p);
	add_avoidance(p, relation, body, conflict);
	add_conflict(p, conflict, body);
}

static void add_where(struct rest_planner *p, const struct rest_branch *root)
{
	p->writing = p->counting = true;
	rest_plan_where(p, root, NULL);
	p->writing = p->counting = false;
}

/* Nothing to set, or nothing to set it from. */
static void add_no_update(struct rest_planner *p, const struct rest_branch *root)
{
	rest_sql_add(p->sql, "SELECT ");
	rest_plan_returning(p, root);
	REST_SQL(p->sql, " FROM @.@ WHERE FALSE", root->scope.relation->schema,
		 root->scope.relation->name);
}

static void add_update(struct rest_planner *p, const struct rest_branch *root,
		       const struct rest_body *body)
{
	const struct rest_relation *relation = root->scope.relation;

	REST_SQL(p->sql, "UPDATE @.@ SET ", relation->schema, relation->name);
	for (size_t i = 0; i < body->key_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		REST_SQL(p->sql, "@ = pgrst_body.@", body->keys[i], body->keys[i]);
	}
	rest_sql_add(p->sql, " FROM ");
	rest_plan_record(p, relation, body);
	add_where(p, root);
}

static void add_write(struct rest_planner *p, const struct rest_branch *root,
		      const struct rest_body *body, const struct conflict *conflict)
{
	const struct rest_relation *relation = root->scope.relation;

	if (p->query->action == REST_UPDATE && body->key_count == 0) {
		add_no_update(p, root);
		return;
	}
	if (p->query->action == REST_UPDATE) {
		add_update(p, root, body);
	} else if (p->query->action == REST_DELETE) {
		REST_SQL(p->sql, "DELETE FROM @.@", relation->schema, relation->name);
		add_where(p, root);
	} else {
		add_insert(p, relation, body, conflict);
	}
	rest_sql_add(p->sql, " RETURNING ");
	rest_plan_returning(p, root);
}

/* ---- the answer ---- */

static void add_header(struct rest_planner *p, const struct rest_relation *relation)
{
	if (p->query->action != REST_CREATE || p->query->prefer.returns != REST_RETURN_HEADERS ||
	    relation->primary_key_count == 0) {
		rest_sql_add(p->sql, ", NULL::text AS header");
		return;
	}
	rest_sql_add(p->sql, ", CASE WHEN count(*) = 1 THEN (SELECT json_build_object(");
	for (size_t i = 0; i < relation->primary_key_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		rest_sql_value(p->sql, relation->primary_key[i]);
		REST_SQL(p->sql, "::text, @::text", relation->primary_key[i]);
	}
	rest_sql_add(p->sql, ")::text FROM pgrst_source) END AS header");
}

struct fn_error *rest_plan_write(struct rest_planner *p, struct rest_plan *ret)
{
	const struct rest_query *query = p->query;
	const struct rest_relation *relation = ret->relation;
	struct rest_scope scope = {relation->schema, relation->name, relation};
	struct rest_body body = {0};
	struct rest_branch *root;
	struct conflict conflict;

	if (query->action != REST_DELETE) {
		FN_TRY(rest_plan_payload(p, &body));
		FN_TRY(check_columns(p, relation, &body));
	}
	if (query->action == REST_PUT) {
		FN_TRY(check_put(p, relation));
		FN_TRY(check_put_body(p, relation, &body));
	}
	ret->returns_rows = query->prefer.returns == REST_RETURN_ROWS;
	FN_TRY(rest_plan_tree(p, query->root, scope, &root));
	rest_plan_capabilities(p, root, ret);
	FN_TRY(rest_plan_media(p, ret));
	conflict = find_conflict(query, relation);

	rest_sql_add(p->sql, "WITH pgrst_source AS (");
	add_write(p, root, &body, &conflict);
	rest_sql_add(p->sql, ")");
	root->scope.schema = NULL;
	root->from_source = true;
	rest_plan_rows(p, ret, root);
	rest_sql_add(p->sql, " ");
	rest_plan_envelope(p, ret, "NULL::bigint");
	add_header(p, relation);
	rest_sql_add(p->sql, conflict.counts ? ", " INSERTED " AS inserted"
					     : ", NULL::integer AS inserted");
	if (ret->returns_rows)
		rest_plan_from_rows(p, ret, root);
	else
		rest_sql_add(p->sql, " FROM (SELECT FROM pgrst_source) _t");
	return rest_plan_finish(p, ret);
}
