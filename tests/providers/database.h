/* database.h: the one SQLite file (PROVIDERS_DB) that the stand-ins and the courier share. The only
 * module that includes sqlite3. Statements are prepared once a process and kept: `sql` must be a
 * constant. Any failure ends the process: a stand-in that forgets would make tests lie. */
#ifndef DATABASE_H
#define DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_arena.h"

struct value {
	const char *text; /* NULL: the number, unless is_null */
	int64_t number;
	bool is_null;
};

struct value of_text(const char *text); /* NULL = SQL null */
struct value of_number(int64_t number);
/* NONE (-1) = SQL null: a time that never comes. */
enum { NONE = -1 };
struct value of_time(int64_t ms);

#define VALUES(...)                                                                                \
	(const struct value[]){__VA_ARGS__},                                                       \
		sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)

/* Returns how many rows changed. */
int64_t database_change(const char *sql, const struct value *values, size_t count);
int64_t database_last_number(void);
/* The first column of the first row, copied; NULL when there is no row or it is NULL. */
const char *database_first(struct fn_arena *arena, const char *sql, const struct value *values,
			   size_t count);
int64_t database_first_number(const char *sql, const struct value *values, size_t count,
			      int64_t otherwise);

/* Row by row; must be read to its end, or stopped. What a row gave lives until the next one. */
struct query;
struct query *database_ask(const char *sql, const struct value *values, size_t count);
bool database_next(struct query *query); /* false: that was all */
void database_stop(struct query *query);
const char *database_text(const struct query *query, int column); /* NULL for SQL null */
int64_t database_number(const struct query *query, int column, int64_t if_null);

/* One transaction; a begin inside another one only counts. */
void database_begin(void);
void database_commit(void);

/* Milliseconds since 1970. */
int64_t database_now(void);

#endif
