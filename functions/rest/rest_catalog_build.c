/* rest_catalog_build.c: from facts to a catalog: relations with columns and primary keys, functions
 * with their overloads; relationships are rest_catalog_relate.c. */
#include <stdlib.h>
#include <string.h>

#include "rest_catalog_parts.h"

/* ---- columns ---- */

static int by_name_order(const void *a, const void *b, void *columns)
{
	const struct rest_column *of = columns;

	return strcmp(of[*(const uint16_t *)a].name, of[*(const uint16_t *)b].name);
}

static void sort_columns(struct fn_arena *arena, struct rest_relation *relation,
			 struct rest_column *columns)
{
	uint16_t *by_name = fn_arena_alloc(arena, relation->column_count * sizeof(*by_name));

	for (size_t i = 0; i < relation->column_count; i++)
		by_name[i] = (uint16_t)i; /* PostgreSQL has at most 1600 */
	qsort_r(by_name, relation->column_count, sizeof(*by_name), by_name_order, columns);
	relation->by_name = by_name;
}

static void give_columns(struct fn_arena *arena, const struct rest_facts *facts,
			 const struct rest_sides *sides)
{
	struct rest_column *columns =
		fn_arena_alloc(arena, (facts->column_count + 1) * sizeof(*columns));

	for (size_t i = 0, end; i < facts->column_count; i = end) {
		struct rest_relation *relation =
			rest_sides_relation(sides, facts->columns[i].relation);

		for (end = i; end < facts->column_count &&
			      facts->columns[end].relation == facts->columns[i].relation;
		     end++)
			columns[end] = facts->columns[end].column;
		if (relation == NULL)
			continue;
		relation->columns = columns + i;
		relation->column_count = end - i;
		sort_columns(arena, relation, columns + i);
	}
}

/* ---- primary keys ---- */

static bool has_key_column(const struct rest_relation *relation, const char *name)
{
	for (size_t i = 0; i < relation->primary_key_count; i++) {
		if (strcmp(relation->primary_key[i], name) == 0)
			return true;
	}
	return false;
}

/* A view over several tables has the keys of all of them for its own. */
static void add_key(struct fn_arena *arena, const struct rest_side *side, size_t count)
{
	struct rest_relation *relation = side->relation;
	const char **names =
		fn_arena_alloc(arena, (relation->primary_key_count + count) * sizeof(*names));

	for (size_t i = 0; i < relation->primary_key_count; i++)
		names[i] = relation->primary_key[i];
	for (size_t i = 0; i < count; i++) {
		if (!has_key_column(relation, side->columns[i]))
			names[relation->primary_key_count++] = side->columns[i];
		relation->primary_key = names;
	}
}

static void give_keys(struct fn_arena *arena, const struct rest_facts *facts,
		      struct rest_sides *sides)
{
	for (size_t i = 0; i < facts->key_count; i++) {
		const struct rest_fact_key *key = &facts->keys[i];
		struct rest_side *side;
		size_t count;

		if (key->kind != 'p')
			continue;
		count = rest_sides_of(sides, key->relation, key->columns, key->column_count, &side);
		for (size_t j = 0; j < count; j++) {
			/* shown twice: the first name serves */
			if (j == 0 || side[j].relation != side[j - 1].relation)
				add_key(arena, &side[j], key->column_count);
		}
	}
}

/* ---- functions ---- */

static bool same_name(const struct rest_function *a, const struct rest_function *b)
{
	return strcmp(a->schema, b->schema) == 0 && strcmp(a->name, b->name) == 0;
}

static void give_functions(struct fn_arena *arena, const struct rest_facts *facts,
			   const struct rest_sides *sides, struct rest_catalog *catalog)
{
	size_t count = facts->function_count, next = 0;
	uint32_t *at = fn_arena_alloc(arena, (count + 1) * sizeof(*at));

	catalog->functions = fn_arena_alloc(arena, (count + 1) * sizeof(*catalog->functions));
	catalog->function_list = fn_arena_alloc(arena, (count + 1) * sizeof(void *));
	catalog->overloads = fn_arena_alloc(arena, (2 * count + 1) * sizeof(void *));
	for (size_t i = 0; i < count; i++) {
		struct rest_function *function = &catalog->functions[i];

		*function = facts->functions[i].function;
		function->returns = rest_sides_relation(sides, facts->functions[i].returns);
		catalog->function_list[i] = function;
		if (i > 0 && same_name(function - 1, function)) {
			at[i] = at[i - 1];
		} else {
			next += i > 0; /* the NULL after the name before */
			at[i] = (uint32_t)next;
		}
		catalog->overloads[next++] = function;
	}
	catalog->overloads_at = at;
	catalog->function_count = count;
}

/* Those for rows of relations that are not exposed are of no use. */
static void give_handlers(struct fn_arena *arena, const struct rest_facts *facts,
			  const struct rest_sides *sides, struct rest_catalog *catalog)
{
	size_t count = facts->handler_count;

	catalog->handlers = fn_arena_alloc(arena, (count + 1) * sizeof(*catalog->handlers));
	for (size_t i = 0; i < count; i++) {
		struct rest_handler *handler = &catalog->handlers[catalog->handler_count];
		uint32_t relation = facts->handlers[i].relation;

		*handler = facts->handlers[i].handler;
		if (relation != 0)
			handler->relation = rest_sides_relation(sides, relation);
		catalog->handler_count += relation == 0 || handler->relation != NULL;
	}
}

const struct rest_catalog *rest_catalog_build(struct fn_arena *scratch, struct fn_arena *arena,
					      const struct rest_facts *facts)
{
	struct rest_catalog *catalog = fn_arena_alloc(arena, sizeof(*catalog));
	size_t count = facts->relation_count;
	struct rest_sides *sides;

	catalog->relations = fn_arena_alloc(arena, (count + 1) * sizeof(*catalog->relations));
	catalog->relation_list = fn_arena_alloc(arena, (count + 1) * sizeof(void *));
	catalog->relation_count = count;
	for (size_t i = 0; i < count; i++) {
		catalog->relations[i] = facts->relations[i].relation;
		catalog->relation_list[i] = &catalog->relations[i];
	}
	catalog->roles = facts->roles;
	catalog->role_count = facts->role_count;
	sides = rest_sides_new(scratch, facts, catalog->relations);
	give_columns(arena, facts, sides);
	give_keys(arena, facts, sides);
	give_functions(arena, facts, sides, catalog);
	give_handlers(arena, facts, sides, catalog);
	rest_catalog_relate(scratch, arena, facts, sides, catalog);
	return catalog;
}
