/* fn_spool.h: bytes that may become many: the first in memory, all beyond that in a file without a
 * name, so that a large answer costs a worker no more than a small one. Filled to the end, then
 * read back in pieces. */
#ifndef FN_SPOOL_H
#define FN_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "fn_arena.h"

/* So much stays in memory. */
enum { FN_SPOOL_MEMORY = 256 << 10 };

struct fn_spool;
enum fn_spool_state {
	FN_SPOOL_SOUND,
	FN_SPOOL_FULL,   /* more was added than it may hold */
	FN_SPOOL_BROKEN, /* the disk did not take it; fn_spool_why() */
};

/* Lives as long as the arena. max: the most bytes it may hold. */
struct fn_spool *fn_spool_new(struct fn_arena *arena, size_t max);
/* Once the state is no longer SOUND nothing more is added: ask for it once, at the end. */
void fn_spool_add(struct fn_spool *spool, const void *bytes, size_t length);
void fn_spool_text(struct fn_spool *spool, const char *text);
/* Empty and sound again. */
void fn_spool_clear(struct fn_spool *spool);

enum fn_spool_state fn_spool_state(const struct fn_spool *spool);
const char *fn_spool_why(const struct fn_spool *spool); /* of BROKEN, for the log */
size_t fn_spool_length(const struct fn_spool *spool);
/* At most `room` bytes from `offset` on; returns how many. 0 at the end, and when the disk does not
 * give them back. */
size_t fn_spool_read(struct fn_spool *spool, size_t offset, void *into, size_t room);

#endif
