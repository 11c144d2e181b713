/* rest_catalog_read.h: asking the database for facts. */
#ifndef REST_CATALOG_READ_H
#define REST_CATALOG_READ_H

#include "rest_catalog_parts.h"
#include "rest_catalog_words.h"

struct rest_reading {
	struct fn_tx *tx;
	struct fn_arena *scratch, *arena;
	const char *schemas, *extra; /* PostgreSQL arrays */
	struct rest_words words;
	struct rest_facts facts;
};

FN_CHECKED struct fn_error *rest_read_relations(struct rest_reading *reading);
FN_CHECKED struct fn_error *rest_read_functions(struct rest_reading *reading);
FN_CHECKED struct fn_error *rest_read_handlers(struct rest_reading *reading);

/* One list of texts, ended by NULL, out of rows that are grouped by their first column: columns
 * `first` to `last` of the rows from *at on, as long as that column is `group`. NULL when there is
 * no such row, or none that is not null. */
const char *const *rest_read_list(struct rest_reading *reading, const struct fn_rows *rows,
				  size_t *at, const char *group, size_t first, size_t last);
uint32_t rest_read_oid(const struct fn_row *row, size_t column);

#endif
