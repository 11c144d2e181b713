/* rest_catalog_view.c: which columns a view shows, read from the tree of its query as pg_rewrite
 * keeps it: ({QUERY ... :targetList ({TARGETENTRY :expr {...} :resno 1 :resname id ...}) ...}). */
#include <stdlib.h>
#include <string.h>

#include "rest_catalog_parts.h"

/* Brackets that are open inside the first query, inside its target list, inside an entry of it. */
enum { IN_QUERY = 2, IN_LIST = 3, IN_ENTRY = 4 };

/* The number behind `field` when the tree goes on with it here. */
static bool reads(const char *at, const char *field, long *ret)
{
	size_t length = strlen(field);

	if (strncmp(at, field, length) != 0)
		return false;
	*ret = strtol(at + length, NULL, 10);
	return true;
}

/* Past a word in which a backslash takes the meaning of what follows. */
static const char *skip_word(const char *at)
{
	while (*at != '\0' && *at != ' ')
		at += *at == '\\' && at[1] != '\0' ? 2 : 1;
	return at;
}

/* A field of an entry; returns where to go on. */
static const char *read_field(const char *at, struct rest_fact_origin *entry)
{
	static const char name[] = ":resname ";
	long number;

	if (strncmp(at, name, sizeof(name) - 1) == 0) /* a column may be called :resno */
		return skip_word(at + sizeof(name) - 1) - 1;
	if (reads(at, ":resno ", &number))
		entry->number = (int)number;
	else if (reads(at, ":resorigtbl ", &number))
		entry->relation = (uint32_t)number;
	else if (reads(at, ":resorigcol ", &number))
		entry->column = (int)number;
	return at;
}

struct reading {
	struct rest_fact_origin entry, *ret;
	size_t count, max;
	int depth;
	bool in_list, is_done;
};

/* A bracket closes: an entry is whole, or the list. */
static void close_one(struct reading *r)
{
	if (r->in_list && r->depth == IN_ENTRY) {
		if (r->entry.relation != 0 && r->count < r->max)
			r->ret[r->count++] = r->entry;
		r->entry = (struct rest_fact_origin){.view = r->entry.view};
	}
	r->is_done = r->in_list && r->depth == IN_LIST;
	r->depth--;
}

size_t rest_catalog_read_view(const char *tree, uint32_t view, struct rest_fact_origin *ret,
			      size_t max)
{
	struct reading r = {.entry = {.view = view}, .ret = ret, .max = max};

	for (const char *at = tree; *at != '\0' && !r.is_done; at++) {
		if (*at == '\\')
			at += at[1] != '\0';
		else if (*at == '(' || *at == '{')
			r.depth++;
		else if (*at == ')' || *at == '}')
			close_one(&r);
		else if (*at == ':' && r.depth == IN_QUERY)
			r.in_list = strncmp(at, ":targetList (", 13) == 0;
		else if (*at == ':' && r.in_list && r.depth == IN_ENTRY)
			at = read_field(at, &r.entry);
	}
	return r.count;
}
