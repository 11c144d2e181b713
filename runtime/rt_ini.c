/* rt_ini.c: strict reading of .ini files; the only file that includes libinih. */
#include "rt_ini.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"

enum { SEEN_MAX = 256 };

struct reading {
	const char *path;
	FILE *file;
	rt_ini_each *each;
	void *arg;
	struct rt_why *why;
	char *raw; /* the line as it stands in the file */
	size_t raw_size;
	int line;
	bool refused, continued;
	char *seen[SEEN_MAX]; /* "section]key": what may not come again */
	size_t seen_count;
};

static void complain(struct reading *r, const char *what)
{
	if (!r->refused)
		(void)rt_refuse(r->why, "%s:%d: %s", r->path, r->line, what);
	r->refused = true;
}

/* False, after a complaint, when it was there before. */
static bool first_time(struct reading *r, const char *section, const char *key)
{
	char *both;

	if (asprintf(&both, "%s]%s", section, key) < 0)
		fn_die(71, "out of memory");
	for (size_t i = 0; i < r->seen_count; i++) {
		if (strcmp(r->seen[i], both) == 0) {
			free(both);
			complain(r, *key == '\0' ? "this section stands twice"
						 : "this key stands twice in its section");
			return false;
		}
	}
	if (r->seen_count == SEEN_MAX) {
		free(both);
		complain(r, "more keys than such a file can need");
		return false;
	}
	r->seen[r->seen_count++] = both;
	return true;
}

static int take(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	const struct rt_ini_entry entry = {section, key, value, r->line, r->continued};
	const char *what;

	if (r->refused || (!r->continued && !first_time(r, section, key)))
		return 0;
	what = r->each(r->arg, &entry);
	if (what != NULL)
		complain(r, what);
	return what == NULL;
}

/* libinih says nothing of headings: an unknown one without keys would pass. */
static void take_heading(struct reading *r, const char *start)
{
	char name[RT_INI_LINE_MAX + 1];
	const char *end = strchr(start, ']');
	const struct rt_ini_entry entry = {name, NULL, NULL, r->line, false};
	const char *what;

	if (end == NULL) {
		complain(r, "a section heading needs its closing bracket");
		return;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)(end - start - 1), start + 1);
	if (!first_time(r, name, ""))
		return;
	what = r->each(r->arg, &entry);
	if (what != NULL)
		complain(r, what);
}

/* Hands libinih the next line; NULL ends the reading, at the end of the file or at a complaint. */
static char *next_line(char *into, int size, void *arg)
{
	struct reading *r = arg;
	const char *start;
	ssize_t length;

	if (r->refused)
		return NULL;
	length = getline(&r->raw, &r->raw_size, r->file);
	if (length < 0)
		return NULL;
	r->line++;
	while (length > 0 && strchr("\r\n", r->raw[length - 1]) != NULL)
		r->raw[--length] = '\0';
	if (memchr(r->raw, '\0', (size_t)length) != NULL)
		complain(r, "a NUL byte");
	else if (length > RT_INI_LINE_MAX || length >= size)
		complain(r, "the line is longer than 190 bytes: go on in an indented line below");
	start = r->raw + strspn(r->raw, " \t");
	r->continued = start > r->raw;
	if (!r->refused && *start == '[')
		take_heading(r, start);
	if (r->refused)
		return NULL;
	memcpy(into, r->raw, (size_t)length + 1);
	return into;
}

static bool read_open_file(struct reading *r)
{
	int line = ini_parse_stream(next_line, r, take, r);

	if (line > 0 && !r->refused) {
		r->line = line;
		complain(r, "neither a [section] nor `key = value`");
	}
	if (ferror(r->file) && !r->refused)
		complain(r, "cannot be read");
	return !r->refused;
}

bool rt_ini_read(const char *path, rt_ini_each *each, void *arg, struct rt_why *why)
{
	struct reading r = {.path = path, .each = each, .arg = arg, .why = why};
	bool fine;

	r.file = fopen(path, "re");
	if (r.file == NULL)
		return rt_refuse(why, "%s: %s", path, strerror(errno));
	fine = read_open_file(&r);
	(void)fclose(r.file);
	free(r.raw);
	for (size_t i = 0; i < r.seen_count; i++)
		free(r.seen[i]);
	return fine;
}
