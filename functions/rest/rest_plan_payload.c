/* rest_plan_payload.c: the body of a write as JSON, and the columns it speaks of. Values are never
 * read: numbers stay the text that the client sent. */
#include <string.h>

#include "fn_json.h"
#include "rest_plan_parts.h"

struct keys {
	const char **names;
	size_t count;
};

static void add_key(const char *name, struct json_object *value, void *arg)
{
	struct keys *keys = arg;

	(void)value;
	keys->names[keys->count++] = name;
}

static struct keys keys_of(struct fn_arena *arena, const struct json_object *object)
{
	struct keys keys = {
		.names = fn_arena_alloc(arena, (fn_json_length(object) + 1) * sizeof(char *))};

	fn_json_each(object, add_key, &keys);
	return keys;
}

static bool holds(const struct keys *keys, const char *name)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (strcmp(keys->names[i], name) == 0)
			return true;
	}
	return false;
}

static bool is_same(const struct keys *a, const struct keys *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		/* most clients write them in one order */
		if (strcmp(a->names[i], b->names[i]) != 0 && !holds(a, b->names[i]))
			return false;
	}
	return true;
}

static struct fn_error *refuse(struct rest_planner *p, const char *why)
{
	return rest_fail(p->req, 400, "PGRST102", why, NULL, NULL);
}

static struct fn_error *read_array(struct rest_planner *p, const struct json_object *rows,
				   struct keys *ret)
{
	struct fn_arena *arena = fn_request_arena(p->req);
	struct fn_arena_mark mark;

	for (size_t i = 0; i < fn_json_length(rows); i++) {
		const struct json_object *row = fn_json_at(rows, i);
		struct keys keys;

		if (fn_json_type(row) != FN_JSON_OBJECT)
			return refuse(p, "All object keys must match");
		if (i == 0) {
			*ret = keys_of(arena, row);
			continue;
		}
		mark = fn_arena_mark(arena);
		keys = keys_of(arena, row);
		if (!is_same(ret, &keys))
			return refuse(p, "All object keys must match");
		fn_arena_reset(arena, mark);
	}
	return NULL;
}

static struct fn_error *read_json(struct rest_planner *p, struct fn_bytes bytes,
				  struct rest_body *ret)
{
	struct fn_arena *arena = fn_request_arena(p->req);
	struct keys keys = {0};
	const char *why = NULL;
	struct json_object *json;
	bool is_null = bytes.length >= 4 && strcmp(fn_text_trim(arena, bytes.bytes), "null") == 0;

	json = is_null ? NULL : fn_json_parse(arena, bytes.bytes, bytes.length, &why);
	if (json == NULL && !is_null)
		return refuse(p, "Empty or invalid json");
	ret->json = bytes.bytes;
	ret->is_array = fn_json_type(json) != FN_JSON_OBJECT;
	ret->row_count =
		fn_json_type(json) == FN_JSON_ARRAY ? fn_json_length(json) : !ret->is_array;
	if (fn_json_type(json) == FN_JSON_ARRAY)
		FN_TRY(read_array(p, json, &keys));
	else if (!ret->is_array)
		keys = keys_of(arena, json);
	else
		ret->json = "[]"; /* a bare scalar */
	ret->keys = keys.names;
	ret->key_count = keys.count;
	return NULL;
}

/* With columns= nothing is read here: the database does, and takes those keys alone. */
static struct fn_error *take_json(struct rest_planner *p, struct fn_bytes bytes,
				  struct rest_body *ret)
{
	const char *start = bytes.bytes + strspn(bytes.bytes, " \t\r\n");

	if (strlen(bytes.bytes) != bytes.length)
		return refuse(p, "Empty or invalid json");
	ret->json = bytes.bytes;
	ret->is_array = *start != '{';
	ret->row_count = 1;
	return NULL;
}

static void read_form(struct rest_planner *p, struct rest_body *ret)
{
	struct rest_argument *pairs;
	size_t count = rest_plan_form(p->req, p->query->payload, &pairs);
	struct json_object *object =
		fn_json_keep(fn_request_arena(p->req), fn_json_object(NULL, 0));

	for (size_t i = 0; i < count; i++)
		fn_json_set(object, fn_json_string(pairs[i].name, pairs[i].value));
	{
		struct keys keys = keys_of(fn_request_arena(p->req), object);

		*ret = (struct rest_body){.json = fn_json_write(object, NULL),
					  .keys = keys.names,
					  .key_count = keys.count,
					  .row_count = 1};
	}
}

struct fn_error *rest_plan_payload(struct rest_planner *p, struct rest_body *ret)
{
	const struct rest_query *query = p->query;
	struct fn_bytes bytes = query->payload;

	if (bytes.bytes == NULL)
		bytes = (struct fn_bytes){"", 0};
	if (query->payload_type == REST_PAYLOAD_CSV)
		FN_TRY(rest_plan_csv(p->req, bytes, ret));
	else if (query->payload_type == REST_PAYLOAD_FORM)
		read_form(p, ret);
	else if (query->columns != NULL)
		FN_TRY(take_json(p, bytes, ret));
	else
		FN_TRY(read_json(p, bytes, ret));
	if (query->columns != NULL) {
		ret->keys = query->columns;
		ret->key_count = query->column_count;
	}
	return NULL;
}
