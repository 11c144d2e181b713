/* rest_openapi_type.c: types and defaults of the database as a description of JSON knows them. */
#include <string.h>

#include "rest_openapi_parts.h"

static size_t array_stem(const char *type)
{
	size_t length = strlen(type);

	return length > 2 && strcmp(type + length - 2, "[]") == 0 ? length - 2 : 0;
}

const char *rest_openapi_element(struct fn_arena *arena, const char *type)
{
	return fn_arena_copy(arena, type, array_stem(type));
}

const char *rest_openapi_type(const char *type)
{
	static const struct {
		const char *type, *called;
	} table[] = {{"boolean", "boolean"}, {"smallint", "integer"},        {"integer", "integer"},
		     {"bigint", "integer"},  {"numeric", "number"},          {"real", "number"},
		     {"json", NULL},         {"double precision", "number"}, {"jsonb", NULL}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(table[i].type, type) == 0)
			return table[i].called;
	}
	return array_stem(type) > 0 ? "array" : "string";
}

void rest_openapi_put_type(struct fn_arena *arena, struct json_object *object, const char *type)
{
	struct json_object *items;

	fn_json_set(object, fn_json_string("format", type));
	rest_openapi_text(object, "type", rest_openapi_type(type));
	if (array_stem(type) == 0)
		return;
	items = fn_json_object(NULL, 0);
	rest_openapi_text(items, "type", rest_openapi_type(rest_openapi_element(arena, type)));
	fn_json_set(object, fn_json_value("items", items));
}

/* The text of 'text'::type, or NULL when the SQL is another expression: of those PostgreSQL begins
 * none with a quote. */
static const char *constant(struct fn_arena *arena, const char *sql)
{
	char *text = fn_arena_text(arena, sql), *to = text;

	if (*sql != '\'')
		return NULL;
	for (sql++; *sql != '\0'; sql++) {
		if (*sql == '\'' && sql[1] != '\'')
			break;
		sql += *sql == '\'';
		*to++ = *sql;
	}
	*to = '\0';
	return text;
}

void rest_openapi_put_default(struct fn_arena *arena, struct json_object *object,
			      const struct rest_column *column)
{
	const char *sql = column->default_text, *type, *text, *why;
	struct json_object *value;

	if (sql == NULL)
		return;
	type = rest_openapi_type(column->base_type);
	if (type != NULL && strcmp(type, "string") == 0) {
		text = constant(arena, sql);
		fn_json_set(object, fn_json_string("default", text != NULL ? text : sql));
		return;
	}
	value = fn_json_parse(arena, sql, strlen(sql), &why);
	if (value != NULL)
		fn_json_set(object, fn_json_value("default", fn_json_share(value)));
}
