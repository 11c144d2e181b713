/* rest_sqlstate_test.c: the table of the contract, line by line, and what SQL may raise itself. */
#include <string.h>

#include "fn_json.h"
#include "rest_sqlstate.h"
#include "unit.h"

static void each_line_of_the_table(void **state)
{
	static const struct {
		const char *sqlstate, *message;
		int signed_in, anonymous;
	} table[] = {
		{"08006", "", 503, 503},
		{"09000", "", 500, 500},
		{"0L000", "", 403, 403},
		{"0P000", "", 403, 403},
		{"23503", "", 409, 409},
		{"23505", "", 409, 409},
		{"23502", "", 400, 400},
		{"23514", "", 400, 400},
		{"25006", "", 405, 405},
		{"25001", "", 500, 500},
		{"21000", "UPDATE requires a WHERE clause", 400, 400},
		{"21000", "more than one row", 500, 500},
		{"22023", "role \"x\" does not exist", 401, 401},
		{"22023", "invalid parameter", 400, 400},
		{"22P02", "", 400, 400},
		{"28000", "", 403, 403},
		{"2D000", "", 500, 500},
		{"38000", "", 500, 500},
		{"39000", "", 500, 500},
		{"3B000", "", 500, 500},
		{"40001", "", 500, 500},
		{"53400", "", 500, 500},
		{"53300", "", 503, 503},
		{"54001", "", 500, 500},
		{"55P03", "", 500, 500},
		{"57P01", "", 503, 503},
		{"57014", "canceling statement due to statement timeout", 500, 500},
		{"58030", "", 500, 500},
		{"F0000", "", 500, 500},
		{"HV000", "", 500, 500},
		{"P0001", "", 400, 400},
		{"P0002", "", 500, 500},
		{"XX000", "", 500, 500},
		{"42883", "function xmlagg(x) does not exist", 406, 406},
		{"42883", "function f() does not exist", 404, 404},
		{"42P01", "", 404, 404},
		{"42P17", "", 500, 500},
		{"42703", "", 400, 400},
		{"42501", "", 403, 401},
		{"PT418", "", 418, 418},
		{"PTxyz", "", 500, 500},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		int is = rest_sqlstate_status(table[i].sqlstate, table[i].message, false);
		int anonymous = rest_sqlstate_status(table[i].sqlstate, table[i].message, true);

		if (is != table[i].signed_in || anonymous != table[i].anonymous)
			fail_msg("%s %s: %d and %d", table[i].sqlstate, table[i].message, is,
				 anonymous);
	}
}

static struct fn_request *req;

static struct fn_error *error_of(struct fn_script_result result)
{
	static struct unit_request like = {.method = "GET"};

	fn_request_free(req);
	req = unit_request(&like);
	return rest_sqlstate_error(req, &result, true);
}

static void the_words_of_the_database_go_through(void **state)
{
	const struct fn_error *error =
		error_of((struct fn_script_result){.state = FN_SCRIPT_FAILED,
						   .sqlstate = "42501",
						   .message = "permission denied for table t",
						   .hint = "ask"});

	(void)state;
	assert_int_equal(error->message->status, 401);
	assert_string_equal(error->message->code, "42501");
	assert_string_equal(error->message->en, "permission denied for table t");
	assert_string_equal(fn_json_get_text(error->detail, "hint"), "ask");
}

static void strangers_get_no_names_from_hints(void **state)
{
	const struct fn_script_result guess = {.state = FN_SCRIPT_FAILED,
					       .sqlstate = "42703",
					       .message = "column t.nam does not exist",
					       .hint = "Perhaps you meant ... \"t.name\"."};
	const struct fn_error *error;

	(void)state;
	error = error_of(guess);
	assert_null(fn_json_get_text(error->detail, "hint"));
	assert_string_equal(error->message->en, "column t.nam does not exist");
	error = rest_sqlstate_error(req, &guess, false);
	assert_string_equal(fn_json_get_text(error->detail, "hint"), guess.hint);
}

static void sql_may_make_up_the_whole_answer(void **state)
{
	struct fn_script_result raised =
		{.state = FN_SCRIPT_FAILED,
		 .sqlstate = "PGRST",
		 .message = "{\"code\":\"T1\",\"message\":\"Trop tard\",\"details\":\"d\"}",
		 .detail = "{\"status\":410,\"headers\":{\"X-Why\":\"late\"}}"};
	const struct fn_error *error = error_of(raised);

	(void)state;
	assert_int_equal(error->message->status, 410);
	assert_string_equal(error->message->code, "T1");
	assert_string_equal(fn_json_get_text(error->detail, "details"), "d");
	assert_string_equal(error->headers[0], "X-Why");
	assert_string_equal(error->headers[1], "late");
	raised.detail = "soon";
	assert_string_equal(error_of(raised)->message->code, "PGRST121");
}

static void a_database_that_is_away_is_503_with_a_time_to_come_back(void **state)
{
	const struct fn_error *error = error_of(
		(struct fn_script_result){.state = FN_SCRIPT_AWAY, .message = "no connection"});

	(void)state;
	assert_int_equal(error->message->status, 503);
	assert_string_equal(error->message->code, "PGRST000");
	assert_int_equal(error->retry_after, 1);
	assert_string_equal(error->cause, "no connection");
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	req = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_of_the_table),
		cmocka_unit_test_teardown(the_words_of_the_database_go_through, tear_down),
		cmocka_unit_test_teardown(strangers_get_no_names_from_hints, tear_down),
		cmocka_unit_test_teardown(sql_may_make_up_the_whole_answer, tear_down),
		cmocka_unit_test_teardown(a_database_that_is_away_is_503_with_a_time_to_come_back,
					  tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
