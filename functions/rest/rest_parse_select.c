/* rest_parse_select.c: select=, the columns and embeds of a level (rest.md 3). */
#include <ctype.h>
#include <string.h>

#include "rest_parse.h"
#include "rest_parse_text.h"

static struct fn_error *read_level(struct rest_reader *reader, struct rest_level *ret);

/* ["::" cast]; goes into SQL as it stands, so only letters, digits, _ and blanks pass. */
static struct fn_error *read_cast(struct rest_reader *reader, const char **ret)
{
	const char *start;
	size_t length = 0;

	if (!rest_eat(reader, "::"))
		return NULL;
	rest_skip(reader);
	start = reader->at;
	while (isalnum((unsigned char)start[length]) || start[length] == '_' ||
	       start[length] == ' ')
		length++;
	reader->at = start + length;
	while (length > 0 && start[length - 1] == ' ')
		length--;
	if (length == 0 || length > REST_NAME_MAX)
		return rest_unexpected(reader, "a type");
	*ret = fn_arena_copy(reader->arena, start, length);
	return NULL;
}

static struct fn_error *read_aggregate(struct rest_reader *reader, enum rest_aggregate *ret)
{
	static const struct {
		const char *call;
		enum rest_aggregate aggregate;
	} table[] = {{"sum()", REST_SUM},
		     {"avg()", REST_AVG},
		     {"min()", REST_MIN},
		     {"max()", REST_MAX},
		     {"count()", REST_COUNT}};

	if (!rest_eat(reader, "."))
		return NULL;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (rest_eat(reader, table[i].call)) {
			*ret = table[i].aggregate;
			return NULL;
		}
	}
	return rest_unexpected(reader, "sum(), avg(), min(), max() or count()");
}

/* ["!" param] ["!" param] "(" [select] ")": one hint, one kind of join, in either order */
static struct fn_error *read_embed(struct rest_reader *reader, struct rest_item *item)
{
	bool joined = false;
	const char *param;

	while (rest_eat(reader, "!")) {
		bool is_quoted = *reader->at == '"', is_join;

		FN_TRY(rest_read_name(reader, &param));
		is_join = !is_quoted && (strcmp(param, "inner") == 0 || strcmp(param, "left") == 0);
		if (is_join ? joined : item->hint != NULL)
			return rest_unexpected(reader, "one hint and one kind of join");
		if (is_join)
			item->inner = *param == 'i';
		else
			item->hint = param;
		joined = joined || is_join;
	}
	if (!rest_eat(reader, "("))
		return rest_unexpected(reader, "\"(\" or \"!\"");
	if (++reader->depth > REST_DEPTH_MAX)
		return rest_too_much(reader->req, "levels of embeds", REST_DEPTH_MAX);
	item->level = fn_arena_alloc(reader->arena, sizeof(*item->level));
	rest_skip(reader);
	if (*reader->at != ')')
		FN_TRY(read_level(reader, item->level));
	reader->depth--;
	if (!rest_eat(reader, ")"))
		return rest_unexpected(reader, "\",\" or \")\"");
	return NULL;
}

static struct fn_error *read_column(struct rest_reader *reader, struct rest_item *item)
{
	item->kind = REST_FIELD;
	FN_TRY(rest_read_path(reader, &item->field));
	FN_TRY(read_cast(reader, &item->cast));
	FN_TRY(read_aggregate(reader, &item->aggregate));
	if (item->aggregate != REST_NO_AGGREGATE)
		FN_TRY(read_cast(reader, &item->aggregate_cast));
	return NULL;
}

static struct fn_error *read_named(struct rest_reader *reader, struct rest_item *item)
{
	const char *name;

	FN_TRY(rest_read_name(reader, &name));
	if (*reader->at == ':' && reader->at[1] != ':') {
		reader->at++;
		item->alias = name;
		FN_TRY(rest_read_name(reader, &name));
	}
	if (strcmp(name, "count") == 0 && rest_eat(reader, "()")) {
		item->kind = REST_COUNT_ALL;
		return read_cast(reader, &item->aggregate_cast);
	}
	if (*reader->at == '(' || *reader->at == '!') {
		item->kind = REST_EMBED;
		item->target = name;
		return read_embed(reader, item);
	}
	item->field.name = name;
	return read_column(reader, item);
}

static struct fn_error *read_item(struct rest_reader *reader, struct rest_item *item)
{
	FN_TRY(rest_count_node(reader));
	rest_skip(reader);
	if (rest_eat(reader, "...")) {
		item->kind = REST_SPREAD;
		FN_TRY(rest_read_name(reader, &item->target));
		FN_TRY(read_embed(reader, item));
	} else if (rest_eat(reader, "*")) {
		item->kind = REST_STAR;
	} else {
		FN_TRY(read_named(reader, item));
	}
	rest_skip(reader);
	return NULL;
}

static struct fn_error *read_level(struct rest_reader *reader, struct rest_level *ret)
{
	struct rest_item *items = NULL;

	do {
		struct rest_item item = {.kind = REST_STAR};

		FN_TRY(read_item(reader, &item));
		if (ret->item_count == REST_ITEMS_MAX)
			return rest_too_much(reader->req, "items in one select", REST_ITEMS_MAX);
		items = rest_room(reader->arena, items, ret->item_count, sizeof(*items));
		items[ret->item_count++] = item;
		ret->items = items;
	} while (rest_eat(reader, ","));
	return NULL;
}

struct fn_error *rest_parse_select(struct fn_request *req, const char *text, struct rest_level *ret)
{
	struct rest_reader reader = rest_reader(req, "select parameter", text);

	rest_skip(&reader);
	ret->items = NULL;
	ret->item_count = 0;
	if (rest_at_end(&reader))
		return NULL;
	FN_TRY(read_level(&reader, ret));
	if (!rest_at_end(&reader))
		return rest_unexpected(&reader, "\",\" or end of input");
	return NULL;
}
