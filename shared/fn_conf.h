/* fn_conf.h: settings and secrets. One table (fn_conf.c) names each with its type, default, bounds
 * and whether it is secret; decisions 26 has the layers. fnd resolves the layers and hands each
 * function exactly what its function.ini names, on an inherited descriptor. */
#ifndef FN_CONF_H
#define FN_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fn_conf_kind { FN_CONF_TEXT, FN_CONF_INT, FN_CONF_BOOL };

struct fn_conf_entry {
	const char *name;
	enum fn_conf_kind kind;
	const char *otherwise; /* default as the operator would write it; NULL = no default, must be
				  given to whoever names it */
	int64_t min,
		max; /* FN_CONF_INT: bounds; FN_CONF_TEXT: bounds of the length, max 0 = 4096 */
	bool secret; /* a file of mode 0400 under var/secrets, never in temba.ini or the environment
			of a worker */
	bool common; /* handed to every function without being named */
	bool optional; /* a secret that need not be there although a function names it */
};

/* The table, ended by an entry whose name is NULL. */
const struct fn_conf_entry *fn_conf_table(void);
const struct fn_conf_entry *fn_conf_find(const char *name);
/* NULL when the value suits the entry, else why not (English). */
const char *fn_conf_complaint(const struct fn_conf_entry *entry, const char *value);

/* In a function: reads "NAME\0value\0..." from the descriptor once. A bad value ends the process
 * with status 78 and names the key. */
void fn_conf_load(int descriptor);
/* Only in tests and tools. */
void fn_conf_set(const char *name, const char *value);

/* Asking for a key that was not handed over is a mistake in function.ini or in the code: it ends
 * the process with status 78 naming the key. */
const char *fn_conf_text(const char *name);
int64_t fn_conf_int(const char *name);
bool fn_conf_bool(const char *name);
bool fn_conf_has(const char *name);

#endif
