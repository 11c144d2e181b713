/* rest_plan_rows_test.h: runs what the planner writes on PostgreSQL, for the tests that look at the
 * rows that come. */
#ifndef REST_PLAN_ROWS_TEST_H
#define REST_PLAN_ROWS_TEST_H

#include "rest_plan_test.h"

#include "fn_buf.h"
#include "unit_postgres.h"

static bool has_server;

static int start(void **state)
{
	has_server = unit_postgres_start();
	if (has_server)
		(void)unit_postgres_sql(schema_sql);
	return make_catalog(state);
}

static int stop(void **state)
{
	unit_postgres_stop();
	return forget_catalog(state);
}

static void add_literal(struct fn_buf *sql, const char *value)
{
	if (value == NULL) {
		fn_buf_text(sql, "NULL");
		return;
	}
	fn_buf_text(sql, "'");
	for (; *value != '\0'; value++)
		fn_buf_add(sql, *value == '\'' ? "''" : value, *value == '\'' ? 2 : 1);
	fn_buf_text(sql, "'");
}

/* The values are unknown literals, as they are on the wire. Nothing stays. */
static const char *run(const struct rest_plan *made)
{
	struct fn_buf sql;
	const char *said;

	fn_buf_init(&sql, 1 << 20);
	fn_buf_format(&sql, "BEGIN%s; SET LOCAL search_path = api; PREPARE p AS %s; EXECUTE p",
		      made->read_only ? " READ ONLY" : "", made->text);
	for (size_t i = 0; i < made->value_count; i++) {
		fn_buf_text(&sql, i == 0 ? "(" : ", ");
		add_literal(&sql, made->values[i]);
	}
	fn_buf_text(&sql, made->value_count > 0 ? "); ROLLBACK" : "; ROLLBACK");
	assert_false(sql.full);
	said = unit_postgres_sql(sql.bytes);
	fn_buf_free(&sql);
	return said;
}

struct asked {
	struct sent sent;
	const char *expected; /* the row, columns separated by | */
	int64_t max_rows;
};

static void ask(const struct asked *asked)
{
	struct unit_request like;
	struct fn_request *req;
	struct rest_plan made;
	struct fn_error *error;
	const char *said;

	max_rows = asked->max_rows;
	error = plan(&asked->sent, &like, &req, &made);
	if (error != NULL)
		fail_msg("%s?%s: %s %s", asked->sent.path, asked->sent.query, error->message->code,
			 error->message->en);
	said = run(&made);
	if (strcmp(said, asked->expected) != 0)
		fail_msg("%s?%s\n%s\ngave %s\nnot  %s", asked->sent.path, asked->sent.query,
			 made.text, said, asked->expected);
	fn_request_free(req);
	max_rows = 0;
}

#define ASK(list)                                                                                  \
	do {                                                                                       \
		(void)state;                                                                       \
		if (!has_server)                                                                   \
			skip();                                                                    \
		for (size_t i = 0; i < FN_COUNT(list); i++)                                        \
			ask(&(list)[i]);                                                           \
	} while (0)
#define JSON_TYPE                                                                                  \
	{                                                                                          \
		"Content-Type", "application/json"                                                 \
	}
#define ROWS                                                                                       \
	{                                                                                          \
		"Prefer", "return=representation"                                                  \
	}

#endif
