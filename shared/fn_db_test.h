/* fn_db_test.h: a database of their own for the tests of fn_db, and what they ask of it. */
#ifndef FN_DB_TEST_H
#define FN_DB_TEST_H

#include <stdio.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_db.h"
#include "fn_time.h"
#include "unit.h"
#include "unit_postgres.h"

static bool has_server; /* false: not installed, every test is skipped */
static char url[300];
static struct fn_request *req;

static const struct fn_sql sql_add = {"test.add", "INSERT INTO things (id, name) VALUES ($1, $2)"},
			   sql_read = {"test.read", "SELECT n FROM counter WHERE id = 1"},
			   sql_count = {"test.count", "UPDATE counter SET n = n + 1 WHERE id = 1"},
			   sql_fail = {"test.fail", "SELECT fail_with($1)"};

static inline int start_server(void **state)
{
	(void)state;
	has_server = unit_postgres_start();
	if (!has_server)
		return 0;
	(void)unit_postgres_sql(
		"CREATE TABLE things (id integer CONSTRAINT things_once PRIMARY KEY, name text"
		" CONSTRAINT things_short CHECK (length(name) < 10),"
		" twin integer CONSTRAINT things_late UNIQUE DEFERRABLE INITIALLY DEFERRED);"
		"CREATE TABLE counter (id integer PRIMARY KEY, n integer);"
		"CREATE FUNCTION fail_with(code text) RETURNS void LANGUAGE plpgsql AS $$"
		" BEGIN RAISE EXCEPTION 'failed as told' USING ERRCODE = code,"
		" DETAIL = 'Key (phone)=(+22670123456) exists.'; END $$;"
		"CREATE SCHEMA private; CREATE TABLE private.jobs (function text, dedup text "
		"UNIQUE,"
		" payload jsonb);"
		"CREATE FUNCTION private.job_add(text, text, jsonb, timestamptz) RETURNS uuid"
		" LANGUAGE sql AS 'INSERT INTO private.jobs VALUES ($1, $2, $3)"
		" ON CONFLICT DO NOTHING RETURNING gen_random_uuid()'");
	(void)snprintf(url, sizeof(url), "%s options='-c statement_timeout=2s -c lock_timeout=100'",
		       unit_postgres_url());
	fn_conf_set("FN_DB_URL", url);
	return 0;
}

static inline int stop_server(void **state)
{
	(void)state;
	fn_db_disconnect();
	unit_postgres_stop();
	return 0;
}

static inline int set_up(void **state)
{
	static struct unit_request like = {.method = "POST"};

	(void)state;
	req = unit_request(&like);
	if (has_server)
		(void)unit_postgres_sql("TRUNCATE things, counter, private.jobs;"
					"INSERT INTO counter VALUES (1, 0), (2, 0)");
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	assert_false(fn_db_in_transaction());
	fn_request_free(req);
	return 0;
}

/* First line of a test that needs the server. */
#define NEEDS_SERVER(state)                                                                        \
	do {                                                                                       \
		(void)(state);                                                                     \
		if (!has_server)                                                                   \
			skip();                                                                    \
	} while (0)

#define assert_sql(sql, answer) assert_string_equal(unit_postgres_sql(sql), answer)

/* 503 with a time to come back: nothing is wrong with the request. */
static inline void assert_busy(const struct fn_error *error)
{
	if (error == NULL) {
		fail_msg("there was no error");
		return;
	}
	assert_int_equal(error->message->status, 503);
	assert_string_equal(error->message->code, "busy");
	assert_int_equal(error->retry_after, 1);
	assert_non_null(error->cause);
}

#endif
