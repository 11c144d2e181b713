/* fn_arena.c: memory for one piece of work, in blocks that are freed together.
 * Unused memory is poisoned under ASan, so that overruns inside a block are found too. */
#include "fn_arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"

#if defined(__SANITIZE_ADDRESS__)
#define FN_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FN_ASAN 1
#endif
#endif
#ifdef FN_ASAN
#include <sanitizer/asan_interface.h>
enum { GAP = 16 }; /* poisoned bytes between two allocations */
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
enum { GAP = 0 };
#endif

enum { BLOCK = 16 << 10, ALIGN = 16, BRIEF = 256 /* most of what is formatted is shorter */ };

struct block {
	struct block *older;
	size_t size, used;
	_Alignas(ALIGN) char bytes[];
};

struct cleanup {
	struct cleanup *older;
	void (*run)(void *);
	void *what;
};

struct fn_arena {
	struct block *newest;
	struct cleanup *cleanups;
	size_t ceiling, total;
};

struct fn_arena *fn_arena_new(size_t ceiling)
{
	struct fn_arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		fn_die(71, "out of memory");
	arena->ceiling = ceiling;
	return arena;
}

static void add_block(struct fn_arena *arena, size_t size)
{
	struct block *block;

	if (size > arena->ceiling - arena->total)
		fn_die(71, "out of memory: one piece of work wants more than %zu bytes",
		       arena->ceiling);
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		fn_die(71, "out of memory");
	block->older = arena->newest;
	block->size = size;
	block->used = 0;
	arena->newest = block;
	arena->total += size;
	ASAN_POISON_MEMORY_REGION(block->bytes, size);
}

void *fn_arena_alloc(struct fn_arena *arena, size_t size)
{
	size_t whole;
	char *bytes;

	if (size > SIZE_MAX / 2)
		fn_die(71, "out of memory");
	whole = (size + GAP + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (arena->newest == NULL || whole > arena->newest->size - arena->newest->used)
		add_block(arena, whole > BLOCK ? whole : BLOCK);
	bytes = arena->newest->bytes + arena->newest->used;
	arena->newest->used += whole;
	ASAN_UNPOISON_MEMORY_REGION(bytes, size);
	memset(bytes, 0, size);
	return bytes;
}

char *fn_arena_copy(struct fn_arena *arena, const void *bytes, size_t size)
{
	char *copy = fn_arena_alloc(arena, size + 1);

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

char *fn_arena_text(struct fn_arena *arena, const char *text)
{
	return text == NULL ? NULL : fn_arena_copy(arena, text, strlen(text));
}

char *fn_arena_format(struct fn_arena *arena, const char *format, ...)
{
	va_list args, again;
	int length;
	char brief[BRIEF], *text;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(brief, sizeof(brief), format, args);
	va_end(args);
	if (length < 0)
		fn_die(70, "bad format: %s", format);
	if ((size_t)length < sizeof(brief)) {
		text = fn_arena_copy(arena, brief, (size_t)length);
	} else {
		text = fn_arena_alloc(arena, (size_t)length + 1);
		(void)vsnprintf(text, (size_t)length + 1, format, again);
	}
	va_end(again);
	return text;
}

void fn_arena_defer(struct fn_arena *arena, void (*clean_up)(void *), void *what)
{
	struct cleanup *cleanup = fn_arena_alloc(arena, sizeof(*cleanup));

	cleanup->older = arena->cleanups;
	cleanup->run = clean_up;
	cleanup->what = what;
	arena->cleanups = cleanup;
}

struct fn_arena_mark fn_arena_mark(const struct fn_arena *arena)
{
	return (struct fn_arena_mark){.block = arena->newest,
				      .cleanup = arena->cleanups,
				      .used = arena->newest ? arena->newest->used : 0};
}

void fn_arena_reset(struct fn_arena *arena, struct fn_arena_mark mark)
{
	while (arena->cleanups != mark.cleanup) {
		struct cleanup *cleanup = arena->cleanups;

		arena->cleanups = cleanup->older; /* before it runs: it lies in this memory */
		cleanup->run(cleanup->what);
	}
	while (arena->newest != mark.block) {
		struct block *block = arena->newest;

		arena->newest = block->older;
		arena->total -= block->size;
		ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
		free(block);
	}
	if (arena->newest != NULL) {
		arena->newest->used = mark.used;
		ASAN_POISON_MEMORY_REGION(arena->newest->bytes + mark.used,
					  arena->newest->size - mark.used);
	}
}

void fn_arena_free(struct fn_arena *arena)
{
	if (arena == NULL)
		return;
	fn_arena_reset(arena, (struct fn_arena_mark){0});
	free(arena);
}

size_t fn_arena_used(const struct fn_arena *arena)
{
	size_t used = 0;

	for (const struct block *block = arena->newest; block != NULL; block = block->older)
		used += block->used;
	return used;
}
