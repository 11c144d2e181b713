/* rt_files.h: the few things that the runtime does with files. */
#ifndef RT_FILES_H
#define RT_FILES_H

#include <stddef.h>
#include <sys/types.h>

#include "fn_buf.h"
#include "rt_why.h"

/* sun_path is shorter still; nothing of ours lies deeper than this. */
enum { RT_PATH_MAX = 512 };

/* A path that does not fit ends the process: the directories given at start were checked. */
void rt_path(char into[static RT_PATH_MAX], const char *format, ...) FN_PRINTF(2, 3);
/* Closes a descriptor and marks it closed; -1 is fine. */
void rt_close(int *descriptor);

/* The whole file into a buffer of `into->max` bytes at most. */
bool rt_read_file(const char *path, struct fn_buf *into, struct rt_why *why);
/* The same from an open descriptor; `path` is for the complaint. */
bool rt_read_open_file(int descriptor, const char *path, struct fn_buf *into, struct rt_why *why);
/* Beside it and renamed: a reader sees the old file or the new one. `sync` waits for the disk. */
bool rt_write_file(const char *path, const struct fn_buf *bytes, mode_t mode, bool sync,
		   struct rt_why *why);
/* As `mkdir -p`. */
bool rt_make_directory(const char *path, mode_t mode, struct rt_why *why);
/* The symlink `path` points at `target` from one moment to the next. */
bool rt_swap_link(const char *path, const char *target, struct rt_why *why);
/* Where the symlink points, without the directories before the last slash; false when there is
 * none. */
bool rt_link_name(const char *path, char into[static RT_PATH_MAX]);
/* Removes a directory that holds files only. */
bool rt_remove_directory(const char *path, struct rt_why *why);

#endif
