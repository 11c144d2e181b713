/* fnd_budget.c: do all functions together fit the database? */
#include "fnd_deploy.h"
#include "rt_budget.h"

static bool read_limit(int64_t *ret, struct rt_why *why)
{
	const char *file = fnd.config[0] != '\0' ? fnd.config : NULL;
	struct rt_settings settings;
	bool fine = rt_settings_load(&settings, file, fnd.state, why);

	if (fine)
		*ret = rt_settings_int(&settings, "DB_CONNECTIONS");
	rt_settings_free(&settings);
	return fine;
}

bool fnd_budget_fits(const struct fnd_generation *changed, struct rt_why *why)
{
	static struct rt_budget list[FND_FUNCTIONS_MAX];
	int64_t limit;

	if (!read_limit(&limit, why))
		return false;
	for (size_t i = 0; i < fnd.count; i++) {
		const struct fnd_function *f = fnd.functions[i];
		const struct fnd_generation *g = f->current;

		if (changed != NULL && changed->function == f)
			g = changed;
		list[i].name = f->name;
		/* whoever brings a connection string talks to another database */
		list[i].max = g != NULL && g->config.role[0] != '\0' ? g->config.max : 0;
	}
	return rt_budget_fits(list, fnd.count, limit, why);
}
