/* rest_plan_capability.c: the values that a query names, for the settings that open rows to whoever
 * knows them. */
#include <string.h>

#include "rest_plan_parts.h"

struct named {
	const char *setting;
	const char **values;
	size_t count;
};

static void add_value(struct rest_planner *p, struct named *named, size_t *count,
		      const char *setting, const char *value)
{
	struct fn_arena *arena = fn_request_arena(p->req);
	size_t at = 0;

	while (at < *count && strcmp(named[at].setting, setting) != 0)
		at++;
	if (at == *count)
		named[(*count)++] =
			(struct named){.setting = setting,
				       .values = fn_arena_alloc(arena,
								p->settings->conditions_max *
									sizeof(*named->values))};
	if (named[at].count < p->settings->conditions_max)
		named[at].values[named[at].count++] = value;
}

/* Only conditions that must hold, and only equality: whoever passes knew the value. */
static void collect(struct rest_planner *p, const struct rest_branch *branch, struct named *named,
		    size_t *count)
{
	const struct rest_relation *relation = branch->scope.relation;

	for (const struct rest_capability *c = p->settings->capabilities; c->setting != NULL; c++) {
		if (relation == NULL || strcmp(relation->name, c->relation) != 0)
			continue;
		for (size_t i = 0; i < branch->level->condition_count; i++) {
			if (rest_condition_binds(&branch->level->conditions[i], c->column))
				add_value(p, named, count, c->setting,
					  branch->level->conditions[i].value);
		}
	}
	for (size_t i = 0; i < branch->embed_count; i++)
		collect(p, branch->embeds[i].branch, named, count);
}

void rest_plan_capabilities(struct rest_planner *p, const struct rest_branch *root,
			    struct rest_plan *ret)
{
	struct fn_arena *arena = fn_request_arena(p->req);
	size_t settings = 0, count = 0;
	struct named *named;
	const char **pairs;

	if (p->settings->capabilities == NULL)
		return;
	while (p->settings->capabilities[settings].setting != NULL)
		settings++;
	named = fn_arena_alloc(arena, (settings + 1) * sizeof(*named));
	collect(p, root, named, &count);
	if (count == 0)
		return;
	pairs = fn_arena_alloc(arena, (2 * count + 1) * sizeof(*pairs));
	for (size_t i = 0; i < count; i++) {
		pairs[2 * i] = named[i].setting;
		pairs[2 * i + 1] = rest_sql_array(arena, named[i].values, named[i].count);
	}
	ret->capabilities = pairs;
}
