/* fn_pq_test.c: pipelines: one round trip, what a failure leaves, texts that are prepared once,
 * and connection strings that nobody can read. */
#include <stdlib.h>

#include "fn_db_test.h"
#include "fn_pq.h"

static struct fn_pq_answer answers[FN_PQ_STEPS_MAX];

/* A step without values, and one with. */
#define PLAIN(statement)                                                                           \
	{                                                                                          \
		.text = (statement)                                                                \
	}
#define STEP(statement, value)                                                                     \
	{                                                                                          \
		.text = (statement), .values = (const char *const[]){value}, .count = 1            \
	}
#define PIPELINE(...)                                                                              \
	pipeline((const struct fn_pq_step[]){__VA_ARGS__},                                         \
		 FN_COUNT(((const struct fn_pq_step[]){__VA_ARGS__})))

static void pipeline(const struct fn_pq_step *steps, size_t count)
{
	assert_null(fn_db_connect());
	fn_pq_pipeline(fn_request_arena(req), steps, count, answers);
}

static const char *value_of(size_t step)
{
	struct fn_row row = fn_rows_at(&answers[step].rows, 0);

	return fn_col_text(&row, 0);
}

static void answers_every_step(void **state)
{
	NEEDS_SERVER(state);
	for (int round = 0; round < 3; round++) { /* prepared, then from memory */
		PIPELINE(PLAIN("BEGIN"), STEP("SELECT set_config('x.y', $1, true)", "seven"),
			 STEP("SELECT current_setting('x.y') || $1", "!"), PLAIN("COMMIT"));
		assert_string_equal(answers[0].tag, "BEGIN");
		assert_string_equal(value_of(2), "seven!");
		assert_string_equal(answers[3].tag, "COMMIT");
		assert_false(fn_db_in_transaction());
	}
	PIPELINE(PLAIN("SELECT coalesce(nullif(current_setting('x.y', true), ''), 'gone')"));
	assert_string_equal(value_of(0), "gone");
}

static void a_failure_skips_the_rest_and_leaves_the_transaction_open(void **state)
{
	NEEDS_SERVER(state);
	PIPELINE(PLAIN("BEGIN"), STEP("INSERT INTO things (id) VALUES ($1)", "1"),
		 STEP("SELECT fail_with($1)", "23505"), PLAIN("COMMIT"));
	assert_int_equal(answers[1].outcome, FN_PQ_FINE);
	assert_int_equal(answers[2].outcome, FN_PQ_REFUSED);
	assert_string_equal(answers[2].sqlstate, "23505");
	assert_string_equal(answers[2].message, "failed as told");
	assert_string_equal(answers[2].detail, "Key (phone)=(+22670123456) exists.");
	assert_int_equal(answers[3].outcome, FN_PQ_SKIPPED);
	assert_true(fn_db_in_transaction());
	fn_pq_roll_back();
	assert_sql("SELECT count(*) FROM things", "0");
}

static void a_text_that_does_not_prepare_is_tried_anew(void **state)
{
	NEEDS_SERVER(state);
	for (int round = 0; round < 2; round++) {
		PIPELINE(PLAIN("BEGIN"), PLAIN("SELECT no_such_column FROM things"),
			 PLAIN("SELECT 1 AS never"), PLAIN("COMMIT"));
		assert_string_equal(answers[1].sqlstate, "42703");
		assert_int_equal(answers[2].outcome, FN_PQ_SKIPPED);
		fn_pq_roll_back();
	}
	PIPELINE(PLAIN("SELECT 1 AS never")); /* it was skipped before it was prepared */
	assert_string_equal(value_of(0), "1");
}

static void keeps_a_bounded_number_of_texts(void **state)
{
	NEEDS_SERVER(state);
	for (int i = 0; i < 300; i++) {
		const char *text =
			fn_arena_format(fn_request_arena(req), "SELECT %d + $1::int", i % 200);
		const char *values[] = {"1"};
		const struct fn_pq_step step = {.text = text, .values = values, .count = 1};

		pipeline(&step, 1);
		assert_int_equal(strtol(value_of(0), NULL, 10), i % 200 + 1);
	}
	PIPELINE(PLAIN("SELECT count(*) <= 130 FROM pg_prepared_statements"));
	assert_string_equal(value_of(0), "t");
}

static void a_lost_connection_is_lost_for_every_step(void **state)
{
	NEEDS_SERVER(state);
	PIPELINE(PLAIN("SELECT 1"));
	assert_sql("SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity"
		   " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
		   "t");
	PIPELINE(PLAIN("BEGIN"), PLAIN("SELECT 2"), PLAIN("COMMIT"));
	assert_int_equal(answers[0].outcome, FN_PQ_LOST);
	assert_int_not_equal(answers[2].outcome, FN_PQ_FINE);
	PIPELINE(PLAIN("SELECT 3")); /* a new connection knows no old texts */
	assert_string_equal(value_of(0), "3");
}

/* What libpq would say of these holds the password. */
static void says_nothing_of_a_url_that_it_cannot_read(void **state)
{
	static const char *const urls[] = {
		"postgres://ana:pass@word@127.0.0.1:1/db",
		"postgres://ana:pass/word@127.0.0.1:1/db",
		"postgres://ana:pass%word@127.0.0.1:1/db",
		"postgres://ana@[127.0.0.1 password",
		"password word",
		"password='word",
	};

	(void)state;
	fn_db_disconnect();
	for (size_t i = 0; i < FN_COUNT(urls); i++) {
		fn_conf_set("FN_DB_URL", urls[i]);
		assert_string_equal(fn_db_connect(),
				    "no database connection: neither a URI nor a list of keywords; "
				    "in a URI @ and / of a password are %40 and %2F");
	}
	/* this one fails in libpq's own words */
	fn_conf_set("FN_DB_URL", "postgres://ana:pass%40word@127.0.0.1:1/db");
	assert_non_null(strstr(fn_db_connect(), "port 1 failed"));
	assert_null(strstr(fn_db_connect(), "word"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_every_step, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_failure_skips_the_rest_and_leaves_the_transaction_open, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_text_that_does_not_prepare_is_tried_anew, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_a_bounded_number_of_texts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lost_connection_is_lost_for_every_step, set_up,
						tear_down),
		/* the last: it changes the URL */
		cmocka_unit_test(says_nothing_of_a_url_that_it_cannot_read),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
