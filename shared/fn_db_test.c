/* fn_db_test.c: statements, values and transactions on a real server. Conflicts, timeouts and lost
 * connections: fn_db_retry_test.c. */
#include "fn_db_test.h"

#include <poll.h>

#include "fn_json.h"

#define ID "0a1b2c3d-4e5f-6789-abcd-ef0123456789"

static const struct fn_message no_luck = {409, "no_luck", "Pas de chance", "No luck"};

static const struct fn_sql
	sql_values = {"test.values",
		      "SELECT $1::text, $2::bigint, $3::boolean, $4::uuid, NULL::text, NULL::int,"
		      " NULL::boolean, NULL::uuid, ''"},
	sql_none = {"test.none", "SELECT 1 WHERE false"},
	sql_many = {"test.many", "SELECT g, 'row ' || g FROM generate_series(1, $1) AS g"},
	sql_rename = {"test.rename", "UPDATE things SET name = $1"},
	sql_twin = {"test.twin", "INSERT INTO things (id, twin) VALUES ($1, 7)"},
	sql_wrong = {"test.wrong", "SELECT no_such_column FROM things"};

/* Runs the body in a transaction of the given kind. */
static struct fn_error *transact(fn_tx_body *body, void *arg)
{
	return fn_db_transaction(req, FN_READ_COMMITTED, body, arg);
}

static struct fn_error *add(struct fn_tx *tx, int64_t id, const char *name)
{
	return fn_db_run(tx, &sql_add, FN_ARGS(fn_arg_int(id), fn_arg_text(name)), NULL);
}

/* ---- transactions ---- */

static struct fn_error *add_one(struct fn_tx *tx, void *arg)
{
	(void)arg;
	assert_true(fn_db_in_transaction());
	assert_ptr_equal(fn_tx_request(tx), req);
	return add(tx, 1, "one");
}

static void commits_what_the_body_did(void **state)
{
	NEEDS_SERVER(state);
	assert_null(transact(add_one, NULL));
	assert_false(fn_db_in_transaction());
	assert_sql("SELECT id, name FROM things", "1|one");
	assert_int_equal(fn_request_tries(req), 1);
}

static struct fn_error *add_and_refuse(struct fn_tx *tx, void *arg)
{
	(void)arg;
	FN_TRY(add(tx, 1, "one"));
	return fn_fail(req, &no_luck);
}

static void rolls_back_what_the_body_refused(void **state)
{
	struct fn_error *error;

	NEEDS_SERVER(state);
	error = transact(add_and_refuse, NULL);
	assert_ptr_equal(error->message, &no_luck);
	assert_sql("SELECT count(*) FROM things", "0");
	assert_null(transact(add_one, NULL)); /* and the connection is fit for the next */
}

static void keeps_what_the_body_did_and_still_refused(void **state)
{
	NEEDS_SERVER(state);
	assert_ptr_equal(fn_db_transaction_keep(req, FN_READ_COMMITTED, add_and_refuse, NULL)
				 ->message,
			 &no_luck);
	assert_sql("SELECT count(*) FROM things", "1");
}

static struct fn_error *add_twice(struct fn_tx *tx, void *arg)
{
	(void)arg;
	FN_TRY(add(tx, 1, "one"));
	return add(tx, 1, "again");
}

static void keeps_nothing_when_a_statement_failed(void **state)
{
	NEEDS_SERVER(state);
	assert_int_equal(fn_db_transaction_keep(req, FN_READ_COMMITTED, add_twice, NULL)
				 ->message->status,
			 500);
	assert_sql("SELECT count(*) FROM things", "0");
}

static struct fn_error *drop_an_error(struct fn_tx *tx, void *arg)
{
	struct fn_error *error;

	FN_TRY(add(tx, 1, "one"));
	error = add(tx, 1, "again");
	assert_non_null(error);
	/* nothing more reaches the server: it would only say that the transaction is aborted */
	error = add(tx, 2, "two");
	assert_non_null(strstr(error->cause, "after a failed statement"));
	return arg == NULL ? NULL : fn_fail(req, &no_luck);
}

static void a_body_that_drops_an_error_cannot_commit(void **state)
{
	struct fn_error *error;

	NEEDS_SERVER(state);
	error = transact(drop_an_error, NULL);
	assert_int_equal(error->message->status, 500);
	assert_string_equal(error->cause, "the body dropped a failed statement");
	assert_sql("SELECT count(*) FROM things", "0");
	/* nor keep anything */
	assert_ptr_equal(fn_db_transaction_keep(req, FN_READ_COMMITTED, drop_an_error, req)
				 ->message,
			 &no_luck);
	assert_sql("SELECT count(*) FROM things", "0");
}

static struct fn_error *read_level(struct fn_tx *tx, void *arg)
{
	static const struct fn_sql sql_level = {"test.level",
						"SELECT current_setting('transaction_isolation')"};
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_level, FN_NO_ARGS, &row));
	*(const char **)arg = fn_col_text(&row, 0);
	return NULL;
}

static void begins_at_the_level_it_is_told(void **state)
{
	const char *level = NULL;

	NEEDS_SERVER(state);
	assert_null(fn_db_transaction(req, FN_READ_COMMITTED, read_level, &level));
	assert_string_equal(level, "read committed");
	assert_null(fn_db_transaction(req, FN_SERIALIZABLE, read_level, &level));
	assert_string_equal(level, "serializable");
}

/* ---- values ---- */

static struct fn_error *read_values(struct fn_tx *tx, void *arg)
{
	static const char quotes[] = "'; DROP TABLE things; -- \"é\"\\";
	const struct fn_uuid id = {ID}, nobody = {""};
	struct fn_row row;

	(void)arg;
	FN_TRY(fn_db_one(tx, &sql_values,
			 FN_ARGS(fn_arg_text(quotes), fn_arg_int(INT64_MIN), fn_arg_bool(true),
				 fn_arg_uuid(&id)),
			 &row));
	assert_true(fn_row_found(&row));
	assert_string_equal(fn_col_text(&row, 0), quotes);
	assert_true(fn_col_int(&row, 1) == INT64_MIN);
	assert_true(fn_col_bool(&row, 2));
	assert_string_equal(fn_col_uuid(&row, 3).text, ID);
	assert_null(fn_col_text(&row, 4));
	assert_true(fn_col_is_null(&row, 5));
	assert_int_equal(fn_col_int(&row, 5), 0);
	assert_false(fn_col_bool(&row, 6));
	assert_string_equal(fn_col_uuid(&row, 7).text, "");
	assert_string_equal(fn_col_text(&row, 8), ""); /* empty is not NULL */
	assert_false(fn_col_is_null(&row, 8));
	FN_TRY(fn_db_one(tx, &sql_values,
			 FN_ARGS(fn_arg_text(NULL), fn_arg_int(-1), fn_arg_bool(false),
				 fn_arg_uuid(&nobody)),
			 &row));
	assert_true(fn_col_is_null(&row, 0));
	assert_int_equal(fn_col_int(&row, 1), -1);
	assert_false(fn_col_bool(&row, 2));
	assert_false(fn_col_is_null(&row, 2));
	assert_true(fn_col_is_null(&row, 3));
	return NULL;
}

static void values_come_back_as_they_went_in(void **state)
{
	NEEDS_SERVER(state);
	assert_null(transact(read_values, NULL));
}

static void an_absent_id_is_null(void **state)
{
	const struct fn_uuid id = {ID}, nobody = {""};

	(void)state;
	assert_null(fn_arg_uuid(NULL).text);
	assert_null(fn_arg_uuid(&nobody).text);
	assert_string_equal(fn_arg_uuid(&id).text, ID);
}

static struct fn_error *read_rows(struct fn_tx *tx, void *arg)
{
	struct fn_rows rows;
	struct fn_row row;
	int64_t affected = -1;

	(void)arg;
	FN_TRY(fn_db_one(tx, &sql_none, FN_NO_ARGS, &row));
	assert_false(fn_row_found(&row));
	FN_TRY(fn_db_all(tx, &sql_many, FN_ARGS(fn_arg_int(1000)), &rows));
	assert_int_equal(rows.count, 1000);
	row = fn_rows_at(&rows, 999);
	assert_int_equal(fn_col_int(&row, 0), 1000);
	assert_string_equal(fn_col_text(&row, 1), "row 1000");
	FN_TRY(fn_db_run(tx, &sql_rename, FN_ARGS(fn_arg_text("x")), &affected));
	assert_int_equal(affected, 0);
	FN_TRY(add(tx, 1, "a"));
	FN_TRY(add(tx, 2, "b"));
	return fn_db_run(tx, &sql_rename, FN_ARGS(fn_arg_text("x")), arg);
}

static void counts_rows_read_and_rows_changed(void **state)
{
	int64_t affected = -1;

	NEEDS_SERVER(state);
	assert_null(transact(read_rows, &affected));
	assert_int_equal(affected, 2);
}

static struct fn_error *read_one_of_two(struct fn_tx *tx, void *arg)
{
	struct fn_row row;
	struct fn_error *error;

	(void)arg;
	FN_TRY(add(tx, 1, "one"));
	error = fn_db_one(tx, &sql_many, FN_ARGS(fn_arg_int(2)), &row);
	assert_int_equal(error->message->status, 500);
	assert_false(fn_row_found(&row));
	return NULL; /* dropped, and yet: */
}

static void more_than_one_row_is_our_bug(void **state)
{
	NEEDS_SERVER(state);
	assert_int_equal(transact(read_one_of_two, NULL)->message->status, 500);
	assert_sql("SELECT count(*) FROM things", "0");
}

/* ---- violations ---- */

static struct fn_error *add_too_long(struct fn_tx *tx, void *arg)
{
	(void)arg;
	return add(tx, 1, "more than ten letters");
}

static void names_the_violated_constraint(void **state)
{
	struct fn_error *error;

	NEEDS_SERVER(state);
	error = transact(add_twice, NULL);
	assert_int_equal(error->message->status, 500); /* unless the endpoint explains it */
	assert_string_equal(error->sqlstate, "23505");
	assert_true(fn_db_violates(error, "things_once"));
	assert_false(fn_db_violates(error, "things_short"));
	assert_true(fn_db_violates(transact(add_too_long, NULL), "things_short"));
	assert_false(fn_db_violates(NULL, "things_once"));
	assert_false(fn_db_violates(fn_fail(req, &no_luck), "things_once"));
}

static struct fn_error *add_twins(struct fn_tx *tx, void *arg)
{
	(void)arg;
	FN_TRY(fn_db_run(tx, &sql_twin, FN_ARGS(fn_arg_int(1)), NULL));
	return fn_db_run(tx, &sql_twin, FN_ARGS(fn_arg_int(2)), NULL);
}

static void names_a_constraint_that_is_checked_at_commit(void **state)
{
	struct fn_error *error;

	NEEDS_SERVER(state);
	error = transact(add_twins, NULL);
	assert_true(fn_db_violates(error, "things_late"));
	assert_sql("SELECT count(*) FROM things", "0");
	assert_null(transact(add_one, NULL));
}

static struct fn_error *fail_as_told(struct fn_tx *tx, void *arg)
{
	struct fn_row row;

	return fn_db_one(tx, &sql_fail, FN_ARGS(fn_arg_text(arg)), &row);
}

/* DETAIL holds values of the row: phone numbers have no place in a log. */
static void the_cause_holds_no_values(void **state)
{
	static char code[] = "23505";
	struct fn_error *error;

	NEEDS_SERVER(state);
	error = transact(fail_as_told, code);
	assert_string_equal(error->cause, "test.fail: 23505 failed as told");
}

/* ---- for the runtime ---- */

static void checks_statements_without_running_them(void **state)
{
	const struct fn_sql *good[] = {&sql_add, &sql_many, &sql_add, NULL};
	const struct fn_sql *bad[] = {&sql_add, &sql_wrong, NULL};

	NEEDS_SERVER(state);
	assert_null(fn_db_check(good, fn_request_arena(req)));
	assert_string_equal(fn_db_check(bad, fn_request_arena(req)),
			    "test.wrong: column \"no_such_column\" does not exist");
	assert_sql("SELECT count(*) FROM things", "0");
	assert_null(transact(add_one, NULL));
}

static struct fn_error *queue_jobs(struct fn_tx *tx, void *arg)
{
	(void)arg;
	FN_TRY(fn_db_job(tx, "send-notice", "once", FN_OBJECT(fn_json_int("n", 1))));
	FN_TRY(fn_db_job(tx, "send-notice", "once", FN_OBJECT(fn_json_int("n", 2))));
	FN_TRY(fn_db_job(tx, "sweep", NULL, FN_OBJECT(fn_json_string("é", "\"'"))));
	return fn_db_job(tx, "sweep", NULL, FN_OBJECT(fn_json_int("n", 3)));
}

static void queues_jobs_once_each(void **state)
{
	NEEDS_SERVER(state);
	assert_null(transact(queue_jobs, NULL));
	assert_sql("SELECT function, dedup, payload FROM private.jobs ORDER BY payload::text",
		   "send-notice|once|{\"n\": 1}\nsweep||{\"n\": 3}\nsweep||{\"é\": \"\\\"'\"}");
}

static void hears_notices(void **state)
{
	struct pollfd ready = {.events = POLLIN};
	struct fn_notice notice;

	NEEDS_SERVER(state);
	assert_null(fn_db_listen(req, "jobs"));
	assert_null(fn_db_listen(req, "Od\"d"));
	assert_false(fn_db_notice(&notice));
	(void)unit_postgres_sql("NOTIFY jobs; NOTIFY \"Od\"\"d\", 'reload schema'; NOTIFY other");
	ready.fd = fn_db_descriptor();
	assert_int_equal(poll(&ready, 1, 10000), 1);
	assert_true(fn_db_notice(&notice));
	assert_string_equal(notice.channel, "jobs");
	assert_string_equal(notice.payload, "");
	assert_true(fn_db_notice(&notice));
	assert_string_equal(notice.channel, "Od\"d");
	assert_string_equal(notice.payload, "reload schema");
	assert_false(fn_db_notice(&notice));
	fn_db_disconnect();
	assert_int_equal(fn_db_descriptor(), -1);
	assert_false(fn_db_notice(&notice));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(commits_what_the_body_did),
		TEST(rolls_back_what_the_body_refused),
		TEST(keeps_what_the_body_did_and_still_refused),
		TEST(keeps_nothing_when_a_statement_failed),
		TEST(a_body_that_drops_an_error_cannot_commit),
		TEST(begins_at_the_level_it_is_told),
		TEST(values_come_back_as_they_went_in),
		TEST(an_absent_id_is_null),
		TEST(counts_rows_read_and_rows_changed),
		TEST(more_than_one_row_is_our_bug),
		TEST(names_the_violated_constraint),
		TEST(names_a_constraint_that_is_checked_at_commit),
		TEST(the_cause_holds_no_values),
		TEST(checks_statements_without_running_them),
		TEST(queues_jobs_once_each),
		TEST(hears_notices),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
