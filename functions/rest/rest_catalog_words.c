/* rest_catalog_words.c: one copy of each text, found by its hash. */
#include "rest_catalog_words.h"

#include <stdint.h>
#include <string.h>

enum { FIRST_SIZE = 1024 };

/* FNV-1a. */
static size_t hash(const char *text)
{
	uint64_t value = 14695981039346656037U;

	for (; *text != '\0'; text++)
		value = (value ^ (unsigned char)*text) * 1099511628211U;
	return (size_t)value;
}

/* Where the text stands, or would. The table is never full. */
static const char **place_of(const char **table, size_t size, const char *text)
{
	size_t at = hash(text) & (size - 1);

	while (table[at] != NULL && strcmp(table[at], text) != 0)
		at = (at + 1) & (size - 1);
	return &table[at];
}

static void grow(struct rest_words *words)
{
	size_t size = words->size == 0 ? FIRST_SIZE : 2 * words->size;
	const char **table = fn_arena_alloc(words->scratch, size * sizeof(*table));

	for (size_t i = 0; i < words->size; i++) {
		if (words->table[i] != NULL)
			*place_of(table, size, words->table[i]) = words->table[i];
	}
	words->table = table;
	words->size = size;
}

const char *rest_word(struct rest_words *words, const char *text)
{
	const char **place;

	if (text == NULL)
		return NULL;
	if (2 * words->count >= words->size)
		grow(words);
	place = place_of(words->table, words->size, text);
	if (*place == NULL) {
		*place = fn_arena_text(words->arena, text);
		words->count++;
	}
	return *place;
}
