/* health-check_test.c: what is said of the parts when they answer, and when they do not. */
#include <string.h>

#include "call.h"

static const char *service(const struct call *c, const char *name)
{
	return fn_json_get_text(fn_json_get(c->reply, "services"), name);
}

static void assert_health(const struct call *c, int status, const char *word, const char *database,
			  const char *accounts)
{
	assert_null(c->error);
	assert_int_equal(c->status, status);
	assert_string_equal(call_text(c, "status"), word);
	assert_string_equal(service(c, "database"), database);
	assert_string_equal(service(c, "auth"), accounts);
	assert_string_equal(service(c, "functions"), "ok"); /* this very one has answered */
	assert_int_equal(strlen(call_text(c, "timestamp")), strlen("2026-01-31T08:00:00.000Z"));
	assert_string_equal(unit_reply_header(c->req, "Cache-Control"), "no-store");
}

static void is_well_when_everything_answers(void **state)
{
	struct call *c = *state;

	FAKE_ROW("health-check.look", "t");
	call_method(c, "GET");
	assert_health(c, 200, "ok", "ok", "ok");
	assert_int_equal(fn_json_length(c->reply), 3);
}

static void answers_a_balancer_that_only_wants_the_head(void **state)
{
	struct call *c = *state;

	FAKE_ROW("health-check.look", "t");
	call_method(c, "HEAD");
	assert_int_equal(c->status, 200);
}

static void is_degraded_when_accounts_cannot_be_read(void **state)
{
	static const char *const answers[] = {"f", NULL};
	struct call *c = *state;

	for (size_t i = 0; i < FN_COUNT(answers); i++) {
		FAKE_ROW("health-check.look", answers[i]);
		call_method(c, "GET");
		assert_health(c, 503, "degraded", "ok", "down");
	}
	fake_db_no_row("health-check.look");
	call_method(c, "GET");
	assert_health(c, 503, "degraded", "ok", "down");
}

static void is_degraded_without_a_database(void **state)
{
	struct call *c = *state;
	const char *said;

	fake_db_be_away();
	unit_stderr_begin();
	call_method(c, "GET");
	said = unit_stderr_end();
	assert_health(c, 503, "degraded", "down", "down");
	assert_non_null(strstr(said, "database: no database connection")); /* for the operator */
	assert_null(strstr(unit_reply_text(c->req), "connection"));        /* and for nobody else */
}

static void is_degraded_when_the_statement_fails(void **state)
{
	struct call *c = *state;

	fake_db_fail("health-check.look", NULL);
	unit_stderr_begin();
	call_method(c, "GET");
	(void)unit_stderr_end();
	assert_health(c, 503, "degraded", "down", "down");
}

static void takes_no_other_method_and_no_body(void **state)
{
	struct call *c = *state;

	call_method(c, "DELETE");
	call_assert_refused(c, 405, "method_not_allowed");
	call_as(c, NULL, NULL); /* POST */
	call_assert_refused(c, 405, "method_not_allowed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(is_well_when_everything_answers),
		CALL_TEST(answers_a_balancer_that_only_wants_the_head),
		CALL_TEST(is_degraded_when_accounts_cannot_be_read),
		CALL_TEST(is_degraded_without_a_database),
		CALL_TEST(is_degraded_when_the_statement_fails),
		CALL_TEST(takes_no_other_method_and_no_body),
	};

	return cmocka_run_group_tests(tests, call_group, NULL);
}
