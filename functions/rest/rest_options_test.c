/* rest_options_test.c: what OPTIONS allows, by what the catalog says of each relation and function.
 */
#include "fn_json.h"
#include "fn_reply.h"
#include "rest_catalog_parts.h"
#include "rest_options.h"
#include "unit.h"

enum { CEILING = 1 << 20 };

#define RELATION(number, text, ...)                                                                \
	{                                                                                          \
		.oid = (number), .relation = {.schema = "api", .name = (text), __VA_ARGS__ }       \
	}
static const struct rest_fact_relation relations[] = {
	RELATION(1, "adds", .is_view = true, .insertable = true),
	RELATION(2, "drops", .is_view = true, .deletable = true),
	RELATION(3, "edits", .is_view = true, .updatable = true),
	RELATION(4, "keyless", .insertable = true, .updatable = true, .deletable = true),
	RELATION(5, "looks", .is_view = true),
	RELATION(6, "table", .insertable = true, .updatable = true, .deletable = true),
};
static const struct rest_fact_column columns[] = {
	{3, 1, {.name = "id", .type = "integer", .base_type = "integer"}},
	{6, 1, {.name = "id", .type = "integer", .base_type = "integer"}},
};
static const int first[] = {1};
static const struct rest_fact_key keys[] = {
	{'p', "table_pkey", 6, 0, first, NULL, 1},
	{'p', "edits_pkey", 3, 0, first, NULL, 1},
};
static const struct rest_fact_function functions[] = {
	{.function = {.schema = "api", .name = "both", .volatility = REST_VOLATILE}},
	{.function = {.schema = "api", .name = "both", .volatility = REST_STABLE}},
	{.function = {.schema = "api", .name = "counts", .volatility = REST_IMMUTABLE}},
	{.function = {.schema = "api", .name = "writes", .volatility = REST_VOLATILE}},
};

static struct fn_request *req;
static struct fn_arena *arena;
static const struct rest_catalog *catalog;

static int set_up(void **state)
{
	static struct unit_request like = {.method = "OPTIONS"};
	const struct rest_facts facts = {.relations = relations,
					 .relation_count = FN_COUNT(relations),
					 .columns = columns,
					 .column_count = FN_COUNT(columns),
					 .keys = keys,
					 .key_count = FN_COUNT(keys),
					 .functions = functions,
					 .function_count = FN_COUNT(functions)};

	(void)state;
	req = unit_request(&like);
	arena = fn_arena_new(CEILING);
	catalog = rest_catalog_build(fn_request_arena(req), arena, &facts);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	fn_arena_free(arena);
	return 0;
}

static void says_what_can_be_done(void **state)
{
	static const struct {
		bool is_call;
		const char *name, *allowed;
	} table[] = {
		{false, NULL, "OPTIONS,GET,HEAD"},
		{false, "table", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"},
		{false, "keyless", "OPTIONS,GET,HEAD,POST,PATCH,DELETE"},
		{false, "looks", "OPTIONS,GET,HEAD"},
		{false, "adds", "OPTIONS,GET,HEAD,POST"},
		{false, "edits", "OPTIONS,GET,HEAD,PATCH"},
		{false, "drops", "OPTIONS,GET,HEAD,DELETE"},
		{true, "writes", "OPTIONS,POST"},
		{true, "counts", "OPTIONS,GET,HEAD,POST"},
		{true, "both", "OPTIONS,GET,HEAD,POST"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct rest_query query = {.action = REST_OPTIONS,
					   .schema = "api",
					   .is_call = table[i].is_call,
					   .name = table[i].name};

		fn_reply_clear(fn_request_reply(req));
		assert_null(rest_options(req, catalog, &query));
		assert_int_equal(fn_request_reply(req)->status, 200);
		assert_string_equal(unit_reply_text(req), "");
		assert_string_equal(unit_reply_header(req, "Allow"), table[i].allowed);
		assert_null(unit_reply_header(req, "Content-Type"));
	}
}

static void knows_nothing_of_what_is_not_there(void **state)
{
	static const struct {
		bool is_call;
		const char *schema, *name, *code;
	} table[] = {{false, "api", "tables", "PGRST205"},
		     {false, "other", "table", "PGRST205"},
		     {true, "api", "table", "PGRST202"},
		     {false, "api", "writes", "PGRST205"}};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct rest_query query = {.action = REST_OPTIONS,
					   .schema = table[i].schema,
					   .is_call = table[i].is_call,
					   .name = table[i].name};
		struct fn_error *error = rest_options(req, catalog, &query);

		assert_non_null(error);
		assert_int_equal(error->message->status, 404);
		assert_string_equal(error->message->code, table[i].code);
		/* no other name than the one that was asked for */
		assert_string_equal(fn_json_write(error->detail, NULL),
				    "{\"details\":null,\"hint\":null}");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(says_what_can_be_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_nothing_of_what_is_not_there, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
