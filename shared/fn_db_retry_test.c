/* fn_db_retry_test.c: conflicts, timeouts and lost connections on a real server: what is tried
 * again, what is not, and what the client is told. */
#include <sys/wait.h>

#include "fn_db_test.h"

static const struct fn_sql sql_suicide = {"test.suicide",
					  "SELECT pg_terminate_backend(pg_backend_pid())"},
			   sql_sleep = {"test.sleep", "SELECT pg_sleep(20)"},
			   sql_lock = {"test.lock", "LOCK TABLE things IN ACCESS EXCLUSIVE MODE"},
			   sql_die_later = {"test.die_later", "INSERT INTO mortal VALUES (1)"},
			   sql_conflict_later = {"test.conflict_later",
						 "INSERT INTO unlucky VALUES (1)"};

/* What a body is told, and what it saw. */
struct plan {
	unsigned bodies;      /* how often it ran */
	unsigned conflicts;   /* so many times somebody else is faster */
	unsigned losses;      /* so many times the connection breaks */
	bool drops_errors;    /* a body that does not look at what its statements say */
	size_t used_at_start; /* of the arena, in the first run */
	const char *code;
};

static unsigned cleaned_up; /* outlives every plan, as the request does */

static void note_clean_up(void *arg)
{
	(void)arg;
	cleaned_up++;
}

/* Counts up, after somebody else did, for as often as the plan says. */
static struct fn_error *count_up(struct fn_tx *tx, void *arg)
{
	struct plan *plan = arg;
	struct fn_row row;
	struct fn_error *error;

	plan->bodies++;
	if (plan->bodies == 1)
		plan->used_at_start = fn_arena_used(fn_request_arena(req));
	/* each try begins with the memory that the first one had */
	assert_int_equal(fn_arena_used(fn_request_arena(req)), plan->used_at_start);
	fn_arena_defer(fn_request_arena(req), note_clean_up, NULL);
	FN_TRY(fn_db_one(tx, &sql_read, FN_NO_ARGS, &row));
	if (plan->conflicts > 0) {
		plan->conflicts--;
		(void)unit_postgres_sql("UPDATE counter SET n = n + 100 WHERE id = 1");
	}
	error = fn_db_run(tx, &sql_count, FN_NO_ARGS, NULL);
	return plan->drops_errors ? NULL : error;
}

static void runs_the_whole_again_after_a_conflict(void **state)
{
	struct plan plan = {.conflicts = 2};

	NEEDS_SERVER(state);
	cleaned_up = 0;
	assert_null(fn_db_transaction(req, FN_SERIALIZABLE, count_up, &plan));
	assert_int_equal(plan.bodies, 3);
	assert_int_equal(cleaned_up, 2); /* of the two tries that came to nothing */
	assert_int_equal(fn_request_tries(req), 3);
	assert_sql("SELECT n FROM counter WHERE id = 1", "201");
}

static void runs_again_even_when_the_body_dropped_the_conflict(void **state)
{
	struct plan plan = {.conflicts = 1, .drops_errors = true};

	NEEDS_SERVER(state);
	assert_null(fn_db_transaction(req, FN_SERIALIZABLE, count_up, &plan));
	assert_int_equal(plan.bodies, 2);
	assert_sql("SELECT n FROM counter WHERE id = 1", "101");
}

static void the_keeping_kind_runs_again_too(void **state)
{
	struct plan plan = {.conflicts = 1};

	NEEDS_SERVER(state);
	assert_null(fn_db_transaction_keep(req, FN_SERIALIZABLE, count_up, &plan));
	assert_int_equal(plan.bodies, 2);
	assert_sql("SELECT n FROM counter WHERE id = 1", "101");
}

static void gives_up_after_five_tries(void **state)
{
	struct plan plan = {.conflicts = 99};

	NEEDS_SERVER(state);
	assert_busy(fn_db_transaction(req, FN_SERIALIZABLE, count_up, &plan));
	assert_int_equal(plan.bodies, 5);
	assert_int_equal(fn_request_tries(req), 5);
	assert_sql("SELECT n FROM counter WHERE id = 1", "500");
}

static void does_not_try_again_past_the_deadline(void **state)
{
	struct fn_request_parts parts = {.method = "POST", .deadline = 1};
	struct plan plan = {.conflicts = 99};

	NEEDS_SERVER(state);
	fn_request_free(req);
	req = fn_request_new(&parts);
	assert_busy(fn_db_transaction(req, FN_SERIALIZABLE, count_up, &plan));
	assert_int_equal(plan.bodies, 1);
}

static struct fn_error *conflict_later(struct fn_tx *tx, void *arg)
{
	++*(unsigned *)arg;
	return fn_db_run(tx, &sql_conflict_later, FN_NO_ARGS, NULL);
}

/* The server may find the conflict no sooner than at COMMIT. */
static void runs_the_whole_again_after_a_conflict_at_commit(void **state)
{
	unsigned bodies = 0;

	NEEDS_SERVER(state);
	(void)unit_postgres_sql(
		"CREATE SEQUENCE luck; CREATE TABLE unlucky (n integer);"
		"CREATE FUNCTION be_unlucky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
		" IF nextval('luck') < 3 THEN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END IF;"
		" RETURN NULL; END $$;"
		"CREATE CONSTRAINT TRIGGER late AFTER INSERT ON unlucky DEFERRABLE INITIALLY"
		" DEFERRED FOR EACH ROW EXECUTE FUNCTION be_unlucky()");
	assert_null(fn_db_transaction(req, FN_READ_COMMITTED, conflict_later, &bodies));
	assert_int_equal(bodies, 3);
	assert_sql("SELECT count(*) FROM unlucky", "1");
}

/* ---- every class of failure ---- */

static struct fn_error *fail_as_told(struct fn_tx *tx, void *arg)
{
	struct plan *plan = arg;

	plan->bodies++;
	return fn_db_run(tx, &sql_fail, FN_ARGS(fn_arg_text(plan->code)), NULL);
}

static void treats_each_class_of_failure_as_it_should(void **state)
{
	static const struct {
		const char *code;
		unsigned bodies;
		int status;
	} table[] = {
		{"40001", 5, 503}, {"40P01", 5, 503}, /* conflict: the whole again */
		{"55P03", 1, 503}, {"57014", 1, 503}, /* lock and statement timeout */
		{"53200", 1, 503}, {"53300", 1, 503}, /* no memory, no connections */
		{"57P01", 2, 503}, {"57P03", 2, 503}, {"08006", 2, 503}, /* going down: once more */
		{"25006", 2, 503},                                       /* no longer the primary */
		{"23505", 1, 500}, {"23514", 1, 500}, {"22001", 1, 500},
		{"42501", 1, 500}, {"P0001", 1, 500}, {"XX000", 1, 500},
	};

	NEEDS_SERVER(state);
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		struct plan plan = {.code = table[i].code};
		struct fn_error *error =
			fn_db_transaction(req, FN_READ_COMMITTED, fail_as_told, &plan);

		if (error == NULL || error->message->status != table[i].status ||
		    plan.bodies != table[i].bodies)
			fail_msg("%s: ran %u times, %d", table[i].code, plan.bodies,
				 error == NULL ? 0 : error->message->status);
		if (table[i].status == 503)
			assert_busy(error);
		else
			assert_string_equal(error->sqlstate, table[i].code);
	}
}

/* ---- timeouts ---- */

static struct fn_error *sleep_long(struct fn_tx *tx, void *arg)
{
	(void)arg;
	return fn_db_run(tx, &sql_sleep, FN_NO_ARGS, NULL);
}

static void a_statement_that_takes_too_long_is_busy(void **state)
{
	NEEDS_SERVER(state);
	assert_busy(fn_db_transaction(req, FN_READ_COMMITTED, sleep_long, NULL));
	assert_int_equal(fn_request_tries(req), 1);
}

static struct fn_error *lock_things(struct fn_tx *tx, void *arg)
{
	(void)arg;
	return fn_db_run(tx, &sql_lock, FN_NO_ARGS, NULL);
}

/* Somebody who holds a lock, until he is ended. */
static pid_t hold_lock(void)
{
	pid_t pid = unit_postgres_begin_sql("BEGIN; LOCK TABLE things; SELECT pg_sleep(60)");

	for (unsigned i = 0; i < 500; i++) {
		if (strcmp(unit_postgres_sql("SELECT count(*) FROM pg_locks WHERE relation ="
					     " 'things'::regclass AND mode = 'AccessExclusiveLock'"
					     " AND granted"),
			   "1") == 0)
			return pid;
	}
	fail_msg("the lock was not taken");
	return 0;
}

static void a_lock_that_is_not_to_be_had_is_busy(void **state)
{
	pid_t holder;

	NEEDS_SERVER(state);
	holder = hold_lock();
	assert_busy(fn_db_transaction(req, FN_READ_COMMITTED, lock_things, NULL));
	assert_int_equal(fn_request_tries(req), 1);
	(void)unit_postgres_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
				" WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()");
	(void)waitpid(holder, NULL, 0);
	assert_null(fn_db_transaction(req, FN_READ_COMMITTED, lock_things, NULL));
}

/* ---- lost connections ---- */

static struct fn_error *lose_connection(struct fn_tx *tx, void *arg)
{
	struct plan *plan = arg;

	plan->bodies++;
	FN_TRY(fn_db_run(tx, &sql_add, FN_ARGS(fn_arg_int(plan->bodies), fn_arg_text("x")), NULL));
	if (plan->losses == 0)
		return NULL;
	plan->losses--;
	return fn_db_run(tx, &sql_suicide, FN_NO_ARGS, NULL);
}

static void tries_once_more_when_the_connection_broke_before_commit(void **state)
{
	struct plan plan = {.losses = 1};

	NEEDS_SERVER(state);
	assert_null(fn_db_transaction(req, FN_READ_COMMITTED, lose_connection, &plan));
	assert_int_equal(plan.bodies, 2);
	assert_sql("SELECT id FROM things", "2"); /* of the second try alone */
}

static void does_not_try_a_third_time(void **state)
{
	struct plan plan = {.losses = 99};

	NEEDS_SERVER(state);
	assert_busy(fn_db_transaction(req, FN_READ_COMMITTED, lose_connection, &plan));
	assert_int_equal(plan.bodies, 2);
	assert_sql("SELECT count(*) FROM things", "0");
}

/* Whoever was idle when the server went down notices at BEGIN. */
static void statements_survive_a_new_connection(void **state)
{
	struct plan plan = {0};

	NEEDS_SERVER(state);
	for (unsigned round = 0; round < 3; round++) { /* the third time it is prepared */
		(void)unit_postgres_sql("TRUNCATE things");
		plan.bodies = 0;
		assert_null(fn_db_transaction(req, FN_READ_COMMITTED, lose_connection, &plan));
	}
	(void)unit_postgres_sql("TRUNCATE things; SELECT pg_terminate_backend(pid)"
				" FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
				" AND backend_type = 'client backend'");
	for (unsigned round = 0; round < 3; round++) {
		(void)unit_postgres_sql("TRUNCATE things");
		plan.bodies = 0;
		assert_null(fn_db_transaction(req, FN_READ_COMMITTED, lose_connection, &plan));
		assert_int_equal(plan.bodies, 1);
	}
	assert_sql("SELECT id FROM things", "1");
}

static struct fn_error *die_later(struct fn_tx *tx, void *arg)
{
	++*(unsigned *)arg;
	return fn_db_run(tx, &sql_die_later, FN_NO_ARGS, NULL);
}

/* It may have happened: to try again could do it twice. */
static void an_uncertain_commit_is_told_and_not_tried_again(void **state)
{
	struct fn_error *error;
	unsigned bodies = 0;
	const char *said;

	NEEDS_SERVER(state);
	(void)unit_postgres_sql(
		"CREATE TABLE mortal (n integer);"
		"CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
		" PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
		"CREATE CONSTRAINT TRIGGER late AFTER INSERT ON mortal DEFERRABLE INITIALLY"
		" DEFERRED FOR EACH ROW EXECUTE FUNCTION die()");
	unit_stderr_begin();
	error = fn_db_transaction(req, FN_READ_COMMITTED, die_later, &bodies);
	said = unit_stderr_end();
	assert_busy(error);
	assert_int_equal(bodies, 1);
	assert_int_equal(fn_request_tries(req), 1);
	assert_non_null(strstr(said, "uncertain: connection lost during COMMIT"));
	assert_non_null(strstr(said, fn_request_id(req)));
	/* and the next one has a new connection */
	assert_null(fn_db_transaction(req, FN_READ_COMMITTED, lock_things, NULL));
}

static void is_busy_without_a_server(void **state)
{
	struct fn_error *error;

	NEEDS_SERVER(state);
	fn_db_disconnect();
	fn_conf_set("FN_DB_URL", "host=/nowhere dbname=postgres password=hush connect_timeout=1");
	error = fn_db_transaction(req, FN_READ_COMMITTED, lock_things, NULL);
	fn_conf_set("FN_DB_URL", url);
	assert_busy(error);
	assert_non_null(strstr(error->cause, "no database connection"));
	assert_null(strstr(error->cause, "hush"));
	assert_int_equal(fn_request_tries(req), 0);
	assert_null(fn_db_transaction(req, FN_READ_COMMITTED, lock_things, NULL));
}

static void an_absent_connection_is_in_no_transaction(void **state)
{
	(void)state;
	fn_db_disconnect();
	assert_false(fn_db_in_transaction());
	assert_int_equal(fn_db_descriptor(), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(runs_the_whole_again_after_a_conflict),
		TEST(runs_again_even_when_the_body_dropped_the_conflict),
		TEST(the_keeping_kind_runs_again_too),
		TEST(gives_up_after_five_tries),
		TEST(does_not_try_again_past_the_deadline),
		TEST(runs_the_whole_again_after_a_conflict_at_commit),
		TEST(treats_each_class_of_failure_as_it_should),
		TEST(a_statement_that_takes_too_long_is_busy),
		TEST(a_lock_that_is_not_to_be_had_is_busy),
		TEST(tries_once_more_when_the_connection_broke_before_commit),
		TEST(does_not_try_a_third_time),
		TEST(statements_survive_a_new_connection),
		TEST(an_uncertain_commit_is_told_and_not_tried_again),
		TEST(is_busy_without_a_server),
		TEST(an_absent_connection_is_in_no_transaction),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
