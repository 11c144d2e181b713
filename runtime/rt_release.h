/* rt_release.h: releases of a function on disk: FUNCTIONS/NAME/releases/ID/{NAME,function.ini}, and
 * the links `current` and `previous`. */
#ifndef RT_RELEASE_H
#define RT_RELEASE_H

#include "rt_files.h"

enum { RT_RELEASE_ID = 12, RT_RELEASES_KEPT = 20 };

struct rt_release {
	char id[RT_RELEASE_ID + 1];
	bool made; /* false: it was there already */
};

/* The directory of the function; needed before its releases are locked and made. */
bool rt_release_prepare(const char *functions, const char *name, struct rt_why *why);
/* Lays down the release of these two files; `ini` need not exist. The id is the first 12 hex digits
 * of SHA-256 over the SHA-256 of both. Readable by everybody; as root, the owner is that of
 * FUNCTIONS. */
bool rt_release_make(const char *functions, const char *name, const char *binary, const char *ini,
		     struct rt_release *ret, struct rt_why *why);
/* Takes back a release that nobody came to use. */
void rt_release_unmake(const char *functions, const char *name, const char *id);

/* link: "current" or "previous"; false when there is none. */
bool rt_release_linked(const char *functions, const char *name, const char *link,
		       char ret_id[static RT_RELEASE_ID + 1]);
/* `current` points at id, `previous` at what was current. */
bool rt_release_switch(const char *functions, const char *name, const char *id, struct rt_why *why);
/* Removes the oldest beyond the last 20, never a linked one. */
void rt_release_prune(const char *functions, const char *name);

bool rt_release_id_is_good(const char *id);

#endif
