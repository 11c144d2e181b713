/* fn_arena.h: memory that lives as long as one piece of work (a request, a job) and is freed at
 * once. Nobody frees what a fn_ call returned. Out of memory, or past the ceiling, ends the
 * process: the supervisor starts another one. There is no NULL to check. */
#ifndef FN_ARENA_H
#define FN_ARENA_H

#include <stddef.h>

#include "fn_macros.h"

struct fn_arena;

/* ceiling: the most bytes it may hold before that counts as out of memory. */
struct fn_arena *fn_arena_new(size_t ceiling);
/* Runs the deferred clean-ups, newest first, and frees everything. NULL is fine. */
void fn_arena_free(struct fn_arena *arena);

/* Zeroed, aligned for any type. */
void *fn_arena_alloc(struct fn_arena *arena, size_t size);
/* A copy of `size` bytes with a NUL after them. */
char *fn_arena_copy(struct fn_arena *arena, const void *bytes, size_t size);
/* A copy of a string; NULL stays NULL. */
char *fn_arena_text(struct fn_arena *arena, const char *text);
char *fn_arena_format(struct fn_arena *arena, const char *format, ...) FN_PRINTF(2, 3);

/* Calls clean_up(what) when the arena is freed or reset past this point (PQclear, json_object_put).
 */
void fn_arena_defer(struct fn_arena *arena, void (*clean_up)(void *), void *what);

/* A retried transaction starts again from the mark: all that came after it is cleaned up. */
struct fn_arena_mark {
	void *block, *cleanup;
	size_t used;
};
struct fn_arena_mark fn_arena_mark(const struct fn_arena *arena);
void fn_arena_reset(struct fn_arena *arena, struct fn_arena_mark mark);
/* Bytes handed out and still alive. */
size_t fn_arena_used(const struct fn_arena *arena);

#endif
