/* rt_share.h: exactly the settings and secrets that one function gets, in a sealed memory file. */
#ifndef RT_SHARE_H
#define RT_SHARE_H

#include "rt_function.h"
#include "rt_settings.h"

enum { RT_SHARE_MAX = 256 << 10 };

/* Appends NAME\0value\0 for: the common settings, those that function.ini names, its secrets, and
 * the FN_* keys. Whatever is missing is a refusal naming file, line and key. */
bool rt_share_build(const struct rt_settings *settings, const struct rt_function *function,
		    const char *name, struct fn_buf *into, struct rt_why *why);

/* A memory file that nobody can change any more; -1 with a reason. */
int rt_share_seal(const struct fn_buf *share, struct rt_why *why);

#endif
