/* rest_plan_changes_test.c: writes and calls to statements, word for word, with their values. */
#include "rest_plan_test.h"

static const struct planned writes_changes_list[] = {
	{{"POST", "/clients", "", "{\"id\":7,\"name\":\"Cy\"}", {TYPED("application/json")}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"clients\"(\"id\", \"name\") SELECT "
	 "pgrst_body.\"id\", pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"id\", _.\"name\" FROM "
	 "json_to_record(pgrst_payload.json_data) AS _(\"id\" integer, \"name\" text)) "
	 "pgrst_body WHERE TRUE RETURNING 1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, ''::text AS body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT FROM "
	 "pgrst_source) _t",
	 "{\"id\":7,\"name\":\"Cy\"}"},
	{{"POST",
	  "/clients",
	  "select=name",
	  "{\"id\":7,\"name\":\"Cy\"}",
	  {TYPED("application/json"), PREFER("return=representation")}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"clients\"(\"id\", \"name\") SELECT "
	 "pgrst_body.\"id\", pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"id\", _.\"name\" FROM "
	 "json_to_record(pgrst_payload.json_data) AS _(\"id\" integer, \"name\" text)) "
	 "pgrst_body WHERE TRUE RETURNING \"api\".\"clients\".\"name\") SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"clients\".\"name\" FROM pgrst_source AS \"clients\") _t",
	 "{\"id\":7,\"name\":\"Cy\"}"},
	{{"POST",
	  "/clients",
	  "columns=\"id\",\"name\"",
	  "[{\"id\":7},{\"id\":8,\"x\":1}]",
	  {TYPED("application/json"), PREFER("return=representation")}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"clients\"(\"id\", \"name\") SELECT "
	 "pgrst_body.\"id\", pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"id\", _.\"name\" FROM "
	 "json_to_recordset(pgrst_payload.json_data) AS _(\"id\" integer, \"name\" text)) "
	 "pgrst_body WHERE TRUE RETURNING \"api\".\"clients\".*) SELECT NULL::bigint AS "
	 "total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"clients\".\"id\", \"clients\".\"name\" FROM pgrst_source AS \"clients\") _t",
	 "[{\"id\":7},{\"id\":8,\"x\":1}]"},
	{{"POST",
	  "/projects",
	  "columns=id,name&select=id,name",
	  "[{\"id\":7},{\"id\":8,\"name\":null}]",
	  {TYPED("application/json"), {"Prefer", "return=representation,missing=default"}}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"projects\"(\"id\", \"name\") SELECT "
	 "pgrst_body.\"id\", pgrst_body.\"name\" FROM (SELECT $1::jsonb AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"id\", _.\"name\" FROM "
	 "jsonb_array_elements(pgrst_payload.json_data) AS _element(value), LATERAL "
	 "jsonb_to_record(jsonb_build_object($2::text, ('untitled'::text)) || "
	 "_element.value) AS _(\"id\" integer, \"name\" text)) pgrst_body WHERE TRUE "
	 "RETURNING \"api\".\"projects\".\"id\", \"api\".\"projects\".\"name\") SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"projects\".\"id\", \"projects\".\"name\" FROM pgrst_source AS \"projects\") _t",
	 "[{\"id\":7},{\"id\":8,\"name\":null}]|name"},
	{{"POST",
	  "/projects",
	  "select=id,clients(name),tasks(id),title",
	  "{\"id\":7,\"client_id\":1,\"name\":\"ab\"}",
	  {TYPED("application/json"), PREFER("return=representation")}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"projects\"(\"id\", \"client_id\", "
	 "\"name\") SELECT pgrst_body.\"id\", pgrst_body.\"client_id\", "
	 "pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL "
	 "(SELECT _.\"id\", _.\"client_id\", _.\"name\" FROM "
	 "json_to_record(pgrst_payload.json_data) AS _(\"id\" integer, \"client_id\" "
	 "integer, \"name\" text)) pgrst_body WHERE TRUE RETURNING "
	 "\"api\".\"projects\".\"id\", \"api\".\"projects\".\"title\", "
	 "\"api\".\"projects\".\"client_id\") SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"projects\".\"id\", row_to_json(\"pgrst_1\".*) AS \"clients\", "
	 "COALESCE(\"pgrst_2\".\"pgrst_2\", '[]') AS \"tasks\", \"projects\".\"title\" "
	 "FROM pgrst_source AS \"projects\" LEFT JOIN LATERAL (SELECT "
	 "\"clients_1\".\"name\" FROM \"api\".\"clients\" AS \"clients_1\" WHERE "
	 "\"clients_1\".\"id\" = \"projects\".\"client_id\") AS \"pgrst_1\" ON TRUE LEFT "
	 "JOIN LATERAL (SELECT json_agg(\"pgrst_2\".*) AS \"pgrst_2\" FROM (SELECT "
	 "\"tasks_2\".\"id\" FROM \"api\".\"tasks\" AS \"tasks_2\" WHERE "
	 "\"tasks_2\".\"project_id\" = \"projects\".\"id\") AS \"pgrst_2\") AS \"pgrst_2\" "
	 "ON TRUE) _t",
	 "{\"id\":7,\"client_id\":1,\"name\":\"ab\"}"},
	{{"POST",
	  "/clients",
	  "",
	  "{\"id\":7}",
	  {TYPED("application/json"), {"Prefer", "return=headers-only"}}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"clients\"(\"id\") SELECT "
	 "pgrst_body.\"id\" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL "
	 "(SELECT _.\"id\" FROM json_to_record(pgrst_payload.json_data) AS _(\"id\" "
	 "integer)) pgrst_body WHERE TRUE RETURNING \"api\".\"clients\".\"id\") SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, ''::text AS "
	 "body, " PART_OF_EVERY_ENVELOPE
	 ", CASE WHEN count(*) = 1 THEN (SELECT json_build_object($2::text, "
	 "\"id\"::text)::text FROM pgrst_source) END AS header, NULL::integer AS inserted "
	 "FROM (SELECT FROM pgrst_source) _t",
	 "{\"id\":7}|id"},
	{{"POST",
	  "/clients",
	  "",
	  "[{\"id\":1,\"name\":\"X\"},{\"id\":9,\"name\":\"Y\"}]",
	  {TYPED("application/json"),
	   {"Prefer", "return=representation,resolution=merge-duplicates"}}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"clients\"(\"id\", \"name\") SELECT "
	 "pgrst_body.\"id\", pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"id\", _.\"name\" FROM "
	 "json_to_recordset(pgrst_payload.json_data) AS _(\"id\" integer, \"name\" text)) "
	 "pgrst_body WHERE set_config('pgrst.inserted', "
	 "(coalesce(nullif(current_setting('pgrst.inserted', true), ''), '0')::integer + "
	 "1)::text, true) <> '0' ON CONFLICT (\"id\") DO UPDATE SET \"id\" = "
	 "EXCLUDED.\"id\", \"name\" = EXCLUDED.\"name\" WHERE set_config('pgrst.inserted', "
	 "(coalesce(nullif(current_setting('pgrst.inserted', true), ''), '0')::integer - "
	 "1)::text, true) <> '-1' RETURNING \"api\".\"clients\".*) SELECT NULL::bigint AS "
	 "total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, coalesce(nullif(current_setting('pgrst.inserted', true), "
	 "''), '0')::integer AS inserted FROM (SELECT \"clients\".\"id\", "
	 "\"clients\".\"name\" FROM pgrst_source AS \"clients\") _t",
	 "[{\"id\":1,\"name\":\"X\"},{\"id\":9,\"name\":\"Y\"}]"},
	{{"POST",
	  "/clients",
	  "on_conflict=id",
	  "[{\"id\":1,\"name\":\"X\"},{\"id\":9,\"name\":\"Y\"}]",
	  {TYPED("application/json"),
	   {"Prefer", "return=representation,resolution=ignore-duplicates"}}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"clients\"(\"id\", \"name\") SELECT "
	 "pgrst_body.\"id\", pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"id\", _.\"name\" FROM "
	 "json_to_recordset(pgrst_payload.json_data) AS _(\"id\" integer, \"name\" text)) "
	 "pgrst_body WHERE TRUE ON CONFLICT (\"id\") DO NOTHING RETURNING "
	 "\"api\".\"clients\".*) SELECT NULL::bigint AS total, count(*) AS page_total, "
	 "coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"clients\".\"id\", \"clients\".\"name\" FROM pgrst_source AS \"clients\") _t",
	 "[{\"id\":1,\"name\":\"X\"},{\"id\":9,\"name\":\"Y\"}]"},
	{{"PUT", "/clients", "id=eq.9", "{\"id\":9,\"name\":\"X\"}", {TYPED("application/json")}},
	 "WITH pgrst_source AS (INSERT INTO \"api\".\"clients\"(\"id\", \"name\") SELECT "
	 "pgrst_body.\"id\", pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"id\", _.\"name\" FROM "
	 "json_to_record(pgrst_payload.json_data) AS _(\"id\" integer, \"name\" text)) "
	 "pgrst_body WHERE set_config('pgrst.inserted', "
	 "(coalesce(nullif(current_setting('pgrst.inserted', true), ''), '0')::integer + "
	 "1)::text, true) <> '0' AND pgrst_body.\"id\" = $2 ON CONFLICT (\"id\") DO UPDATE "
	 "SET \"id\" = EXCLUDED.\"id\", \"name\" = EXCLUDED.\"name\" WHERE "
	 "set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', "
	 "true), ''), '0')::integer - 1)::text, true) <> '-1' RETURNING 1) SELECT "
	 "NULL::bigint AS total, CASE WHEN count(*) = 1 THEN count(*) ELSE ('pgrst rows ' || "
	 "count(*))::bigint END AS page_total, ''::text AS "
	 "body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, coalesce(nullif(current_setting('pgrst.inserted', true), "
	 "''), '0')::integer AS inserted FROM (SELECT FROM pgrst_source) _t",
	 "{\"id\":9,\"name\":\"X\"}|9"},
	{{"PATCH", "/clients", "id=eq.1", "{\"name\":\"X\"}", {TYPED("application/json")}},
	 "WITH pgrst_source AS (UPDATE \"api\".\"clients\" SET \"name\" = "
	 "pgrst_body.\"name\" FROM (SELECT $1::json AS json_data) pgrst_payload, LATERAL "
	 "(SELECT _.\"name\" FROM json_to_record(pgrst_payload.json_data) AS _(\"name\" "
	 "text) LIMIT 1) pgrst_body WHERE \"api\".\"clients\".\"id\" = $2 RETURNING 1) "
	 "SELECT NULL::bigint AS total, count(*) AS page_total, ''::text AS "
	 "body, " PART_OF_EVERY_ENVELOPE ", NULL::text AS header, NULL::integer AS "
	 "inserted FROM (SELECT FROM pgrst_source) _t",
	 "{\"name\":\"X\"}|1"},
	{{"PATCH",
	  "/clients",
	  "id=eq.1",
	  "{}",
	  {TYPED("application/json"), PREFER("return=representation")}},
	 "WITH pgrst_source AS (SELECT \"api\".\"clients\".* FROM \"api\".\"clients\" "
	 "WHERE FALSE) SELECT NULL::bigint AS total, count(*) AS page_total, "
	 "coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"clients\".\"id\", \"clients\".\"name\" FROM pgrst_source AS \"clients\") _t",
	 ""},
	{{"PATCH",
	  "/projects",
	  "tasks=is.null&select=id,tasks(),clients!inner(id)",
	  "{\"client_id\":2}",
	  {TYPED("application/json"), PREFER("return=representation")}},
	 "WITH pgrst_source AS (UPDATE \"api\".\"projects\" SET \"client_id\" = "
	 "pgrst_body.\"client_id\" FROM (SELECT $1::json AS json_data) pgrst_payload, "
	 "LATERAL (SELECT _.\"client_id\" FROM json_to_record(pgrst_payload.json_data) AS "
	 "_(\"client_id\" integer) LIMIT 1) pgrst_body WHERE NOT EXISTS (SELECT 1 FROM "
	 "\"api\".\"tasks\" AS \"tasks_1\" WHERE \"tasks_1\".\"project_id\" = "
	 "\"api\".\"projects\".\"id\") RETURNING \"api\".\"projects\".\"id\", "
	 "\"api\".\"projects\".\"client_id\") SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"projects\".\"id\", row_to_json(\"pgrst_2\".*) AS \"clients\" FROM pgrst_source "
	 "AS \"projects\" LEFT JOIN LATERAL (SELECT json_agg(\"pgrst_1\".*) AS \"pgrst_1\" "
	 "FROM (SELECT 1 FROM \"api\".\"tasks\" AS \"tasks_1\" WHERE "
	 "\"tasks_1\".\"project_id\" = \"projects\".\"id\") AS \"pgrst_1\") AS \"pgrst_1\" "
	 "ON TRUE INNER JOIN LATERAL (SELECT \"clients_2\".\"id\" FROM \"api\".\"clients\" "
	 "AS \"clients_2\" WHERE \"clients_2\".\"id\" = \"projects\".\"client_id\") AS "
	 "\"pgrst_2\" ON TRUE) _t",
	 "{\"client_id\":2}"},
	{{"DELETE", "/users_tasks", "user_id=eq.1", NULL, {PREFER("return=representation")}},
	 "WITH pgrst_source AS (DELETE FROM \"api\".\"users_tasks\" WHERE "
	 "\"api\".\"users_tasks\".\"user_id\" = $1 RETURNING \"api\".\"users_tasks\".*) "
	 "SELECT NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), "
	 "'[]') AS body, " PART_OF_EVERY_ENVELOPE
	 ", NULL::text AS header, NULL::integer AS inserted FROM (SELECT "
	 "\"users_tasks\".\"user_id\", \"users_tasks\".\"task_id\" FROM pgrst_source AS "
	 "\"users_tasks\") _t",
	 "1"},
};

static void writes_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(writes_changes_list); i++)
		assert_planned(&writes_changes_list[i]);
}

static const struct planned writes_calls_list[] = {
	{GET("/rpc/add", "a=1&b=2&a=5"),
	 "WITH pgrst_source AS (SELECT pgrst_call.* FROM (SELECT \"api\".\"add\"(\"a\" := "
	 "$1::integer, \"b\" := $2::integer) AS pgrst_scalar) AS pgrst_call) SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, "
	 "coalesce(json_agg(_t.pgrst_scalar)->0, 'null') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT pgrst_scalar FROM pgrst_source) _t",
	 "5|2"},
	{{"POST", "/rpc/add", "", "{\"b\":1,\"a\":2}", {TYPED("application/json")}},
	 "WITH pgrst_source AS (SELECT pgrst_call.* FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"a\", _.\"b\" FROM "
	 "json_to_record(pgrst_payload.json_data) AS _(\"a\" integer, \"b\" integer) LIMIT "
	 "1) pgrst_body, LATERAL (SELECT \"api\".\"add\"(\"a\" := pgrst_body.\"a\", \"b\" "
	 ":= pgrst_body.\"b\") AS pgrst_scalar) AS pgrst_call) SELECT NULL::bigint AS "
	 "total, count(*) AS page_total, coalesce(json_agg(_t.pgrst_scalar)->0, 'null') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT pgrst_scalar FROM pgrst_source) _t",
	 "{\"b\":1,\"a\":2}"},
	{{"POST", "/rpc/echo", "", "{\"q\":[1]}", {TYPED("application/json")}},
	 "WITH pgrst_source AS (SELECT pgrst_call.* FROM (SELECT "
	 "\"api\".\"echo\"($1::json) AS pgrst_scalar) AS pgrst_call) SELECT NULL::bigint "
	 "AS total, count(*) AS page_total, coalesce(json_agg(_t.pgrst_scalar)->0, 'null') "
	 "AS body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT pgrst_scalar FROM pgrst_source) _t",
	 "{\"q\":[1]}"},
	{GET("/rpc/numbers", "v=1&v=2"),
	 "WITH pgrst_source AS (SELECT pgrst_call.* FROM (SELECT "
	 "\"api\".\"numbers\"(VARIADIC \"v\" := $1::integer[]) AS pgrst_scalar) AS "
	 "pgrst_call) SELECT NULL::bigint AS total, count(*) AS page_total, "
	 "coalesce(json_agg(_t.pgrst_scalar), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT pgrst_scalar FROM pgrst_source) _t",
	 "{\"1\",\"2\"}"},
	{{"POST", "/rpc/nothing", "", "", {TYPED("application/json")}},
	 "WITH pgrst_source AS (SELECT pgrst_call.* FROM (SELECT \"api\".\"nothing\"() AS "
	 "pgrst_scalar) AS pgrst_call) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, ''::text AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT pgrst_scalar FROM pgrst_source) _t",
	 ""},
	{{"POST",
	  "/rpc/pairs",
	  "limit=1",
	  "{\"n\":3}",
	  {TYPED("application/json"), {"Prefer", "count=exact"}}},
	 "WITH pgrst_source AS (SELECT pgrst_call.* FROM (SELECT $1::json AS json_data) "
	 "pgrst_payload, LATERAL (SELECT _.\"n\" FROM "
	 "json_to_record(pgrst_payload.json_data) AS _(\"n\" integer) LIMIT 1) pgrst_body, "
	 "LATERAL \"api\".\"pairs\"(\"n\" := pgrst_body.\"n\") AS pgrst_call), "
	 "pgrst_source_count AS (SELECT 1 FROM pgrst_source AS \"pairs\") SELECT (SELECT "
	 "count(*) FROM pgrst_source_count) AS total, count(*) AS page_total, "
	 "coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT \"pairs\".* FROM pgrst_source AS \"pairs\" LIMIT $2) _t",
	 "{\"n\":3}|1"},
	{GET("/rpc/projects_of", "client=1&select=id,clients(name),tasks(id)"),
	 "WITH pgrst_source AS (SELECT pgrst_call.* FROM "
	 "\"api\".\"projects_of\"(\"client\" := $1::integer) AS pgrst_call) SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT \"projects_of\".\"id\", row_to_json(\"pgrst_1\".*) AS \"clients\", "
	 "COALESCE(\"pgrst_2\".\"pgrst_2\", '[]') AS \"tasks\" FROM pgrst_source AS "
	 "\"projects_of\" LEFT JOIN LATERAL (SELECT \"clients_1\".\"name\" FROM "
	 "\"api\".\"clients\" AS \"clients_1\" WHERE \"clients_1\".\"id\" = "
	 "\"projects_of\".\"client_id\") AS \"pgrst_1\" ON TRUE LEFT JOIN LATERAL (SELECT "
	 "json_agg(\"pgrst_2\".*) AS \"pgrst_2\" FROM (SELECT \"tasks_2\".\"id\" FROM "
	 "\"api\".\"tasks\" AS \"tasks_2\" WHERE \"tasks_2\".\"project_id\" = "
	 "\"projects_of\".\"id\") AS \"pgrst_2\") AS \"pgrst_2\" ON TRUE) _t",
	 "1"},
	{GET("/o\"dd", "select=\"i\\\"d\"&limit=5"),
	 "WITH pgrst_source AS (SELECT \"api\".\"o\"\"dd\".\"i\"\"d\" FROM "
	 "\"api\".\"o\"\"dd\" LIMIT $1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "5"},
};

static void writes_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(writes_calls_list); i++)
		assert_planned(&writes_calls_list[i]);
}

static void leaves_merging_to_the_trigger_of_a_view(void **state)
{
	static const struct sent sent = {"POST",
					 "/people",
					 "",
					 "{\"id\":1}",
					 {TYPED("application/json"),
					  PREFER("resolution=merge-duplicates")}};
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made;
	const char *text;

	(void)state;
	assert_null(plan(&sent, &like, &req, &made));
	text = made.text != NULL ? made.text : "";
	assert_null(strstr(text, "ON CONFLICT"));
	assert_non_null(strstr(text, "NULL::integer AS inserted"));
	fn_request_free(req);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_changes),
		cmocka_unit_test(writes_calls),
		cmocka_unit_test(leaves_merging_to_the_trigger_of_a_view),
	};

	return cmocka_run_group_tests(tests, make_catalog, forget_catalog);
}
