/* rest_root_test.h: the root over a real PostgreSQL, for its tests: the catalog's fixture with
 * comments and rights, and the way from a request to the description. */
#ifndef REST_ROOT_TEST_H
#define REST_ROOT_TEST_H

#include "fn_json.h"
#include "fn_reply.h"
#include "rest_catalog_db.h"
#include "rest_parse.h"
#include "rest_root.h"

static const char described[] =
	"COMMENT ON SCHEMA api IS E'Projects\\n\\nwho does what,\\nfor whom';"
	"COMMENT ON TABLE api.projects IS E'What is done\\nin detail';"
	"COMMENT ON COLUMN api.projects.client_id IS 'who pays';"
	"COMMENT ON FUNCTION api.add(integer, integer) IS E'Adds\\ntwo numbers';"
	"CREATE TABLE api.\"o/d~d 50%\" (id integer PRIMARY KEY, \"a b\" varchar(7) DEFAULT "
	"'it''s',"
	" born date DEFAULT '2020-01-01', spoken text DEFAULT 'a' || 'b', on_ boolean DEFAULT true,"
	" made timestamptz DEFAULT now(), rest jsonb DEFAULT '{}', big bigint DEFAULT 42);"
	"CREATE VIEW api.projects_seen AS SELECT id, client_id, mood FROM api.projects;"
	"CREATE FUNCTION api.hello() RETURNS json STABLE LANGUAGE sql AS"
	" $$ SELECT '{\"swagger\": \"mine\"}'::json $$;"
	"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA api FROM PUBLIC;"
	"GRANT EXECUTE ON FUNCTION api.add(integer, integer) TO web;"
	"GRANT SELECT ON api.clients TO web; GRANT UPDATE (tag) ON api.projects TO web;"
	"GRANT web TO plain;";

static const char *const everybody[] = {NULL};
static struct rest_root_settings settings;
static struct rest_parse_settings parsing;
static struct unit_request like;

static inline int start(void **state)
{
	(void)start_server(state);
	if (has_server)
		(void)unit_postgres_sql(described);
	return 0;
}

static inline int set_up_root(void **state)
{
	static const char *const schemas[] = {"api", "other", NULL};

	(void)set_up(state);
	settings =
		(struct rest_root_settings){.roles = everybody,
					    .server = {"https", "api.example.org:443", "/rest/v1"}};
	parsing = (struct rest_parse_settings){.schemas = schemas};
	like = (struct unit_request){.method = "GET", .path = "/"};
	return 0;
}

/* ---- asking ---- */

static inline struct fn_error *ask(const char *role)
{
	static const char *const none[] = {NULL};
	const struct rest_execute_settings execute = {.extra_search_path = none};
	const struct rest_identity identity = {.role = role, .claims = "{}"};
	struct rest_query query;

	fn_request_free(req);
	req = unit_request(&like);
	FN_TRY(rest_parse(req, &parsing, &query));
	assert_true(query.is_root);
	FN_TRY(rest_root_check(req, &settings, &identity));
	assert_int_equal(query.action, REST_ROOT);
	return rest_root(req, &settings, &execute, catalog, &identity, &query);
}

static inline struct json_object *description(const char *role)
{
	const struct fn_reply *reply;
	struct fn_error *error = ask(role);
	const char *why = "";
	struct json_object *document;

	if (error != NULL)
		fail_msg("%s: %s", error->message->code, error->message->en);
	reply = fn_request_reply(req);
	assert_int_equal(reply->status, 200);
	document =
		fn_json_parse(fn_request_arena(req), reply->body.bytes, reply->body.length, &why);
	if (document == NULL)
		fail_msg("no JSON: %s", why);
	return document;
}

/* A member of a member; the names end with NULL. */
static inline struct json_object *find(const struct json_object *from, const char *const *names)
{
	struct json_object *at = NULL;

	for (; *names != NULL; names++) {
		at = fn_json_get(from, *names);
		from = at;
	}
	return at;
}
#define PART(from, ...) find(from, (const char *const[]){__VA_ARGS__, NULL})

static inline void assert_text(struct json_object *part, const char *expected)
{
	assert_string_equal(part == NULL ? "absent" : fn_json_write(part, NULL), expected);
}

static inline void assert_refused(const struct fn_error *error, int status, const char *code)
{
	assert_non_null(error);
	assert_int_equal(error->message->status, status);
	assert_string_equal(error->message->code, code);
}

#define ROOT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_root, tear_down)

#endif
