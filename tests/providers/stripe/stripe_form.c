/* stripe_form.c: forms with brackets in their keys. */
#include "stripe_form.h"

#include <stdlib.h>
#include <string.h>

#include "fn_crypto.h"

enum { PAIRS_MAX = 512, DEPTH_MAX = 8 };

struct pair {
	const char *key, *value;
};

/* False when the form cannot be read. */
static bool split(struct fn_arena *arena, const char *text, size_t length,
		  struct pair pairs[static PAIRS_MAX], size_t *ret_count)
{
	const char *at = text, *end = text + length;

	*ret_count = 0;
	while (at < end) {
		const char *next = memchr(at, '&', (size_t)(end - at));
		size_t whole = (size_t)((next == NULL ? end : next) - at);
		const char *equals = memchr(at, '=', whole);
		size_t key = equals == NULL ? whole : (size_t)(equals - at);
		struct pair *pair = &pairs[*ret_count];

		if (whole > 0) {
			pair->key = fn_text_url_decode(arena, at, key, true);
			pair->value = equals == NULL ? ""
						     : fn_text_url_decode(arena, equals + 1,
									  whole - key - 1, true);
			if (pair->key == NULL || pair->value == NULL || ++*ret_count == PAIRS_MAX)
				return false;
		}
		at += whole + 1;
	}
	return true;
}

/* ---- reading ---- */

/* a[b][] -> "a", "b", ""; 0 when the brackets do not fit. */
static size_t path_of(struct fn_arena *arena, const char *key, const char *names[static DEPTH_MAX])
{
	size_t first = strcspn(key, "["), count = 1;
	const char *at = key + first;

	if (first == 0)
		return 0;
	names[0] = fn_arena_copy(arena, key, first);
	while (*at == '[') {
		size_t length = strcspn(at + 1, "[]");

		if (at[1 + length] != ']' || count == DEPTH_MAX)
			return 0;
		names[count++] = fn_arena_copy(arena, at + 1, length);
		at += length + 2;
	}
	return *at == '\0' ? count : 0;
}

static bool is_index(const char *name)
{
	size_t length = strlen(name);

	return length <= 2 && strspn(name, "0123456789") == length;
}

/* Puts the value under a name of an object, or at an index of an array (none: at its end). */
static void put(struct json_object *into, const char *name, struct json_object *value)
{
	if (fn_json_type(into) == FN_JSON_ARRAY)
		fn_json_append(into, value);
	else
		fn_json_set(into, fn_json_value(name, value));
}

static struct json_object *member(const struct json_object *of, const char *name)
{
	if (fn_json_type(of) == FN_JSON_OBJECT)
		return fn_json_get(of, name);
	return *name == '\0' ? NULL : fn_json_at(of, strtoul(name, NULL, 10));
}

/* False when the value contradicts what stands there. */
static bool place(struct json_object *root, const char *const *names, size_t count,
		  const char *value)
{
	struct json_object *at = root;

	for (size_t i = 0; i + 1 < count; i++) {
		struct json_object *next = member(at, names[i]);
		enum fn_json_type wanted = is_index(names[i + 1]) ? FN_JSON_ARRAY : FN_JSON_OBJECT;

		if (next == NULL) {
			next = wanted == FN_JSON_ARRAY ? fn_json_array() : fn_json_object(NULL, 0);
			put(at, names[i], next);
		} else if (fn_json_type(next) != wanted) {
			return false;
		}
		at = next;
	}
	if (fn_json_type(at) == FN_JSON_OBJECT && fn_json_get(at, names[count - 1]) != NULL)
		return false;
	put(at, names[count - 1], fn_json_from_text(value));
	return true;
}

struct json_object *stripe_form_read(struct fn_arena *arena, const char *text, size_t length)
{
	struct json_object *root = fn_json_keep(arena, fn_json_object(NULL, 0));
	struct pair *pairs = fn_arena_alloc(arena, PAIRS_MAX * sizeof(*pairs));
	size_t count;

	if (!split(arena, text, length, pairs, &count))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const char *names[DEPTH_MAX];
		size_t depth = path_of(arena, pairs[i].key, names);

		if (depth == 0 || !place(root, names, depth, pairs[i].value))
			return NULL;
	}
	return root;
}

/* ---- comparing ---- */

static int compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order != 0 ? order : strcmp(x->value, y->value);
}

const char *stripe_form_fingerprint(struct fn_arena *arena, const char *text, size_t length)
{
	struct pair *pairs = fn_arena_alloc(arena, PAIRS_MAX * sizeof(*pairs));
	struct json_object *sorted = fn_json_keep(arena, fn_json_array());
	uint8_t hash[FN_SHA256_SIZE];
	size_t count, size;
	const char *all;

	if (!split(arena, text, length, pairs, &count))
		count = 0;
	qsort(pairs, count, sizeof(*pairs), compare);
	for (size_t i = 0; i < count; i++) {
		fn_json_append(sorted, fn_json_from_text(pairs[i].key));
		fn_json_append(sorted, fn_json_from_text(pairs[i].value));
	}
	all = fn_json_write(sorted, &size);
	fn_crypto_sha256(all, size, hash);
	return fn_crypto_hex(arena, hash, sizeof(hash));
}
