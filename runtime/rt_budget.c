/* rt_budget.c: do all workers together fit the database's connections? */
#include "rt_budget.h"

#include <stdio.h>
#include <string.h>

bool rt_budget_fits(const struct rt_budget *list, size_t count, int64_t connections,
		    struct rt_why *why)
{
	unsigned sum = 0, largest = 0;
	char parts[RT_WHY_MAX / 2] = "";
	size_t length = 0;
	int64_t all;

	for (size_t i = 0; i < count; i++) {
		int put;

		if (list[i].max == 0)
			continue;
		sum += list[i].max;
		largest = list[i].max > largest ? list[i].max : largest;
		put = snprintf(parts + length, sizeof(parts) - length, "%s %u + ", list[i].name,
			       list[i].max);
		length += put > 0 ? (size_t)put : 0;
		length = length < sizeof(parts) ? length : sizeof(parts) - 1;
	}
	all = (int64_t)sum + largest + RT_BUDGET_RUNNER + RT_BUDGET_RESERVE;
	if (connections <= 0 || all <= connections)
		return true;
	return rt_refuse(
		why,
		"the database has %lld connections (DB_CONNECTIONS) and %lld may be needed: "
		"%sthe largest again during a deploy %u + job runner %d + reserved %d; lower "
		"[scale] max in function.ini or raise max_connections",
		(long long)connections, (long long)all, parts, largest, RT_BUDGET_RUNNER,
		RT_BUDGET_RESERVE);
}
