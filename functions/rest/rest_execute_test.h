/* rest_execute_test.h: a request's whole way through parser, planner, database and replier, over a
 * PostgreSQL of its own. */
#ifndef REST_EXECUTE_TEST_H
#define REST_EXECUTE_TEST_H

#include <string.h>

#include "fn_conf.h"
#include "fn_function.h"
#include "fn_json.h"
#include "rest_execute.h"
#include "rest_parse.h"
#include "unit.h"
#include "unit_postgres.h"

enum { CEILING = 16 << 20, ROWS_MAX = 10000 };

static bool has_server;
static struct fn_arena *arena; /* of the catalog */
static const struct rest_catalog *catalog;
static struct fn_request *req; /* the last one asked */
static int status;             /* of its answer */
static struct rest_execute_settings settings;
static struct rest_identity identity;
static bool plan_enabled;

static inline void load(void)
{
	static const char *const schemas[] = {"api", NULL}, *const none[] = {NULL};
	struct rest_catalog_settings reading = {schemas, none};
	struct fn_request *loading = fn_request_new(&(struct fn_request_parts){0});
	struct fn_error *error;

	fn_arena_free(arena);
	arena = fn_arena_new(CEILING);
	catalog = rest_catalog_load(loading, arena, &reading, &error);
	if (catalog == NULL)
		fail_msg("no catalog: %s", error->cause);
	fn_request_free(loading);
}

static inline int start_with(const char *sql)
{
	has_server = unit_postgres_start();
	if (!has_server)
		return 0;
	(void)unit_postgres_sql(sql);
	fn_conf_set("FN_DB_URL", unit_postgres_url());
	load();
	return 0;
}

static inline int stop_server(void **state)
{
	(void)state;
	fn_db_disconnect();
	fn_arena_free(arena);
	unit_postgres_stop();
	return 0;
}

static inline int set_up(void **state)
{
	(void)state;
	settings = (struct rest_execute_settings){
		.result = {.max_rows = ROWS_MAX, .answer_max = 64 << 20}};
	plan_enabled = true;
	identity = (struct rest_identity){.role = "web",
					  .is_anonymous = true,
					  .claims = "{\"role\":\"web\"}"};
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	req = NULL;
	return 0;
}

static inline struct fn_error *handle(void)
{
	static const char *const schemas[] = {"api", NULL}, *const none[] = {NULL};
	const struct rest_parse_settings reading = {.schemas = schemas,
						    .max_rows = ROWS_MAX,
						    .tx_override = true,
						    .plan_enabled = plan_enabled,
						    .depth_max = 8,
						    .embeds_max = 20,
						    .conditions_max = 100};
	const struct rest_plan_settings planning = {.max_rows = ROWS_MAX,
						    .extra_search_path = none};
	struct rest_outcome outcome;
	struct rest_query query;
	struct rest_plan plan;

	FN_TRY(rest_parse(req, &reading, &query));
	FN_TRY(rest_plan(req, catalog, &planning, &query, &plan));
	FN_TRY(rest_execute(req, &settings, catalog, &identity, &query, &plan, &outcome));
	return rest_reply(req, &query, &plan, &outcome, false);
}

/* Asks and keeps the answer: its status, and the body, which is returned. Accept and Prefer may be
 * NULL. */
static inline const char *send(const char *method, const char *path, const char *query,
			       const char *body, const char *accept, const char *prefer)
{
	static struct unit_request like;
	struct unit_header *header = like.headers;
	struct fn_error *error;

	like = (struct unit_request){.method = method, .path = path, .query = query, .body = body};
	*header++ = (struct unit_header){"Content-Type", "application/json"};
	if (accept != NULL)
		*header++ = (struct unit_header){"Accept", accept};
	if (prefer != NULL)
		*header++ = (struct unit_header){"Prefer", prefer};
	fn_request_free(req);
	req = unit_request(&like);
	error = handle();
	status = error != NULL ? fn_reply_error(req, FN_ERRORS_REST, error)
			       : fn_request_reply(req)->status;
	return unit_reply_text(req);
}

static inline const char *get_as(const char *path, const char *query, const char *accept)
{
	return send("GET", path, query, NULL, accept, NULL);
}

static inline const char *get(const char *path, const char *query)
{
	return get_as(path, query, NULL);
}

/* code of an error, or NULL */
static inline const char *code_of(const char *body)
{
	const char *why;

	return fn_json_get_text(fn_json_parse(fn_request_arena(req), body, strlen(body), &why),
				"code");
}

#define NEEDS_SERVER(state)                                                                        \
	do {                                                                                       \
		(void)(state);                                                                     \
		if (!has_server)                                                                   \
			skip();                                                                    \
	} while (0)

#endif
