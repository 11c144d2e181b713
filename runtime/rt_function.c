/* rt_function.c: what an operator tunes for one function: its function.ini. */
#include "rt_function.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt_ini.h"

enum { MS = 1000000 /* ns */, DAY_MS = 24 * 3600 * 1000, LOCK_TIMEOUT_MS = 2000 };

bool rt_function_name_is_good(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= RT_NAME_MAX && *name != '-' && *name != '_' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length &&
	       strcmp(name, "fnd") != 0;
}

bool rt_duration(const char *text, uint64_t *ret_ms)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	char *end;
	unsigned long long number;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	for (size_t i = 0; i < FN_COUNT(units); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (errno != 0 || number > DAY_MS / units[i].ms)
			return false;
		*ret_ms = number * units[i].ms;
		return true;
	}
	return false;
}

/* ---- one reader for each kind of value: NULL, or what is wrong ---- */

static const char *read_count(const char *value, unsigned max, unsigned *ret)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = isdigit((unsigned char)*value) ? strtoul(value, &end, 10) : ULONG_MAX;
	if (number == ULONG_MAX || errno != 0 || *end != '\0')
		return "must be a whole number";
	if (number > max)
		return max == RT_WORKERS_MAX ? "must be at most 32" : "is too large";
	*ret = (unsigned)number;
	return NULL;
}

static const char *read_ms(const char *value, uint64_t *ret)
{
	return rt_duration(value, ret)
		       ? NULL
		       : "must be a duration such as 500ms, 2s, 5m, 1h (a day at most)";
}

static const char *read_ns(const char *value, uint64_t *ret)
{
	const char *what = read_ms(value, ret);

	if (what != NULL)
		return what;
	*ret *= MS;
	return *ret == 0 ? "must not be 0" : NULL;
}

static const char *read_names(const struct rt_ini_entry *entry, struct rt_names *ret)
{
	const char *at = entry->value;

	if (ret->count == 0)
		ret->line = entry->line;
	for (;;) {
		size_t length;

		at += strspn(at, " \t,");
		length = strcspn(at, " \t,");
		if (length == 0)
			return NULL;
		if (ret->count == RT_NAMES_MAX || length > RT_NAME_MAX)
			return "too many names, or one that is too long";
		memcpy(ret->name[ret->count], at, length);
		ret->name[ret->count++][length] = '\0';
		at += length;
	}
}

/* Only what needs no quoting anywhere: a role is part of a file name and of a connection string. */
static const char *read_role(const struct rt_ini_entry *entry, struct rt_function *ret)
{
	size_t length = strlen(entry->value);

	if (length == 0 || length > RT_NAME_MAX ||
	    strspn(entry->value, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
		return "a role has lower-case letters, digits and underscores, at most 63";
	(void)snprintf(ret->role, sizeof(ret->role), "%s", entry->value);
	ret->role_line = entry->line;
	return NULL;
}

static const char *read_uri(const struct rt_ini_entry *entry, struct rt_function *ret)
{
	if (*entry->value == '\0' || strlen(entry->value) > RT_NAME_MAX)
		return "the name of a secret";
	(void)snprintf(ret->uri, sizeof(ret->uri), "%s", entry->value);
	ret->role_line = entry->line;
	return NULL;
}

/* ---- the keys ---- */

enum key {
	KEY_MIN,
	KEY_MAX,
	KEY_IDLE,
	KEY_REQUESTS,
	KEY_HARD,
	KEY_QUEUE,
	KEY_SETTINGS,
	KEY_SECRETS,
	KEY_ROLE,
	KEY_URI,
	KEY_STATEMENT,
	KEY_LOCK,
};

static const struct {
	const char *section, *key;
	enum key is;
} keys[] = {
	{"scale", "min", KEY_MIN},
	{"scale", "max", KEY_MAX},
	{"scale", "idle_timeout", KEY_IDLE},
	{"scale", "max_requests", KEY_REQUESTS},
	{"limits", "hard", KEY_HARD},
	{"limits", "queue_timeout", KEY_QUEUE},
	{"settings", "use", KEY_SETTINGS},
	{"secrets", "use", KEY_SECRETS},
	{"db", "role", KEY_ROLE},
	{"db", "uri", KEY_URI},
	{"db", "statement_timeout", KEY_STATEMENT},
	{"db", "lock_timeout", KEY_LOCK},
};

static const char *take_key(struct rt_function *f, enum key key, const struct rt_ini_entry *entry)
{
	switch (key) {
	case KEY_MIN:
		return read_count(entry->value, RT_WORKERS_MAX, &f->min);
	case KEY_MAX:
		return read_count(entry->value, RT_WORKERS_MAX, &f->max);
	case KEY_IDLE:
		return read_ns(entry->value, &f->idle_timeout);
	case KEY_REQUESTS:
		return read_count(entry->value, 100000000, &f->max_requests);
	case KEY_HARD:
		return read_ns(entry->value, &f->hard_limit);
	case KEY_QUEUE:
		return read_ms(entry->value, &f->queue_timeout_ms);
	case KEY_SETTINGS:
		return read_names(entry, &f->settings);
	case KEY_SECRETS:
		return read_names(entry, &f->secrets);
	case KEY_ROLE:
		return read_role(entry, f);
	case KEY_URI:
		return read_uri(entry, f);
	case KEY_STATEMENT:
		return read_ms(entry->value, &f->statement_timeout_ms);
	case KEY_LOCK:
	default:
		return read_ms(entry->value, &f->lock_timeout_ms);
	}
}

static const char *take(void *arg, const struct rt_ini_entry *entry)
{
	bool section_known = false;

	for (size_t i = 0; i < FN_COUNT(keys); i++) {
		if (strcmp(keys[i].section, entry->section) != 0)
			continue;
		section_known = true;
		if (entry->key == NULL)
			return NULL;
		if (strcmp(keys[i].key, entry->key) != 0)
			continue;
		if (entry->continued && strcmp(entry->key, "use") != 0)
			return "only `use` may go on in an indented line";
		return take_key(arg, keys[i].is, entry);
	}
	return section_known ? "no such key in this section (docs/runtime.md)"
			     : "no such section (docs/runtime.md)";
}

/* What holds between keys. */
static bool check(struct rt_function *f, struct rt_why *why)
{
	uint64_t hard_ms = f->hard_limit / MS;

	if (f->max == 0 || f->min > f->max)
		return rt_refuse(why, "%s: [scale] max must be at least 1 and at least min",
				 f->file);
	if (hard_ms < 10 || hard_ms > 600000 || f->queue_timeout_ms > 600000)
		return rt_refuse(why,
				 "%s: [limits] hard lies between 10ms and 10m, queue_timeout "
				 "between 0ms and 10m",
				 f->file);
	if (*f->role != '\0' && *f->uri != '\0')
		return rt_refuse(why, "%s: [db] has a role or a uri, not both", f->file);
	if (f->lock_timeout_ms == 0)
		f->lock_timeout_ms = f->statement_timeout_ms / 2 < LOCK_TIMEOUT_MS
					     ? f->statement_timeout_ms / 2
					     : LOCK_TIMEOUT_MS;
	if (*f->role != '\0' &&
	    (f->lock_timeout_ms == 0 || f->lock_timeout_ms >= f->statement_timeout_ms ||
	     f->statement_timeout_ms >= hard_ms))
		return rt_refuse(why,
				 "%s: must hold: [db] lock_timeout (%llums) < statement_timeout "
				 "(%llums) < [limits] hard (%llums)",
				 f->file, (unsigned long long)f->lock_timeout_ms,
				 (unsigned long long)f->statement_timeout_ms,
				 (unsigned long long)hard_ms);
	return true;
}

bool rt_function_read(struct rt_function *ret, const char *path, struct rt_why *why)
{
	*ret = (struct rt_function){
		.max = 4,
		.idle_timeout = 60ULL * 1000 * MS,
		.max_requests = 10000,
		.hard_limit = 10ULL * 1000 * MS,
		.queue_timeout_ms = 1000,
		.statement_timeout_ms = 5000,
	};
	rt_path(ret->file, "%s", path);
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return true;
	return rt_ini_read(path, take, ret, why) && check(ret, why);
}
