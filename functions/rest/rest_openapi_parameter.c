/* rest_openapi_parameter.c: the parameters that the paths of all relations share. */
#include "rest_openapi_parts.h"

enum { WORDS_MAX = 8 };

/* default_text, and words, ended by NULL, that it may be: absent when there are none. */
struct shared {
	const char *key, *name, *in, *description, *default_text;
	const char *words[WORDS_MAX];
};

static const struct shared table[] = {
	{"preferParams", "Prefer", "header", "Preference", NULL, {NULL}},
	{"preferReturn",
	 "Prefer",
	 "header",
	 "Preference",
	 NULL,
	 {"return=representation", "return=minimal", "return=headers-only"}},
	{"preferCount",
	 "Prefer",
	 "header",
	 "Preference",
	 NULL,
	 {"count=none", "count=exact", "count=planned", "count=estimated"}},
	{"preferPost",
	 "Prefer",
	 "header",
	 "Preference",
	 NULL,
	 {"return=representation", "return=minimal", "return=headers-only",
	  "resolution=ignore-duplicates", "resolution=merge-duplicates"}},
	{"select", "select", "query", "Filtering Columns", NULL, {NULL}},
	{"on_conflict", "on_conflict", "query", "On Conflict", NULL, {NULL}},
	{"order", "order", "query", "Ordering", NULL, {NULL}},
	{"range", "Range", "header", "Limiting and Pagination", NULL, {NULL}},
	{"rangeUnit", "Range-Unit", "header", "Limiting and Pagination", "items", {NULL}},
	{"offset", "offset", "query", "Limiting and Pagination", NULL, {NULL}},
	{"limit", "limit", "query", "Limiting and Pagination", NULL, {NULL}},
};

struct json_object *rest_openapi_parameters(void)
{
	struct json_object *all = fn_json_object(NULL, 0);

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const struct shared *shared = &table[i];
		struct json_object *one =
			FN_OBJECT(fn_json_string("name", shared->name),
				  fn_json_string("description", shared->description),
				  fn_json_bool("required", false), fn_json_string("in", shared->in),
				  fn_json_string("type", "string"));

		rest_openapi_text(one, "default", shared->default_text);
		rest_openapi_list(one, "enum", rest_openapi_texts(shared->words));
		fn_json_set(all, fn_json_value(shared->key, one));
	}
	return all;
}
