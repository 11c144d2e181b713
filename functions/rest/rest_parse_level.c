/* rest_parse_level.c: gives each level the conditions, orders and limits that were said of it by
 * the names of embeds, and looks at the ceilings (rest.md 5, 6.3). */
#include <string.h>

#include "rest_error.h"
#include "rest_parse_parts.h"
#include "rest_parse_text.h"

struct walk {
	struct fn_request *req;
	const struct rest_parse_settings *settings;
	size_t embeds, conditions;
	bool caps_rows;
};

static bool is_embed(const struct rest_item *item)
{
	return item->kind == REST_EMBED || item->kind == REST_SPREAD;
}

/* By alias, else by target as written; by the target of one that has an alias: *ret_alias. */
static struct rest_level *find_embed(const struct rest_level *level, const char *name,
				     const char **ret_alias)
{
	for (size_t i = 0; i < level->item_count; i++) {
		const struct rest_item *item = &level->items[i];

		if (is_embed(item) && item->alias != NULL && strcmp(item->alias, name) == 0)
			return item->level;
	}
	for (size_t i = 0; i < level->item_count; i++) {
		const struct rest_item *item = &level->items[i];

		if (!is_embed(item) || strcmp(item->target, name) != 0)
			continue;
		*ret_alias = item->alias;
		return item->level;
	}
	return NULL;
}

/* Later versions of the API take the alias alone. */
static const char *warn_of_target(struct fn_arena *arena, const char *target, const char *alias)
{
	return fn_arena_format(
		arena,
		"299 PostgREST \"'%s' has the alias '%s': filter, order and limit it "
		"by that name\"",
		fn_text_url_encode(arena, target), fn_text_url_encode(arena, alias));
}

static struct fn_error *no_embed(struct fn_request *req, const char *name)
{
	struct fn_arena *arena = fn_request_arena(req);

	return rest_fail(req, 400, "PGRST108",
			 fn_arena_format(arena, "'%s' is not an embedded resource in this request",
					 name),
			 NULL,
			 fn_arena_format(arena,
					 "Verify that '%s' is included in the 'select' query "
					 "parameter.",
					 name));
}

static struct fn_error *find_levels(struct fn_request *req, struct rest_pieces *pieces,
				    struct rest_query *query)
{
	for (size_t i = 0; i < pieces->count; i++) {
		struct rest_piece *piece = &pieces->list[i];

		piece->level = query->root;
		for (size_t j = 0; j < piece->path_count; j++) {
			const char *alias = NULL;

			piece->level = find_embed(piece->level, piece->path[j], &alias);
			if (piece->level == NULL)
				return no_embed(req, piece->path[j]);
			if (alias != NULL)
				query->warning = warn_of_target(fn_request_arena(req),
								piece->path[j], alias);
		}
	}
	return NULL;
}

/* All conditions of one level, from its first piece on. */
static void give_conditions(struct fn_arena *arena, struct rest_pieces *pieces, size_t first)
{
	struct rest_level *level = pieces->list[first].level;
	struct rest_condition *conditions = NULL;
	size_t count = 0;

	for (size_t i = first; i < pieces->count; i++) {
		if (pieces->list[i].level != level || pieces->list[i].kind != REST_PIECE_CONDITION)
			continue;
		conditions = rest_room(arena, conditions, count, sizeof(*conditions));
		conditions[count++] = pieces->list[i].condition;
	}
	level->conditions = conditions;
	level->condition_count = count;
}

/* The first of what is said twice counts. */
static void give(struct fn_arena *arena, struct rest_pieces *pieces, size_t at)
{
	const struct rest_piece *piece = &pieces->list[at];
	struct rest_level *level = piece->level;

	switch (piece->kind) {
	case REST_PIECE_CONDITION:
		if (level->condition_count == 0)
			give_conditions(arena, pieces, at);
		break;
	case REST_PIECE_ORDER:
		if (level->order_count == 0) {
			level->orders = piece->order.orders;
			level->order_count = piece->order.order_count;
		}
		break;
	case REST_PIECE_LIMIT:
		if (piece->path_count > 0 && !level->has_limit) {
			level->has_limit = true;
			level->limit = piece->number;
		}
		break;
	case REST_PIECE_OFFSET:
		if (piece->path_count > 0 && level->offset == 0)
			level->offset = piece->number;
		break;
	}
}

static void count_conditions(struct walk *walk, const struct rest_condition *conditions,
			     size_t count)
{
	walk->conditions += count;
	for (size_t i = 0; i < count; i++)
		count_conditions(walk, conditions[i].children, conditions[i].child_count);
}

static struct fn_error *look(struct walk *walk, struct rest_level *level, size_t depth)
{
	const struct rest_parse_settings *settings = walk->settings;

	if (walk->caps_rows && (!level->has_limit || level->limit > settings->max_rows)) {
		level->has_limit = true;
		level->limit = settings->max_rows;
	}
	count_conditions(walk, level->conditions, level->condition_count);
	if (settings->conditions_max > 0 && walk->conditions > settings->conditions_max)
		return rest_too_much(walk->req, "conditions", settings->conditions_max);
	if (settings->depth_max > 0 && depth > settings->depth_max)
		return rest_too_much(walk->req, "levels of embeds", settings->depth_max);
	for (size_t i = 0; i < level->item_count; i++) {
		if (!is_embed(&level->items[i]))
			continue;
		if (++walk->embeds > settings->embeds_max && settings->embeds_max > 0)
			return rest_too_much(walk->req, "embeds", settings->embeds_max);
		FN_TRY(look(walk, level->items[i].level, depth + 1));
	}
	return NULL;
}

struct fn_error *rest_attach(struct fn_request *req, const struct rest_parse_settings *settings,
			     struct rest_pieces *pieces, struct rest_query *query)
{
	struct walk walk = {.req = req, .settings = settings};

	FN_TRY(find_levels(req, pieces, query));
	for (size_t i = 0; i < pieces->count; i++)
		give(fn_request_arena(req), pieces, i);
	walk.caps_rows = settings->max_rows > 0 &&
			 (query->action == REST_READ || query->action == REST_CALL);
	return look(&walk, query->root, 0);
}
