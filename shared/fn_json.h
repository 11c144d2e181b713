/* fn_json.h: strict parsing and building of JSON. The only module that includes json-c. */
#ifndef FN_JSON_H
#define FN_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_text.h"

struct json_object;

enum fn_json_type {
	FN_JSON_NONE,
	FN_JSON_NULL,
	FN_JSON_BOOL,
	FN_JSON_INTEGER,
	FN_JSON_NUMBER,
	FN_JSON_TEXT,
	FN_JSON_ARRAY,
	FN_JSON_OBJECT
};

/* Any JSON value, after a strict scan (reliability.md rule 4): UTF-8, no control characters, no NUL
 * and no \u0000, no duplicate keys, depth at most 16. The arena owns the result. On refusal returns
 * NULL and says why (English, for the log) in *ret_why. */
struct json_object *fn_json_parse(struct fn_arena *arena, const char *bytes, size_t length,
				  const char **ret_why);

/* ---- reading; every reader takes NULL and answers as for an absent member ---- */
enum fn_json_type
fn_json_type(const struct json_object *value); /* FN_JSON_NONE for C NULL; FN_JSON_INTEGER only when
						  it fits int64 exactly */
struct json_object *fn_json_get(const struct json_object *object, const char *name);
const char *fn_json_get_text(const struct json_object *object,
			     const char *name); /* NULL unless a string */
int64_t fn_json_get_integer(const struct json_object *object, const char *name, int64_t otherwise);
double fn_json_get_number(const struct json_object *object, const char *name,
			  double otherwise); /* whole numbers too */
bool fn_json_get_bool(const struct json_object *object, const char *name, bool otherwise);
const char *fn_json_text(const struct json_object *value); /* NULL unless a string */
int64_t fn_json_integer(const struct json_object *value);  /* 0 unless an integer */
bool fn_json_true(const struct json_object *value);
size_t fn_json_length(const struct json_object *array); /* elements or members */
struct json_object *fn_json_at(const struct json_object *array, size_t index);
/* Calls each(name, value, arg) for every member of an object. */
void fn_json_each(const struct json_object *object,
		  void (*each)(const char *name, struct json_object *value, void *arg), void *arg);

/* ---- building; a value given to an object or array belongs to it ---- */
struct fn_member {
	const char *name;
	struct json_object *value;
};
struct json_object *fn_json_object(const struct fn_member *members, size_t count);
#define FN_OBJECT(...)                                                                             \
	fn_json_object((const struct fn_member[]){__VA_ARGS__},                                    \
		       sizeof((const struct fn_member[]){__VA_ARGS__}) / sizeof(struct fn_member))
struct json_object *fn_json_array(void);
void fn_json_append(struct json_object *array, struct json_object *value);
void fn_json_set(struct json_object *object, struct fn_member member);
struct fn_member fn_json_bool(const char *name, bool value);
struct fn_member fn_json_int(const char *name, int64_t value);
struct fn_member fn_json_string(const char *name, const char *text); /* NULL = JSON null */
struct fn_member fn_json_uuid(const char *name, const struct fn_uuid *value);
struct fn_member fn_json_value(const char *name, struct json_object *value); /* NULL = JSON null */
struct json_object *fn_json_from_text(const char *text);      /* a string value; NULL = NULL */
struct json_object *fn_json_share(struct json_object *value); /* one more owner of it */
/* Text that the database or ourselves made and that is JSON already (jsonb columns). Aborts when it
 * is not. */
struct json_object *fn_json_trusted(const char *text);
/* Compact text, valid as long as the value. */
const char *fn_json_write(struct json_object *value, size_t *ret_length);
/* Drops one owner; NULL is fine. */
void fn_json_drop(struct json_object *value);
/* The arena drops it at its end. Returns it. */
struct json_object *fn_json_keep(struct fn_arena *arena, struct json_object *value);

#endif
