/* rest_capability.c: the setting that says which filters open rows to whoever knows a value. */
#include "rest_capability.h"

#include <string.h>

#include "fn_text.h"

enum { CAPABILITIES_MAX = 32 };

/* One "relation.column". */
static bool read_one(struct fn_arena *arena, const char *text, size_t length, const char *setting,
		     struct rest_capability *ret)
{
	const char *dot = memchr(text, '.', length);

	if (dot == NULL || dot == text || dot + 1 == text + length)
		return false;
	ret->setting = setting;
	ret->relation = fn_arena_copy(arena, text, (size_t)(dot - text));
	ret->column = fn_arena_copy(arena, dot + 1, length - (size_t)(dot + 1 - text));
	return true;
}

const struct rest_capability *rest_capability_read(struct fn_arena *arena, const char *text)
{
	struct rest_capability *list =
		fn_arena_alloc(arena, (CAPABILITIES_MAX + 1) * sizeof(*list));
	size_t count = 0;

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		size_t name = strcspn(text, "= ");
		const char *setting = fn_arena_copy(arena, text, name);

		if (name == 0 || text[name] != '=')
			return NULL;
		do {
			size_t length = strcspn(text += name + 1, ", ");

			if (count == CAPABILITIES_MAX ||
			    !read_one(arena, text, length, setting, &list[count++]))
				return NULL;
			name = length;
		} while (text[name] == ',');
		text += name;
	}
	return list;
}
