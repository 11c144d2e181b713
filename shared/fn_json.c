/* fn_json.c: strict parsing and building of JSON over json-c.
 * json-c alone accepts single quotes, NaN, -01, duplicate keys, NULs and saturates integers
 * (reliability.md 4.3): a scan of the bytes refuses all of these before it sees them. */
#include "fn_json.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"

enum { DEPTH_MAX = 16, NUMBER_MAX = 64 };

/* ---- the strict scan ---- */

struct scan {
	const char *at, *end;
	size_t members; /* colons outside strings: as many as members, or a key stands twice */
	const char *why;
};

static int hex4(const char *digits)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)digits[i];

		if (!isxdigit(c))
			return -1;
		value = value * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return value;
}

/* \uXXXX: no NUL, and surrogates only in pairs. `at` stands on the 'u'. */
static bool scan_unicode(struct scan *s)
{
	int code = s->end - s->at < 5 ? -1 : hex4(s->at + 1);

	s->why = "bad \\u escape";
	if (code <= 0 || (code >= 0xdc00 && code <= 0xdfff))
		return false;
	s->at += 4;
	if (code >= 0xd800 && code <= 0xdbff) {
		if (s->end - s->at < 7 || s->at[1] != '\\' || s->at[2] != 'u')
			return false;
		code = hex4(s->at + 3);
		if (code < 0xdc00 || code > 0xdfff)
			return false;
		s->at += 6;
	}
	return true;
}

/* `at` stands on the opening quote; ends behind the closing one. */
static bool scan_string(struct scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++) {
		if ((unsigned char)*s->at < 0x20) {
			s->why = "control character in a string";
			return false;
		}
		if (*s->at != '\\')
			continue;
		s->at++;
		if (s->at < s->end && *s->at == 'u') {
			if (!scan_unicode(s))
				return false;
		} else if (s->at >= s->end || strchr("\"\\/bfnrt", *s->at) == NULL) {
			s->why = "bad escape";
			return false;
		}
	}
	if (s->at >= s->end) {
		s->why = "string without end";
		return false;
	}
	s->at++;
	return true;
}

static const char *skip_digits(const char *at)
{
	while (isdigit((unsigned char)*at))
		at++;
	return at;
}

/* RFC 8259, section 6; integers must fit 64 bits, others must be finite. */
static bool is_number(const char *text)
{
	const char *at = text + (*text == '-'), *start = at;
	bool whole = true;

	at = skip_digits(at);
	if (at == start || (*start == '0' && at - start > 1))
		return false;
	if (*at == '.') {
		whole = false;
		start = at + 1;
		at = skip_digits(start);
		if (at == start)
			return false;
	}
	if (*at == 'e' || *at == 'E') {
		whole = false;
		start = at + 1 + (at[1] == '+' || at[1] == '-');
		at = skip_digits(start);
		if (at == start)
			return false;
	}
	if (*at != '\0')
		return false;
	errno = 0;
	if (whole)
		(void)strtoll(text, NULL, 10);
	else if (!isfinite(strtod(text, NULL)))
		return false;
	return !whole || errno == 0;
}

/* A literal or a number. */
static bool scan_word(struct scan *s)
{
	char word[NUMBER_MAX + 1] = "";
	size_t length = 0;

	while (s->at < s->end &&
	       (isalnum((unsigned char)*s->at) || strchr("+-.", *s->at) != NULL)) {
		if (*s->at == '\0' || length == NUMBER_MAX)
			break;
		word[length++] = *s->at++;
	}
	word[length] = '\0';
	s->why = "not a value";
	return length > 0 && (strcmp(word, "true") == 0 || strcmp(word, "false") == 0 ||
			      strcmp(word, "null") == 0 || is_number(word));
}

static bool scan(struct scan *s)
{
	unsigned depth = 0;

	while (s->at < s->end) {
		char c = *s->at;

		if (c == '"') {
			if (!scan_string(s))
				return false;
		} else if (c != '\0' && strchr(" \t\r\n,:[]{}", c) != NULL) {
			s->members += c == ':';
			depth += c == '[' || c == '{';
			depth -= (c == ']' || c == '}') && depth > 0;
			if (depth > DEPTH_MAX) {
				s->why = "nested too deeply";
				return false;
			}
			s->at++;
		} else if (!scan_word(s)) {
			return false;
		}
	}
	return true;
}

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
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX + 1);
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
	struct scan s = {.at = bytes, .end = bytes + length};
	struct json_object *value;

	*ret_why = NULL;
	if (length == 0 || length > INT32_MAX || !fn_text_is_utf8(bytes, length)) {
		*ret_why = length == 0 ? "empty" : "not UTF-8";
		return NULL;
	}
	if (!scan(&s)) {
		*ret_why = s.why;
		return NULL;
	}
	value = parse(bytes, length, ret_why);
	if (value == NULL) { /* also a bare null, which no caller can use */
		*ret_why = *ret_why != NULL ? *ret_why : "null";
		return NULL;
	}
	fn_arena_defer(arena, drop, value);
	if (count_members(value) != s.members) {
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
	struct json_object *value = text == NULL ? NULL : json_tokener_parse(text);

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
