/* rest_execute_db_test.c: what the database gave, as an answer: rows one by one, plans, words of
 * SQL, statements that cost too much. */
#include "rest_execute_test.h"

static const char schema[] =
	"CREATE SCHEMA api; CREATE ROLE web; GRANT USAGE ON SCHEMA api TO web;"
	"CREATE TABLE api.things (id integer PRIMARY KEY, name text);"
	"INSERT INTO api.things SELECT g, 'thing ' || g FROM generate_series(1, 2000) g;"
	"CREATE TABLE api.late (id integer, twin integer UNIQUE DEFERRABLE INITIALLY DEFERRED);"
	"CREATE VIEW api.wide AS SELECT id, repeat('x', 1000) AS x FROM api.things;"
	"CREATE VIEW api.failing AS SELECT id, repeat('x', 1000), 1 / (1500 - id) AS q"
	" FROM api.things ORDER BY id;"
	"CREATE FUNCTION api.say(headers text, status text) RETURNS integer LANGUAGE sql VOLATILE "
	"AS"
	" $$ SELECT set_config('response.headers', headers, true);"
	" SELECT set_config('response.status', status, true); SELECT 1 $$;"
	"CREATE FUNCTION api.much_read() RETURNS text STABLE LANGUAGE sql RETURN repeat('x', "
	"9000000);"
	"CREATE FUNCTION api.much_written() RETURNS text LANGUAGE sql RETURN repeat('x', 9000000);"
	"CREATE VIEW api.speaking AS SELECT id, set_config('response.headers',"
	" '[{\"X-From\":\"SQL\"},{\"content-type\":\"text/special\"},{\"Set-Cookie\":\"a=1\"},"
	"{\"Set-Cookie\":\"b=2\"},{\"Content-Length\":\"7\"}]', true) IS NULL AS a,"
	" set_config('response.status', '203', true) IS NULL AS b FROM api.things;"
	"CREATE FUNCTION api.raise(detail text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
	" RAISE SQLSTATE 'PGRST' USING MESSAGE = '{\"code\":\"mine\",\"message\":\"no\"}',"
	" DETAIL = detail; END $$;"
	"GRANT ALL ON ALL TABLES IN SCHEMA api TO web; ANALYZE;";

static int start(void **state)
{
	(void)state;
	return start_with(schema);
}

/* ---- row by row ---- */

static void lists_come_row_by_row_and_look_like_any_other(void **state)
{
	const char *body;

	NEEDS_SERVER(state);
	body = get("/things", "select=id&id=lt.4&order=id");
	assert_int_equal(status, 200);
	assert_non_null(fn_request_reply(req)->spool);
	assert_string_equal(body, "[{\"id\":1}, \n {\"id\":2}, \n {\"id\":3}]");
	assert_string_equal(unit_reply_header(req, "Content-Range"), "0-2/*");
	assert_string_equal(get("/things", "id=lt.0"), "[]");
	assert_string_equal(unit_reply_header(req, "Content-Range"), "*/*");
	body = get("/wide", "");
	assert_int_equal(strlen(body), fn_reply_length(fn_request_reply(req)));
	assert_string_equal(unit_reply_header(req, "Content-Range"), "0-1999/*");
	assert_non_null(strstr(body, "{\"id\":2000,"));
	assert_string_equal(get_as("/things", "id=eq.7&select=name",
				   "application/vnd.pgrst.array+json;nulls=stripped"),
			    "[{\"name\":\"thing 7\"}]");
}

/* What a lost connection cut short is no part of the answer. */
static void rows_that_begin_anew_leave_nothing_of_before(void **state)
{
	const struct rest_query query = {.action = REST_READ};
	const struct rest_plan plan = {.media = REST_JSON, .row_by_row = true, .read_only = true};
	struct rest_outcome outcome = {0};
	struct fn_script_result result;
	struct rest_rows *rows;

	NEEDS_SERVER(state);
	(void)get("/things", "id=eq.1"); /* a request to work in */
	rows = rest_rows_new(req, 12);
	for (int try = 0; try < 3; try++) {
		struct fn_script_step step = {.text = "SELECT '{\"a\":1}'",
					      .reader = &rows->reader};

		fn_script_run(req, "BEGIN READ ONLY", &step, 1, true, &result);
		assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	}
	assert_null(rest_result_read(req, &settings.result, &query, &plan,
				     &(struct rest_results){.rows = rows}, &outcome));
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(fn_spool_length(outcome.spool), strlen("[{\"a\":1}]"));
}

static void a_failure_in_the_middle_is_a_clean_error(void **state)
{
	NEEDS_SERVER(state);
	assert_string_equal(code_of(get("/failing", "")), "22012");
	assert_int_equal(status, 400);
	assert_null(fn_request_reply(req)->spool);
	assert_null(unit_reply_header(req, "Content-Range"));
	assert_string_equal(get("/things", "select=id&id=eq.1&limit=500"), "[{\"id\":1}]");
}

static void an_answer_has_a_ceiling(void **state)
{
	NEEDS_SERVER(state);
	settings.result.answer_max = 500000;
	assert_string_equal(code_of(get("/wide", "")), "54000");
	assert_int_equal(status, 400);
	/* it is not read to its end, where it would fail */
	assert_string_equal(code_of(get("/failing", "")), "54000");
	(void)get("/wide", "limit=400");
	assert_int_equal(status, 200);
	settings.result.answer_max = 20; /* the last byte counts too */
	(void)get("/things", "select=id&id=lt.3&order=id");
	assert_int_equal(status, 400);
	(void)get("/things", "select=id&id=eq.1&limit=500");
	assert_int_equal(status, 200);
	/* what comes whole is measured too, but what may have been written is answered */
	assert_string_equal(code_of(get("/rpc/much_read", "")), "54000");
	assert_int_equal(strlen(send("POST", "/rpc/much_written", "", "{}", NULL, NULL)), 9000002);
	assert_int_equal(status, 200);
	assert_string_equal(send("POST", "/things", "select=id,name",
				 "{\"id\":3001,\"name\":\"longer than the ceiling\"}", NULL,
				 "return=representation, tx=rollback"),
			    "[{\"id\":3001,\"name\":\"longer than the ceiling\"}]");
	assert_int_equal(status, 201);
}

/* ---- what SQL has to say ---- */

static void sql_sets_headers_and_status_of_lists_too(void **state)
{
	NEEDS_SERVER(state);
	for (int list = 0; list < 2; list++) {
		(void)get("/speaking", list ? "limit=500" : "id=eq.1&limit=1");
		assert_int_equal(fn_request_reply(req)->spool != NULL, list);
		assert_int_equal(status, 203);
		assert_string_equal(unit_reply_header(req, "X-From"), "SQL");
		assert_string_equal(unit_reply_header(req, "Content-Type"), "text/special");
		assert_null(strstr(fn_request_reply(req)->headers.bytes, "application/json"));
		assert_null(unit_reply_header(req, "Content-Length"));
		assert_non_null(strstr(fn_request_reply(req)->headers.bytes,
				       "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
	}
}

static void words_of_sql_that_make_no_sense_are_500(void **state)
{
	static const char *const headers[] = {"{}",
					      "x",
					      "[1]",
					      "[{\"a\":\"b\",\"c\":\"d\"}]",
					      "[{\"a\":1}]",
					      "[{\"a b\":\"c\"}]",
					      "[{\"\":\"c\"}]"};
	static const char *const statuses[] = {"x", "20", "600", "200 "};

	NEEDS_SERVER(state);
	for (size_t i = 0; i < FN_COUNT(headers); i++) {
		const char *body =
			fn_arena_format(arena, "{\"headers\":%s,\"status\":\"\"}",
					fn_json_write(fn_json_keep(arena,
								   fn_json_from_text(headers[i])),
						      NULL));

		assert_string_equal(code_of(send("POST", "/rpc/say", "", body, NULL, NULL)),
				    "PGRST111");
		assert_int_equal(status, 500);
	}
	for (size_t i = 0; i < FN_COUNT(statuses); i++) {
		const char *body =
			fn_arena_format(arena, "{\"headers\":\"\",\"status\":\"%s\"}", statuses[i]);

		assert_string_equal(code_of(send("POST", "/rpc/say", "", body, NULL, NULL)),
				    "PGRST112");
	}
	(void)send("POST", "/rpc/say", "", "{\"headers\":\"[]\",\"status\":\"418\"}", NULL, NULL);
	assert_int_equal(status, 418);
}

static void sql_raises_whole_answers(void **state)
{
	NEEDS_SERVER(state);
	assert_string_equal(
		code_of(send("POST", "/rpc/raise", "",
			     "{\"detail\":\"{\\\"status\\\":402,\\\"headers\\\":{\\\"X-Pay\\\":"
			     "\\\"now\\\",\\\"Status\\\":\\\"200\\\"}}\"}",
			     NULL, NULL)),
		"mine");
	assert_int_equal(status, 402);
	assert_string_equal(unit_reply_header(req, "X-Pay"), "now");
	assert_null(unit_reply_header(req, "Status"));
	assert_string_equal(code_of(send("POST", "/rpc/raise", "", "{\"detail\":\"no\"}", NULL,
					 NULL)),
			    "PGRST121");
}

/* ---- EXPLAIN ---- */

static void shows_plans_as_text_and_as_json(void **state)
{
	const char *body, *why;

	NEEDS_SERVER(state);
	body = get_as("/things", "id=eq.5",
		      "application/vnd.pgrst.plan+text; for=\"application/json\";"
		      " options=analyze|verbose;");
	assert_int_equal(status, 200);
	assert_non_null(strstr(body, "Index Scan"));
	assert_non_null(strstr(body, "\n  Output: "));
	assert_non_null(strstr(body, "Execution Time: "));
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/vnd.pgrst.plan+text; for=\"application/json\";"
			    " options=analyze|verbose; charset=utf-8");
	assert_null(unit_reply_header(req, "Content-Range"));
	body = send("GET", "/things", "", NULL,
		    "application/vnd.pgrst.plan+json; options=", "count=planned");
	assert_non_null(fn_json_get(fn_json_at(fn_json_parse(fn_request_arena(req), body,
							     strlen(body), &why),
					       0),
				    "Plan"));
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/vnd.pgrst.plan+json; for=\"application/json\";"
			    " charset=utf-8");
}

static void a_plan_is_for_another_type(void **state)
{
	static const char csv[] = "application/vnd.pgrst.plan+text; for=\"text/csv\"; "
				  "options=verbose|nonsense|verbose";

	NEEDS_SERVER(state);
	assert_non_null(strstr(get_as("/things", "", csv), "string_agg"));
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/vnd.pgrst.plan+text; for=\"text/csv\"; options=verbose;"
			    " charset=utf-8");
	assert_non_null(
		strstr(get_as("/things", "",
			      "application/vnd.pgrst.plan;"
			      " for=\"application/vnd.pgrst.object+json\"; options=verbose"),
		       "-> 0"));
	assert_string_equal(code_of(get_as("/things", "",
					   "application/vnd.pgrst.plan; for=\"text/x\"")),
			    "PGRST107");
	assert_string_equal(code_of(get_as("/things", "",
					   "application/vnd.pgrst.plan;"
					   " for=\"application/vnd.pgrst.plan\"")),
			    "PGRST107");
}

static void plans_are_nobodys_business_where_they_are_off(void **state)
{
	NEEDS_SERVER(state);
	plan_enabled = false;
	assert_string_equal(code_of(get_as("/things", "", "application/vnd.pgrst.plan+json")),
			    "PGRST107");
	assert_int_equal(status, 406);
	(void)get_as("/things", "", "application/vnd.pgrst.plan+json, application/json;q=0.1");
	assert_int_equal(status, 200);
}

/* As EXPLAIN itself: with `analyze` it happens, unless it is to be rolled back. */
static void plans_of_writes_write_only_when_analyzed(void **state)
{
	static const char plan[] = "application/vnd.pgrst.plan+text",
			  analyze[] = "application/vnd.pgrst.plan+text; options=analyze";

	NEEDS_SERVER(state);
	assert_non_null(
		strstr(send("POST", "/things", "", "{\"id\":3002}", plan, NULL), "Insert on"));
	assert_int_equal(status, 200);
	(void)send("PUT", "/things", "id=eq.3002", "{\"id\":3002}", plan, NULL);
	assert_int_equal(status, 200);
	(void)send("POST", "/things", "", "{\"id\":3002}", analyze, "tx=rollback");
	assert_string_equal(get("/things", "id=eq.3002"), "[]");
	(void)send("POST", "/things", "", "{\"id\":3002}", analyze, NULL);
	assert_int_equal(status, 200);
	assert_string_equal(get("/things", "id=eq.3002&select=id"), "[{\"id\":3002}]");
	(void)send("DELETE", "/things", "id=eq.3002", NULL, analyze,
		   "return=representation, handling=strict, max-affected=0");
	assert_int_equal(status, 200);
	assert_string_equal(get("/things", "id=eq.3002"), "[]");
}

/* ---- the end of the transaction ---- */

static void a_failure_at_commit_is_an_answer(void **state)
{
	NEEDS_SERVER(state);
	(void)send("POST", "/late", "", "[{\"id\":1,\"twin\":1},{\"id\":2,\"twin\":1}]", NULL,
		   "return=representation");
	assert_int_equal(status, 409);
	(void)send("POST", "/late", "", "[{\"id\":1,\"twin\":1},{\"id\":2,\"twin\":1}]", NULL,
		   "tx=rollback");
	assert_int_equal(status, 409);
	assert_string_equal(get("/late", ""), "[]");
}

/* ---- cost ---- */

static void what_costs_too_much_is_not_begun(void **state)
{
	NEEDS_SERVER(state);
	(void)unit_postgres_sql("ALTER ROLE web SET pgrst.cost_max = '20'");
	load();
	assert_string_equal(code_of(get("/things", "select=id,name&order=name")), "54001");
	assert_int_equal(status, 400);
	(void)get("/things", "select=id,name&order=id&limit=9");
	assert_int_equal(status, 200);
	/* the same text with another limit is another question, as is a plan that runs it */
	(void)get("/things", "select=id,name&order=id&limit=1000");
	assert_int_equal(status, 400);
	assert_string_equal(code_of(get_as("/things", "select=id,name&order=name",
					   "application/vnd.pgrst.plan; options=analyze")),
			    "54001");
	(void)get_as("/things", "select=id,name&order=name", "application/vnd.pgrst.plan");
	assert_int_equal(status, 200); /* this one does not run it */
	(void)send("PATCH", "/things", "id=gt.0", "{\"name\":\"x\"}", NULL, NULL);
	assert_int_equal(status, 400);
	/* one that does not plan says so itself, and is asked again when it does */
	assert_string_equal(code_of(get("/things", "select=nothing&limit=5")), "42703");
	assert_string_equal(code_of(get("/things", "id=gt.x&order=name")), "22P02");
	assert_string_equal(code_of(get("/things", "id=gt.0&order=name")), "54001");
	/* what was found cheap is not asked again */
	(void)unit_postgres_sql("ALTER ROLE web SET pgrst.cost_max = '0.001'");
	load();
	(void)get("/things", "select=id,name&order=id&limit=9");
	assert_int_equal(status, 200);
	(void)get("/things", "select=id,name&order=id&limit=99");
	assert_int_equal(status, 400);
	/* of others nothing is asked, and what is no number is no ceiling */
	(void)unit_postgres_sql("ALTER ROLE web SET pgrst.cost_max = 'much'");
	load();
	(void)get("/things", "select=id,name&order=name");
	assert_int_equal(status, 200);
	(void)unit_postgres_sql("ALTER ROLE web RESET pgrst.cost_max");
	load();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_come_row_by_row_and_look_like_any_other),
		TEST(rows_that_begin_anew_leave_nothing_of_before),
		TEST(a_failure_in_the_middle_is_a_clean_error),
		TEST(an_answer_has_a_ceiling),
		TEST(sql_sets_headers_and_status_of_lists_too),
		TEST(words_of_sql_that_make_no_sense_are_500),
		TEST(sql_raises_whole_answers),
		TEST(shows_plans_as_text_and_as_json),
		TEST(a_plan_is_for_another_type),
		TEST(plans_are_nobodys_business_where_they_are_off),
		TEST(plans_of_writes_write_only_when_analyzed),
		TEST(a_failure_at_commit_is_an_answer),
		TEST(what_costs_too_much_is_not_begun),
	};

	return cmocka_run_group_tests(tests, start, stop_server);
}
