/* rest_catalog_sides.c: where the columns of a table can be seen: in the table itself, and in views
 * over it, through views on views, under the views' own names. */
#include <stdlib.h>
#include <string.h>

#include "rest_catalog_parts.h"

/* A view on a view on a view: the database allows no circle, a broken answer might. */
enum { VIEWS_DEEP_MAX = 100, CHOICES_MAX = 256 };

struct place {
	uint32_t oid;
	size_t index;
};
/* A column of a table in a view. */
struct shown {
	uint32_t table;
	size_t view; /* index of the relation */
	int column, number;
};
struct rest_sides {
	struct fn_arena *scratch;
	const struct rest_facts *facts;
	struct rest_relation *relations;
	struct place *places; /* by oid */
	struct shown *shown;  /* by table, view, column, number */
	size_t shown_count;
};

void *rest_catalog_room(struct fn_arena *arena, void *array, size_t count, size_t size)
{
	void *more;

	if (count != 0 && (count & (count - 1)) != 0) /* full only at powers of two */
		return array;
	more = fn_arena_alloc(arena, (count == 0 ? 1 : 2 * count) * size);
	if (count > 0)
		memcpy(more, array, count * size);
	return more;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int place_order(const void *a, const void *b)
{
	return order(((const struct place *)a)->oid, ((const struct place *)b)->oid);
}

static int shown_order(const void *a, const void *b)
{
	const struct shown *one = a, *two = b;
	int at = order(one->table, two->table);

	if (at == 0)
		at = order(one->view, two->view);
	if (at == 0)
		at = one->column - two->column;
	return at != 0 ? at : one->number - two->number;
}

static int column_order(const void *a, const void *b)
{
	const struct rest_fact_column *one = a, *two = b;
	int at = order(one->relation, two->relation);

	return at != 0 ? at : one->number - two->number;
}

static int origin_order(const void *a, const void *b)
{
	const struct rest_fact_origin *one = a, *two = b;
	int at = order(one->view, two->view);

	return at != 0 ? at : one->number - two->number;
}

static const struct place *place_of(const struct rest_sides *sides, uint32_t oid)
{
	struct place key = {.oid = oid};

	if (sides->facts->relation_count == 0)
		return NULL;
	return bsearch(&key, sides->places, sides->facts->relation_count, sizeof(key), place_order);
}

struct rest_relation *rest_sides_relation(const struct rest_sides *sides, uint32_t oid)
{
	const struct place *place = place_of(sides, oid);

	return place == NULL ? NULL : &sides->relations[place->index];
}

static const char *column_name(const struct rest_facts *facts, uint32_t relation, int number)
{
	struct rest_fact_column key = {.relation = relation, .number = number};
	const struct rest_fact_column *found = NULL;

	if (facts->column_count > 0)
		found = bsearch(&key, facts->columns, facts->column_count, sizeof(key),
				column_order);
	return found == NULL ? NULL : found->column.name;
}

/* From what a view shows to the table under all views. */
static struct rest_fact_origin follow(const struct rest_facts *facts, struct rest_fact_origin from)
{
	for (unsigned deep = 0; deep < VIEWS_DEEP_MAX; deep++) {
		struct rest_fact_origin key = {.view = from.relation, .number = from.column};
		const struct rest_fact_origin *next =
			bsearch(&key, facts->origins, facts->origin_count, sizeof(key),
				origin_order);

		if (next == NULL)
			break;
		from.relation = next->relation;
		from.column = next->column;
	}
	return from;
}

struct rest_sides *rest_sides_new(struct fn_arena *scratch, const struct rest_facts *facts,
				  struct rest_relation *relations)
{
	struct rest_sides *sides = fn_arena_alloc(scratch, sizeof(*sides));

	*sides =
		(struct rest_sides){.scratch = scratch,
				    .facts = facts,
				    .relations = relations,
				    .places = fn_arena_alloc(scratch, (facts->relation_count +
								       1) * sizeof(*sides->places)),
				    .shown = fn_arena_alloc(scratch, (facts->origin_count +
								      1) * sizeof(*sides->shown))};
	for (size_t i = 0; i < facts->relation_count; i++)
		sides->places[i] = (struct place){facts->relations[i].oid, i};
	qsort(sides->places, facts->relation_count, sizeof(*sides->places), place_order);
	for (size_t i = 0; i < facts->origin_count; i++) {
		const struct place *view = place_of(sides, facts->origins[i].view);
		struct rest_fact_origin from;

		if (view == NULL) /* of the extra schemas: on the way, not an end */
			continue;
		from = follow(facts, facts->origins[i]);
		sides->shown[sides->shown_count++] =
			(struct shown){from.relation, view->index, from.column, from.number};
	}
	qsort(sides->shown, sides->shown_count, sizeof(*sides->shown), shown_order);
	return sides;
}

/* ---- all sides of a key ---- */

struct list {
	struct rest_side *sides;
	size_t count;
};

static const char **add(struct rest_sides *sides, struct list *list, struct rest_relation *relation,
			size_t count)
{
	const char **columns = fn_arena_alloc(sides->scratch, (count + 1) * sizeof(*columns));

	list->sides =
		rest_catalog_room(sides->scratch, list->sides, list->count, sizeof(*list->sides));
	list->sides[list->count++] = (struct rest_side){relation, columns};
	return columns;
}

/* The facts come by several statements: a column that was not there yet when columns were read
 * takes the side with it; the notice of that change brings the next catalog. */
static void drop_broken(struct list *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list->sides[list->count - 1].columns[i] == NULL) {
			list->count--;
			return;
		}
	}
}

static void add_table(struct rest_sides *sides, struct list *list, uint32_t table,
		      const int *columns, size_t count)
{
	struct rest_relation *relation = rest_sides_relation(sides, table);
	const char **names;

	if (relation == NULL)
		return;
	names = add(sides, list, relation, count);
	for (size_t i = 0; i < count; i++)
		names[i] = column_name(sides->facts, table, columns[i]);
	drop_broken(list, count);
}

/* One view, whose columns of the table are shown[0 .. shown_count). */
static void add_view(struct rest_sides *sides, struct list *list, const struct shown *shown,
		     size_t shown_count, const int *columns, size_t count)
{
	const struct rest_fact_relation *view = &sides->facts->relations[shown[0].view];
	size_t first[REST_KEY_COLUMNS_MAX], often[REST_KEY_COLUMNS_MAX], choices = 1;

	for (size_t i = 0; i < count; i++) {
		first[i] = often[i] = 0;
		while (first[i] < shown_count && shown[first[i]].column != columns[i])
			first[i]++;
		while (first[i] + often[i] < shown_count &&
		       shown[first[i] + often[i]].column == columns[i])
			often[i]++;
		choices *= often[i];
		if (choices == 0)
			return;
		if (choices > CHOICES_MAX)
			choices = CHOICES_MAX;
	}
	for (size_t choice = 0; choice < choices; choice++) {
		const char **names = add(sides, list, &sides->relations[shown[0].view], count);
		size_t rest = choice;

		for (size_t i = 0; i < count; i++) {
			names[i] = column_name(sides->facts, view->oid,
					       shown[first[i] + rest % often[i]].number);
			rest /= often[i];
		}
		drop_broken(list, count);
	}
}

/* The first of the shown columns of this table or a later one. */
static size_t first_of(const struct rest_sides *sides, uint32_t table)
{
	size_t low = 0, high = sides->shown_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sides->shown[middle].table < table)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t rest_sides_of(struct rest_sides *sides, uint32_t table, const int *columns, size_t count,
		     struct rest_side **ret)
{
	struct list list = {0};

	if (count > 0 && count <= REST_KEY_COLUMNS_MAX) {
		add_table(sides, &list, table, columns, count);
		for (size_t i = first_of(sides, table), end; i < sides->shown_count; i = end) {
			if (sides->shown[i].table != table)
				break;
			for (end = i; end < sides->shown_count; end++) {
				if (sides->shown[end].table != table ||
				    sides->shown[end].view != sides->shown[i].view)
					break;
			}
			add_view(sides, &list, &sides->shown[i], end - i, columns, count);
		}
	}
	*ret = list.sides;
	return list.count;
}
