/* rest_openapi_db_test.c: what the description says of one of each construct of a real PostgreSQL.
 */
#include "rest_root_test.h"

static void begins_with_what_the_schema_says_of_itself(void **state)
{
	const struct json_object *all;

	NEEDS_SERVER(state);
	all = description("web");
	assert_text(PART(all, "swagger"), "\"2.0\"");
	assert_text(PART(all, "info"), "{\"title\":\"Projects\",\"description\":\"who does what,\\n"
				       "for whom\",\"version\":\"13.0\"}");
	assert_text(PART(all, "host"), "\"api.example.org:443\"");
	assert_text(PART(all, "basePath"), "\"/rest/v1\"");
	assert_text(PART(all, "schemes"), "[\"https\"]");
	assert_null(PART(all, "security"));
	assert_string_equal(unit_reply_header(req, "Content-Type"),
			    "application/openapi+json; charset=utf-8");
	assert_null(unit_reply_header(req, "Content-Profile"));
}

static void describes_columns(void **state)
{
	static const struct {
		const char *column, *expected;
	} table[] = {
		{"id", "{\"description\":\"Note:\\nThis is a Primary Key.<pk/>\","
		       "\"format\":\"integer\",\"type\":\"integer\"}"},
		{"client_id",
		 "{\"description\":\"who pays\\n\\nNote:\\nThis is a Foreign Key to "
		 "`clients.id`.<fk "
		 "table='clients' column='id'/>\",\"format\":\"integer\",\"type\":\"integer\"}"},
		{"tag", "{\"maxLength\":5,\"format\":\"character\",\"type\":\"string\"}"},
		{"price", "{\"default\":1.5,\"format\":\"numeric\",\"type\":\"number\"}"},
		{"mood", "{\"default\":\"ok\",\"enum\":[\"sad\",\"ok\",\"merry\"],\"format\":\"api."
			 "mood\",\"type\":\"string\"}"},
		{"code", "{\"default\":\"none\",\"maxLength\":9,\"format\":\"character varying\","
			 "\"type\":\"string\"}"},
		{"pair", "{\"format\":\"api.pair\",\"type\":\"string\"}"},
		{"list", "{\"format\":\"integer[]\",\"type\":\"array\",\"items\":{\"type\":"
			 "\"integer\"}}"},
		{"bits", "{\"maxLength\":3,\"format\":\"bit\",\"type\":\"string\"}"},
	};
	const struct json_object *all;

	NEEDS_SERVER(state);
	settings.mode = REST_ROOT_IGNORE_PRIVILEGES;
	all = description("web");
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		/* the SQL of a sequence is no number, so id has no default */
		assert_text(PART(all, "definitions", "projects", "properties", table[i].column),
			    table[i].expected);
	}
	assert_text(PART(all, "definitions", "projects", "required"), "[\"id\",\"code\"]");
	assert_text(PART(all, "definitions", "projects", "description"),
		    "\"What is done\\nin detail\"");
	/* a key through a view, and to the table rather than to a view of it */
	assert_text(
		PART(all, "definitions", "projects_seen"),
		"{\"properties\":{\"id\":{\"description\":\"Note:\\nThis is a Primary Key.<pk/>\","
		"\"format\":\"integer\",\"type\":\"integer\"},\"client_id\":{\"description\":"
		"\"Note:"
		"\\nThis is a Foreign Key to `clients.id`.<fk table='clients' column='id'/>\","
		"\"format\":\"integer\",\"type\":\"integer\"},\"mood\":{\"enum\":[\"sad\",\"ok\","
		"\"merry\"],\"format\":\"api.mood\",\"type\":\"string\"}},\"type\":\"object\"}");
	/* one to one: the side that holds the key */
	assert_text(
		PART(all, "definitions", "details", "properties", "project_id", "description"),
		"\"Note:\\nThis is a Primary Key.<pk/>\\nThis is a Foreign Key to `projects.id`."
		"<fk table='projects' column='id'/>\"");
}

static void shows_defaults_as_values_where_they_are_some(void **state)
{
	static const struct {
		const char *column, *expected;
	} table[] = {{"a b", "\"it's\""},
		     {"born", "\"2020-01-01\""},
		     {"on_", "true"},
		     {"made", "\"now()\""},
		     {"rest", "absent"},
		     {"big", "42"},
		     {"spoken", "\"('a'::text || 'b'::text)\""}};
	const struct json_object *all;

	NEEDS_SERVER(state);
	settings.mode = REST_ROOT_IGNORE_PRIVILEGES;
	all = description("web");
	for (size_t i = 0; i < FN_COUNT(table); i++)
		assert_text(PART(all, "definitions", "o/d~d 50%", "properties", table[i].column,
				 "default"),
			    table[i].expected);
	assert_text(PART(all, "paths", "/o/d~d 50%", "get", "responses", "200", "schema", "items"),
		    "{\"$ref\":\"#/definitions/o~1d~0d 50%25\"}");
	assert_text(PART(all, "parameters", "rowFilter.o/d~d 50%.a b"),
		    "{\"name\":\"a b\",\"required\":false,\"in\":\"query\",\"type\":\"string\"}");
}

static void gives_a_path_the_methods_that_are_taken(void **state)
{
	static const struct {
		const char *path;
		bool post, patch, delete;
	} table[] = {{"/clients", true, true, true},
		     {"/kept", false, false, false},
		     {"/nested", true, false, false},
		     {"/logs", true, true, true}};
	const struct json_object *all;

	NEEDS_SERVER(state);
	settings.mode = REST_ROOT_IGNORE_PRIVILEGES;
	all = description("web");
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *path = table[i].path;

		assert_non_null(PART(all, "paths", path, "get"));
		assert_int_equal(PART(all, "paths", path, "post") != NULL, table[i].post);
		assert_int_equal(PART(all, "paths", path, "patch") != NULL, table[i].patch);
		assert_int_equal(PART(all, "paths", path, "delete") != NULL, table[i].delete);
	}
	assert_null(PART(all, "paths", "/logs_old"));
	assert_text(PART(all, "paths", "/projects", "patch", "summary"), "\"What is done\"");
	assert_text(PART(all, "paths", "/projects", "patch", "description"), "\"in detail\"");
	assert_text(PART(all, "paths", "/clients", "patch", "parameters"),
		    "[{\"$ref\":\"#/parameters/rowFilter.clients.id\"},"
		    "{\"$ref\":\"#/parameters/rowFilter.clients.name\"},"
		    "{\"$ref\":\"#/parameters/body.clients\"},"
		    "{\"$ref\":\"#/parameters/preferReturn\"}]");
	assert_text(PART(all, "parameters", "body.clients"),
		    "{\"name\":\"clients\",\"description\":\"clients\",\"required\":false,\"in\":"
		    "\"body\",\"schema\":{\"$ref\":\"#/definitions/clients\"}}");
}

/* Every reference leads somewhere. */
static void check_references(const char *name, struct json_object *value, void *all)
{
	const char *text = fn_json_text(value);

	if (strcmp(name, "$ref") == 0 && text != NULL && strchr(text, '~') == NULL) {
		size_t kind = strcspn(text + 2, "/");

		if (PART(all, fn_arena_copy(fn_request_arena(req), text + 2, kind),
			 text + 3 + kind) == NULL)
			fail_msg("%s leads nowhere", text);
	}
	for (size_t i = 0; fn_json_type(value) == FN_JSON_ARRAY && i < fn_json_length(value); i++)
		check_references("", fn_json_at(value, i), all);
	if (fn_json_type(value) == FN_JSON_OBJECT)
		fn_json_each(value, check_references, all);
}

static void refers_to_what_is_there(void **state)
{
	struct json_object *all;

	NEEDS_SERVER(state);
	settings.mode = REST_ROOT_IGNORE_PRIVILEGES;
	all = description("web");
	fn_json_each(all, check_references, all);
}

static void describes_functions(void **state)
{
	const struct json_object *all;

	NEEDS_SERVER(state);
	settings.mode = REST_ROOT_IGNORE_PRIVILEGES;
	all = description("web");
	/* a variadic argument, of the overload that stands last */
	assert_text(
		PART(all, "paths", "/rpc/add", "get", "parameters"),
		"[{\"name\":\"a\",\"required\":true,\"in\":\"query\",\"format\":\"text\",\"type\":"
		"\"string\"},{\"name\":\"rest\",\"required\":true,\"in\":\"query\",\"type\":"
		"\"array\",\"collectionFormat\":\"multi\",\"items\":{\"format\":\"text\","
		"\"type\":\"string\"}}]");
	assert_null(PART(all, "paths", "/rpc/nothing", "get"));
	assert_text(fn_json_at(PART(all, "paths", "/rpc/nothing", "post", "parameters"), 0),
		    "{\"name\":\"args\",\"required\":true,\"in\":\"body\",\"schema\":{\"type\":"
		    "\"object\"}}");
	/* one that takes the whole body */
	assert_text(fn_json_at(PART(all, "paths", "/rpc/raw", "post", "parameters"), 0),
		    "{\"name\":\"args\",\"required\":true,\"in\":\"body\",\"schema\":{\"format\":"
		    "\"json\"}}");
	assert_text(PART(all, "paths", "/rpc/nothing", "post", "tags"), "[\"(rpc) nothing\"]");
	assert_null(PART(all, "paths", "/rpc/secret"));
	assert_null(PART(all, "paths", "/rpc/on_change"));
}

static void tells_how_a_token_is_sent_when_asked_to(void **state)
{
	const struct json_object *all;

	NEEDS_SERVER(state);
	settings.security = true;
	all = description("web");
	assert_text(PART(all, "security"), "[{\"JWT\":[]}]");
	assert_text(
		PART(all, "securityDefinitions", "JWT"),
		"{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"Authorization\","
		"\"description\":\"Add the token prepending \\\"Bearer \\\" (without quotes) to "
		"it\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(begins_with_what_the_schema_says_of_itself),
		ROOT_TEST(describes_columns),
		ROOT_TEST(shows_defaults_as_values_where_they_are_some),
		ROOT_TEST(gives_a_path_the_methods_that_are_taken),
		ROOT_TEST(refers_to_what_is_there),
		ROOT_TEST(describes_functions),
		ROOT_TEST(tells_how_a_token_is_sent_when_asked_to),
	};

	return cmocka_run_group_tests(tests, start, stop_server);
}
