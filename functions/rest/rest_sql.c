/* rest_sql.c: text of a statement and the values bound to it; the one place that quotes names. */
#include "rest_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fn_die.h"

/* A statement longer than this came from a query that the parser's ceilings should have refused. */
enum { TEXT_MAX = 1 << 20, VALUES_FIRST = 16 };

static void drop(void *text)
{
	fn_buf_free(text);
}

struct rest_sql *rest_sql_new(struct fn_request *req)
{
	struct rest_sql *sql = fn_arena_alloc(fn_request_arena(req), sizeof(*sql));

	sql->req = req;
	fn_buf_init(&sql->text, TEXT_MAX);
	fn_arena_defer(fn_request_arena(req), drop, &sql->text);
	return sql;
}

void rest_sql_add(struct rest_sql *sql, const char *words)
{
	fn_buf_text(&sql->text, words);
}

static void add_quoted(struct rest_sql *sql, const char *name)
{
	fn_buf_add(&sql->text, "\"", 1);
	for (;;) {
		size_t plain = strcspn(name, "\"");

		fn_buf_add(&sql->text, name, plain);
		if (name[plain] == '\0')
			break;
		fn_buf_add(&sql->text, "\"\"", 2);
		name += plain + 1;
	}
	fn_buf_add(&sql->text, "\"", 1);
}

void rest_sql_names(struct rest_sql *sql, const char *words, const char *const *names, size_t count)
{
	size_t used = 0;

	for (;;) {
		size_t plain = strcspn(words, "@");

		fn_buf_add(&sql->text, words, plain);
		if (words[plain] == '\0')
			break;
		if (used == count)
			fn_die(70, "rest_sql: fewer names than places");
		add_quoted(sql, names[used++]);
		words += plain + 1;
	}
	if (used != count)
		fn_die(70, "rest_sql: more names than places");
}

void rest_sql_value(struct rest_sql *sql, const char *value)
{
	if (sql->value_count == sql->value_room) {
		size_t room = sql->value_room > 0 ? 2 * sql->value_room : VALUES_FIRST;
		const char **values =
			fn_arena_alloc(fn_request_arena(sql->req), room * sizeof(*values));

		if (sql->value_count > 0)
			memcpy(values, sql->values, sql->value_count * sizeof(*values));
		sql->values = values;
		sql->value_room = room;
	}
	sql->values[sql->value_count++] = value;
	fn_buf_format(&sql->text, "$%zu", sql->value_count);
}

void rest_sql_number(struct rest_sql *sql, int64_t value)
{
	rest_sql_value(sql, fn_arena_format(fn_request_arena(sql->req), "%" PRId64, value));
}

bool rest_sql_is_cast(const char *type)
{
	size_t length = strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789_ ");

	return length > 0 && type[length] == '\0';
}

bool rest_sql_cast(struct rest_sql *sql, const char *type)
{
	if (!rest_sql_is_cast(type))
		return false;
	fn_buf_text(&sql->text, type);
	return true;
}

const char *rest_sql_array(struct fn_arena *arena, const char *const *list, size_t count)
{
	size_t room = 3;
	char *text, *at;

	for (size_t i = 0; i < count; i++)
		room += 2 * strlen(list[i]) + 3;
	at = text = fn_arena_alloc(arena, room);
	*at++ = '{';
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*at++ = ',';
		*at++ = '"';
		for (const char *from = list[i]; *from != '\0'; from++) {
			if (*from == '"' || *from == '\\')
				*at++ = '\\';
			*at++ = *from;
		}
		*at++ = '"';
	}
	*at++ = '}';
	*at = '\0';
	return text;
}
