/* rest_plan_test.c: reads to statements, word for word, with their values. */
#include "rest_plan_test.h"

static const struct planned writes_reads_list[] = {
	{GET("/clients", "id=eq.1"),
	 "WITH pgrst_source AS (SELECT \"api\".\"clients\".* FROM \"api\".\"clients\" "
	 "WHERE \"api\".\"clients\".\"id\" = $1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "1"},
	{GET("/projects", "id=eq.1&select=data->a->b->>1,data->a->b->0,tags->0,x:tags->>1"),
	 "WITH pgrst_source AS (SELECT "
	 "\"api\".\"projects\".\"data\"->$1::text->$2::text->>$3::integer AS \"b\", "
	 "\"api\".\"projects\".\"data\"->$4::text->$5::text->$6::integer AS \"b\", "
	 "to_jsonb(\"api\".\"projects\".\"tags\")->$7::integer AS \"tags\", "
	 "to_jsonb(\"api\".\"projects\".\"tags\")->>$8::integer AS \"x\" FROM "
	 "\"api\".\"projects\" WHERE \"api\".\"projects\".\"id\" = $9) SELECT NULL::bigint "
	 "AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "a|b|1|a|b|0|0|1|1"},
	{GET("/projects",
	     "select=id&limit=9&name=like.Ni*&id=gte.1&id=lt.3&order=id.desc.nullslast"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\" FROM "
	 "\"api\".\"projects\" WHERE \"api\".\"projects\".\"name\" LIKE $1 AND "
	 "\"api\".\"projects\".\"id\" >= $2 AND \"api\".\"projects\".\"id\" < $3 ORDER BY "
	 "\"api\".\"projects\".\"id\" DESC NULLS LAST LIMIT $4) SELECT NULL::bigint AS "
	 "total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "Ni%|1|3|9"},
	{GET("/projects", "select=id&limit=9&name=ilike(any).{ni*,now*}&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\" FROM "
	 "\"api\".\"projects\" WHERE \"api\".\"projects\".\"name\" ILIKE ANY($1) ORDER BY "
	 "\"api\".\"projects\".\"id\" LIMIT $2) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "{ni%,now%}|9"},
	{GET("/projects", "select=id&limit=9&name=in.(Nile,\"a,\\\"b\")"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\" FROM "
	 "\"api\".\"projects\" WHERE \"api\".\"projects\".\"name\" = ANY($1) LIMIT $2) "
	 "SELECT NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), "
	 "'[]') AS body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "{\"Nile\",\"a,\\\"b\"}|9"},
	{GET("/projects", "select=id&limit=9&name=fts(simple).nile"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\" FROM "
	 "\"api\".\"projects\" WHERE to_tsvector($1::regconfig, "
	 "\"api\".\"projects\".\"name\") @@ to_tsquery($2::regconfig, $3) LIMIT $4) SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "simple|simple|nile|9"},
	{GET("/projects", "select=id&limit=9&not.or=(id.eq.1,not.and(id.gt.2,name.eq.x))"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\" FROM "
	 "\"api\".\"projects\" WHERE NOT (\"api\".\"projects\".\"id\" = $1 OR NOT "
	 "(\"api\".\"projects\".\"id\" > $2 AND \"api\".\"projects\".\"name\" = $3)) LIMIT "
	 "$4) SELECT NULL::bigint AS total, count(*) AS page_total, "
	 "coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "1|2|x|9"},
	{GET("/projects", "select=id,clients(name)&limit=9&order=clients(name).desc.nullslast"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\", "
	 "row_to_json(\"pgrst_1\".*) AS \"clients\" FROM \"api\".\"projects\" LEFT JOIN "
	 "LATERAL (SELECT \"clients_1\".\"name\" FROM \"api\".\"clients\" AS \"clients_1\" "
	 "WHERE \"clients_1\".\"id\" = \"api\".\"projects\".\"client_id\") AS \"pgrst_1\" "
	 "ON TRUE ORDER BY \"pgrst_1\".\"name\" DESC NULLS LAST LIMIT $1) SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/projects", "select=id,clients(id)&limit=9&order=clients(name).desc.nullslast"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\", "
	 "row_to_json(\"pgrst_1\".*) AS \"clients\" FROM \"api\".\"projects\" LEFT JOIN "
	 "LATERAL (SELECT \"clients_1\".\"id\" FROM \"api\".\"clients\" AS \"clients_1\" "
	 "WHERE \"clients_1\".\"id\" = \"api\".\"projects\".\"client_id\") AS \"pgrst_1\" "
	 "ON TRUE ORDER BY (SELECT \"clients_1\".\"name\" FROM \"api\".\"clients\" AS "
	 "\"clients_1\" WHERE \"clients_1\".\"id\" = \"api\".\"projects\".\"client_id\" "
	 "LIMIT 1) DESC NULLS LAST LIMIT $1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/projects", "select=id,clients(id,name)&limit=9&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\", "
	 "row_to_json(\"pgrst_1\".*) AS \"clients\" FROM \"api\".\"projects\" LEFT JOIN "
	 "LATERAL (SELECT \"clients_1\".\"id\", \"clients_1\".\"name\" FROM "
	 "\"api\".\"clients\" AS \"clients_1\" WHERE \"clients_1\".\"id\" = "
	 "\"api\".\"projects\".\"client_id\") AS \"pgrst_1\" ON TRUE ORDER BY "
	 "\"api\".\"projects\".\"id\" LIMIT $1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/clients", "select=id,projects(id,tasks(name))&limit=9&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"clients\".\"id\", "
	 "COALESCE(\"pgrst_1\".\"pgrst_1\", '[]') AS \"projects\" FROM \"api\".\"clients\" "
	 "LEFT JOIN LATERAL (SELECT json_agg(\"pgrst_1\".*) AS \"pgrst_1\" FROM (SELECT "
	 "\"projects_1\".\"id\", COALESCE(\"pgrst_2\".\"pgrst_2\", '[]') AS \"tasks\" FROM "
	 "\"api\".\"projects\" AS \"projects_1\" LEFT JOIN LATERAL (SELECT "
	 "json_agg(\"pgrst_2\".*) AS \"pgrst_2\" FROM (SELECT \"tasks_2\".\"name\" FROM "
	 "\"api\".\"tasks\" AS \"tasks_2\" WHERE \"tasks_2\".\"project_id\" = "
	 "\"projects_1\".\"id\") AS \"pgrst_2\") AS \"pgrst_2\" ON TRUE WHERE "
	 "\"projects_1\".\"client_id\" = \"api\".\"clients\".\"id\") AS \"pgrst_1\") AS "
	 "\"pgrst_1\" ON TRUE ORDER BY \"api\".\"clients\".\"id\" LIMIT $1) SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/clients", "select=id,projects!inner(id)&projects.name=eq.Nile&limit=9"),
	 "WITH pgrst_source AS (SELECT \"api\".\"clients\".\"id\", "
	 "COALESCE(\"pgrst_1\".\"pgrst_1\", '[]') AS \"projects\" FROM \"api\".\"clients\" "
	 "INNER JOIN LATERAL (SELECT json_agg(\"pgrst_1\".*) AS \"pgrst_1\" FROM (SELECT "
	 "\"projects_1\".\"id\" FROM \"api\".\"projects\" AS \"projects_1\" WHERE "
	 "\"projects_1\".\"client_id\" = \"api\".\"clients\".\"id\" AND "
	 "\"projects_1\".\"name\" = $1) AS \"pgrst_1\") AS \"pgrst_1\" ON "
	 "\"pgrst_1\".\"pgrst_1\" IS NOT NULL LIMIT $2) SELECT NULL::bigint AS total, "
	 "count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "Nile|9"},
	{GET("/projects", "select=id,tasks(id)&tasks.order=id.desc&tasks.limit=1&limit=9&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\", "
	 "COALESCE(\"pgrst_1\".\"pgrst_1\", '[]') AS \"tasks\" FROM \"api\".\"projects\" "
	 "LEFT JOIN LATERAL (SELECT json_agg(\"pgrst_1\".*) AS \"pgrst_1\" FROM (SELECT "
	 "\"tasks_1\".\"id\" FROM \"api\".\"tasks\" AS \"tasks_1\" WHERE "
	 "\"tasks_1\".\"project_id\" = \"api\".\"projects\".\"id\" ORDER BY "
	 "\"tasks_1\".\"id\" DESC LIMIT $1) AS \"pgrst_1\") AS \"pgrst_1\" ON TRUE ORDER "
	 "BY \"api\".\"projects\".\"id\" LIMIT $2) SELECT NULL::bigint AS total, count(*) "
	 "AS page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "1|9"},
	{GET("/projects", "select=id,tasks()&tasks=not.is.null&limit=9&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\" FROM "
	 "\"api\".\"projects\" LEFT JOIN LATERAL (SELECT json_agg(\"pgrst_1\".*) AS "
	 "\"pgrst_1\" FROM (SELECT 1 FROM \"api\".\"tasks\" AS \"tasks_1\" WHERE "
	 "\"tasks_1\".\"project_id\" = \"api\".\"projects\".\"id\") AS \"pgrst_1\") AS "
	 "\"pgrst_1\" ON TRUE WHERE \"pgrst_1\".\"pgrst_1\" IS DISTINCT FROM NULL ORDER BY "
	 "\"api\".\"projects\".\"id\" LIMIT $1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/users", "select=name,tasks(name)&tasks.order=id&limit=9&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"users\".\"name\", "
	 "COALESCE(\"pgrst_1\".\"pgrst_1\", '[]') AS \"tasks\" FROM \"api\".\"users\" LEFT "
	 "JOIN LATERAL (SELECT json_agg(\"pgrst_1\".*) AS \"pgrst_1\" FROM (SELECT "
	 "\"tasks_1\".\"name\" FROM \"api\".\"tasks\" AS \"tasks_1\", "
	 "\"api\".\"users_tasks\" AS \"pgrst_1_between\" WHERE "
	 "\"pgrst_1_between\".\"user_id\" = \"api\".\"users\".\"id\" AND "
	 "\"tasks_1\".\"id\" = \"pgrst_1_between\".\"task_id\" ORDER BY "
	 "\"tasks_1\".\"id\") AS \"pgrst_1\") AS \"pgrst_1\" ON TRUE ORDER BY "
	 "\"api\".\"users\".\"id\" LIMIT $1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/projects", "select=id,first_task(name)&limit=9&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\", "
	 "row_to_json(\"pgrst_1\".*) AS \"first_task\" FROM \"api\".\"projects\" LEFT JOIN "
	 "LATERAL (SELECT \"tasks_1\".\"name\" FROM "
	 "\"api\".\"first_task\"(\"api\".\"projects\".*) AS \"tasks_1\" WHERE NOT "
	 "(\"tasks_1\".* IS NULL)) AS \"pgrst_1\" ON TRUE ORDER BY "
	 "\"api\".\"projects\".\"id\" LIMIT $1) SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/projects", "select=id,...tasks(task:name,id2:id)&limit=9&order=id"),
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\", "
	 "COALESCE(\"pgrst_1\".\"task\", '[]') AS \"task\", COALESCE(\"pgrst_1\".\"id2\", "
	 "'[]') AS \"id2\" FROM \"api\".\"projects\" LEFT JOIN LATERAL (SELECT "
	 "nullif(count(*), 0) AS \"pgrst_1\", json_agg(\"pgrst_1\".\"task\") AS \"task\", "
	 "json_agg(\"pgrst_1\".\"id2\") AS \"id2\" FROM (SELECT \"tasks_1\".\"name\" AS "
	 "\"task\", \"tasks_1\".\"id\" AS \"id2\" FROM \"api\".\"tasks\" AS \"tasks_1\" "
	 "WHERE \"tasks_1\".\"project_id\" = \"api\".\"projects\".\"id\") AS \"pgrst_1\") "
	 "AS \"pgrst_1\" ON TRUE ORDER BY \"api\".\"projects\".\"id\" LIMIT $1) SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{GET("/tasks", "select=project_id,n:count(),id.sum(),top:id.max()::text&order="
		       "project_id&limit=9"),
	 "WITH pgrst_source AS (SELECT \"api\".\"tasks\".\"project_id\", count(*) AS "
	 "\"n\", sum(\"api\".\"tasks\".\"id\") AS \"sum\", "
	 "CAST(max(\"api\".\"tasks\".\"id\") AS text) AS \"top\" FROM \"api\".\"tasks\" "
	 "GROUP BY 1 ORDER BY \"api\".\"tasks\".\"project_id\" LIMIT $1) SELECT "
	 "NULL::bigint AS total, count(*) AS page_total, coalesce(json_agg(_t.*), '[]') AS "
	 "body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 "9"},
	{{"GET",
	  "/projects",
	  "select=id,tasks!inner(id)&limit=1&order=id",
	  NULL,
	  {{"Prefer", "count=exact"}}},
	 "WITH pgrst_source AS (SELECT \"api\".\"projects\".\"id\", "
	 "COALESCE(\"pgrst_1\".\"pgrst_1\", '[]') AS \"tasks\" FROM \"api\".\"projects\" "
	 "INNER JOIN LATERAL (SELECT json_agg(\"pgrst_1\".*) AS \"pgrst_1\" FROM (SELECT "
	 "\"tasks_1\".\"id\" FROM \"api\".\"tasks\" AS \"tasks_1\" WHERE "
	 "\"tasks_1\".\"project_id\" = \"api\".\"projects\".\"id\") AS \"pgrst_1\") AS "
	 "\"pgrst_1\" ON \"pgrst_1\".\"pgrst_1\" IS NOT NULL ORDER BY "
	 "\"api\".\"projects\".\"id\" LIMIT $1), pgrst_source_count AS (SELECT 1 FROM "
	 "\"api\".\"projects\" WHERE EXISTS (SELECT 1 FROM \"api\".\"tasks\" AS "
	 "\"tasks_1\" WHERE \"tasks_1\".\"project_id\" = \"api\".\"projects\".\"id\")) "
	 "SELECT (SELECT count(*) FROM pgrst_source_count) AS total, count(*) AS "
	 "page_total, coalesce(json_agg(_t.*), '[]') AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 "1"},
	{{"GET", "/clients", "order=id", NULL, {{"Accept", "text/csv"}}},
	 "WITH pgrst_source AS (SELECT \"api\".\"clients\".* FROM \"api\".\"clients\" "
	 "ORDER BY \"api\".\"clients\".\"id\") SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, (SELECT coalesce(string_agg(_k.key, ','), '') FROM (SELECT "
	 "json_object_keys(_r.json) AS key FROM (SELECT row_to_json(_h.*) AS json FROM "
	 "\"pgrst_source\" AS _h LIMIT 1) _r) _k) || E'\\n' || "
	 "coalesce(string_agg(substring((_t.*)::text, 2, length((_t.*)::text) - 2), "
	 "E'\\n'), '') AS body, " PART_OF_EVERY_ENVELOPE " FROM (SELECT * FROM pgrst_source) _t",
	 ""},
	{{"HEAD", "/clients", "order=id", NULL, {{0}}},
	 "WITH pgrst_source AS (SELECT \"api\".\"clients\".* FROM \"api\".\"clients\" "
	 "ORDER BY \"api\".\"clients\".\"id\") SELECT NULL::bigint AS total, count(*) AS "
	 "page_total, ''::text AS body, " PART_OF_EVERY_ENVELOPE
	 " FROM (SELECT * FROM pgrst_source) _t",
	 ""},
	{GET("/clients", "select=id&order=id"),
	 "SELECT row_to_json(_t.*) FROM (SELECT \"api\".\"clients\".\"id\" FROM "
	 "\"api\".\"clients\" ORDER BY \"api\".\"clients\".\"id\") _t",
	 ""},
};

static void writes_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(writes_reads_list); i++)
		assert_planned(&writes_reads_list[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_reads),
	};

	return cmocka_run_group_tests(tests, make_catalog, forget_catalog);
}
