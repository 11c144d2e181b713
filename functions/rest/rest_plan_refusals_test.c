/* rest_plan_refusals_test.c: what the planner refuses, how answers are fetched, and that names and
 * values of a client stay names and values. */
#include "rest_plan_test.h"

struct refused {
	struct sent sent;
	int status;
	const char *code, *says; /* part of the message */
};

static void assert_refused(const struct refused *refused)
{
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made;
	struct fn_error *error = plan(&refused->sent, &like, &req, &made);

	if (error == NULL) {
		fail_msg("%s?%s was not refused", refused->sent.path, refused->sent.query);
		return;
	}
	assert_string_equal(error->message->code, refused->code);
	assert_int_equal(error->message->status, refused->status);
	assert_non_null(strstr(error->message->en, refused->says));
	fn_request_free(req);
}

#define REFUSED(list)                                                                              \
	do {                                                                                       \
		(void)state;                                                                       \
		for (size_t i = 0; i < FN_COUNT(list); i++)                                        \
			assert_refused(&(list)[i]);                                                \
	} while (0)
#define JSON TYPED("application/json")
#define POST(path, query, body)                                                                    \
	{                                                                                          \
		"POST", path, query, body,                                                         \
		{                                                                                  \
			JSON                                                                       \
		}                                                                                  \
	}

static void refuses_what_the_catalog_lacks(void **state)
{
	static const struct refused list[] = {
		{GET("/none", ""), 404, "PGRST205", "'api.none'"},
		{GET("/projects", "select=users(id)"), 400, "PGRST200", "'users'"},
		{GET("/projects", "select=clients!none(id)"), 400, "PGRST200", "'clients'"},
		{GET("/projects", "order=tasks(id)&select=tasks(id)"), 400, "PGRST118", "'tasks'"},
		{GET("/projects", "order=clients(id)"), 400, "PGRST108", "'clients'"},
		{POST("/clients", "", "{\"nome\":1}"), 400, "PGRST204",
		 "'nome' column of 'clients'"},
		{POST("/clients", "columns=nome", "{}"), 400, "PGRST204", "'nome'"},
		{GET("/rpc/none", ""), 404, "PGRST202", "api.none"},
		{GET("/rpc/add", "b=1"), 404, "PGRST202", "api.add(b)"},
		{POST("/rpc/add", "", "{\"a\":1,\"c\":2}"), 404, "PGRST202", "api.add(a, c)"},
		{GET("/rpc/twice", "a=1"), 300, "PGRST203",
		 "api.twice(a => integer), api.twice(a => text)"},
		{GET("/rpc/pairs", "n=1&select=tasks(id)"), 400, "PGRST200", "'tasks'"},
	};

	REFUSED(list);
}

static void refuses_bodies(void **state)
{
	static const struct refused list[] = {
		{POST("/clients", "", "{"), 400, "PGRST102", "Empty or invalid json"},
		{POST("/clients", "", ""), 400, "PGRST102", "Empty or invalid json"},
		{POST("/clients", "", "[{\"id\":1},{\"name\":2}]"), 400, "PGRST102",
		 "All object keys must match"},
		{POST("/clients", "", "[{\"id\":1},{\"id\":2,\"name\":2}]"), 400, "PGRST102",
		 "All object keys must match"},
		{POST("/clients", "", "[1]"), 400, "PGRST102", "All object keys must match"},
		{{"POST", "/clients", "", "id,name\n1", {TYPED("text/csv")}},
		 400,
		 "PGRST102",
		 "All lines must have same number of fields"},
		{{"POST", "/clients", "", "id\n\"1", {TYPED("text/csv")}},
		 400,
		 "PGRST102",
		 "invalid CSV"},
	};

	REFUSED(list);
}

static void refuses_puts_that_name_no_row(void **state)
{
	static const char body[] = "{\"id\":1,\"name\":\"x\"}";
	static const struct refused list[] = {
		{{"PUT", "/clients", "", body, {JSON}}, 405, "PGRST105", "primary key"},
		{{"PUT", "/clients", "id=gt.1", body, {JSON}}, 405, "PGRST105", "primary key"},
		{{"PUT", "/clients", "id=not.eq.1", body, {JSON}}, 405, "PGRST105", "primary key"},
		{{"PUT", "/clients", "id=eq.1&name=eq.x", body, {JSON}},
		 405,
		 "PGRST105",
		 "primary key"},
		{{"PUT", "/clients", "id=eq.1&and=(name.eq.x)", body, {JSON}},
		 405,
		 "PGRST105",
		 "primary key"},
		{{"PUT", "/clients", "id=eq.1&limit=1", body, {JSON}}, 400, "PGRST114", "limit"},
		{{"PUT", "/clients", "id=eq.1", "{\"name\":\"x\"}", {JSON}},
		 400,
		 "PGRST115",
		 "primary key"},
		{{"PUT", "/clients", "id=eq.1", "[{\"id\":1},{\"id\":1}]", {JSON}},
		 400,
		 "PGRST115",
		 "primary key"},
		{{"PUT", "/clients", "id=eq.1", "[]", {JSON}}, 400, "PGRST115", "primary key"},
		{{"PUT", "/clients", "id=eq.1&columns=name", body, {JSON}},
		 400,
		 "PGRST115",
		 "primary key"},
	};

	REFUSED(list);
}

static void refuses_media_and_preferences(void **state)
{
	static const struct refused list[] = {
		{{"GET", "/clients", "", NULL, {{"Accept", "text/html"}}},
		 406,
		 "PGRST107",
		 "text/html"},
		{{"GET", "/clients", "", NULL, {PREFER("handling=strict, wrong=1")}},
		 400,
		 "PGRST122",
		 "handling=strict"},
		{{"POST",
		  "/rpc/add",
		  "",
		  "{\"a\":1}",
		  {JSON, PREFER("handling=strict, max-affected=1")}},
		 400,
		 "PGRST128",
		 "SETOF"},
	};

	REFUSED(list);
}

/* ---- how an answer is fetched ---- */

static void assert_row_by_row(const char *path, const char *query, int64_t max, bool expected)
{
	struct sent sent = {.method = "GET", .path = path, .query = query};
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made;

	max_rows = max;
	assert_null(plan(&sent, &like, &req, &made));
	assert_int_equal(made.row_by_row, expected);
	assert_true(made.read_only);
	fn_request_free(req);
	max_rows = 0;
}

static void fetches_row_by_row_what_may_be_large(void **state)
{
	(void)state;
	assert_row_by_row("/clients", "", 0, true);
	assert_row_by_row("/clients", "", 1000, true);
	assert_row_by_row("/clients", "", 100, false);
	assert_row_by_row("/clients", "limit=101", 0, true);
	assert_row_by_row("/clients", "limit=100", 0, false);
	assert_row_by_row("/clients", "limit=0", 0, false);
	assert_row_by_row("/clients", "id=eq.1", 0, false);
	assert_row_by_row("/clients", "id=not.eq.1", 0, true);
	assert_row_by_row("/users_tasks", "user_id=eq.1", 0, true);
	assert_row_by_row("/users_tasks", "user_id=eq.1&task_id=eq.1", 0, false);
}

static void explains_the_count(void **state)
{
	struct sent sent = {"GET",
			    "/users",
			    "id=gt.1&tasks=is.null&select=tasks()",
			    NULL,
			    {PREFER("count=planned")}};
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made;

	(void)state;
	assert_null(plan(&sent, &like, &req, &made));
	assert_string_equal(made.count_text,
			    "EXPLAIN (FORMAT JSON) SELECT 1 FROM \"api\".\"users\" WHERE"
			    " \"api\".\"users\".\"id\" > $1 AND NOT EXISTS (SELECT 1 FROM"
			    " \"api\".\"tasks\" AS \"tasks_1\", \"api\".\"users_tasks\" AS"
			    " \"pgrst_1_between\" WHERE \"pgrst_1_between\".\"user_id\" ="
			    " \"api\".\"users\".\"id\" AND \"tasks_1\".\"id\" ="
			    " \"pgrst_1_between\".\"task_id\")");
	assert_int_equal(made.count_value_count, 1);
	assert_string_equal(made.count_values != NULL ? made.count_values[0] : "", "1");
	fn_request_free(req);
}

static void explains_the_statement(void **state)
{
	static const char start[] =
		"EXPLAIN (FORMAT JSON, analyze, buffers) WITH pgrst_source AS (";
	struct sent sent = {"GET",
			    "/users",
			    "id=eq.1",
			    NULL,
			    {{"Accept",
			      "application/vnd.pgrst.plan+json; options=analyze|buffers"}}};
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made;

	(void)state;
	assert_null(plan(&sent, &like, &req, &made));
	assert_int_equal(strncmp(made.text != NULL ? made.text : "", start, sizeof(start) - 1), 0);
	fn_request_free(req);
}

/* ---- injection ---- */

static const char *const attacks[] = {
	"x'; DROP TABLE api.clients; --",
	"x\"; DROP TABLE api.clients; --",
	"\"",
	"\"\"",
	"'",
	"$1",
	"$$",
	"x\\",
	"\\\"; SELECT 1 --",
	"x) OR 1=1 --",
	"x/*",
	"*/ UNION SELECT 1",
	"@",
	"%s%n",
	"\xef\xbc\x87 OR \xca\xbc",
	"E'\\x27'",
	"x\n; SELECT 1",
	"pgrst_source",
	"_t",
};

/* The statement with every quoted name taken out: what is left is our own. */
static char *skeleton(struct fn_arena *arena, const char *text)
{
	char *bare = fn_arena_alloc(arena, strlen(text) + 1), *to = bare;
	bool quoted = false;

	for (; *text != '\0'; text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (!quoted)
			*to++ = *text;
	}
	assert_false(quoted);
	return bare;
}

static const char harmless[] = "plain";

static struct rest_condition condition(const char *name, const char *key, const char *value)
{
	static struct rest_step step;

	step.key = key;
	return (struct rest_condition){.node = REST_FILTER,
				       .field = {.name = name, .steps = &step, .step_count = 1},
				       .operator= REST_EQ,
				       .value = value};
}

/* `attack` in every place where a tree carries a client's text. */
static const char *plan_with(struct fn_request *req, const char *attack)
{
	static const char *const none[] = {NULL};
	const struct rest_plan_settings settings = {.aggregates_enabled = true,
						    .extra_search_path = none};
	struct rest_level inner = {0}, root = {0};
	struct rest_item child = {.kind = REST_STAR}, items[3] = {0};
	struct rest_condition list[3];
	struct rest_order order = {.field = {.name = attack}};
	const char *elements[] = {attack, attack};
	struct rest_query query = {.action = REST_READ,
				   .schema = "api",
				   .name = "projects",
				   .root = &root};
	struct rest_plan made;

	list[0] = condition(attack, attack, attack);
	list[1] = (struct rest_condition){.node = REST_FILTER,
					  .field = {.name = "name"},
					  .operator= REST_IN,
					  .list = elements,
					  .list_count = 2};
	list[2] = (struct rest_condition){.node = REST_FILTER,
					  .field = {.name = "name"},
					  .operator= REST_FTS,
					  .language = attack,
					  .value = attack};
	inner = (struct rest_level){.items = &child,
				    .item_count = 1,
				    .conditions = list,
				    .condition_count = 1};
	items[0] = (struct rest_item){.kind = REST_FIELD,
				      .alias = attack,
				      .field = {.name = attack,
						.steps = list[0].field.steps,
						.step_count = 1}};
	items[1] = (struct rest_item){.kind = REST_FIELD, .field = {.name = attack}};
	items[2] = (struct rest_item){.kind = REST_EMBED,
				      .alias = attack,
				      .target = "tasks",
				      .level = &inner};
	root = (struct rest_level){.items = items,
				   .item_count = 3,
				   .conditions = list,
				   .condition_count = 3,
				   .orders = &order,
				   .order_count = 1};
	assert_null(rest_plan(req, catalog, &settings, &query, &made));
	return skeleton(fn_request_arena(req), made.text);
}

static void attacks_stay_names_and_values(void **state)
{
	struct unit_request like = {.method = "GET", .path = "/projects"};
	struct fn_request *req = unit_request(&like);
	const char *expected = plan_with(req, harmless);

	(void)state;
	for (size_t i = 0; i < FN_COUNT(attacks); i++)
		assert_string_equal(plan_with(req, attacks[i]), expected);
	fn_request_free(req);
}

static void refuses_a_cast_that_is_no_word(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const casts[] = {"text)--", "text\"", "", "a.b", "a'b", "x;y", "x\n"};
	const struct rest_plan_settings settings = {.aggregates_enabled = true,
						    .extra_search_path = none};
	struct unit_request like = {.method = "GET", .path = "/clients"};
	struct fn_request *req = unit_request(&like);

	(void)state;
	for (size_t i = 0; i < FN_COUNT(casts); i++) {
		struct rest_item item = {.kind = REST_FIELD,
					 .field = {.name = "id"},
					 .cast = casts[i]};
		struct rest_level root = {.items = &item, .item_count = 1};
		struct rest_query query = {.action = REST_READ,
					   .schema = "api",
					   .name = "clients",
					   .root = &root};
		struct rest_plan made;
		struct fn_error *error = rest_plan(req, catalog, &settings, &query, &made);

		assert_non_null(error);
		assert_string_equal(error->message->code, "PGRST100");
	}
	fn_request_free(req);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_the_catalog_lacks),
		cmocka_unit_test(refuses_bodies),
		cmocka_unit_test(refuses_puts_that_name_no_row),
		cmocka_unit_test(refuses_media_and_preferences),
		cmocka_unit_test(fetches_row_by_row_what_may_be_large),
		cmocka_unit_test(explains_the_count),
		cmocka_unit_test(explains_the_statement),
		cmocka_unit_test(attacks_stay_names_and_values),
		cmocka_unit_test(refuses_a_cast_that_is_no_word),
	};

	return cmocka_run_group_tests(tests, make_catalog, forget_catalog);
}
