/* rest_plan_csv.c: bodies that are no JSON (CSV, forms) as JSON of texts. */
#include <string.h>

#include "fn_json.h"
#include "rest_plan_parts.h"

/* ---- CSV ---- */

struct csv {
	struct fn_arena *arena;
	const char *at, *end;
};
struct line {
	const char **fields;
	bool *quoted;
	size_t count, room;
};

static void add_to_line(struct csv *csv, struct line *line, const char *field, bool quoted)
{
	if (line->count == line->room) {
		size_t room = line->room > 0 ? 2 * line->room : 16;
		const char **fields = fn_arena_alloc(csv->arena, room * sizeof(*fields));
		bool *marks = fn_arena_alloc(csv->arena, room * sizeof(*marks));

		if (line->count > 0) {
			memcpy(fields, line->fields, line->count * sizeof(*fields));
			memcpy(marks, line->quoted, line->count * sizeof(*marks));
		}
		line->fields = fields;
		line->quoted = marks;
		line->room = room;
	}
	line->fields[line->count] = field;
	line->quoted[line->count++] = quoted;
}

/* After the opening quote; NULL when it is never closed. */
static const char *read_quoted(struct csv *csv)
{
	char *text = fn_arena_alloc(csv->arena, (size_t)(csv->end - csv->at) + 1), *to = text;

	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"') {
			csv->at++;
			if (csv->at == csv->end || *csv->at != '"')
				return text;
		}
		*to++ = *csv->at;
	}
	return NULL;
}

static const char *read_bare(struct csv *csv)
{
	const char *start = csv->at;

	while (csv->at < csv->end && *csv->at != ',' && *csv->at != '\n' && *csv->at != '\r')
		csv->at++;
	return fn_arena_copy(csv->arena, start, (size_t)(csv->at - start));
}

/* One line with its end; false when it is malformed. */
static bool read_line(struct csv *csv, struct line *line)
{
	for (;;) {
		bool quoted = csv->at < csv->end && *csv->at == '"';
		const char *field;

		csv->at += quoted;
		field = quoted ? read_quoted(csv) : read_bare(csv);
		if (field == NULL)
			return false;
		add_to_line(csv, line, field, quoted);
		if (csv->at == csv->end || *csv->at != ',')
			break;
		csv->at++;
	}
	if (csv->at < csv->end && *csv->at == '\r')
		csv->at++;
	if (csv->at == csv->end)
		return true;
	return *csv->at++ == '\n';
}

static struct json_object *as_object(const struct line *names, const struct line *line)
{
	struct json_object *object = fn_json_object(NULL, 0);

	for (size_t i = 0; i < line->count; i++) {
		bool is_null = !line->quoted[i] && strcmp(line->fields[i], "NULL") == 0;

		fn_json_set(object,
			    fn_json_string(names->fields[i], is_null ? NULL : line->fields[i]));
	}
	return object;
}

struct fn_error *rest_plan_csv(struct fn_request *req, struct fn_bytes bytes, struct rest_body *ret)
{
	struct csv csv = {fn_request_arena(req), bytes.bytes, bytes.bytes + bytes.length};
	struct json_object *rows = fn_json_keep(csv.arena, fn_json_array());
	struct line names = {0};

	if (bytes.length == 0 || memchr(bytes.bytes, '\0', bytes.length) != NULL ||
	    !fn_text_is_utf8(bytes.bytes, bytes.length) || !read_line(&csv, &names))
		return rest_fail(req, 400, "PGRST102", "Empty or invalid CSV", NULL, NULL);
	while (csv.at < csv.end) {
		struct line line = {0};

		if (!read_line(&csv, &line))
			return rest_fail(req, 400, "PGRST102", "Empty or invalid CSV", NULL, NULL);
		if (line.count != names.count)
			return rest_fail(req, 400, "PGRST102",
					 "All lines must have same number of fields", NULL, NULL);
		fn_json_append(rows, as_object(&names, &line));
	}
	*ret = (struct rest_body){.json = fn_json_write(rows, NULL),
				  .is_array = true,
				  .keys = names.fields,
				  .key_count = names.count,
				  .row_count = fn_json_length(rows)};
	return NULL;
}

/* ---- forms ---- */

size_t rest_plan_form(struct fn_request *req, struct fn_bytes form, struct rest_argument **ret)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *at = form.bytes, *end = form.bytes + form.length;
	size_t count = 0, room = 1;

	for (size_t i = 0; i < form.length; i++)
		room += form.bytes[i] == '&';
	*ret = fn_arena_alloc(arena, room * sizeof(**ret));
	while (at < end) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		const char *equals, *name, *value;

		stop = stop != NULL ? stop : end;
		equals = memchr(at, '=', (size_t)(stop - at));
		equals = equals != NULL ? equals : stop;
		name = fn_text_url_decode(arena, at, (size_t)(equals - at), true);
		value = equals == stop ? ""
				       : fn_text_url_decode(arena, equals + 1,
							    (size_t)(stop - equals) - 1, true);
		if (name != NULL && name[0] != '\0' && value != NULL)
			(*ret)[count++] = (struct rest_argument){name, value};
		at = stop < end ? stop + 1 : end;
	}
	return count;
}
