/* rest_catalog_db.h: a PostgreSQL of their own for the tests of loading, with the fixture in it,
 * and the catalog of it. */
#ifndef REST_CATALOG_DB_H
#define REST_CATALOG_DB_H

#include "fn_conf.h"
#include "fn_db.h"
#include "rest_catalog_fixture.h"
#include "rest_catalog_test.h"
#include "unit_postgres.h"

enum { CEILING = 16 << 20 };

static bool has_server;
static struct fn_request *req;
static struct fn_arena *arena;
static const struct rest_catalog *catalog;

static inline const struct rest_catalog *load(const char *first, const char *second,
					      const char *extra)
{
	const char *const schemas[] = {first, second, NULL}, *const path[] = {extra, NULL};
	struct rest_catalog_settings settings = {schemas, path};
	struct fn_error *error;
	const struct rest_catalog *loaded = rest_catalog_load(req, arena, &settings, &error);

	if (loaded == NULL)
		fail_msg("not loaded: %s", error->cause);
	return loaded;
}

static inline int start_server(void **state)
{
	(void)state;
	has_server = unit_postgres_start();
	if (!has_server)
		return 0;
	(void)unit_postgres_sql(fixture_relations);
	(void)unit_postgres_sql(fixture_views);
	(void)unit_postgres_sql(fixture_functions);
	fn_conf_set("FN_DB_URL", unit_postgres_url());
	return 0;
}

static inline int stop_server(void **state)
{
	(void)state;
	fn_db_disconnect();
	unit_postgres_stop();
	return 0;
}

static inline int set_up(void **state)
{
	static struct unit_request like = {.method = "GET"};

	(void)state;
	req = unit_request(&like);
	arena = fn_arena_new(CEILING);
	if (has_server)
		catalog = load("api", "other", "extra");
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	fn_arena_free(arena);
	return 0;
}

#define NEEDS_SERVER(state)                                                                        \
	do {                                                                                       \
		(void)(state);                                                                     \
		if (!has_server)                                                                   \
			skip();                                                                    \
	} while (0)

static inline const struct rest_relation *relation(const char *name)
{
	const struct rest_relation *found = rest_catalog_relation(catalog, "api", name);

	if (found == NULL)
		fail_msg("no relation %s", name);
	return found;
}

#endif
