/* rest_sql.h: a statement in the making: text and the values of its $n. What a client wrote enters
 * the text only through rest_sql_names() (quoted identifiers) and rest_sql_cast(). */
#ifndef REST_SQL_H
#define REST_SQL_H

#include "fn_buf.h"
#include "fn_request.h"

struct rest_sql {
	struct fn_request *req;
	struct fn_buf text;
	const char **values; /* of $1 ... $n; NULL = SQL NULL */
	size_t value_count, value_room;
};

/* Lives as long as the request. */
struct rest_sql *rest_sql_new(struct fn_request *req);
/* Our own words, or SQL that the catalog gave (types, defaults). Never a client's. */
void rest_sql_add(struct rest_sql *sql, const char *words);
/* Our own words in which each @ becomes one of the names, quoted. */
void rest_sql_names(struct rest_sql *sql, const char *words, const char *const *names,
		    size_t count);
#define REST_SQL(sql, words, ...)                                                                  \
	rest_sql_names(sql, words, (const char *const[]){__VA_ARGS__},                             \
		       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
/* $n, of unknown type. */
void rest_sql_value(struct rest_sql *sql, const char *value);
void rest_sql_number(struct rest_sql *sql, int64_t value);
/* A type's name of letters, digits, _ and blanks. False, and nothing added, when it is not one. */
bool rest_sql_cast(struct rest_sql *sql, const char *type);
bool rest_sql_is_cast(const char *type);

/* The text of an array: {"a","b\"c"}. */
const char *rest_sql_array(struct fn_arena *arena, const char *const *list, size_t count);

#endif
