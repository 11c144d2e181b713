/* rest_catalog_calls_db_test.c: functions and roles as a real PostgreSQL tells them, and what comes
 * of a database that does not. */
#include "rest_catalog_db.h"

static const struct rest_function *function(const char *name, size_t number)
{
	const struct rest_function *const *list = rest_catalog_functions(catalog, "api", name);

	for (size_t i = 0; i <= number; i++) {
		if (list[i] == NULL)
			fail_msg("no function %s number %zu", name, number);
	}
	return list[number];
}

#define assert_no_function(name) assert_null(rest_catalog_functions(catalog, "api", (name))[0])

/* ---- functions and roles ---- */

static void assert_parameter(const struct rest_function *of, size_t number, const char *name,
			     const char *type, const char *what)
{
	const struct rest_parameter *parameter = &of->parameters[number];

	assert_true(number < of->parameter_count);
	assert_string_equal(parameter->name, name);
	assert_string_equal(parameter->type, type);
	assert_int_equal(parameter->required, strchr(what, 'r') != NULL);
	assert_int_equal(parameter->variadic, strchr(what, 'v') != NULL);
}

static void knows_overloads_and_arguments(void **state)
{
	NEEDS_SERVER(state);
	assert_null(rest_catalog_functions(catalog, "api", "add")[2]);
	assert_int_equal(function("add", 0)->parameter_count, 2);
	assert_parameter(function("add", 0), 0, "a", "integer", "r");
	assert_parameter(function("add", 0), 1, "b", "integer", "");
	assert_parameter(function("add", 1), 0, "a", "text", "r");
	assert_parameter(function("add", 1), 1, "rest", "text[]", "rv");
	assert_int_equal(function("raw", 0)->parameter_count, 1);
	assert_parameter(function("raw", 0), 0, "", "json", "r");
	assert_int_equal(function("outs", 0)->parameter_count, 3);
	assert_parameter(function("outs", 0), 0, "a", "character varying", "r");
	assert_parameter(function("outs", 0), 1, "c", "bit varying", "r");
	assert_parameter(function("outs", 0), 2, "d", "api.code", "");
	assert_int_equal(function("nothing", 0)->parameter_count, 0);
}

static void leaves_out_what_cannot_be_called(void **state)
{
	const struct rest_function *const *list;
	size_t count;

	NEEDS_SERVER(state);
	assert_no_function("unnamed");
	assert_no_function("half_named");
	assert_no_function("on_change");
	assert_no_function("proceed");
	assert_no_function("total");
	assert_no_function("first_project");
	assert_null(rest_catalog_functions(catalog, "hidden", "secret")[0]);
	count = rest_catalog_all_functions(catalog, "api", &list);
	assert_int_equal(count, 8);
	assert_string_equal(list[0]->name, "add");
	assert_string_equal(list[7]->name, "rows");
	assert_int_equal(rest_catalog_all_functions(catalog, "other", &list), 0);
}

static void knows_results_of_functions(void **state)
{
	NEEDS_SERVER(state);
	assert_int_equal(function("nothing", 0)->result, REST_RESULT_VOID);
	assert_int_equal(function("add", 0)->result, REST_RESULT_SCALAR);
	assert_int_equal(function("coded", 0)->result, REST_RESULT_SCALAR);
	assert_string_equal(function("coded", 0)->result_type, "api.code");
	assert_int_equal(function("outs", 0)->result, REST_RESULT_COMPOSITE);
	assert_false(function("outs", 0)->is_set);
	assert_int_equal(function("listing", 0)->result, REST_RESULT_COMPOSITE);
	assert_true(function("listing", 0)->is_set);
	assert_null(function("listing", 0)->returns);
	assert_ptr_equal(function("rows", 0)->returns, relation("projects"));
	assert_true(function("rows", 0)->is_set);
	assert_string_equal(function("rows", 0)->result_type, "api.projects");
	assert_int_equal(function("add", 0)->volatility, REST_IMMUTABLE);
	assert_int_equal(function("add", 1)->volatility, REST_STABLE);
	assert_int_equal(function("nothing", 0)->volatility, REST_VOLATILE);
}

static void hoists_settings_of_functions(void **state)
{
	const char *const *settings;

	NEEDS_SERVER(state);
	assert_null(function("add", 0)->settings);
	settings = function("coded", 0)->settings;
	assert_string_equal(settings[0], "statement_timeout");
	assert_string_equal(settings[1], "5s");
	assert_string_equal(settings[2], "default_transaction_isolation");
	assert_string_equal(settings[3], "serializable");
	assert_null(settings[4]);
}

static void knows_roles_and_what_may_be_set_for_them(void **state)
{
	const struct rest_role *web;

	NEEDS_SERVER(state);
	assert_null(rest_catalog_role(catalog, "nobody"));
	assert_null(rest_catalog_role(catalog, "plain")->settings);
	web = rest_catalog_role(catalog, "web");
	assert_string_equal(web->settings[0], "statement_timeout");
	assert_string_equal(web->settings[1], "3s");
	assert_string_equal(web->settings[2], "app.colour");
	assert_string_equal(web->settings[3], "a=b");
	assert_string_equal(web->settings[4], "log_statement"); /* the superuser may */
	assert_null(web->settings[6]);
}

static void sees_only_its_own_roles_and_what_it_may_set(void **state)
{
	char url[200];

	NEEDS_SERVER(state);
	fn_db_disconnect();
	(void)snprintf(url, sizeof(url), "%s user=login", unit_postgres_url());
	fn_conf_set("FN_DB_URL", url);
	catalog = load("api", "other", "extra");
	assert_null(rest_catalog_role(catalog, "plain"));
	assert_string_equal(rest_catalog_role(catalog, "web")->settings[2], "app.colour");
	assert_null(rest_catalog_role(catalog, "web")->settings[4]);
	/* privileges hide nothing */
	assert_int_equal(relation("projects")->column_count, 12);
	assert_string_equal(key_of(relation("profiles")), "user_id");
	fn_db_disconnect();
	fn_conf_set("FN_DB_URL", unit_postgres_url());
}

static void says_why_it_cannot_load(void **state)
{
	const char *const none[] = {NULL};
	struct rest_catalog_settings settings = {none, none};
	struct fn_error *error = NULL;

	NEEDS_SERVER(state);
	fn_db_disconnect();
	fn_conf_set("FN_DB_URL", "host=/nonexistent connect_timeout=1");
	assert_null(rest_catalog_load(req, arena, &settings, &error));
	assert_int_equal(error->message->status, 503);
	fn_conf_set("FN_DB_URL", unit_postgres_url());
	assert_non_null(rest_catalog_load(req, arena, &settings, &error)); /* an empty one */
	assert_null(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(knows_overloads_and_arguments, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaves_out_what_cannot_be_called, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(knows_results_of_functions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hoists_settings_of_functions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_roles_and_what_may_be_set_for_them, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sees_only_its_own_roles_and_what_it_may_set, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(says_why_it_cannot_load, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
