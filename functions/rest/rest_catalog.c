/* rest_catalog.c: looking things up in the catalog by name. */
#include "rest_catalog.h"

#include <string.h>

#include "rest_catalog_parts.h"

/* Negative, 0 or positive as the element at `index` stands before, at or after schema.name; name
 * NULL: any of the schema. */
typedef int order_of(const struct rest_catalog *catalog, size_t index, const char *schema,
		     const char *name);

static int compare(const char *schema, const char *name, const char *to_schema, const char *to_name)
{
	int order = strcmp(schema, to_schema);

	return order != 0 || to_name == NULL ? order : strcmp(name, to_name);
}

static int relation_order(const struct rest_catalog *catalog, size_t index, const char *schema,
			  const char *name)
{
	const struct rest_relation *relation = &catalog->relations[index];

	return compare(relation->schema, relation->name, schema, name);
}

static int function_order(const struct rest_catalog *catalog, size_t index, const char *schema,
			  const char *name)
{
	const struct rest_function *function = &catalog->functions[index];

	return compare(function->schema, function->name, schema, name);
}

static int role_order(const struct rest_catalog *catalog, size_t index, const char *schema,
		      const char *name)
{
	(void)schema;
	return strcmp(catalog->roles[index].name, name);
}

/* The first of `count` elements that is not before schema.name; with `past`, the first after it. */
static size_t find(const struct rest_catalog *catalog, size_t count, order_of *order,
		   const char *schema, const char *name, bool past)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int at = order(catalog, middle, schema, name);

		if (at < 0 || (past && at == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct rest_relation *rest_catalog_relation(const struct rest_catalog *catalog,
						  const char *schema, const char *name)
{
	size_t at = find(catalog, catalog->relation_count, relation_order, schema, name, false);

	if (at == catalog->relation_count || relation_order(catalog, at, schema, name) != 0)
		return NULL;
	return &catalog->relations[at];
}

const struct rest_column *rest_relation_column(const struct rest_relation *relation,
					       const char *name)
{
	size_t low = 0, high = relation->column_count;

	if (relation->by_name == NULL) {
		for (size_t i = 0; i < relation->column_count; i++) {
			if (strcmp(relation->columns[i].name, name) == 0)
				return &relation->columns[i];
		}
		return NULL;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct rest_column *column = &relation->columns[relation->by_name[middle]];
		int at = strcmp(column->name, name);

		if (at == 0)
			return column;
		if (at < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct rest_relationship *rest_relation_links(const struct rest_catalog *catalog,
						    const struct rest_relation *relation)
{
	return catalog->relationships + relation->first_relationship;
}

const struct rest_function *const *rest_catalog_functions(const struct rest_catalog *catalog,
							  const char *schema, const char *name)
{
	static const struct rest_function *const none[] = {NULL};
	size_t at = find(catalog, catalog->function_count, function_order, schema, name, false);

	if (at == catalog->function_count || function_order(catalog, at, schema, name) != 0)
		return none;
	return catalog->overloads + catalog->overloads_at[at];
}

const struct rest_handler *rest_catalog_handler(const struct rest_catalog *catalog,
						const struct rest_relation *relation,
						const char *media)
{
	for (size_t i = 0; i < catalog->handler_count; i++) {
		const struct rest_handler *handler = &catalog->handlers[i];

		if (handler->relation == relation && strcmp(handler->media, media) == 0)
			return handler;
	}
	return NULL;
}

const struct rest_role *rest_catalog_role(const struct rest_catalog *catalog, const char *name)
{
	size_t at = find(catalog, catalog->role_count, role_order, NULL, name, false);

	if (at == catalog->role_count || role_order(catalog, at, NULL, name) != 0)
		return NULL;
	return &catalog->roles[at];
}

size_t rest_catalog_relations(const struct rest_catalog *catalog, const char *schema,
			      const struct rest_relation *const **ret)
{
	size_t first = find(catalog, catalog->relation_count, relation_order, schema, NULL, false);

	*ret = catalog->relation_list + first;
	return find(catalog, catalog->relation_count, relation_order, schema, NULL, true) - first;
}

size_t rest_catalog_all_functions(const struct rest_catalog *catalog, const char *schema,
				  const struct rest_function *const **ret)
{
	size_t first = find(catalog, catalog->function_count, function_order, schema, NULL, false);

	*ret = catalog->function_list + first;
	return find(catalog, catalog->function_count, function_order, schema, NULL, true) - first;
}
