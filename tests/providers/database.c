/* database.c: the shared file, in SQLite. Opened at the first use, so after the fork. */
#include "database.h"

#include <assert.h>
#include <sqlite3.h>
#include <time.h>

#include "database_schema.h"
#include "fn_conf.h"
#include "fn_die.h"

enum {
	SYSTEM_ERROR = 71,
	STATEMENTS_MAX = 96,
	LOCKED_TRIES = 100000, /* twenty seconds of ... */
	LOCKED_PAUSE_NS = 200000,
};

struct query {
	const char *sql;
	sqlite3_stmt *statement;
	bool is_open;
};

static sqlite3 *database;
static struct query queries[STATEMENTS_MAX];
static unsigned depth; /* of begins */

static void check(int code, int wanted, const char *what)
{
	if (code != wanted)
		fn_die(SYSTEM_ERROR, "%s: %s: %s", fn_conf_text("PROVIDERS_DB"), what,
		       sqlite3_errmsg(database));
}

static void run(const char *sql)
{
	check(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK, sql);
}

/* SQLite's own waits grow to 100 ms, far longer than anybody here holds the lock. */
static int wait_for_lock(void *arg, int tries)
{
	(void)arg;
	(void)nanosleep(&(struct timespec){.tv_nsec = LOCKED_PAUSE_NS}, NULL);
	return tries < LOCKED_TRIES;
}

static void open_database(void)
{
	if (database != NULL)
		return;
	check(sqlite3_open(fn_conf_text("PROVIDERS_DB"), &database), SQLITE_OK, "open");
	check(sqlite3_busy_handler(database, wait_for_lock, NULL), SQLITE_OK, "busy handler");
	run("PRAGMA journal_mode = WAL");
	run("PRAGMA synchronous = OFF"); /* it need not survive the machine */
	run("BEGIN IMMEDIATE");
	run(database_schema);
	run("COMMIT");
}

/* ---- values ---- */

struct value of_text(const char *text)
{
	return (struct value){.text = text, .is_null = text == NULL};
}

struct value of_number(int64_t number)
{
	return (struct value){.number = number};
}

struct value of_time(int64_t ms)
{
	return (struct value){.number = ms, .is_null = ms == NONE};
}

static void bind(struct query *query, int at, const struct value *value)
{
	int code;

	if (value->is_null)
		code = sqlite3_bind_null(query->statement, at);
	else if (value->text != NULL)
		code = sqlite3_bind_text(query->statement, at, value->text, -1, SQLITE_TRANSIENT);
	else
		code = sqlite3_bind_int64(query->statement, at, value->number);
	check(code, SQLITE_OK, query->sql);
}

/* ---- asking ---- */

static struct query *prepared(const char *sql)
{
	size_t i = 0;

	while (i < STATEMENTS_MAX && queries[i].sql != NULL && queries[i].sql != sql)
		i++;
	if (i == STATEMENTS_MAX)
		fn_die(SYSTEM_ERROR, "more than %d statements", STATEMENTS_MAX);
	if (queries[i].sql == NULL) {
		check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT,
					 &queries[i].statement, NULL),
		      SQLITE_OK, sql);
		queries[i].sql = sql;
	}
	return &queries[i];
}

struct query *database_ask(const char *sql, const struct value *values, size_t count)
{
	struct query *query;

	open_database();
	query = prepared(sql);
	assert(!query->is_open);
	query->is_open = true;
	for (size_t i = 0; i < count; i++)
		bind(query, (int)i + 1, &values[i]);
	return query;
}

bool database_next(struct query *query)
{
	int code = sqlite3_step(query->statement);

	if (code == SQLITE_ROW)
		return true;
	check(code, SQLITE_DONE, query->sql);
	database_stop(query);
	return false;
}

void database_stop(struct query *query)
{
	(void)sqlite3_reset(query->statement);
	query->is_open = false;
}

const char *database_text(const struct query *query, int column)
{
	return (const char *)sqlite3_column_text(query->statement, column);
}

int64_t database_number(const struct query *query, int column, int64_t if_null)
{
	if (sqlite3_column_type(query->statement, column) == SQLITE_NULL)
		return if_null;
	return sqlite3_column_int64(query->statement, column);
}

int64_t database_change(const char *sql, const struct value *values, size_t count)
{
	struct query *query = database_ask(sql, values, count);

	check(database_next(query), false, sql);
	return sqlite3_changes(database);
}

int64_t database_last_number(void)
{
	return sqlite3_last_insert_rowid(database);
}

const char *database_first(struct fn_arena *arena, const char *sql, const struct value *values,
			   size_t count)
{
	struct query *query = database_ask(sql, values, count);
	const char *text = NULL;

	if (database_next(query)) {
		text = fn_arena_text(arena, database_text(query, 0));
		database_stop(query);
	}
	return text;
}

int64_t database_first_number(const char *sql, const struct value *values, size_t count,
			      int64_t otherwise)
{
	struct query *query = database_ask(sql, values, count);
	int64_t number = otherwise;

	if (database_next(query)) {
		number = database_number(query, 0, otherwise);
		database_stop(query);
	}
	return number;
}

/* ---- transactions ---- */

void database_begin(void)
{
	open_database();
	if (depth++ == 0)
		run("BEGIN IMMEDIATE");
}

void database_commit(void)
{
	assert(depth > 0);
	if (--depth == 0)
		run("COMMIT");
}

int64_t database_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
