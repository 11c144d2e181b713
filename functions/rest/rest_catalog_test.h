/* rest_catalog_test.h: relationships as text, for the tests of the catalog. */
#ifndef REST_CATALOG_TEST_H
#define REST_CATALOG_TEST_H

#include <stdio.h>
#include <string.h>

#include "fn_buf.h"
#include "rest_catalog_parts.h"
#include "unit.h"

static inline void add_pairs(struct fn_buf *buf, const struct rest_pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fn_buf_format(buf, " %s=%s", pairs[i].parent, pairs[i].child);
}

/* "m2o clients projects_client client_id=id" */
static inline void add_link(struct fn_buf *buf, const struct rest_relationship *link)
{
	static const char *const kinds[] = {[REST_O2M] = "o2m",
					    [REST_M2O] = "m2o",
					    [REST_O2O] = "o2o",
					    [REST_M2M] = "m2m",
					    [REST_COMPUTED] = "fn"};

	fn_buf_format(buf, "%s %s ", kinds[link->cardinality], link->child->name);
	if (link->cardinality == REST_COMPUTED)
		fn_buf_format(buf, "%s.%s %s", link->function_schema, link->function,
			      link->to_one ? "one" : "many");
	else
		fn_buf_text(buf, link->constraint);
	add_pairs(buf, link->pairs, link->pair_count);
	if (link->cardinality == REST_M2M) {
		fn_buf_format(buf, " %s.%s %s", link->junction_schema, link->junction,
			      link->second_constraint);
		add_pairs(buf, link->second_pairs, link->second_pair_count);
	}
}

/* All of a relation, each on a line; valid until the next call. */
static inline const char *links_of(const struct rest_catalog *catalog,
				   const struct rest_relation *relation)
{
	static char text[8192];
	struct fn_buf buf;

	fn_buf_init(&buf, sizeof(text) - 1);
	fn_buf_text(&buf, "");
	for (size_t i = 0; i < relation->relationship_count; i++) {
		if (i > 0)
			fn_buf_text(&buf, "\n");
		add_link(&buf, &catalog->relationships[relation->first_relationship + i]);
	}
	(void)snprintf(text, sizeof(text), "%s", buf.bytes);
	fn_buf_free(&buf);
	return text;
}

static inline const char *key_of(const struct rest_relation *relation)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < relation->primary_key_count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
					   i > 0 ? " " : "", relation->primary_key[i]);
	return text;
}

#endif
