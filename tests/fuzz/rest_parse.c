/* rest_parse.c: fuzz target for the data API's parser: whole requests. The input is lines: method,
 * path, query, Prefer, Accept, Range, profile, Content-Type. Whatever comes in becomes a tree whose
 * names keep to the grammar and whose size keeps to the ceilings, or is refused with 4xx and a
 * PGRST code. */
#include <string.h>
#include <strings.h>

#include "../../functions/rest/rest_parse.h"
#include "fn_error.h"
#include "fuzz.h"

enum line { METHOD, PATH, QUERY, PREFER, ACCEPT, RANGE, PROFILE, TYPE, LINES };
enum { NAME_MAX = 255, MAX_ROWS = 1000, DEPTH_MAX = 5, EMBEDS_MAX = 20, CONDITIONS_MAX = 200 };

static const char *const schemas[] = {"public", "api", NULL};
static const struct rest_parse_settings settings = {.schemas = schemas,
						    .max_rows = MAX_ROWS,
						    .tx_override = true,
						    .depth_max = DEPTH_MAX,
						    .embeds_max = EMBEDS_MAX,
						    .conditions_max = CONDITIONS_MAX};

struct seen {
	size_t embeds, conditions;
	bool capped;
};

static const char *find_header(void *from, const char *name)
{
	static const struct {
		const char *name;
		enum line line;
	} table[] = {{"Prefer", PREFER},
		     {"Accept", ACCEPT},
		     {"Range", RANGE},
		     {"Accept-Profile", PROFILE},
		     {"Content-Profile", PROFILE},
		     {"Content-Type", TYPE}};
	const char *const *lines = from;

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *line = lines[table[i].line];

		if (strcasecmp(table[i].name, name) == 0)
			return *line == '\0' ? NULL : line;
	}
	return NULL;
}

/* NUL bytes end a line, as they do in libfcgi. */
static void split(struct fn_arena *arena, const char *bytes, size_t size, const char *lines[LINES])
{
	for (size_t i = 0; i < LINES; i++) {
		const char *end = memchr(bytes, '\n', size);
		size_t length = end == NULL ? size : (size_t)(end - bytes);

		lines[i] = fn_arena_copy(arena, bytes, length);
		bytes += length + (end != NULL);
		size -= length + (end != NULL);
	}
}

static void check_name(const char *name)
{
	if (name == NULL)
		abort();
	demand(*name != '\0' && strlen(name) <= NAME_MAX);
	demand(fn_text_is_utf8(name, strlen(name)));
}

static void check_cast(const char *cast)
{
	if (cast == NULL)
		return;
	check_name(cast);
	demand(strspn(cast, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_ ") ==
	       strlen(cast));
}

static void check_field(const struct rest_field *field)
{
	check_name(field->name);
	for (size_t i = 0; i < field->step_count; i++) {
		const char *key = field->steps[i].key;

		demand(key == NULL || fn_text_is_utf8(key, strlen(key)));
	}
}

static void check_condition(const struct rest_condition *condition, struct seen *seen)
{
	seen->conditions++;
	if (condition->node != REST_FILTER) {
		demand(condition->child_count > 0);
		for (size_t i = 0; i < condition->child_count; i++)
			check_condition(&condition->children[i], seen);
		return;
	}
	check_field(&condition->field);
	demand(condition->operator>= REST_EQ && condition->operator<= REST_ADJ);
	demand((condition->operator== REST_IS) == (condition->is != 0));
	demand((condition->value == NULL) ==
	       (condition->operator== REST_IN || condition->operator== REST_IS));
	for (size_t i = 0; i < condition->list_count; i++)
		demand(condition->list[i] != NULL);
}

static void check_level(const struct rest_level *level, struct seen *seen, size_t depth);

static void check_item(const struct rest_item *item, struct seen *seen, size_t depth)
{
	demand(item->kind >= REST_STAR && item->kind <= REST_SPREAD);
	if (item->alias != NULL)
		check_name(item->alias);
	if (item->kind == REST_FIELD)
		check_field(&item->field);
	check_cast(item->cast);
	check_cast(item->aggregate_cast);
	demand((item->level != NULL) == (item->kind >= REST_EMBED));
	if (item->level == NULL)
		return;
	seen->embeds++;
	check_name(item->target);
	if (item->hint != NULL)
		check_name(item->hint);
	check_level(item->level, seen, depth + 1);
}

static void check_level(const struct rest_level *level, struct seen *seen, size_t depth)
{
	demand(depth <= DEPTH_MAX);
	demand(level->limit >= 0 && level->offset >= 0);
	if (seen->capped)
		demand(level->has_limit && level->limit <= MAX_ROWS);
	for (size_t i = 0; i < level->item_count; i++)
		check_item(&level->items[i], seen, depth);
	for (size_t i = 0; i < level->condition_count; i++)
		check_condition(&level->conditions[i], seen);
	for (size_t i = 0; i < level->order_count; i++)
		check_field(&level->orders[i].field);
}

static void check_query(const struct rest_query *query)
{
	struct seen seen = {.capped = query->action == REST_READ || query->action == REST_CALL};

	demand(query->action >= REST_READ && query->action <= REST_ROOT);
	demand(query->schema == schemas[0] || query->schema == schemas[1]);
	demand(query->name == NULL || *query->name != '\0');
	for (size_t i = 0; i < query->column_count; i++)
		check_name(query->columns[i]);
	for (size_t i = 0; i < query->on_conflict_count; i++)
		check_name(query->on_conflict[i]);
	for (size_t i = 0; i < query->accept_count; i++)
		demand(query->accepts[i].media != 0 && query->accepts[i].name != NULL);
	demand(query->prefer.max_affected >= 0);
	if (query->action == REST_OPTIONS || query->action == REST_ROOT)
		return;
	check_level(query->root, &seen, 0);
	demand(seen.embeds <= EMBEDS_MAX && seen.conditions <= CONDITIONS_MAX);
}

static void check_refusal(const struct fn_error *error)
{
	const struct fn_message *message = error->message;

	demand(message->status >= 400 && message->status < 500);
	demand(strncmp(message->code, "PGRST", 5) == 0);
	demand(fn_text_is_utf8(message->en, strlen(message->en)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fn_arena *arena = fn_arena_new(16 << 20);
	const char *lines[LINES];
	struct fn_request_parts parts = {.header = find_header, .from = lines};
	struct fn_request *req;
	struct rest_query query;
	struct fn_error *error;

	split(arena, (const char *)data, size, lines);
	parts.method = lines[METHOD];
	parts.path = lines[PATH];
	parts.query = lines[QUERY];
	req = fn_request_new(&parts);
	error = rest_parse(req, &settings, &query);
	if (error != NULL)
		check_refusal(error);
	else
		check_query(&query);
	fn_request_free(req);
	fn_arena_free(arena);
	return 0;
}
