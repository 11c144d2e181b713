/* rest_plan_test.h: the schema that the planner's tests plan for, as facts of a catalog and as SQL,
 * and a URL's way through parser and planner. */
#ifndef REST_PLAN_TEST_H
#define REST_PLAN_TEST_H

#include <stdio.h>
#include <string.h>

#include "rest_catalog_parts.h"
#include "rest_parse.h"
#include "rest_plan.h"
#include "unit.h"

enum { CLIENTS = 1, PROJECTS, TASKS, USERS, USERS_TASKS, ODD, PEOPLE, ARENA_MAX = 1 << 24 };

static const char schema_sql[] =
	"CREATE SCHEMA api;"
	"CREATE TABLE api.clients (id integer PRIMARY KEY, name text);"
	"CREATE TABLE api.projects (id integer PRIMARY KEY, name text DEFAULT 'untitled',"
	" client_id integer REFERENCES api.clients, data jsonb, tags text[], search tsvector);"
	"CREATE TABLE api.tasks (id integer PRIMARY KEY, name text,"
	" project_id integer REFERENCES api.projects, parent_id integer"
	" CONSTRAINT tasks_parent REFERENCES api.tasks);"
	"CREATE TABLE api.users (id integer PRIMARY KEY, name text);"
	"CREATE TABLE api.users_tasks (user_id integer REFERENCES api.users, task_id integer"
	" REFERENCES api.tasks, PRIMARY KEY (user_id, task_id));"
	"CREATE TABLE api.\"o\"\"dd\" (\"i\"\"d\" integer PRIMARY KEY, \"a b\" character(5));"
	"CREATE FUNCTION api.title(api.projects) RETURNS text LANGUAGE sql STABLE AS"
	" $$ SELECT upper($1.name) $$;"
	"CREATE FUNCTION api.first_task(api.projects) RETURNS SETOF api.tasks ROWS 1 LANGUAGE sql"
	" STABLE AS $$ SELECT * FROM api.tasks WHERE project_id = $1.id ORDER BY id LIMIT 1 $$;"
	"CREATE FUNCTION api.add(a integer, b integer DEFAULT 10) RETURNS integer LANGUAGE sql"
	" IMMUTABLE AS $$ SELECT a + b $$;"
	"CREATE FUNCTION api.twice(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT a $$;"
	"CREATE FUNCTION api.twice(a text) RETURNS text LANGUAGE sql AS $$ SELECT a $$;"
	"CREATE FUNCTION api.echo(json) RETURNS json LANGUAGE sql AS $$ SELECT $1 $$;"
	"CREATE FUNCTION api.bytes(bytea) RETURNS integer LANGUAGE sql AS $$ SELECT length($1) $$;"
	"CREATE FUNCTION api.numbers(VARIADIC v integer[]) RETURNS SETOF integer LANGUAGE sql AS"
	" $$ SELECT unnest(v) $$;"
	"CREATE FUNCTION api.nothing() RETURNS void LANGUAGE sql AS $$ SELECT $$;"
	"CREATE FUNCTION api.pairs(n integer) RETURNS TABLE (a integer, b text) LANGUAGE sql AS"
	" $$ SELECT g, 'p' || g FROM generate_series(1, n) g $$;"
	"CREATE FUNCTION api.projects_of(client integer) RETURNS SETOF api.projects LANGUAGE sql"
	" STABLE AS $$ SELECT * FROM api.projects WHERE client_id = client $$;"
	"INSERT INTO api.clients VALUES (1, 'Ada'), (2, 'Bo');"
	"INSERT INTO api.projects VALUES (1, 'Nile', 1, '{\"a\":{\"b\":[1,\"x\"]}}', '{x,y}',"
	" to_tsvector('simple', 'long river')), (2, 'Niger', 2, NULL, '{}', NULL),"
	" (3, 'Nowhere', NULL, '{\"a\":5}', NULL, NULL);"
	"INSERT INTO api.tasks VALUES (1, 'dig', 1, NULL), (2, 'fill', 1, 1), (3, 'row', 2, 1);"
	"INSERT INTO api.users VALUES (1, 'Ute'), (2, 'Vic');"
	"INSERT INTO api.users_tasks VALUES (1, 1), (1, 2), (2, 1);"
	"INSERT INTO api.\"o\"\"dd\" VALUES (1, 'q');";

#define RELATION(number, text)                                                                     \
	{                                                                                          \
		.oid = (number), .relation =                                                       \
		{.schema = "api",                                                                  \
		 .name = (text),                                                                   \
		 .insertable = true,                                                               \
		 .updatable = true,                                                                \
		 .deletable = true }                                                               \
	}
#define COLUMN(of, place, text, sql, ...)                                                          \
	{                                                                                          \
		.relation = (of), .number = (place),                                               \
		.column =                                                                          \
		{.name = (text),                                                                   \
		 .type = (sql),                                                                    \
		 .base_type = (sql),                                                               \
		 __VA_ARGS__ }                                                                     \
	}
#define KEY(sort, text, of, to, from_columns, to_columns, count)                                   \
	{                                                                                          \
		.kind = (sort), .name = (text), .relation = (of), .foreign = (to),                 \
		.columns = (const int[]){from_columns},                                            \
		.foreign_columns = (const int[]){to_columns}, .column_count = (count)              \
	}

static const struct rest_fact_relation relations[] = {
	RELATION(CLIENTS, "clients"),
	RELATION(ODD, "o\"dd"),
	{.oid = PEOPLE,
	 .relation = {.schema = "api",
		      .name = "people",
		      .is_view = true,
		      .insertable = true,
		      .insert_by_trigger = true}},
	RELATION(PROJECTS, "projects"),
	RELATION(TASKS, "tasks"),
	RELATION(USERS, "users"),
	RELATION(USERS_TASKS, "users_tasks"),
};
static const struct rest_fact_column columns[] = {
	COLUMN(CLIENTS, 1, "id", "integer", ),
	COLUMN(CLIENTS, 2, "name", "text", ),
	COLUMN(PROJECTS, 1, "id", "integer", ),
	COLUMN(PROJECTS, 2, "name", "text", .default_text = "'untitled'::text"),
	COLUMN(PROJECTS, 3, "client_id", "integer", ),
	COLUMN(PROJECTS, 4, "data", "jsonb", ),
	COLUMN(PROJECTS, 5, "tags", "text[]", .is_array = true),
	COLUMN(PROJECTS, 6, "search", "tsvector", ),
	COLUMN(TASKS, 1, "id", "integer", ),
	COLUMN(TASKS, 2, "name", "text", ),
	COLUMN(TASKS, 3, "project_id", "integer", ),
	COLUMN(TASKS, 4, "parent_id", "integer", ),
	COLUMN(USERS, 1, "id", "integer", ),
	COLUMN(USERS, 2, "name", "text", ),
	COLUMN(USERS_TASKS, 1, "user_id", "integer", ),
	COLUMN(USERS_TASKS, 2, "task_id", "integer", ),
	COLUMN(ODD, 1, "i\"d", "integer", ),
	COLUMN(ODD, 2, "a b", "character(5)", ),
	COLUMN(PEOPLE, 1, "id", "integer", ),
};
static const int one[] = {1}, two[] = {2}, three[] = {3}, four[] = {4}, both[] = {1, 2};
static const struct rest_fact_key keys[] = {
	{'p', "clients_pkey", CLIENTS, 0, one, NULL, 1},
	{'p', "projects_pkey", PROJECTS, 0, one, NULL, 1},
	{'p', "tasks_pkey", TASKS, 0, one, NULL, 1},
	{'p', "users_pkey", USERS, 0, one, NULL, 1},
	{'p', "users_tasks_pkey", USERS_TASKS, 0, both, NULL, 2},
	{'p', "odd_pkey", ODD, 0, one, NULL, 1},
	{'p', "people_pkey", PEOPLE, 0, one, NULL, 1},
	{'f', "projects_client", PROJECTS, CLIENTS, three, one, 1},
	{'f', "tasks_project", TASKS, PROJECTS, three, one, 1},
	{'f', "tasks_parent", TASKS, TASKS, four, one, 1},
	{'f', "users_tasks_user", USERS_TASKS, USERS, one, one, 1},
	{'f', "users_tasks_task", USERS_TASKS, TASKS, two, one, 1},
};
static const struct rest_fact_computed computed[] = {
	{"api", "first_task", PROJECTS, TASKS, true},
};

#define PARAMETERS(...)                                                                            \
	.parameters = (const struct rest_parameter[]){__VA_ARGS__},                                \
	.parameter_count = FN_COUNT(((const struct rest_parameter[]){__VA_ARGS__}))
#define FUNCTION(text, kind, set, ...)                                                             \
	{                                                                                          \
		.function =                                                                        \
		{.schema = "api",                                                                  \
		 .name = (text),                                                                   \
		 .result = (kind),                                                                 \
		 .is_set = (set),                                                                  \
		 .result_type = "",                                                                \
		 .volatility = REST_VOLATILE,                                                      \
		 __VA_ARGS__ }                                                                     \
	}
static const struct rest_fact_function functions[] = {
	{.function = {.schema = "api",
		      .name = "add",
		      .result = REST_RESULT_SCALAR,
		      .result_type = "integer",
		      .volatility = REST_IMMUTABLE,
		      PARAMETERS({"a", "integer", true, false}, {"b", "integer", false, false})}},
	FUNCTION("bytes", REST_RESULT_SCALAR, false, PARAMETERS({"", "bytea", true, false})),
	FUNCTION("echo", REST_RESULT_SCALAR, false, PARAMETERS({"", "json", true, false})),
	FUNCTION("nothing", REST_RESULT_VOID, false, ),
	FUNCTION("numbers", REST_RESULT_SCALAR, true, PARAMETERS({"v", "integer[]", true, true})),
	FUNCTION("pairs", REST_RESULT_COMPOSITE, true, PARAMETERS({"n", "integer", true, false})),
	{.returns = PROJECTS,
	 .function = {.schema = "api",
		      .name = "projects_of",
		      .result = REST_RESULT_COMPOSITE,
		      .is_set = true,
		      .result_type = "api.projects",
		      .volatility = REST_STABLE,
		      PARAMETERS({"client", "integer", true, false})}},
	FUNCTION("twice", REST_RESULT_SCALAR, false, PARAMETERS({"a", "integer", true, false})),
	FUNCTION("twice", REST_RESULT_SCALAR, false, PARAMETERS({"a", "text", true, false})),
};
static const struct rest_facts facts = {
	.relations = relations,
	.relation_count = FN_COUNT(relations),
	.columns = columns,
	.column_count = FN_COUNT(columns),
	.keys = keys,
	.key_count = FN_COUNT(keys),
	.computed = computed,
	.computed_count = FN_COUNT(computed),
	.functions = functions,
	.function_count = FN_COUNT(functions),
};

static struct fn_arena *catalog_arena;
static const struct rest_catalog *catalog;
static int64_t max_rows;
static const struct rest_capability *capabilities;

static int make_catalog(void **state)
{
	struct fn_arena *scratch = fn_arena_new(ARENA_MAX);

	(void)state;
	catalog_arena = fn_arena_new(ARENA_MAX);
	catalog = rest_catalog_build(scratch, catalog_arena, &facts);
	fn_arena_free(scratch);
	return 0;
}

static int forget_catalog(void **state)
{
	(void)state;
	fn_arena_free(catalog_arena);
	return 0;
}

/* One request as a client sends it. */
struct sent {
	const char *method, *path, *query, *body;
	struct unit_header headers[4];
};

static struct fn_error *plan(const struct sent *sent, struct unit_request *like,
			     struct fn_request **ret_req, struct rest_plan *ret)
{
	static const char *const schemas[] = {"api", NULL}, *const none[] = {NULL};
	const struct rest_parse_settings reading = {.schemas = schemas,
						    .max_rows = max_rows,
						    .plan_enabled = true,
						    .aggregates_enabled = true,
						    .depth_max = 8,
						    .embeds_max = 20,
						    .conditions_max = 100};
	const struct rest_plan_settings settings = {max_rows, true, none, capabilities, 100};
	struct rest_query query;

	*ret = (struct rest_plan){0};
	*like = (struct unit_request){.method = sent->method,
				      .path = sent->path,
				      .query = sent->query,
				      .body = sent->body};
	memcpy(like->headers, sent->headers, sizeof(sent->headers));
	*ret_req = unit_request(like);
	FN_TRY(rest_parse(*ret_req, &reading, &query));
	return rest_plan(*ret_req, catalog, &settings, &query, ret);
}

#define PART_OF_EVERY_ENVELOPE                                                                     \
	"nullif(current_setting('response.headers', true), '') AS response_headers, "              \
	"nullif(current_setting('response.status', true), '') AS response_status"
#define TYPED(type)                                                                                \
	{                                                                                          \
		"Content-Type", type                                                               \
	}
#define PREFER(text)                                                                               \
	{                                                                                          \
		"Prefer", text                                                                     \
	}
#define GET(path, query)                                                                           \
	{                                                                                          \
		"GET", path, query, NULL,                                                          \
		{                                                                                  \
			{                                                                          \
				0                                                                  \
			}                                                                          \
		}                                                                                  \
	}

struct planned {
	struct sent sent;
	const char *text, *values; /* values separated by | */
};

static inline void assert_planned(const struct planned *planned)
{
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made = {0};
	const char *values = "";

	assert_null(plan(&planned->sent, &like, &req, &made));
	for (size_t i = 0; i < made.value_count; i++)
		values = fn_arena_format(fn_request_arena(req), "%s%s%s", values, i > 0 ? "|" : "",
					 made.values[i]);
	assert_string_equal(made.text, planned->text);
	assert_string_equal(values, planned->values);
	fn_request_free(req);
}

#endif
