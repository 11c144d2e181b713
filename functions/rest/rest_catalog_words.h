/* rest_catalog_words.h: one copy of each text that the catalog keeps: types, schemas and column
 * names come back a hundred times. */
#ifndef REST_CATALOG_WORDS_H
#define REST_CATALOG_WORDS_H

#include <stddef.h>

#include "fn_arena.h"

struct rest_words {
	struct fn_arena *scratch, *arena; /* of the table; of the copies */
	const char **table;
	size_t count, size; /* size: a power of two, or 0 */
};

/* The copy of that text; NULL stays NULL. */
const char *rest_word(struct rest_words *words, const char *text);

#endif
