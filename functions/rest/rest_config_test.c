/* rest_config_test.c: settings that take more than a look. */
#include "rest_config.h"

#include <stdio.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_macros.h"
#include "unit.h"

enum { CONFIG_ERROR = 78 };

static struct fn_arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	fn_conf_set("PGRST_DB_TX_END", "commit");
	fn_conf_set("PGRST_JWT_ROLE_CLAIM_KEY", ".role");
	return 0;
}

static int end(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static void check_with(void *arg)
{
	const char *const *setting = arg;

	fn_conf_set(setting[0], setting[1]);
	rest_config_check();
}

static void refuses_values_that_make_no_sense(void **state)
{
	static const char *bad[][2] = {{"PGRST_DB_TX_END", "allow-override"},
				       {"PGRST_DB_TX_END", "commit-allow"},
				       {"PGRST_DB_TX_END", ""},
				       {"PGRST_JWT_ROLE_CLAIM_KEY", "role"},
				       {"PGRST_JWT_ROLE_CLAIM_KEY", ""}};
	static const char *good[][2] = {{"PGRST_DB_TX_END", "rollback-allow-override"},
					{"PGRST_JWT_ROLE_CLAIM_KEY", ".a[0].\"b.c\""}};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++)
		unit_assert_dies(check_with, bad[i], CONFIG_ERROR, bad[i][0]);
	for (size_t i = 0; i < FN_COUNT(good); i++)
		check_with(good[i]);
}

/* ---- application settings ---- */

static void reads_application_settings(void **state)
{
	const char *const *pairs;

	(void)state;
	assert_null(rest_config_app_settings(arena));
	fn_conf_set("PGRST_APP_SETTINGS",
		    "{\"app.settings.foo_bar\":\"a 'quoted' \\\"value\\\"\",\"app.x\":\"\"}");
	pairs = rest_config_app_settings(arena);
	assert_string_equal(pairs[0], "app.settings.foo_bar");
	assert_string_equal(pairs[1], "a 'quoted' \"value\"");
	assert_string_equal(pairs[2], "app.x");
	assert_string_equal(pairs[3], "");
	assert_null(pairs[4]);
}

static void load(void *text)
{
	fn_conf_set("PGRST_APP_SETTINGS", text);
	(void)rest_config_app_settings(arena);
}

static void refuses_settings_that_the_database_would_not_take(void **state)
{
	static char bad[][60] = {
		"[\"app.x\"]",        "        null",        "{\"x\":\"1\"}",
		"{\"app.\":\"1\"}",   "{\".x\":\"1\"}",      "{\"app..x\":\"1\"}",
		"{\"app.1x\":\"1\"}", "{\"app.a-b\":\"1\"}", "{\"app.x\":1}",
		"{\"app.x\":null}",   "{\"app.x y\":\"1\"}",
	};
	char many[2000];
	size_t length = 0;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++)
		unit_assert_dies(load, bad[i], CONFIG_ERROR, "PGRST_APP_SETTINGS");
	for (int i = 0; i < 33; i++)
		length += (size_t)snprintf(many + length, sizeof(many) - length,
					   "%s\"app.s%d\":\"\"", i > 0 ? "," : "{", i);
	(void)snprintf(many + length, sizeof(many) - length, "}");
	unit_assert_dies(load, many, CONFIG_ERROR, "more than 32");
}

static void quotes_the_function_before_each_request(void **state)
{
	(void)state;
	fn_conf_set("PGRST_DB_PRE_REQUEST", "");
	assert_null(rest_config_pre_request(arena));
	fn_conf_set("PGRST_DB_PRE_REQUEST", "private.check_Caller");
	assert_string_equal(rest_config_pre_request(arena), "\"private\".\"check_Caller\"");
	fn_conf_set("PGRST_DB_PRE_REQUEST", "check\"caller");
	assert_string_equal(rest_config_pre_request(arena), "\"check\"\"caller\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_values_that_make_no_sense),
		cmocka_unit_test(reads_application_settings),
		cmocka_unit_test(refuses_settings_that_the_database_would_not_take),
		cmocka_unit_test(quotes_the_function_before_each_request),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
