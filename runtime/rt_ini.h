/* rt_ini.h: strict reading of .ini files over libinih, whose own reader cuts long lines and lets
 * repeats pass. Every complaint names file and line. */
#ifndef RT_INI_H
#define RT_INI_H

#include "rt_why.h"

/* libinih cuts a line at 199 bytes; refused before that, with room for a mistake in counting. */
enum { RT_INI_LINE_MAX = 190 };

struct rt_ini_entry {
	const char *section; /* "" before the first heading */
	const char *key;     /* NULL: the heading itself, so that unknown ones can be refused */
	const char *value;
	int line;
	bool continued; /* an indented line that goes on with the key above */
};

/* NULL when the entry is fine, else what is wrong with it (a text that outlives the call). */
typedef const char *rt_ini_each(void *arg, const struct rt_ini_entry *entry);

/* Stops at the first complaint. A file that does not exist is a complaint too. */
bool rt_ini_read(const char *path, rt_ini_each *each, void *arg, struct rt_why *why);

#endif
