/* rt_budget.h: do all workers together fit the database's connections (decisions 28)? */
#ifndef RT_BUDGET_H
#define RT_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "rt_why.h"

enum {
	RT_BUDGET_RUNNER = 2,  /* the job runner: its connection, and one while it reconnects */
	RT_BUDGET_RESERVE = 3, /* superuser_reserved_connections of PostgreSQL */
};

struct rt_budget {
	const char *name;
	unsigned max; /* 0: the function has no database role */
};

/* connections: max_connections of the database; 0 = unknown, everything fits. The refusal shows the
 * sum by function. */
bool rt_budget_fits(const struct rt_budget *list, size_t count, int64_t connections,
		    struct rt_why *why);

#endif
