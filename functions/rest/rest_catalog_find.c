/* rest_catalog_find.c: which relationship parent?select=target!hint() means (rest.md 6.2). */
#include <string.h>

#include "fn_buf.h"
#include "fn_json.h"
#include "rest_catalog_parts.h"
#include "rest_error.h"

enum { LIST_MAX = 4096 }; /* bytes of a list of columns or candidates in an answer */

static bool is_m2o(const struct rest_relationship *link)
{
	return link->cardinality == REST_M2O || (link->cardinality == REST_O2O && !link->reverse);
}

static bool is_o2m(const struct rest_relationship *link)
{
	return link->cardinality == REST_O2M || (link->cardinality == REST_O2O && link->reverse);
}

/* A junction is named by its own name alone. */
static bool has_constraint(const struct rest_relationship *link, const char *name)
{
	return link->cardinality != REST_M2M && strcmp(link->constraint, name) == 0;
}

static bool has_parent_column(const struct rest_relationship *link, const char *name)
{
	return link->cardinality != REST_M2M && link->pair_count == 1 &&
	       strcmp(link->pairs[0].parent, name) == 0;
}

static bool has_child_column(const struct rest_relationship *link, const char *name)
{
	return link->cardinality != REST_M2M && link->pair_count == 1 &&
	       strcmp(link->pairs[0].child, name) == 0;
}

static bool has_junction(const struct rest_relationship *link, const char *name)
{
	return link->cardinality == REST_M2M && strcmp(link->junction, name) == 0;
}

/* One key, two relationships: the relation's name means its children, the column its parent. */
static bool fits_self(const struct rest_relationship *link, const char *target, const char *hint)
{
	bool is_named = strcmp(link->child->name, target) == 0;

	if (hint != NULL)
		return is_named && is_o2m(link) && has_child_column(link, hint);
	if (is_o2m(link))
		return is_named;
	/* a view over the table brings the same key again: the column means the table */
	return is_m2o(link) && !link->child_is_view_side && has_parent_column(link, target);
}

static bool fits(const struct rest_relationship *link, const char *target, const char *hint)
{
	if (link->cardinality == REST_COMPUTED)
		return strcmp(link->function, target) == 0;
	if (link->self)
		return fits_self(link, target, hint);
	if (hint != NULL)
		return strcmp(link->child->name, target) == 0 &&
		       (has_constraint(link, hint) || has_parent_column(link, hint) ||
			has_child_column(link, hint) || has_junction(link, hint));
	if (strcmp(link->child->name, target) == 0)
		return true;
	return !link->child_is_view_side &&
	       (has_constraint(link, target) || has_parent_column(link, target));
}

bool rest_is_to_one(const struct rest_relationship *link)
{
	return link->cardinality == REST_M2O || link->cardinality == REST_O2O ||
	       (link->cardinality == REST_COMPUTED && link->to_one);
}

/* ---- none, or several ---- */

static struct fn_error *find_none(struct fn_request *req, const struct rest_relation *parent,
				  const char *target, const char *hint)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *by = hint == NULL ? "" : fn_arena_format(arena, " using the hint '%s'", hint);

	return rest_fail(req, 400, "PGRST200",
			 fn_arena_format(arena,
					 "Could not find a relationship between '%s' and '%s' in "
					 "the schema cache",
					 parent->name, target),
			 fn_arena_format(arena,
					 "Searched for a foreign key relationship between '%s' and "
					 "'%s'%s in the schema '%s', but no matches were found.",
					 parent->name, target, by, parent->schema),
			 NULL);
}

/* "(a, b)": one side of the pairs. */
static const char *columns_of(struct fn_arena *arena, const struct rest_pair *pairs, size_t count,
			      bool of_child)
{
	struct fn_buf buf;
	const char *text;

	fn_buf_init(&buf, LIST_MAX);
	for (size_t i = 0; i < count; i++) {
		fn_buf_text(&buf, i == 0 ? "(" : ", ");
		fn_buf_text(&buf, of_child ? pairs[i].child : pairs[i].parent);
	}
	fn_buf_text(&buf, ")");
	text = fn_arena_text(arena, buf.bytes);
	fn_buf_free(&buf);
	return text;
}

static const char *describe(struct fn_arena *arena, const struct rest_relationship *link)
{
	if (link->cardinality == REST_COMPUTED)
		return fn_arena_format(arena, "%s(%s)", link->function, link->parent->name);
	if (link->cardinality == REST_M2M)
		return fn_arena_format(arena, "%s using %s%s and %s%s", link->junction,
				       link->constraint,
				       columns_of(arena, link->pairs, link->pair_count, true),
				       link->second_constraint,
				       columns_of(arena, link->second_pairs,
						  link->second_pair_count, false));
	return fn_arena_format(arena, "%s using %s%s and %s%s", link->constraint,
			       link->parent->name,
			       columns_of(arena, link->pairs, link->pair_count, false),
			       link->child->name,
			       columns_of(arena, link->pairs, link->pair_count, true));
}

static struct json_object *candidate(struct fn_arena *arena, const struct rest_relationship *link)
{
	static const char *const cardinalities[] = {[REST_O2M] = "one-to-many",
						    [REST_M2O] = "many-to-one",
						    [REST_O2O] = "one-to-one",
						    [REST_M2M] = "many-to-many",
						    [REST_COMPUTED] = "one-to-many"};
	const char *cardinality = link->cardinality == REST_COMPUTED && link->to_one
					  ? "one-to-one"
					  : cardinalities[link->cardinality];

	return FN_OBJECT(fn_json_string("cardinality", cardinality),
			 fn_json_string("embedding",
					fn_arena_format(arena, "%s with %s", link->parent->name,
							link->child->name)),
			 fn_json_string("relationship", describe(arena, link)));
}

struct candidates {
	const struct rest_relationship *first;
	size_t count;
	struct json_object *details; /* from the second candidate on */
	struct fn_buf hints;
};

static void add_candidate(struct fn_arena *arena, struct candidates *found,
			  const struct rest_relationship *link)
{
	fn_json_append(found->details, candidate(arena, link));
	if (link->cardinality != REST_COMPUTED)
		fn_buf_format(&found->hints, "%s'%s!%s'", found->hints.length > 0 ? ", " : "",
			      link->child->name,
			      link->cardinality == REST_M2M ? link->junction : link->constraint);
}

static struct fn_error *find_several(struct fn_request *req, const struct rest_relation *parent,
				     const char *target, struct candidates *found)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *hints = found->hints.length > 0 ? fn_arena_text(arena, found->hints.bytes) : "";

	fn_buf_free(&found->hints);
	return rest_fail_json(
		req, 300, "PGRST201",
		fn_arena_format(arena,
				"Could not embed because more than one relationship was found for "
				"'%s' and '%s'",
				parent->name, target),
		found->details,
		fn_arena_format(arena,
				"Try changing '%s' to one of the following: %s. Find the desired "
				"relationship in the 'details' key.",
				target, hints));
}

struct fn_error *rest_catalog_find(struct fn_request *req, const struct rest_catalog *catalog,
				   const struct rest_relation *parent, const char *target,
				   const char *hint, const struct rest_relationship **ret)
{
	const struct rest_relationship *links = catalog->relationships + parent->first_relationship;
	struct fn_arena *arena = fn_request_arena(req);
	struct candidates found = {0};

	*ret = NULL;
	for (size_t i = 0; i < parent->relationship_count; i++) {
		if (!fits(&links[i], target, hint))
			continue;
		if (found.count++ == 0) {
			found.first = &links[i];
			continue;
		}
		if (found.count == 2) {
			found.details = fn_json_array();
			fn_buf_init(&found.hints, LIST_MAX);
			add_candidate(arena, &found, found.first);
		}
		add_candidate(arena, &found, &links[i]);
	}
	if (found.count == 0)
		return find_none(req, parent, target, hint);
	if (found.count > 1)
		return find_several(req, parent, target, &found);
	*ret = found.first;
	return NULL;
}
