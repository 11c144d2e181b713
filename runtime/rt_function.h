/* rt_function.h: what an operator tunes for one function: its function.ini. */
#ifndef RT_FUNCTION_H
#define RT_FUNCTION_H

#include <stdint.h>

#include "rt_files.h"

enum {
	RT_NAME_MAX = 63,
	RT_NAMES_MAX = 40,   /* settings or secrets of one function */
	RT_WORKERS_MAX = 32, /* half of FN_SLOTS_MAX: two generations share the board at a deploy */
};

struct rt_names {
	char name[RT_NAMES_MAX][RT_NAME_MAX + 1];
	size_t count;
	int line; /* of the first `use` */
};

struct rt_function {
	char file[RT_PATH_MAX]; /* for complaints */
	unsigned min, max;
	uint64_t idle_timeout, hard_limit; /* ns, as the scoreboard counts */
	uint64_t queue_timeout_ms, statement_timeout_ms, lock_timeout_ms;
	unsigned max_requests;
	struct rt_names settings, secrets;
	char role[RT_NAME_MAX + 1]; /* "" = no database, or the one of uri */
	char uri[RT_NAME_MAX + 1];  /* the secret that holds a whole connection string, or "" */
	int role_line;              /* of either */
};

/* The name of a function: [a-z0-9][a-z0-9_-]*, at most 63 bytes, and not `fnd`, whose control
 * socket lies among the functions' sockets. */
bool rt_function_name_is_good(const char *name);

/* A file that does not exist gives the defaults. */
bool rt_function_read(struct rt_function *ret, const char *path, struct rt_why *why);

/* "1500ms", "2s", "5m", "1h" in milliseconds; false when it is no such thing or over a day. */
bool rt_duration(const char *text, uint64_t *ret_ms);

#endif
