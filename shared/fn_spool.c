/* fn_spool.c: bytes in memory, and what does not fit there in a file that has no name any more. */
#include "fn_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fn_buf.h"

struct fn_spool {
	size_t max, length;
	struct fn_buf memory; /* the last of the bytes; all of them while there is no file */
	int file;             /* -1 = none */
	size_t filed;         /* bytes in it, those before `memory` */
	enum fn_spool_state state;
	char why[128];
};

static void drop(void *arg)
{
	struct fn_spool *spool = arg;

	fn_buf_free(&spool->memory);
	if (spool->file >= 0)
		(void)close(spool->file);
}

struct fn_spool *fn_spool_new(struct fn_arena *arena, size_t max)
{
	struct fn_spool *spool = fn_arena_alloc(arena, sizeof(*spool));

	spool->max = max;
	spool->file = -1;
	fn_buf_init(&spool->memory, FN_SPOOL_MEMORY - 1); /* and its NUL */
	fn_arena_defer(arena, drop, spool);
	return spool;
}

static bool break_off(struct fn_spool *spool, const char *what)
{
	spool->state = FN_SPOOL_BROKEN;
	(void)snprintf(spool->why, sizeof(spool->why), "%s: %s", what, strerror(errno));
	return false;
}

/* On disk rather than in /tmp, which may be memory. Its name is gone before anything is in it. */
static bool open_file(struct fn_spool *spool)
{
	static const char *const places[] = {"/var/tmp/temba-spool-XXXXXX",
					     "/tmp/temba-spool-XXXXXX"};
	char name[sizeof("/var/tmp/temba-spool-XXXXXX")];

	for (size_t i = 0; spool->file < 0 && i < FN_COUNT(places); i++) {
		(void)snprintf(name, sizeof(name), "%s", places[i]);
		spool->file = mkostemp(name, O_CLOEXEC);
		if (spool->file >= 0)
			(void)unlink(name);
	}
	return spool->file >= 0 || break_off(spool, "no temporary file");
}

static bool write_file(struct fn_spool *spool, const char *bytes, size_t length)
{
	if (spool->file < 0 && !open_file(spool))
		return false;
	while (length > 0) {
		ssize_t written = pwrite(spool->file, bytes, length, (off_t)spool->filed);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return break_off(spool, "temporary file");
		spool->filed += (size_t)written;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

void fn_spool_add(struct fn_spool *spool, const void *bytes, size_t length)
{
	if (spool->state == FN_SPOOL_SOUND && length > spool->max - spool->length)
		spool->state = FN_SPOOL_FULL;
	if (spool->state != FN_SPOOL_SOUND)
		return;
	if (length > spool->memory.max - spool->memory.length) {
		if (!write_file(spool, spool->memory.bytes, spool->memory.length))
			return;
		fn_buf_clear(&spool->memory);
	}
	if (length <= spool->memory.max)
		fn_buf_add(&spool->memory, bytes, length);
	else if (!write_file(spool, bytes, length))
		return;
	spool->length += length;
}

void fn_spool_text(struct fn_spool *spool, const char *text)
{
	fn_spool_add(spool, text, strlen(text));
}

void fn_spool_clear(struct fn_spool *spool)
{
	fn_buf_clear(&spool->memory);
	spool->length = spool->filed = 0; /* what lies in the file is written over */
	spool->state = FN_SPOOL_SOUND;
}

enum fn_spool_state fn_spool_state(const struct fn_spool *spool)
{
	return spool->state;
}

const char *fn_spool_why(const struct fn_spool *spool)
{
	return spool->why;
}

size_t fn_spool_length(const struct fn_spool *spool)
{
	return spool->length;
}

size_t fn_spool_read(struct fn_spool *spool, size_t offset, void *into, size_t room)
{
	size_t left = offset < spool->length ? spool->length - offset : 0;
	ssize_t got;

	if (room > left)
		room = left;
	if (room > 0 && offset >= spool->filed) {
		memcpy(into, spool->memory.bytes + (offset - spool->filed), room);
		return room;
	}
	if (room > spool->filed - offset && room > 0)
		room = spool->filed - offset;
	do {
		got = room > 0 ? pread(spool->file, into, room, (off_t)offset) : 0;
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		(void)break_off(spool, "temporary file");
	return got > 0 ? (size_t)got : 0;
}
