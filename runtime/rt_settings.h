/* rt_settings.h: the layers of settings: config/temba.ini < STATE_DIR/temba.ini < the environment,
 * and secrets in files. The table of names is shared/fn_conf.c. */
#ifndef RT_SETTINGS_H
#define RT_SETTINGS_H

#include <stddef.h>

#include "fn_buf.h"
#include "fn_conf.h"
#include "rt_files.h"

enum { RT_SECRET_MAX = 16 << 10 };

struct rt_setting {
	const struct fn_conf_entry *entry;
	char *value; /* NULL: only the table's default, if it has one */
	char from[RT_PATH_MAX +
		  16]; /* where the value was written: FILE:LINE, or the environment */
};

struct rt_settings {
	struct rt_setting *list; /* one for each entry of the table */
	size_t count;
	char secrets[RT_PATH_MAX]; /* the directory */
};

/* config: a file, or NULL for none. STATE_DIR/temba.ini need not exist. Refuses unknown keys,
 * secrets, and values that do not suit the table. Free it in both cases. */
bool rt_settings_load(struct rt_settings *ret, const char *config, const char *state,
		      struct rt_why *why);
void rt_settings_free(struct rt_settings *settings);

/* The value of an ordinary setting; NULL when nobody gave one and there is no default. */
const char *rt_settings_text(const struct rt_settings *settings, const char *name);
int64_t rt_settings_int(const struct rt_settings *settings, const char *name);
/* fnd alone makes these (FN_*): nobody may set or name them. */
bool rt_settings_is_ours(const char *name);

/* A secret file under the secrets directory, without the line's end; `name` may be "db/ROLE". */
bool rt_secret_read(const struct rt_settings *settings, const char *name, struct fn_buf *into,
		    struct rt_why *why);
/* Forgets the bytes before the memory is given back. */
void rt_secret_forget(struct fn_buf *secret);

/* The environment of the runtime's programs; the only place that asks for it. NULL when unset or
 * empty. */
const char *rt_environment(const char *name);

#endif
