/* rest_openapi_words.c: small pieces that the description repeats. */
#include <string.h>

#include "fn_buf.h"
#include "rest_openapi_parts.h"

enum { REFERENCE_MAX = 4096 };

void rest_openapi_text(struct json_object *object, const char *name, const char *text)
{
	if (text != NULL)
		fn_json_set(object, fn_json_string(name, text));
}

void rest_openapi_list(struct json_object *object, const char *name, struct json_object *list)
{
	if (fn_json_length(list) > 0)
		fn_json_set(object, fn_json_value(name, list));
	else
		fn_json_drop(list);
}

void rest_openapi_comment(struct fn_arena *arena, struct json_object *object, const char *comment,
			  const char *first, const char *rest)
{
	size_t line = comment == NULL ? 0 : strcspn(comment, "\n");

	if (comment == NULL)
		return;
	fn_json_set(object, fn_json_string(first, fn_arena_copy(arena, comment, line)));
	comment += line + strspn(comment + line, "\n");
	if (*comment != '\0')
		fn_json_set(object, fn_json_string(rest, comment));
}

/* A reference is a JSON pointer in a URL: / and ~ of a name have other spellings, and % too. */
struct json_object *rest_openapi_ref(struct fn_arena *arena, const char *kind, const char *name)
{
	const char *text;
	struct fn_buf buf;

	fn_buf_init(&buf, REFERENCE_MAX);
	fn_buf_format(&buf, "#/%s/", kind);
	for (; *name != '\0'; name++) {
		if (*name == '~')
			fn_buf_text(&buf, "~0");
		else if (*name == '/')
			fn_buf_text(&buf, "~1");
		else if (*name == '%')
			fn_buf_text(&buf, "%25");
		else
			fn_buf_add(&buf, name, 1);
	}
	text = fn_arena_text(arena, buf.bytes);
	fn_buf_free(&buf);
	return FN_OBJECT(fn_json_string("$ref", text));
}

struct json_object *rest_openapi_texts(const char *const *texts)
{
	struct json_object *list = fn_json_array();

	for (; *texts != NULL; texts++)
		fn_json_append(list, fn_json_from_text(*texts));
	return list;
}

struct json_object *rest_openapi_media(bool csv)
{
	const char *const types[] = {"application/json",
				     "application/vnd.pgrst.object+json;nulls=stripped",
				     "application/vnd.pgrst.object+json", csv ? "text/csv" : NULL,
				     NULL};

	return rest_openapi_texts(types);
}

struct json_object *rest_openapi_answer(const char *status, const char *description)
{
	return FN_OBJECT(
		fn_json_value(status, FN_OBJECT(fn_json_string("description", description))));
}
