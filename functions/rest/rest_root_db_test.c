/* rest_root_db_test.c: to whom the root of the data API is shown, in which form, and what may stand
 * in for it. */
#include "rest_root_test.h"

/* ---- to whom ---- */

static void shows_what_the_caller_may_use(void **state)
{
	static const char *const roles[] = {"web", "plain"}; /* plain has what web has */
	const struct json_object *all;

	NEEDS_SERVER(state);
	for (size_t i = 0; i < FN_COUNT(roles); i++) {
		all = description(roles[i]);
		assert_int_equal(fn_json_length(PART(all, "definitions")), 2);
		assert_non_null(PART(all, "definitions", "clients"));
		/* a right to one column is one */
		assert_non_null(PART(all, "definitions", "projects"));
		assert_int_equal(fn_json_length(PART(all, "paths")), 4);
		/* of two overloads the one that may be called */
		assert_text(PART(all, "paths", "/rpc/add", "post", "summary"), "\"Adds\"");
		assert_text(PART(all, "paths", "/rpc/add", "post", "description"),
			    "\"two numbers\"");
		assert_null(strstr(unit_reply_text(req), "passports"));
		assert_null(strstr(unit_reply_text(req), "listing"));
	}
	assert_int_equal(fn_json_length(PART(description("login"), "definitions")), 0);
	settings.mode = REST_ROOT_IGNORE_PRIVILEGES;
	assert_true(fn_json_length(PART(description("login"), "definitions")) > 10);
}

static void shows_nothing_to_who_is_not_named(void **state)
{
	static const char *const named[] = {"web", "login", NULL};

	NEEDS_SERVER(state);
	settings.roles = named;
	assert_null(ask("login"));
	assert_refused(ask("plain"), 404, "PGRST126");
	settings.mode = REST_ROOT_DISABLED;
	assert_refused(ask("login"), 404, "PGRST126");
	assert_null(fn_json_get_text(ask("login")->detail, "hint"));
}

static void follows_profile_and_accept(void **state)
{
	NEEDS_SERVER(state);
	settings.mode = REST_ROOT_IGNORE_PRIVILEGES;
	like.headers[0] = (struct unit_header){"Accept-Profile", "other"};
	like.headers[1] = (struct unit_header){"Accept", "text/html, application/json"};
	assert_int_equal(fn_json_length(PART(description("web"), "definitions")), 1);
	assert_string_equal(unit_reply_header(req, "Content-Profile"), "other");
	like.headers[1].value = "text/csv, application/vnd.pgrst.object+json";
	assert_refused(ask("web"), 406, "PGRST107");
	like.headers[1].value = "application/vnd.pgrst.array+json";
	assert_refused(ask("web"), 406, "PGRST107");
	like.headers[1].value = "Application/OpenAPI+JSON;q=0.2, text/csv";
	like.method = "HEAD";
	assert_null(ask("web"));
	assert_string_equal(unit_reply_text(req), "");
	like.method = "POST";
	assert_refused(ask("web"), 405, "PGRST117");
}

static void survives_a_schema_that_has_gone(void **state)
{
	static const char *const schemas[] = {"gone", NULL};
	const struct json_object *all;

	NEEDS_SERVER(state);
	parsing.schemas = schemas;
	all = description("web");
	assert_text(PART(all, "definitions"), "{}");
	assert_text(PART(all, "info", "title"), "\"PostgREST API\"");
}

/* ---- a function instead ---- */

static struct fn_error *ask_function(struct rest_query *query)
{
	static const char *const none[] = {NULL};
	const struct rest_execute_settings execute = {.extra_search_path = none};
	const struct rest_plan_settings planning = {.extra_search_path = none};
	const struct rest_identity identity = {.role = "postgres", .claims = "{}"};
	struct rest_outcome outcome;
	struct rest_plan plan;

	fn_request_free(req);
	req = unit_request(&like);
	FN_TRY(rest_parse(req, &parsing, query));
	FN_TRY(rest_root_check(req, &settings, &identity));
	FN_TRY(rest_plan(req, catalog, &planning, query, &plan));
	FN_TRY(rest_execute(req, &execute, catalog, &identity, query, &plan, &outcome));
	return rest_reply(req, query, &plan, &outcome, false);
}

static void lets_a_function_answer_instead(void **state)
{
	static const char *const other[] = {"other", "api", NULL};
	struct rest_query query;

	NEEDS_SERVER(state);
	settings.mode = REST_ROOT_DISABLED;
	settings.has_function = true;
	parsing.root_function = "hello";
	assert_null(ask_function(&query));
	assert_true(query.is_root && query.action == REST_CALL);
	assert_string_equal(unit_reply_text(req), "{\"swagger\": \"mine\"}");
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/json; charset=utf-8");
	like.headers[0] = (struct unit_header){"Accept", "text/html, application/openapi+json"};
	assert_null(ask_function(&query));
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/openapi+json; charset=utf-8");
	/* in a schema of its own */
	parsing.schemas = other;
	assert_refused(ask_function(&query), 404, "PGRST202");
	parsing.root_schema = "api";
	assert_null(ask_function(&query));
	like.method = "POST";
	assert_refused(ask_function(&query), 405, "PGRST117");
	/* a relation is not described, whatever stands in for the root */
	like.method = "GET";
	like.path = "/clients";
	like.headers[1] = (struct unit_header){"Accept-Profile", "api"};
	assert_refused(ask_function(&query), 406, "PGRST107");
	like.path = "/";
	like.method = "OPTIONS";
	fn_request_free(req);
	req = unit_request(&like);
	assert_null(rest_parse(req, &parsing, &query));
	assert_true(query.is_root && query.action == REST_OPTIONS && query.name == NULL);
}

/* ---- where it is ---- */

static void reads_where_the_api_is(void **state)
{
	static const struct {
		const char *url, *scheme, *host, *path; /* scheme NULL: none */
	} table[] = {
		{"https://example.org", "https", "example.org:443", "/"},
		{"http://example.org/a/b", "http", "example.org:80", "/a/b"},
		{"http://127.0.0.1:8080/rest/v1", "http", "127.0.0.1:8080", "/rest/v1"},
		{"https://[::1]:8443/", "https", "[::1]:8443", "/"},
		{.url = "ftp://example.org"},
		{.url = "example.org"},
		{.url = "https://"},
		{.url = "https:///path"},
		{.url = "https://example.org:0"},
		{.url = "https://example.org:99999"},
		{.url = "https://example.org:80x"},
		{.url = "https://example.org:"},
		{.url = "https://user@example.org"},
		{.url = "https://example.org/?a"},
		{.url = "https://example.org/#a"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct rest_openapi_server server;
		bool read = rest_openapi_server(arena, table[i].url, &server);

		if (read != (table[i].scheme != NULL))
			fail_msg("%s", table[i].url);
		if (!read)
			continue;
		assert_string_equal(server.scheme, table[i].scheme);
		assert_string_equal(server.host, table[i].host);
		assert_string_equal(server.path, table[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(shows_what_the_caller_may_use),
		ROOT_TEST(shows_nothing_to_who_is_not_named),
		ROOT_TEST(follows_profile_and_accept),
		ROOT_TEST(survives_a_schema_that_has_gone),
		ROOT_TEST(lets_a_function_answer_instead),
		ROOT_TEST(reads_where_the_api_is),
	};

	return cmocka_run_group_tests(tests, start, stop_server);
}
