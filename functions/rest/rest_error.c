/* rest_error.c: refusals in the words of the data API; their texts are made per request, so the
 * request's arena owns the message too. */
#include "rest_error.h"

#include <string.h>

#include "fn_json.h"
#include "fn_request.h"

/* Headers may hold any bytes; a JSON body may not. */
static const char *clean(struct fn_arena *arena, const char *text)
{
	char *copy = fn_arena_text(arena, text);

	if (copy == NULL || fn_text_is_utf8(copy, strlen(copy)))
		return copy;
	for (char *c = copy; *c != '\0'; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	return copy;
}

struct fn_error *rest_fail_json(struct fn_request *req, int status, const char *code,
				const char *message, struct json_object *details, const char *hint)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct fn_message *made = fn_arena_alloc(arena, sizeof(*made));
	struct fn_error *error;

	made->status = status;
	made->code = clean(arena, code);
	made->en = clean(arena, message);
	made->fr = made->en; /* clients match on it */
	error = fn_fail(req, made);
	error->detail = fn_json_keep(arena, FN_OBJECT(fn_json_value("details", details),
						      fn_json_string("hint", clean(arena, hint))));
	return error;
}

struct fn_error *rest_fail(struct fn_request *req, int status, const char *code,
			   const char *message, const char *details, const char *hint)
{
	const char *text = clean(fn_request_arena(req), details);

	return rest_fail_json(req, status, code, message, fn_json_from_text(text), hint);
}

struct fn_error *rest_no_relation(struct fn_request *req, const char *schema, const char *name)
{
	return rest_fail(req, 404, "PGRST205",
			 fn_arena_format(fn_request_arena(req),
					 "Could not find the table '%s.%s' in the schema cache",
					 schema, name),
			 NULL, NULL);
}

struct fn_error *rest_no_function(struct fn_request *req, const char *schema, const char *name)
{
	return rest_fail(req, 404, "PGRST202",
			 fn_arena_format(fn_request_arena(req),
					 "Could not find the function %s.%s in the schema cache",
					 schema, name),
			 NULL, NULL);
}
