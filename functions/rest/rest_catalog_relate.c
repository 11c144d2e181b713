/* rest_catalog_relate.c: relationships (rest.md 6.1): foreign keys in both directions between all
 * the tables and views that show them, junctions, and functions that override both. */
#include <stdlib.h>
#include <string.h>

#include "rest_catalog_parts.h"

/* A relationship on its way into the catalog. */
struct link {
	struct rest_relationship is;
	size_t parent; /* place of the parent */
	const struct rest_fact_key *key;
};
struct relate {
	struct fn_arena *scratch, *arena;
	const struct rest_facts *facts;
	struct rest_sides *sides;
	struct rest_catalog *catalog;
	struct link *links;
	size_t count;
};

static struct rest_relationship *add(struct relate *r, const struct rest_fact_key *key,
				     const struct rest_relation *parent,
				     const struct rest_relation *child)
{
	struct link *link;

	r->links = rest_catalog_room(r->scratch, r->links, r->count, sizeof(*r->links));
	link = &r->links[r->count++];
	*link = (struct link){.parent = (size_t)(parent - r->catalog->relations), .key = key};
	link->is.parent = parent;
	link->is.child = child;
	link->is.child_is_view_side = child->is_view;
	link->is.constraint = key == NULL ? NULL : key->name;
	return &link->is;
}

static const struct rest_pair *make_pairs(struct relate *r, const char *const *parent,
					  const char *const *child, size_t count)
{
	struct rest_pair *pairs = fn_arena_alloc(r->arena, count * sizeof(*pairs));

	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct rest_pair){parent[i], child[i]};
	return pairs;
}

/* ---- foreign keys ---- */

static bool has_column(const struct rest_fact_key *key, int column)
{
	for (size_t i = 0; i < key->column_count; i++) {
		if (key->columns[i] == column)
			return true;
	}
	return false;
}

/* The columns of the foreign key are those of a primary key or unique constraint of its table. */
static bool is_one_to_one(const struct rest_facts *facts, const struct rest_fact_key *foreign)
{
	for (size_t i = 0; i < facts->key_count; i++) {
		const struct rest_fact_key *key = &facts->keys[i];
		size_t same = 0;

		if (key->kind == 'f' || key->relation != foreign->relation ||
		    key->column_count != foreign->column_count)
			continue;
		while (same < key->column_count && has_column(foreign, key->columns[same]))
			same++;
		if (same == key->column_count)
			return true;
	}
	return false;
}

static void add_both(struct relate *r, const struct rest_fact_key *key, bool one_to_one,
		     const struct rest_side *holder, const struct rest_side *target)
{
	struct rest_relationship *forth, *back;
	size_t count = key->column_count;

	forth = add(r, key, holder->relation, target->relation);
	forth->cardinality = one_to_one ? REST_O2O : REST_M2O;
	forth->self = key->relation == key->foreign;
	forth->pairs = make_pairs(r, holder->columns, target->columns, count);
	forth->pair_count = count;
	back = add(r, key, target->relation, holder->relation);
	back->cardinality = one_to_one ? REST_O2O : REST_O2M;
	back->reverse = true;
	back->self = key->relation == key->foreign;
	back->pairs = make_pairs(r, target->columns, holder->columns, count);
	back->pair_count = count;
}

static void add_foreign_keys(struct relate *r)
{
	for (size_t i = 0; i < r->facts->key_count; i++) {
		const struct rest_fact_key *key = &r->facts->keys[i];
		struct rest_side *holders, *targets;
		size_t holder_count, target_count;
		bool one_to_one;

		if (key->kind != 'f')
			continue;
		holder_count = rest_sides_of(r->sides, key->relation, key->columns,
					     key->column_count, &holders);
		target_count = rest_sides_of(r->sides, key->foreign, key->foreign_columns,
					     key->column_count, &targets);
		one_to_one = is_one_to_one(r->facts, key);
		for (size_t j = 0; j < holder_count * target_count; j++)
			add_both(r, key, one_to_one, &holders[j / target_count],
				 &targets[j % target_count]);
	}
}

/* ---- junctions ---- */

static bool is_in_key(const struct rest_relation *junction, const struct rest_relationship *link)
{
	for (size_t i = 0; i < link->pair_count; i++) {
		size_t at = 0;

		while (at < junction->primary_key_count &&
		       strcmp(junction->primary_key[at], link->pairs[i].parent) != 0)
			at++;
		if (at == junction->primary_key_count)
			return false;
	}
	return true;
}

static void add_junction(struct relate *r, const struct link *one, const struct link *two)
{
	size_t count = one->is.pair_count;
	struct rest_pair *pairs;
	struct rest_relationship *made;

	if (one->key == two->key || strcmp(one->is.child->schema, two->is.child->schema) != 0)
		return;
	pairs = fn_arena_alloc(r->arena, count * sizeof(*pairs));
	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct rest_pair){one->is.pairs[i].child, one->is.pairs[i].parent};
	made = add(r, one->key, one->is.child, two->is.child);
	made->cardinality = REST_M2M;
	made->self = one->is.child == two->is.child;
	made->pairs = pairs;
	made->pair_count = count;
	made->junction_schema = one->is.parent->schema;
	made->junction = one->is.parent->name;
	made->second_constraint = two->is.constraint;
	made->second_pairs = two->is.pairs;
	made->second_pair_count = two->is.pair_count;
}

static int parent_order(const void *a, const void *b)
{
	size_t one = ((const struct link *)a)->parent, two = ((const struct link *)b)->parent;

	return (one > two) - (one < two);
}

/* Every two keys within one junction's primary key. The links of a junction stand together. */
static void add_junctions(struct relate *r)
{
	struct link *keys = fn_arena_alloc(r->scratch, (r->count + 1) * sizeof(*keys));
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->links[i].is.cardinality == REST_M2O &&
		    is_in_key(r->links[i].is.parent, &r->links[i].is))
			keys[count++] = r->links[i];
	}
	qsort(keys, count, sizeof(*keys), parent_order);
	for (size_t i = 0, end; i < count; i = end) {
		for (end = i; end < count && keys[end].parent == keys[i].parent; end++)
			;
		for (size_t j = i; j < end; j++) {
			for (size_t k = i; k < end; k++)
				add_junction(r, &keys[j], &keys[k]);
		}
	}
}

/* ---- computed ---- */

static bool is_overridden(const struct relate *r, const struct rest_relationship *link)
{
	for (size_t i = 0; i < r->facts->computed_count; i++) {
		const struct rest_fact_computed *computed = &r->facts->computed[i];

		if (link->parent == rest_sides_relation(r->sides, computed->from) &&
		    rest_sides_relation(r->sides, computed->to) != NULL &&
		    strcmp(link->child->name, computed->function) == 0 &&
		    strcmp(link->child->schema, computed->schema) == 0)
			return true;
	}
	return false;
}

/* What nobody can ask for goes: across schemas, and what a function overrides. */
static void drop_useless(struct relate *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct rest_relationship *link = &r->links[i].is;

		if (strcmp(link->parent->schema, link->child->schema) == 0 &&
		    !is_overridden(r, link))
			r->links[kept++] = r->links[i];
	}
	r->count = kept;
}

static void add_computed(struct relate *r)
{
	for (size_t i = 0; i < r->facts->computed_count; i++) {
		const struct rest_fact_computed *computed = &r->facts->computed[i];
		const struct rest_relation *from = rest_sides_relation(r->sides, computed->from);
		const struct rest_relation *to = rest_sides_relation(r->sides, computed->to);
		struct rest_relationship *made;

		if (from == NULL || to == NULL || strcmp(from->schema, to->schema) != 0)
			continue;
		made = add(r, NULL, from, to);
		made->cardinality = REST_COMPUTED;
		made->function_schema = computed->schema;
		made->function = computed->function;
		made->to_one = computed->to_one;
	}
}

/* ---- order ---- */

static int text_order(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

/* Candidates are shown in this order: foreign relation, cardinality, constraint or junction. */
static int link_order(const void *a, const void *b)
{
	const struct link *one = a, *two = b;
	bool joined = one->is.cardinality == REST_M2M;
	int at = parent_order(a, b);

	if (at == 0)
		at = strcmp(one->is.child->name, two->is.child->name);
	if (at == 0)
		at = (int)one->is.cardinality - (int)two->is.cardinality;
	if (at == 0)
		at = joined ? text_order(one->is.junction, two->is.junction)
			    : text_order(one->is.constraint, two->is.constraint);
	if (at == 0)
		at = text_order(one->is.constraint, two->is.constraint);
	if (at == 0)
		at = text_order(one->is.second_constraint, two->is.second_constraint);
	for (size_t i = 0; at == 0 && i < one->is.pair_count && i < two->is.pair_count; i++) {
		at = strcmp(one->is.pairs[i].parent, two->is.pairs[i].parent);
		if (at == 0)
			at = strcmp(one->is.pairs[i].child, two->is.pairs[i].child);
	}
	return at;
}

void rest_catalog_relate(struct fn_arena *scratch, struct fn_arena *arena,
			 const struct rest_facts *facts, struct rest_sides *sides,
			 struct rest_catalog *catalog)
{
	struct relate r = {.scratch = scratch,
			   .arena = arena,
			   .facts = facts,
			   .sides = sides,
			   .catalog = catalog};
	struct rest_relationship *all;

	add_foreign_keys(&r);
	add_junctions(&r);
	drop_useless(&r);
	add_computed(&r);
	if (r.count > 0)
		qsort(r.links, r.count, sizeof(*r.links), link_order);
	all = fn_arena_alloc(arena, (r.count + 1) * sizeof(*all));
	for (size_t i = 0; i < r.count; i++) {
		struct rest_relation *parent = &catalog->relations[r.links[i].parent];

		all[i] = r.links[i].is;
		if (parent->relationship_count++ == 0)
			parent->first_relationship = i;
	}
	catalog->relationships = all;
	catalog->relationship_count = r.count;
}
