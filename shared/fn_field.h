/* fn_field.h: typed readers of a JSON object sent by a client. Each reader remembers its complaint
 * and returns a harmless value; fn_field_end() reports all complaints at once. Unknown members are
 * ignored: unmodified clients send them. */
#ifndef FN_FIELD_H
#define FN_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_error.h"
#include "fn_request.h"

enum fn_need { FN_OPTIONAL, FN_REQUIRED };

struct fn_fields {
	struct fn_request *req;
	struct json_object *object;
	struct json_object *complaints; /* {"name": "why"}; NULL while there are none */
};

/* Parses the body: 400 bad_json when it is not one JSON object. An empty body reads as {}. */
FN_CHECKED struct fn_error *fn_field_begin(struct fn_request *req, struct fn_fields *ret);
/* Reads members of an object that is there already. */
struct fn_fields fn_field_of(struct fn_request *req, struct json_object *object);

/* JSON null counts as absent everywhere. Absent and optional: false with a zero value, or NULL. */
bool fn_field_uuid(struct fn_fields *f, const char *name, enum fn_need need, struct fn_uuid *ret);
/* Trimmed; "" counts as absent. max in bytes. */
const char *fn_field_text(struct fn_fields *f, const char *name, enum fn_need need, size_t max);
/* As sent, not trimmed (passwords, tokens). */
const char *fn_field_secret(struct fn_fields *f, const char *name, enum fn_need need, size_t max);
/* Lower case, checked by fn_text_email(). */
const char *fn_field_email(struct fn_fields *f, const char *name, enum fn_need need);
/* Canonical E.164 with '+', by temba_phone(). */
const char *fn_field_phone(struct fn_fields *f, const char *name, enum fn_need need);
int64_t fn_field_int(struct fn_fields *f, const char *name, enum fn_need need, int64_t min,
		     int64_t max);
bool fn_field_bool(struct fn_fields *f, const char *name, bool otherwise);
/* Any object; NULL when absent. */
struct json_object *fn_field_object(struct fn_fields *f, const char *name, enum fn_need need);
/* A complaint of the caller's own. */
void fn_field_complain(struct fn_fields *f, const char *name, const char *why);
/* NULL, or one 422 invalid_fields whose "fields" names every bad or missing field. */
FN_CHECKED struct fn_error *fn_field_end(struct fn_fields *f);

#endif
