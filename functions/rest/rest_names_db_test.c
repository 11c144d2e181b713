/* rest_names_db_test.c: what --check asks a real database about the settings. */
#include "rest_names.h"

#include <string.h>

#include "fn_conf.h"
#include "fn_db.h"
#include "unit.h"
#include "unit_postgres.h"

static struct fn_arena *arena;
static bool has_server;

static int begin(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	has_server = unit_postgres_start();
	if (!has_server)
		return 0;
	(void)unit_postgres_sql("create schema \"odd Name\"; create role reader; create role "
				"stranger; create role clerk login in role reader");
	fn_conf_set("FN_DB_URL", fn_arena_format(arena, "%s user=clerk", unit_postgres_url()));
	return 0;
}

static int end(void **state)
{
	(void)state;
	fn_db_disconnect();
	unit_postgres_stop();
	fn_arena_free(arena);
	return 0;
}

static void says_which_name_is_missing(void **state)
{
	static const char *const here[] = {"public", "odd Name", NULL};
	static const char *const gone[] = {"public", "odd name", NULL};

	(void)state;
	if (!has_server)
		skip();
	assert_null(rest_names_missing(arena, here, "reader"));
	assert_null(rest_names_missing(arena, here, NULL));
	assert_string_equal(rest_names_missing(arena, gone, "reader"),
			    "there is no schema \"odd name\" (PGRST_DB_SCHEMAS)");
	assert_string_equal(rest_names_missing(arena, here, "Reader"),
			    "there is no role \"Reader\" (PGRST_DB_ANON_ROLE)");
	assert_string_equal(rest_names_missing(arena, here, "stranger"),
			    "clerk may not become \"stranger\" (PGRST_DB_ANON_ROLE): GRANT "
			    "\"stranger\" TO \"clerk\"");
}

static void says_that_the_database_is_away(void **state)
{
	static const char *const here[] = {"public", NULL};

	(void)state;
	fn_db_disconnect();
	fn_conf_set("FN_DB_URL", "host=/nowhere");
	assert_non_null(strstr(rest_names_missing(arena, here, NULL), "no database connection"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_which_name_is_missing),
		cmocka_unit_test(says_that_the_database_is_away),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
