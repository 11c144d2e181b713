/* fn_json.c: strict parsing, reading and building of JSON over json-c. fn_json_scan.c refuses what
 * json-c would let pass; keys that stand twice are found by counting. */
#include "fn_json.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"
#include "fn_json_scan.h"

/* What we made ourselves may be deep: the plan of a query has two levels for each of its steps. */
enum { TRUSTED_DEPTH_MAX = 1000 };

static size_t count_members(struct json_object *value)
{
	size_t count = 0;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, name, member)
		{
			(void)name;
			count += 1 + count_members(member);
		}
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			count += count_members(json_object_array_get_idx(value, i));
	}
	return count;
}

static void drop(void *value)
{
	json_object_put(value);
}

static struct json_object *parse(const char *bytes, size_t length, const char **ret_why)
{
	struct json_tokener *tokener = json_tokener_new_ex(FN_JSON_DEPTH_MAX + 1);
	struct json_object *value;
	enum json_tokener_error error;
	size_t used;

	if (tokener == NULL)
		fn_die(71, "out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	value = json_tokener_parse_ex(tokener, bytes, (int)length);
	used = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		value = json_tokener_parse_ex(tokener, " ", 1); /* ends a bare number */
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	if (error == json_tokener_success) {
		while (used < length && strchr(" \t\r\n", bytes[used]) != NULL)
			used++;
		if (used >= length)
			return value;
		json_object_put(value);
		*ret_why = "something follows the value";
		return NULL;
	}
	*ret_why = json_tokener_error_desc(error);
	return NULL;
}

struct json_object *fn_json_parse(struct fn_arena *arena, const char *bytes, size_t length,
				  const char **ret_why)
{
	size_t members;
	struct json_object *value;

	*ret_why = NULL;
	if (length == 0 || length > INT32_MAX || !fn_text_is_utf8(bytes, length)) {
		*ret_why = length == 0 ? "empty" : "not UTF-8";
		return NULL;
	}
	if (!fn_json_scan(bytes, length, &members, ret_why))
		return NULL;
	value = parse(bytes, length, ret_why);
	if (value == NULL) { /* also a bare null, which no caller can use */
		*ret_why = *ret_why != NULL ? *ret_why : "null";
		return NULL;
	}
	fn_arena_defer(arena, drop, value);
	if (count_members(value) != members) {
		*ret_why = "a key stands twice";
		return NULL;
	}
	return value;
}

/* ---- reading ---- */

enum fn_json_type fn_json_type(const struct json_object *value)
{
	if (value == NULL)
		return FN_JSON_NONE;
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		return FN_JSON_BOOL;
	case json_type_int:
		return FN_JSON_INTEGER;
	case json_type_double:
		return FN_JSON_NUMBER;
	case json_type_string:
		return FN_JSON_TEXT;
	case json_type_array:
		return FN_JSON_ARRAY;
	case json_type_object:
		return FN_JSON_OBJECT;
	case json_type_null:
	default:
		return FN_JSON_NULL;
	}
}

struct json_object *fn_json_get(const struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	if (fn_json_type(object) == FN_JSON_OBJECT)
		(void)json_object_object_get_ex(object, name, &value);
	return value;
}

/* json-c wants pointers to non-const, though reading changes nothing. */
static struct json_object *unlocked(const struct json_object *value)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): it only drops const */
	return (struct json_object *)(uintptr_t)value;
}

const char *fn_json_text(const struct json_object *value)
{
	if (fn_json_type(value) != FN_JSON_TEXT)
		return NULL;
	return json_object_get_string(unlocked(value));
}

const char *fn_json_get_text(const struct json_object *object, const char *name)
{
	return fn_json_text(fn_json_get(object, name));
}

int64_t fn_json_integer(const struct json_object *value)
{
	return fn_json_type(value) == FN_JSON_INTEGER ? json_object_get_int64(value) : 0;
}

int64_t fn_json_get_integer(const struct json_object *object, const char *name, int64_t otherwise)
{
	const struct json_object *value = fn_json_get(object, name);

	return fn_json_type(value) == FN_JSON_INTEGER ? json_object_get_int64(value) : otherwise;
}

double fn_json_get_number(const struct json_object *object, const char *name, double otherwise)
{
	const struct json_object *value = fn_json_get(object, name);
	enum fn_json_type type = fn_json_type(value);

	return type == FN_JSON_INTEGER || type == FN_JSON_NUMBER ? json_object_get_double(value)
								 : otherwise;
}

bool fn_json_true(const struct json_object *value)
{
	return fn_json_type(value) == FN_JSON_BOOL && json_object_get_boolean(value);
}

bool fn_json_get_bool(const struct json_object *object, const char *name, bool otherwise)
{
	const struct json_object *value = fn_json_get(object, name);

	return fn_json_type(value) == FN_JSON_BOOL ? json_object_get_boolean(value) : otherwise;
}

size_t fn_json_length(const struct json_object *value)
{
	if (fn_json_type(value) == FN_JSON_ARRAY)
		return json_object_array_length(value);
	return fn_json_type(value) == FN_JSON_OBJECT ? (size_t)json_object_object_length(value) : 0;
}

struct json_object *fn_json_at(const struct json_object *array, size_t index)
{
	return index < fn_json_length(array) && fn_json_type(array) == FN_JSON_ARRAY
		       ? json_object_array_get_idx(array, index)
		       : NULL;
}

void fn_json_each(const struct json_object *object,
		  void (*each)(const char *name, struct json_object *value, void *arg), void *arg)
{
	if (fn_json_type(object) != FN_JSON_OBJECT)
		return;
	json_object_object_foreach(unlocked(object), name, value) each(name, value, arg);
}

/* ---- building; json-c under out-of-memory drops members and reports success: every result is
 * checked and a failure ends the process ---- */

static struct json_object *made(struct json_object *value)
{
	if (value == NULL)
		fn_die(71, "out of memory");
	return value;
}

void fn_json_set(struct json_object *object, struct fn_member member)
{
	if (json_object_object_add(object, member.name, member.value) != 0)
		fn_die(71, "out of memory");
}

struct json_object *fn_json_object(const struct fn_member *members, size_t count)
{
	struct json_object *object = made(json_object_new_object());

	for (size_t i = 0; i < count; i++)
		fn_json_set(object, members[i]);
	return object;
}

struct json_object *fn_json_array(void)
{
	return made(json_object_new_array());
}

void fn_json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value) != 0)
		fn_die(71, "out of memory");
}

struct json_object *fn_json_from_text(const char *text)
{
	return text == NULL ? NULL : made(json_object_new_string(text));
}

struct fn_member fn_json_bool(const char *name, bool value)
{
	return (struct fn_member){name, made(json_object_new_boolean(value))};
}

struct fn_member fn_json_int(const char *name, int64_t value)
{
	return (struct fn_member){name, made(json_object_new_int64(value))};
}

struct fn_member fn_json_string(const char *name, const char *text)
{
	return (struct fn_member){name, fn_json_from_text(text)};
}

struct fn_member fn_json_uuid(const char *name, const struct fn_uuid *value)
{
	return fn_json_string(name, value->text);
}

struct fn_member fn_json_value(const char *name, struct json_object *value)
{
	return (struct fn_member){name, value};
}

struct json_object *fn_json_share(struct json_object *value)
{
	return value == NULL ? NULL : json_object_get(value);
}

struct json_object *fn_json_trusted(const char *text)
{
	struct json_tokener *tokener = json_tokener_new_ex(TRUSTED_DEPTH_MAX);
	struct json_object *value = NULL;

	if (tokener == NULL)
		fn_die(71, "out of memory");
	if (text != NULL)
		value = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	json_tokener_free(tokener);
	if (value == NULL && text != NULL && strcmp(text, "null") != 0)
		fn_die(70, "our own JSON does not parse");
	return value;
}

const char *fn_json_write(struct json_object *value, size_t *ret_length)
{
	size_t length = 0;
	const char *text = json_object_to_json_string_length(value,
							     JSON_C_TO_STRING_PLAIN |
								     JSON_C_TO_STRING_NOSLASHESCAPE,
							     &length);

	if (text == NULL)
		fn_die(71, "out of memory");
	if (ret_length != NULL)
		*ret_length = length;
	return text;
}

void fn_json_drop(struct json_object *value)
{
	json_object_put(value);
}

struct json_object *fn_json_keep(struct fn_arena *arena, struct json_object *value)
{
	if (value != NULL)
		fn_arena_defer(arena, drop, value);
	return value;
}
