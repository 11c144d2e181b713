/* fn_script_test.c: scripts of the data API against a real server: what is kept, what is told. */
#include "fn_db_test.h"
#include "fn_script.h"

#define READ  "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
#define WRITE "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
#define INSERT(id)                                                                                 \
	{                                                                                          \
		.text = "INSERT INTO things (id, twin) VALUES ($1, 7)",                            \
		.values = (const char *const[]){id}, .count = 1                                    \
	}

static struct fn_script_result result;

static void run(const char *begin, struct fn_script_step step, bool commit)
{
	fn_script_run(req, begin, &step, 1, commit, &result);
}

static const char *kill_others(void)
{
	return unit_postgres_sql(
		"SELECT count(pg_terminate_backend(pid, 1000)) > 0 FROM pg_stat_activity"
		" WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
}

static void reads_in_one_round_trip(void **state)
{
	const struct fn_script_step steps[] =
		{{.text = "SELECT set_config('role.x', $1, true)",
		  .values = (const char *const[]){"anon"},
		  .count = 1},
		 {.text = "SELECT current_setting('role.x'), $1::int + 1",
		  .values = (const char *const[]){"41"},
		  .count = 1}};
	struct fn_row row;

	NEEDS_SERVER(state);
	fn_script_run(req, READ, steps, 2, true, &result);
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	row = fn_rows_at(&result.rows[1], 0);
	assert_string_equal(fn_col_text(&row, 0), "anon");
	assert_int_equal(fn_col_int(&row, 1), 42);
}

static void a_read_cannot_write(void **state)
{
	NEEDS_SERVER(state);
	run(READ, (struct fn_script_step)INSERT("1"), true);
	assert_int_equal(result.state, FN_SCRIPT_FAILED);
	assert_string_equal(result.sqlstate, "25006");
}

static void keeps_or_drops_what_was_written(void **state)
{
	NEEDS_SERVER(state);
	run(WRITE, (struct fn_script_step)INSERT("1"), false);
	assert_int_equal(result.state, FN_SCRIPT_OPEN);
	fn_script_end(req, false, true, &result);
	assert_int_equal(result.state, FN_SCRIPT_ROLLED_BACK);
	assert_sql("SELECT count(*) FROM things", "0");
	run(WRITE, (struct fn_script_step)INSERT("1"), false);
	fn_script_end(req, true, false, &result);
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	assert_sql("SELECT count(*) FROM things", "1");
}

static void tells_the_failure_in_the_words_of_the_database(void **state)
{
	NEEDS_SERVER(state);
	run(WRITE,
	    (struct fn_script_step){.text = "SELECT fail_with($1)",
				    .values = (const char *const[]){"P0001"},
				    .count = 1},
	    true);
	assert_int_equal(result.state, FN_SCRIPT_FAILED);
	assert_string_equal(result.sqlstate, "P0001");
	assert_string_equal(result.message, "failed as told");
	assert_string_equal(result.detail, "Key (phone)=(+22670123456) exists.");
}

/* The unique constraint of `twin` is checked at COMMIT alone. */
static void a_deferred_constraint_is_an_answer_too(void **state)
{
	NEEDS_SERVER(state);
	run(WRITE, (struct fn_script_step)INSERT("1"), true);
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	run(WRITE, (struct fn_script_step)INSERT("2"), true);
	assert_int_equal(result.state, FN_SCRIPT_FAILED);
	assert_string_equal(result.sqlstate, "23505");
	run(WRITE, (struct fn_script_step)INSERT("3"), false);
	fn_script_end(req, true, false, &result);
	assert_string_equal(result.sqlstate, "23505");
	run(WRITE, (struct fn_script_step)INSERT("4"), false);
	fn_script_end(req, false, true, &result); /* a rolled-back try tells it as well */
	assert_int_equal(result.state, FN_SCRIPT_FAILED);
	assert_sql("SELECT count(*) FROM things", "1");
}

static void a_connection_lost_while_idle_is_made_anew(void **state)
{
	NEEDS_SERVER(state);
	run(READ, (struct fn_script_step){.text = "SELECT 1"}, true);
	assert_string_equal(kill_others(), "t");
	run(WRITE, (struct fn_script_step)INSERT("1"), true);
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	assert_sql("SELECT count(*) FROM things", "1");
}

static void a_connection_lost_during_a_write_is_not_tried_again(void **state)
{
	static const char suicide[] = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(1)";

	NEEDS_SERVER(state);
	run(WRITE, (struct fn_script_step){.text = suicide}, true);
	assert_true(result.state == FN_SCRIPT_UNKNOWN || result.state == FN_SCRIPT_FAILED);
	run(WRITE, (struct fn_script_step)INSERT("1"), true);
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
}

/* ---- rows as they come ---- */

static struct {
	unsigned begun, rows, enough; /* enough: at which row; 0 = never */
	bool kill;                    /* the connection, at the first row of the first try */
} reading;

static void begin(void *arg)
{
	(void)arg;
	reading.begun++;
	reading.rows = 0;
}

static bool take(const struct fn_row *row, void *arg)
{
	(void)arg;
	assert_int_equal(fn_col_int(row, 0), ++reading.rows);
	if (reading.kill && reading.begun == 1 && reading.rows == 1)
		assert_string_equal(kill_others(), "t");
	return reading.rows != reading.enough;
}

static const struct fn_row_reader reader = {begin, take, NULL};

/* A megabyte and more, so that it does not lie in a socket already; then what another step finds.
 */
static void read_rows(const char *text)
{
	const struct fn_script_step steps[] = {{.text = text,
						.values = (const char *const[]){"5000"},
						.count = 1,
						.reader = &reader},
					       {.text = "SELECT 'after'"}};

	fn_script_run(req, READ, steps, 2, true, &result);
}

#define NUMBERS "SELECT g, repeat('x', 300) FROM generate_series(1, $1::int) g"

static void hands_over_rows_as_they_come(void **state)
{
	struct fn_row row;

	NEEDS_SERVER(state);
	memset(&reading, 0, sizeof(reading));
	read_rows(NUMBERS);
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	assert_int_equal(reading.begun, 1);
	assert_int_equal(reading.rows, 5000);
	row = fn_rows_at(&result.rows[1], 0);
	assert_string_equal(fn_col_text(&row, 0), "after");
	read_rows(NUMBERS " WHERE g < 0");
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	assert_int_equal(reading.rows, 0);
}

static void a_failure_in_the_middle_of_the_rows_is_the_answer(void **state)
{
	NEEDS_SERVER(state);
	memset(&reading, 0, sizeof(reading));
	read_rows("SELECT g, repeat('x', 300), 1 / (4000 - g) FROM generate_series(1, $1::int) g");
	assert_int_equal(result.state, FN_SCRIPT_FAILED);
	assert_string_equal(result.sqlstate, "22012");
	assert_true(reading.rows < 4000);
	assert_int_equal(reading.begun, 1);
	read_rows(NUMBERS); /* on the same connection */
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
}

static void rows_begin_anew_after_a_lost_connection(void **state)
{
	NEEDS_SERVER(state);
	memset(&reading, 0, sizeof(reading));
	reading.kill = true;
	read_rows("SELECT g, repeat('x', 3000) FROM generate_series(1, $1::int) g");
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	assert_int_equal(reading.begun, 2);
	assert_int_equal(reading.rows, 5000);
}

static void whoever_has_enough_is_told_no_more(void **state)
{
	NEEDS_SERVER(state);
	memset(&reading, 0, sizeof(reading));
	reading.enough = 7;
	/* it would take minutes to the end */
	read_rows("SELECT g, repeat('x', 300), pg_sleep((g > 100)::int)"
		  " FROM generate_series(1, $1::int) g");
	assert_int_equal(result.state, FN_SCRIPT_STOPPED);
	assert_int_equal(reading.rows, 7);
	assert_int_equal(reading.begun, 1);
	reading.enough = 0;
	read_rows(NUMBERS);
	assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
	assert_int_equal(reading.rows, 5000);
}

static void remembers_nothing_of_a_text_for_once(void **state)
{
	static const char found[] = "SELECT count(*) FROM pg_prepared_statements"
				    " WHERE statement = 'SELECT 6 * $1::int'";
	const struct fn_script_step steps[] = {{.text = "SELECT 6 * $1::int",
						.values = (const char *const[]){"7"},
						.count = 1,
						.once = true},
					       {.text = found}};
	struct fn_row row;

	NEEDS_SERVER(state);
	for (int round = 0; round < 2; round++) {
		fn_script_run(req, READ, steps, 2, true, &result);
		assert_int_equal(result.state, FN_SCRIPT_COMMITTED);
		row = fn_rows_at(&result.rows[0], 0);
		assert_int_equal(fn_col_int(&row, 0), 42);
		row = fn_rows_at(&result.rows[1], 0);
		assert_int_equal(fn_col_int(&row, 0), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_in_one_round_trip),
		TEST(a_read_cannot_write),
		TEST(keeps_or_drops_what_was_written),
		TEST(tells_the_failure_in_the_words_of_the_database),
		TEST(a_deferred_constraint_is_an_answer_too),
		TEST(a_connection_lost_while_idle_is_made_anew),
		TEST(a_connection_lost_during_a_write_is_not_tried_again),
		TEST(hands_over_rows_as_they_come),
		TEST(a_failure_in_the_middle_of_the_rows_is_the_answer),
		TEST(rows_begin_anew_after_a_lost_connection),
		TEST(whoever_has_enough_is_told_no_more),
		TEST(remembers_nothing_of_a_text_for_once),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
