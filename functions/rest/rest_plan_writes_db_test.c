/* rest_plan_writes_db_test.c: writes and calls, run by PostgreSQL. */
#include "rest_plan_rows_test.h"

static const struct asked inserts_what_was_sent_list[] = {
	{{"POST", "/clients", "", "{\"id\":7,\"name\":\"Cy\"}", {JSON_TYPE}}, "|1|||||", 0},
	{{"POST", "/clients", "select=name", "{\"id\":7,\"name\":\"Cy\"}", {JSON_TYPE, ROWS}},
	 "|1|[{\"name\":\"Cy\"}]||||",
	 0},
	{{"POST",
	  "/clients",
	  "",
	  "[{\"id\":7,\"name\":\"Cy\"},{\"name\":\"Di\",\"id\":8}]",
	  {JSON_TYPE, ROWS}},
	 "|2|[{\"id\":7,\"name\":\"Cy\"}, \n {\"id\":8,\"name\":\"Di\"}]||||",
	 0},
	{{"POST",
	  "/clients",
	  "columns=\"id\",\"name\"",
	  "[{\"id\":7},{\"id\":8,\"x\":1}]",
	  {JSON_TYPE, ROWS}},
	 "|2|[{\"id\":7,\"name\":null}, \n {\"id\":8,\"name\":null}]||||",
	 0},
	{{"POST",
	  "/projects",
	  "columns=id,name&select=id,name",
	  "[{\"id\":7},{\"id\":8,\"name\":null}]",
	  {JSON_TYPE, {"Prefer", "return=representation,missing=default"}}},
	 "|2|[{\"id\":7,\"name\":\"untitled\"}, \n {\"id\":8,\"name\":null}]||||",
	 0},
	{{"POST",
	  "/projects",
	  "columns=id,name&select=id,name",
	  "{\"id\":7}",
	  {JSON_TYPE, {"Prefer", "return=representation,missing=default"}}},
	 "|1|[{\"id\":7,\"name\":\"untitled\"}]||||",
	 0},
	{{"POST",
	  "/projects",
	  "select=id,clients(name),tasks(id),title",
	  "{\"id\":7,\"client_id\":1,\"name\":\"ab\"}",
	  {JSON_TYPE, ROWS}},
	 "|1|[{\"id\":7,\"clients\":{\"name\":\"Ada\"},\"tasks\":[],\"title\":\"AB\"}]||||",
	 0},
	{{"POST",
	  "/projects",
	  "select=*,first_task(id),title",
	  "{\"id\":7,\"client_id\":1}",
	  {JSON_TYPE, ROWS}},
	 "|1|[{\"id\":7,\"name\":\"untitled\",\"client_id\":1,\"data\":null,\"tags\":null,"
	 "\"search\":null,\"first_task\":null,\"title\":\"UNTITLED\"}]||||",
	 0},
	{{"POST", "/clients", "", "{\"id\":7}", {JSON_TYPE, {"Prefer", "return=headers-only"}}},
	 "|1||||{\"id\" : \"7\"}|",
	 0},
	{{"POST",
	  "/users_tasks",
	  "",
	  "{\"user_id\":2,\"task_id\":3}",
	  {JSON_TYPE, {"Prefer", "return=headers-only"}}},
	 "|1||||{\"user_id\" : \"2\", \"task_id\" : \"3\"}|",
	 0},
	{{"POST", "/clients", "", "[]", {JSON_TYPE, ROWS}}, "|0|[]||||", 0},
	{{"POST",
	  "/clients",
	  "select=name",
	  "id,name\n7,NULL\n8,\"a \"\"b\"\"\"",
	  {{"Content-Type", "text/csv"}, ROWS}},
	 "|2|[{\"name\":null}, \n {\"name\":\"a \\\"b\\\"\"}]||||",
	 0},
	{{"POST",
	  "/clients",
	  "select=name",
	  "id=7&name=a%20b",
	  {{"Content-Type", "application/x-www-form-urlencoded"}, ROWS}},
	 "|1|[{\"name\":\"a b\"}]||||",
	 0},
	{{"POST",
	  "/clients",
	  "select=name",
	  "{\"id\":7,\"name\":\"Cy\"}",
	  {JSON_TYPE, ROWS, {"Accept", "application/vnd.pgrst.object+json"}}},
	 "|1|{\"name\":\"Cy\"}||||",
	 0},
	{{"POST",
	  "/clients",
	  "select=name",
	  "{\"id\":7,\"name\":\"Cy\"}",
	  {JSON_TYPE, ROWS, {"Accept", "text/csv"}}},
	 "|1|name\nCy||||",
	 0},
};

static void inserts_what_was_sent(void **state)
{
	ASK(inserts_what_was_sent_list);
}

static const struct asked merges_and_ignores_duplicates_list[] = {
	{{"POST",
	  "/clients",
	  "",
	  "[{\"id\":1,\"name\":\"X\"},{\"id\":9,\"name\":\"Y\"}]",
	  {JSON_TYPE, {"Prefer", "return=representation,resolution=merge-duplicates"}}},
	 "|2|[{\"id\":1,\"name\":\"X\"}, \n {\"id\":9,\"name\":\"Y\"}]||||1",
	 0},
	{{"POST",
	  "/clients",
	  "",
	  "[{\"id\":1,\"name\":\"X\"}]",
	  {JSON_TYPE, {"Prefer", "resolution=merge-duplicates"}}},
	 "|1|||||0",
	 0},
	{{"POST",
	  "/clients",
	  "on_conflict=id",
	  "[{\"id\":1,\"name\":\"X\"},{\"id\":9,\"name\":\"Y\"}]",
	  {JSON_TYPE, {"Prefer", "return=representation,resolution=ignore-duplicates"}}},
	 "|1|[{\"id\":9,\"name\":\"Y\"}]||||",
	 0},
	{{"PUT", "/clients", "id=eq.1", "{\"id\":1,\"name\":\"X\"}", {JSON_TYPE, ROWS}},
	 "|1|[{\"id\":1,\"name\":\"X\"}]||||0",
	 0},
	{{"PUT", "/clients", "id=eq.9", "{\"id\":9,\"name\":\"X\"}", {JSON_TYPE}}, "|1|||||1", 0},
};

static void merges_and_ignores_duplicates(void **state)
{
	ASK(merges_and_ignores_duplicates_list);
}

static const struct asked updates_and_deletes_what_matches_list[] = {
	{{"PATCH", "/clients", "id=eq.1", "{\"name\":\"X\"}", {JSON_TYPE}}, "|1|||||", 0},
	{{"PATCH",
	  "/clients",
	  "id=gte.1&select=name,projects(name)&order=id",
	  "{\"name\":\"X\"}",
	  {JSON_TYPE, ROWS}},
	 "|2|[{\"name\":\"X\",\"projects\":[{\"name\":\"Nile\"}]}, \n "
	 "{\"name\":\"X\",\"projects\":[{\"name\":\"Niger\"}]}]||||",
	 0},
	{{"PATCH", "/clients", "id=eq.1", "{}", {JSON_TYPE, ROWS}}, "|0|[]||||", 0},
	{{"PATCH",
	  "/projects",
	  "id=eq.1&columns=name,data&select=name,data",
	  "{\"data\":{\"q\":1.50}}",
	  {JSON_TYPE, {"Prefer", "return=representation,missing=default"}}},
	 "|1|[{\"name\":\"untitled\",\"data\":{\"q\": 1.50}}]||||",
	 0},
	{{"PATCH",
	  "/projects",
	  "tasks=is.null&select=id,tasks(),clients!inner(id)",
	  "{\"client_id\":2}",
	  {JSON_TYPE, ROWS}},
	 "|1|[{\"id\":3,\"clients\":{\"id\":2}}]||||",
	 0},
	{{"DELETE", "/users_tasks", "user_id=eq.1", NULL, {ROWS}},
	 "|2|[{\"user_id\":1,\"task_id\":1}, \n {\"user_id\":1,\"task_id\":2}]||||",
	 0},
	{{"DELETE",
	  "/users_tasks",
	  "or=(user_id.eq.2,task_id.eq.2)&select=users(name)&order=task_id",
	  NULL,
	  {ROWS}},
	 "|2|[{\"users\":{\"name\":\"Vic\"}}, \n {\"users\":{\"name\":\"Ute\"}}]||||",
	 0},
};

static void updates_and_deletes_what_matches(void **state)
{
	ASK(updates_and_deletes_what_matches_list);
}

static const struct asked calls_functions_list[] = {
	{{"POST", "/rpc/echo", "", "[1, 2.50]", {JSON_TYPE}}, "|1|[1, 2.50]||", 0},
	{GET("/rpc/add", "a=1"), "|1|11||", 0},
	{GET("/rpc/add", "a=1&b=2&a=5"), "|1|7||", 0},
	{{"POST", "/rpc/add", "", "{\"b\":1,\"a\":2}", {JSON_TYPE}}, "|1|3||", 0},
	{{"POST", "/rpc/add", "columns=a", "{\"b\":1,\"a\":2}", {JSON_TYPE}}, "|1|12||", 0},
	{{"POST", "/rpc/add", "", "[{\"a\":2}]", {JSON_TYPE}}, "|1|12||", 0},
	{{"POST",
	  "/rpc/add",
	  "",
	  "a=2&b=3",
	  {{"Content-Type", "application/x-www-form-urlencoded"}}},
	 "|1|5||",
	 0},
	{{"POST", "/rpc/echo", "", "{\"q\":[1]}", {JSON_TYPE}}, "|1|{\"q\":[1]}||", 0},
	{{"POST", "/rpc/bytes", "", "abc", {{"Content-Type", "application/octet-stream"}}},
	 "|1|3||",
	 0},
	{GET("/rpc/numbers", "v=1&v=2"), "|2|[1, 2]||", 0},
	{{"POST", "/rpc/numbers", "limit=2&offset=1", "{\"v\":[4,5,6]}", {JSON_TYPE}},
	 "|2|[5, 6]||",
	 0},
	{{"POST", "/rpc/nothing", "", "", {JSON_TYPE}}, "|1|||", 0},
	{GET("/rpc/pairs", "n=3&select=b&a=gte.2&order=a.desc"),
	 "|2|[{\"b\":\"p3\"}, \n {\"b\":\"p2\"}]||", 0},
	{{"POST", "/rpc/pairs", "limit=1", "{\"n\":3}", {JSON_TYPE, {"Prefer", "count=exact"}}},
	 "3|1|[{\"a\":1,\"b\":\"p1\"}]||",
	 0},
	{GET("/rpc/projects_of", "client=1&select=id,clients(name),tasks(id)"),
	 "|1|[{\"id\":1,\"clients\":{\"name\":\"Ada\"},\"tasks\":[{\"id\":1}, \n "
	 "{\"id\":2}]}]||",
	 0},
	{GET("/rpc/projects_of", "client=1&select=id,first_task(id)"),
	 "|1|[{\"id\":1,\"first_task\":{\"id\":1}}]||", 0},
	{{"GET", "/rpc/pairs", "n=2", NULL, {{"Accept", "text/csv"}}}, "|2|a,b\n1,p1\n2,p2||", 0},
};

static void calls_functions(void **state)
{
	ASK(calls_functions_list);
}

static const struct asked quotes_odd_names_list[] = {
	{GET("/o\"dd", "select=\"i\\\"d\"&limit=5"), "|1|[{\"i\\\"d\":1}]||", 0},
	{{"POST", "/o\"dd", "", "{\"i\\\"d\":2,\"a b\":\"x\"}", {JSON_TYPE, ROWS}},
	 "|1|[{\"i\\\"d\":2,\"a b\":\"x    \"}]||||",
	 0},
};

static void quotes_odd_names(void **state)
{
	ASK(quotes_odd_names_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inserts_what_was_sent),
		cmocka_unit_test(merges_and_ignores_duplicates),
		cmocka_unit_test(updates_and_deletes_what_matches),
		cmocka_unit_test(calls_functions),
		cmocka_unit_test(quotes_odd_names),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
