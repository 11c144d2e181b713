/* rest_media_db_test.c: answers that are no JSON: by handlers of the database, and CSV; and views
 * whose triggers merge what is inserted. */
#include "rest_execute_test.h"

static const char schema[] =
	"CREATE SCHEMA api; CREATE SCHEMA hidden; CREATE ROLE web; GRANT USAGE ON SCHEMA api TO "
	"web;"
	"CREATE DOMAIN api.\"text/plain\" AS text; CREATE DOMAIN hidden.\"Image/PNG\" AS bytea;"
	"CREATE DOMAIN api.\"text/html\" AS varchar; CREATE DOMAIN api.\"*/*\" AS bytea;"
	"CREATE DOMAIN api.\"text/csv\" AS text; CREATE DOMAIN api.\"application/json\" AS json;"
	"CREATE DOMAIN api.\"application/vnd.pgrst.object+json\" AS text; CREATE DOMAIN api.words "
	"AS text;"
	"CREATE TABLE api.things (id integer PRIMARY KEY, name text);"
	"INSERT INTO api.things VALUES (1, 'one'), (2, '=two'), (3, NULL);"
	"CREATE TABLE api.others (id integer); INSERT INTO api.others VALUES (7);"
	"CREATE TABLE api.files (id integer, bytes bytea); INSERT INTO api.files VALUES"
	" (1, '\\x00ff'), (2, '\\x0a80');"
	/* functions */
	"CREATE FUNCTION api.plain() RETURNS api.\"text/plain\" LANGUAGE sql STABLE AS $$ SELECT "
	"'hi' $$;"
	"CREATE FUNCTION api.nothing() RETURNS api.\"text/html\" LANGUAGE sql STABLE AS $$ SELECT "
	"NULL $$;"
	"CREATE FUNCTION api.picture() RETURNS hidden.\"Image/PNG\" LANGUAGE sql STABLE AS"
	" $$ SELECT '\\x89504e47000d0a'::bytea $$;"
	"CREATE FUNCTION api.whatever() RETURNS api.\"*/*\" LANGUAGE sql STABLE AS $$ SELECT "
	"'any'::bytea $$;"
	"CREATE FUNCTION api.plains() RETURNS SETOF api.\"text/plain\" LANGUAGE sql STABLE AS $$ "
	"SELECT 'hi' $$;"
	"CREATE FUNCTION api.some_words() RETURNS api.words LANGUAGE sql STABLE AS $$ SELECT 'hi' "
	"$$;"
	"CREATE FUNCTION api.numbers() RETURNS SETOF integer LANGUAGE sql STABLE AS $$ VALUES (1), "
	"(-2) $$;"
	"CREATE FUNCTION api.all_things() RETURNS SETOF api.things LANGUAGE sql STABLE AS"
	" $$ SELECT * FROM api.things $$;"
	/* aggregates: of one relation, of any rows, over what is built in, of whatever is asked */
	"CREATE FUNCTION api.add_plain(text, api.things) RETURNS api.\"text/plain\" LANGUAGE sql AS"
	" $$ SELECT $1 || coalesce($2.name, '-') || ';' $$;"
	"CREATE AGGREGATE api.things_plain(api.things) (sfunc = api.add_plain, stype = "
	"api.\"text/plain\","
	" initcond = '');"
	"CREATE FUNCTION api.add_html(text, anyelement) RETURNS text LANGUAGE sql AS"
	" $$ SELECT $1 || '<p>' || $2::text $$;"
	"CREATE FUNCTION api.end_html(text) RETURNS api.\"text/html\" LANGUAGE sql AS $$ SELECT $1 "
	"|| '.' $$;"
	"CREATE AGGREGATE api.any_html(anyelement) (sfunc = api.add_html, stype = text, initcond = "
	"'',"
	" finalfunc = api.end_html);"
	"CREATE FUNCTION api.add_csv(text, api.others) RETURNS api.\"text/csv\" LANGUAGE sql AS"
	" $$ SELECT $1 || ';' || $2.id $$;"
	"CREATE AGGREGATE api.others_csv(api.others) (sfunc = api.add_csv, stype = "
	"api.\"text/csv\","
	" initcond = '=mine');"
	"CREATE FUNCTION api.add_json(json, api.others) RETURNS api.\"application/json\" LANGUAGE "
	"sql AS"
	" $$ SELECT json_build_object('only', $2.id) $$;"
	"CREATE AGGREGATE api.others_json(api.others) (sfunc = api.add_json, stype = "
	"api.\"application/json\");"
	"CREATE FUNCTION api.add_bytes(bytea, api.files) RETURNS api.\"*/*\" LANGUAGE sql AS"
	" $$ SELECT $1 || $2.bytes $$;"
	"CREATE AGGREGATE api.files_any(api.files) (sfunc = api.add_bytes, stype = api.\"*/*\", "
	"initcond = '');"
	"CREATE FUNCTION api.add_object(text, api.things) RETURNS "
	"api.\"application/vnd.pgrst.object+json\""
	" LANGUAGE sql AS $$ SELECT 'never' $$;"
	"CREATE AGGREGATE api.things_object(api.things) (sfunc = api.add_object,"
	" stype = api.\"application/vnd.pgrst.object+json\");"
	/* a view whose trigger merges */
	"CREATE TABLE hidden.people (id integer PRIMARY KEY, name text, times integer DEFAULT 1);"
	"INSERT INTO hidden.people VALUES (1, 'Ada', 1);"
	"CREATE VIEW api.people AS SELECT id, name, times FROM hidden.people WHERE id > 0 OFFSET 0;"
	"CREATE FUNCTION hidden.merge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ "
	"BEGIN"
	" INSERT INTO hidden.people AS p VALUES (new.id, new.name) ON CONFLICT (id) DO UPDATE"
	" SET name = coalesce(new.name, p.name), times = p.times + 1 RETURNING p.id, p.name, "
	"p.times INTO new;"
	" RETURN new; END $$;"
	"CREATE TRIGGER merged INSTEAD OF INSERT ON api.people FOR EACH ROW EXECUTE FUNCTION "
	"hidden.merge();"
	"GRANT ALL ON ALL TABLES IN SCHEMA api TO web;";

static int start(void **state)
{
	(void)state;
	return start_with(schema);
}

static void assert_answer(const char *path, const char *query, const char *accept, const char *type,
			  const char *expected)
{
	const char *body = get_as(path, query, accept);

	if (status != 200 || strcmp(body, expected) != 0)
		fail_msg("%s?%s as %s: %d %s", path, query, accept, status, body);
	assert_string_equal(unit_reply_header(req, "Content-Type"), type);
}

static void assert_bytes(const char *expected, size_t length)
{
	assert_int_equal(status, 200);
	assert_int_equal(fn_reply_length(fn_request_reply(req)), length);
	assert_memory_equal(unit_reply_text(req), expected, length);
}

static void assert_not_served(const char *path, const char *query, const char *accept)
{
	assert_string_equal(code_of(get_as(path, query, accept)), "PGRST107");
	assert_int_equal(status, 406);
}

/* ---- functions ---- */

static void functions_answer_in_the_type_of_their_domain(void **state)
{
	NEEDS_SERVER(state);
	assert_answer("/rpc/plain", "", "text/plain", "text/plain; charset=utf-8", "hi");
	assert_answer("/rpc/plain", "", "image/gif, Text/Plain;q=0.5", "text/plain; charset=utf-8",
		      "hi");
	assert_answer("/rpc/plain", "", NULL, "application/json; charset=utf-8", "\"hi\"");
	assert_answer("/rpc/nothing", "", "text/html", "text/html", "");
	(void)get_as("/rpc/picture", "", "image/png, */*");
	assert_bytes("\x89PNG\0\r\n", 7);
	assert_string_equal(unit_reply_header(req, "Content-Type"), "image/png");
	assert_not_served("/rpc/plain", "", "text/html");
	assert_not_served("/rpc/plains", "", "text/plain"); /* one value, not a set */
	assert_not_served("/rpc/some_words", "", "text/plain");
	assert_int_equal(send("HEAD", "/rpc/plain", "", NULL, "text/plain", NULL)[0], '\0');
	assert_string_equal(unit_reply_header(req, "Content-Type"), "text/plain; charset=utf-8");
}

static void functions_may_answer_whatever_is_asked(void **state)
{
	NEEDS_SERVER(state);
	assert_answer("/rpc/whatever", "", "a/b", "application/octet-stream", "any");
	assert_answer("/rpc/whatever", "", NULL, "application/octet-stream", "any");
	assert_answer("/rpc/whatever", "", "text/csv", "application/octet-stream", "any");
	/* but for what is PostgREST's own */
	(void)get_as("/rpc/whatever", "", "application/vnd.pgrst.object+json");
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/vnd.pgrst.object+json; charset=utf-8");
}

/* ---- aggregates ---- */

static void aggregates_make_types_of_the_rows_of_a_relation(void **state)
{
	NEEDS_SERVER(state);
	assert_answer("/things", "order=id", "text/plain", "text/plain; charset=utf-8",
		      "one;=two;-;");
	assert_answer("/things", "id=lt.3&order=id.desc&limit=1", "text/plain",
		      "text/plain; charset=utf-8", "=two;");
	assert_string_equal(unit_reply_header(req, "Content-Range"), "0-0/*");
	assert_answer("/things", "id=gt.9", "text/plain", "text/plain; charset=utf-8", "");
	assert_answer("/rpc/all_things", "id=eq.1", "text/plain", "text/plain; charset=utf-8",
		      "one;");
	assert_string_equal(send("POST", "/things", "", "{\"id\":9,\"name\":\"new\"}", "text/plain",
				 "return=representation, tx=rollback"),
			    "new;");
	assert_int_equal(status, 201);
	/* whole rows, and of no other relation */
	assert_not_served("/things", "select=id,name", "text/plain");
	assert_not_served("/others", "", "text/plain");
	assert_not_served("/others", "", "image/png");
}

static void aggregates_make_types_of_any_rows(void **state)
{
	NEEDS_SERVER(state);
	assert_answer("/others", "", "text/html", "text/html", "<p>(7).");
	assert_answer("/things", "select=id&order=id", "text/html", "text/html",
		      "<p>(1)<p>(2)<p>(3).");
	assert_answer("/rpc/all_things", "select=name&id=eq.1", "text/html", "text/html",
		      "<p>(one).");
}

static void aggregates_come_before_what_is_built_in(void **state)
{
	NEEDS_SERVER(state);
	assert_answer("/others", "", "text/csv", "text/csv; charset=utf-8", "=mine;7");
	assert_answer("/others", "", "application/json", "application/json; charset=utf-8",
		      "{\"only\" : 7}");
	assert_answer("/others", "select=id", "application/json", "application/json; charset=utf-8",
		      "[{\"id\":7}]");
	(void)get("/files", "");
	assert_bytes("\0\xff\n\x80", 4);
	assert_string_equal(unit_reply_header(req, "Content-Type"), "application/octet-stream");
	assert_answer("/things", "id=eq.1", "application/vnd.pgrst.object+json",
		      "application/vnd.pgrst.object+json; charset=utf-8",
		      "{\"id\":1,\"name\":\"one\"}");
}

/* ---- CSV ---- */

static void values_come_as_csv_too(void **state)
{
	NEEDS_SERVER(state);
	assert_answer("/rpc/numbers", "", "text/csv", "text/csv; charset=utf-8",
		      "pgrst_scalar\n1\n-2");
	assert_answer("/rpc/all_things", "id=lt.3&order=id", "text/csv", "text/csv; charset=utf-8",
		      "id,name\n1,one\n2,=two");
	assert_answer("/things", "id=gt.9", "text/csv", "text/csv; charset=utf-8", "\n");
}

static void formulas_are_defused_where_it_is_wanted(void **state)
{
	NEEDS_SERVER(state);
	settings.result.csv_guard = true;
	assert_answer("/things", "order=id", "text/csv", "text/csv; charset=utf-8",
		      "id,name\n1,one\n2,'=two\n3,");
	assert_answer("/rpc/numbers", "", "text/csv", "text/csv; charset=utf-8",
		      "pgrst_scalar\n1\n-2");
	/* who makes a type knows what is in it */
	assert_answer("/others", "", "text/csv", "text/csv; charset=utf-8", "=mine;7");
}

/* ---- one object of a set ---- */

static void one_value_of_a_set_is_one(void **state)
{
	static const char object[] = "application/vnd.pgrst.object+json";

	NEEDS_SERVER(state);
	assert_answer("/rpc/numbers", "limit=1", object,
		      "application/vnd.pgrst.object+json; charset=utf-8", "1");
	assert_string_equal(code_of(get_as("/rpc/numbers", "", object)), "PGRST116");
	assert_answer("/rpc/some_words", "", object,
		      "application/vnd.pgrst.object+json; charset=utf-8", "\"hi\"");
}

/* ---- views with triggers ---- */

static void an_upsert_to_a_view_is_merged_by_its_trigger(void **state)
{
	static const char merge[] = "return=representation, resolution=merge-duplicates",
			  ignore[] = "return=representation, resolution=ignore-duplicates",
			  both[] = "[{\"id\":1,\"name\":\"Bo\"},{\"id\":2,\"name\":\"Cy\"}]";

	NEEDS_SERVER(state);
	assert_true(rest_catalog_relation(catalog, "api", "people")->insert_by_trigger);
	assert_false(rest_catalog_relation(catalog, "api", "things")->insert_by_trigger);
	assert_string_equal(send("POST", "/people", "on_conflict=id&columns=id,name", both, NULL,
				 ignore),
			    "[{\"id\":2,\"name\":\"Cy\",\"times\":1}]");
	assert_int_equal(status, 201);
	assert_string_equal(send("POST", "/people", "on_conflict=id", "{\"id\":1,\"name\":\"Bo\"}",
				 NULL, merge),
			    "[{\"id\":1,\"name\":\"Bo\",\"times\":2}]");
	assert_string_equal(send("POST", "/people", "on_conflict=id&columns=id,name", both, NULL,
				 ignore),
			    "[]");
	assert_string_equal(send("PUT", "/people", "id=eq.2", "{\"id\":2,\"name\":\"Di\"}", NULL,
				 "return=representation"),
			    "[{\"id\":2,\"name\":\"Di\",\"times\":2}]");
	assert_string_equal(get("/people", "select=name,times&order=id"),
			    "[{\"name\":\"Bo\",\"times\":2}, \n {\"name\":\"Di\",\"times\":2}]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(functions_answer_in_the_type_of_their_domain),
		TEST(functions_may_answer_whatever_is_asked),
		TEST(aggregates_make_types_of_the_rows_of_a_relation),
		TEST(aggregates_make_types_of_any_rows),
		TEST(aggregates_come_before_what_is_built_in),
		TEST(values_come_as_csv_too),
		TEST(formulas_are_defused_where_it_is_wanted),
		TEST(one_value_of_a_set_is_one),
		TEST(an_upsert_to_a_view_is_merged_by_its_trigger),
	};

	return cmocka_run_group_tests(tests, start, stop_server);
}
