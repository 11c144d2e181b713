/* rest_parse_query.c: the query string, one parameter after the other (rest.md 3 to 5, 7). */
#include <stdlib.h>
#include <string.h>

#include "fn_buf.h"
#include "rest_error.h"
#include "rest_parse_parts.h"
#include "rest_parse_text.h"

enum { LOCATION_MAX = 2000 /* replies have little room for headers */ };

struct parameter {
	const char *name, *value;
	size_t place; /* sorting keeps the order of equal names */
};
struct reading {
	struct fn_request *req;
	struct rest_query *query;
	struct rest_pieces *pieces;
	struct rest_argument *arguments;
	bool takes_arguments; /* a function is called by GET or HEAD */
};

/* ---- parameters ---- */

/* What has no "=" is no parameter. */
static struct fn_error *split(struct fn_request *req, const char *text, struct parameter **ret,
			      size_t *ret_count)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct parameter *list = NULL;

	for (size_t length; *text != '\0'; text += length + (text[length] == '&')) {
		struct parameter made = {.place = *ret_count};
		size_t name = strcspn(text, "=&");

		length = strcspn(text, "&");
		if (name == length)
			continue;
		made.name = fn_text_url_decode(arena, text, name, true);
		made.value = fn_text_url_decode(arena, text + name + 1, length - name - 1, true);
		if (made.name == NULL || made.value == NULL)
			return rest_fail(req, 400, "PGRST100",
					 "\"failed to decode the query string\"",
					 "Percent-encoding or UTF-8 is malformed", NULL);
		if (*ret_count == REST_NODES_MAX)
			return rest_too_much(req, "parameters", REST_NODES_MAX);
		list = rest_room(arena, list, *ret_count, sizeof(*list));
		list[(*ret_count)++] = made;
	}
	*ret = list;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct parameter *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

/* "/t?..." sorted by name; not said where it would be long. */
static const char *location(struct fn_request *req, const struct parameter *list, size_t count)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct parameter *sorted = fn_arena_alloc(arena, (count + 1) * sizeof(*sorted));
	const char *said;
	struct fn_buf text;

	if (list != NULL) {
		memcpy(sorted, list, count * sizeof(*sorted));
		qsort(sorted, count, sizeof(*sorted), by_name);
	}
	fn_buf_init(&text, LOCATION_MAX);
	fn_buf_text(&text, fn_request_path(req));
	for (size_t i = 0; i < count && !text.full; i++) {
		fn_buf_text(&text, i == 0 ? "?" : "&");
		fn_buf_text(&text, fn_text_url_encode(arena, sorted[i].name));
		fn_buf_text(&text, "=");
		fn_buf_text(&text, fn_text_url_encode(arena, sorted[i].value));
	}
	said = text.full ? NULL : fn_arena_text(arena, text.bytes);
	fn_buf_free(&text);
	return said;
}

static const char *first_value(const struct parameter *list, size_t count, const char *name)
{
	for (size_t i = 0; list != NULL && i < count; i++) {
		if (strcmp(list[i].name, name) == 0)
			return list[i].value;
	}
	return NULL;
}

/* ---- what belongs to a level ---- */

/* Reads names up to the end or to what is no dot. */
static struct fn_error *read_names(struct rest_reader *reader, struct rest_piece *piece,
				   const char **ret_last)
{
	const char **path = NULL, *name;

	FN_TRY(rest_read_name(reader, &name));
	while (rest_eat(reader, ".")) {
		if (piece->path_count == REST_DEPTH_MAX)
			return rest_too_much(reader->req, "levels of embeds", REST_DEPTH_MAX);
		path = rest_room(reader->arena, path, piece->path_count, sizeof(*path));
		path[piece->path_count++] = name;
		FN_TRY(rest_read_name(reader, &name));
	}
	piece->path = path;
	*ret_last = name;
	return NULL;
}

/* The embeds in front of a key word: "a.b." of a.b.order */
static struct fn_error *read_prefix(struct reading *r, const char *name, size_t length,
				    struct rest_piece *piece)
{
	struct fn_arena *arena = fn_request_arena(r->req);
	struct rest_reader reader;
	const char **path, *last;

	if (length == 0)
		return NULL;
	reader = rest_reader(r->req, "tree path", fn_arena_copy(arena, name, length - 1));
	FN_TRY(read_names(&reader, piece, &last));
	if (!rest_at_end(&reader))
		return rest_unexpected(&reader, "\".\" or end of input");
	path = fn_arena_alloc(arena, (piece->path_count + 1) * sizeof(*path));
	for (size_t i = 0; i < piece->path_count; i++)
		path[i] = piece->path[i];
	path[piece->path_count++] = last;
	piece->path = path;
	return NULL;
}

static void keep(struct reading *r, struct rest_piece piece)
{
	struct rest_pieces *pieces = r->pieces;

	pieces->list = rest_room(fn_request_arena(r->req), pieces->list, pieces->count,
				 sizeof(*pieces->list));
	pieces->list[pieces->count++] = piece;
}

static struct fn_error *take_filter(struct reading *r, const struct parameter *parameter)
{
	struct rest_reader reader = rest_reader(r->req, "tree path", parameter->name);
	struct rest_piece piece = {.kind = REST_PIECE_CONDITION};
	struct rest_field field = {.name = NULL};

	FN_TRY(rest_parse_filter(r->req, "_", parameter->value, &piece.condition));
	FN_TRY(read_names(&reader, &piece, &field.name));
	FN_TRY(rest_read_path(&reader, &field));
	if (!rest_at_end(&reader))
		return rest_unexpected(&reader, "\".\", \"->\" or end of input");
	piece.condition.field = field;
	keep(r, piece);
	return NULL;
}

static struct fn_error *take_logic(struct reading *r, const struct parameter *parameter,
				   const char *word)
{
	struct rest_piece piece = {.kind = REST_PIECE_CONDITION};
	const char *name = parameter->name;
	size_t prefix = (size_t)(word - name);

	if ((prefix == 4 || (prefix > 4 && word[-5] == '.')) && strncmp(word - 4, "not.", 4) == 0)
		word -= 4;
	FN_TRY(read_prefix(r, name, (size_t)(word - name), &piece));
	FN_TRY(rest_parse_logic(r->req, word, parameter->value, &piece.condition));
	r->query->has_logic = r->query->has_logic || piece.path_count == 0;
	keep(r, piece);
	return NULL;
}

static struct fn_error *take_order(struct reading *r, const struct parameter *parameter,
				   const char *word)
{
	struct rest_piece piece = {.kind = REST_PIECE_ORDER};

	FN_TRY(read_prefix(r, parameter->name, (size_t)(word - parameter->name), &piece));
	FN_TRY(rest_parse_order(r->req, parameter->value, &piece.order));
	keep(r, piece);
	return NULL;
}

static struct fn_error *take_number(struct reading *r, const struct parameter *parameter,
				    const char *word)
{
	struct rest_piece piece = {.kind = *word == 'l' ? REST_PIECE_LIMIT : REST_PIECE_OFFSET};

	FN_TRY(read_prefix(r, parameter->name, (size_t)(word - parameter->name), &piece));
	if (rest_read_number(parameter->value, &piece.number))
		keep(r, piece);
	return NULL;
}

/* ---- deciding what a parameter is ---- */

static void take_argument(struct reading *r, const struct parameter *parameter)
{
	struct rest_query *query = r->query;

	r->arguments = rest_room(fn_request_arena(r->req), r->arguments, query->argument_count,
				 sizeof(*r->arguments));
	r->arguments[query->argument_count++] =
		(struct rest_argument){parameter->name, parameter->value};
	query->arguments = r->arguments;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static struct fn_error *take(struct reading *r, const struct parameter *parameter)
{
	const char *dot = strrchr(parameter->name, '.');
	const char *word = dot == NULL ? parameter->name : dot + 1;
	struct rest_condition ignored;

	if (strcmp(parameter->name, "select") == 0 ||
	    is_one_of(parameter->name, "columns", "on_conflict"))
		return NULL;
	if (is_one_of(word, "and", "or"))
		return take_logic(r, parameter, word);
	if (strcmp(word, "order") == 0)
		return take_order(r, parameter, word);
	if (is_one_of(word, "limit", "offset"))
		return take_number(r, parameter, word);
	if (r->takes_arguments &&
	    rest_parse_filter(r->req, "_", parameter->value, &ignored) != NULL) {
		take_argument(r, parameter);
		return NULL;
	}
	return take_filter(r, parameter);
}

/* select=, columns= and on_conflict=: the first of a repeated one counts. */
static struct fn_error *take_lists(struct fn_request *req, const struct parameter *list,
				   size_t count, struct rest_query *query)
{
	const char *select = first_value(list, count, "select");
	const char *columns = first_value(list, count, "columns");
	const char *conflict = first_value(list, count, "on_conflict");
	bool writes = query->action == REST_CREATE || query->action == REST_UPDATE ||
		      query->action == REST_PUT;

	query->has_select = select != NULL;
	FN_TRY(rest_parse_select(req, select == NULL ? "*" : select, query->root));
	if (columns != NULL && (writes || query->action == REST_CALL))
		FN_TRY(rest_read_names(req, "columns parameter", columns, &query->columns,
				       &query->column_count));
	if (conflict != NULL && query->action == REST_CREATE)
		FN_TRY(rest_read_names(req, "on_conflict parameter", conflict, &query->on_conflict,
				       &query->on_conflict_count));
	return NULL;
}

struct fn_error *rest_read_query(struct fn_request *req, struct rest_query *query,
				 struct rest_pieces *pieces)
{
	const char *text = fn_request_query_text(req);
	struct reading r = {.req = req, .query = query, .pieces = pieces};
	struct parameter *list = NULL;
	size_t count = 0;

	if (strlen(text) > REST_QUERY_MAX)
		return rest_too_much(req, "bytes in its query string", REST_QUERY_MAX);
	FN_TRY(split(req, text, &list, &count));
	r.takes_arguments = query->action == REST_CALL && fn_request_method(req) != FN_POST;
	if (query->action == REST_READ || r.takes_arguments)
		query->content_location = location(req, list, count);
	FN_TRY(take_lists(req, list, count, query));
	for (size_t i = 0; list != NULL && i < count; i++)
		FN_TRY(take(&r, &list[i]));
	return NULL;
}
