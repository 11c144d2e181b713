/* rest_openapi_parts.h: the parts of the description. Private to it. Every object made belongs to
 * who asked for it. */
#ifndef REST_OPENAPI_PARTS_H
#define REST_OPENAPI_PARTS_H

#include "fn_json.h"
#include "rest_openapi.h"

/* ---- rest_openapi_words.c ---- */

/* Absent (NULL) texts and empty lists are left out. */
void rest_openapi_text(struct json_object *object, const char *name, const char *text);
void rest_openapi_list(struct json_object *object, const char *name, struct json_object *list);
/* The first line of a comment is the one, what follows it the other. */
void rest_openapi_comment(struct fn_arena *arena, struct json_object *object, const char *comment,
			  const char *first, const char *rest);
/* {"$ref": "#/KIND/NAME"} */
struct json_object *rest_openapi_ref(struct fn_arena *arena, const char *kind, const char *name);
/* A list of texts, ended by NULL. */
struct json_object *rest_openapi_texts(const char *const *texts);
/* The media types of rows; `csv`: that one too. */
struct json_object *rest_openapi_media(bool csv);
/* {"200": {"description": "OK"}} */
struct json_object *rest_openapi_answer(const char *status, const char *description);

/* ---- rest_openapi_type.c ---- */

/* What a database type is called in JSON: "string", "integer", ...; NULL = anything (json). */
const char *rest_openapi_type(const char *type);
/* Its element's type when it is an array: "integer" of "integer[]". */
const char *rest_openapi_element(struct fn_arena *arena, const char *type);
/* format, type and, of an array, items */
void rest_openapi_put_type(struct fn_arena *arena, struct json_object *object, const char *type);
/* A default that is a constant as its value, another one that gives text as its SQL. */
void rest_openapi_put_default(struct fn_arena *arena, struct json_object *object,
			      const struct rest_column *column);

/* ---- rest_openapi_relation.c ---- */

struct json_object *rest_openapi_definition(const struct rest_openapi *about,
					    const struct rest_relation *relation);
struct json_object *rest_openapi_relation(const struct rest_openapi *about,
					  const struct rest_relation *relation);
/* body.NAME and rowFilter.NAME.COLUMN */
void rest_openapi_parameters_of(const struct rest_openapi *about, struct json_object *parameters,
				const struct rest_relation *relation);

/* ---- rest_openapi_parameter.c: what every relation shares: select, order, range, Prefer ... ----
 */

struct json_object *rest_openapi_parameters(void);

/* ---- rest_openapi_call.c ---- */

struct json_object *rest_openapi_call(const struct rest_openapi *about,
				      const struct rest_function *function);

#endif
