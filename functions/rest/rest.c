/* rest: the data API of the web clients over any PostgreSQL database with row level security
 * (contract rest.md). Four rooms: rest_parse reads URL and headers into a tree, rest_plan makes one
 * statement of it with the catalog's help, rest_execute runs it in the caller's name, rest_reply
 * answers. */
#include <stdlib.h>
#include <string.h>

#include "fn.h"
#include "fn_die.h"
#include "rest.sql.h"
#include "rest_auth.h"
#include "rest_config.h"
#include "rest_error.h"
#include "rest_execute.h"
#include "rest_names.h"
#include "rest_options.h"
#include "rest_parse.h"
#include "rest_root.h"
#include "rest_timing.h"

enum { BODY_MAX = 1 << 20, CATALOG_MAX = 64 << 20, NAMES_MAX = 64 };
/* Ceilings on what one request may ask for: far above what any page asks. */
enum { DEPTH_MAX = 8, EMBEDS_MAX = 32, CONDITIONS_MAX = 200 };

static struct {
	struct rest_parse_settings parse;
	struct rest_auth_settings auth;
	struct rest_catalog_settings catalog;
	struct rest_plan_settings plan;
	struct rest_execute_settings execute;
	struct rest_root_settings root;
	bool many_schemas, timing_enabled;
} settings;

static const struct rest_catalog *catalog; /* read in the template, shared by its workers */
static struct fn_arena *catalog_arena;

/* ---- start ---- */

/* "a, b" as a list ended by NULL. */
static const char *const *read_list(const char *text)
{
	const char **list = fn_arena_alloc(catalog_arena, (NAMES_MAX + 1) * sizeof(*list));
	size_t count = 0;

	while (*text != '\0' && count < NAMES_MAX) {
		size_t length = strcspn(text, ",");
		const char *name =
			fn_text_trim(catalog_arena, fn_arena_copy(catalog_arena, text, length));

		if (*name != '\0')
			list[count++] = name;
		text += length + (text[length] == ',');
	}
	return list;
}

/* "" is the same as not given. */
static const char *given(const char *name)
{
	const char *text = fn_conf_text(name);

	return *text == '\0' ? NULL : text;
}

/* "function" or "schema.function" */
static void read_root_function(const char *text)
{
	const char *dot = text == NULL ? NULL : strchr(text, '.');

	settings.parse.root_function = dot == NULL ? text : dot + 1;
	if (dot != NULL)
		settings.parse.root_schema =
			fn_arena_copy(catalog_arena, text, (size_t)(dot - text));
}

static void read_settings(void)
{
	const char *const *schemas = read_list(fn_conf_text("PGRST_DB_SCHEMAS"));
	const char *const *extra = read_list(fn_conf_text("PGRST_DB_EXTRA_SEARCH_PATH"));

	if (schemas[0] == NULL)
		fn_die(78, "setting PGRST_DB_SCHEMAS names no schema");
	rest_config_check();
	settings.many_schemas = schemas[1] != NULL;
	settings.timing_enabled = fn_conf_bool("PGRST_SERVER_TIMING_ENABLED");
	settings.parse =
		(struct rest_parse_settings){.schemas = schemas,
					     .max_rows = fn_conf_int("PGRST_DB_MAX_ROWS"),
					     .tx_override = strstr(fn_conf_text("PGRST_DB_TX_END"),
								   "allow-override") != NULL,
					     .tx_rollback = strncmp(fn_conf_text("PGRST_DB_TX_END"),
								    "rollback", 8) == 0,
					     .plan_enabled = fn_conf_bool("PGRST_DB_PLAN_ENABLED"),
					     .aggregates_enabled =
						     fn_conf_bool("PGRST_DB_AGGREGATES_ENABLED"),
					     .depth_max = DEPTH_MAX,
					     .embeds_max = EMBEDS_MAX,
					     .conditions_max = CONDITIONS_MAX};
	read_root_function(given("PGRST_DB_ROOT_SPEC"));
	settings.auth =
		(struct rest_auth_settings){.anonymous_role = given("PGRST_DB_ANON_ROLE"),
					    .role_claim = fn_conf_text("PGRST_JWT_ROLE_CLAIM_KEY"),
					    .audience = given("PGRST_JWT_AUD"),
					    .endless = fn_conf_bool("JWT_WITHOUT_EXP")};
	settings.catalog = (struct rest_catalog_settings){schemas, extra};
	settings.plan =
		(struct rest_plan_settings){settings.parse.max_rows,
					    settings.parse.aggregates_enabled, extra,
					    rest_capability_read(catalog_arena,
								 fn_conf_text("REST_CAPABILITIES")),
					    CONDITIONS_MAX};
	if (settings.plan.capabilities == NULL)
		fn_die(78, "setting REST_CAPABILITIES is not of the form "
			   "setting=relation.column,... setting=...");
	settings.execute =
		(struct rest_execute_settings){.extra_search_path = extra,
					       .pre_request =
						       rest_config_pre_request(catalog_arena),
					       .app_settings =
						       rest_config_app_settings(catalog_arena),
					       .result = {settings.parse.max_rows,
							  (size_t)fn_conf_int("REST_ANSWER_MAX"),
							  fn_conf_bool("REST_CSV_GUARD")}};
	settings.root =
		(struct rest_root_settings){.roles = read_list(fn_conf_text("REST_ROOT_ROLES")),
					    .has_function = settings.parse.root_function != NULL,
					    .many_schemas = settings.many_schemas};
	rest_root_read_settings(catalog_arena, &settings.root);
}

/* Reads the catalog; an error leaves none, and the next request tries again. */
static struct fn_error *load_catalog(struct fn_request *req)
{
	struct fn_error *error = NULL;

	catalog = rest_catalog_load(req, catalog_arena, &settings.catalog, &error);
	if (catalog != NULL)
		return NULL;
	fn_log_request(req, FN_ERROR, "catalog: %s",
		       error != NULL && error->cause != NULL ? error->cause : "not read");
	error = rest_fail(req, 503, "PGRST002",
			  "Could not query the database for the schema cache. Retrying.", NULL,
			  NULL);
	error->retry_after = 1;
	return error;
}

static void init(void)
{
	struct fn_request *req = fn_request_new(&(struct fn_request_parts){0});

	catalog_arena = fn_arena_new(CATALOG_MAX);
	read_settings();
	(void)load_catalog(req); /* a worker tries again */
	fn_db_disconnect();      /* workers must not share a connection */
	fn_request_free(req);
}

/* What the settings name must be there before a new generation serves. */
static const char *check(struct fn_arena *arena)
{
	return rest_names_missing(arena, settings.catalog.schemas, settings.auth.anonymous_role);
}

/* ---- one request ---- */

static struct fn_error *run(struct fn_request *req, const struct rest_identity *identity,
			    const struct rest_query *query, struct rest_timing *timing)
{
	struct rest_plan plan;
	struct rest_outcome outcome;

	FN_TRY(rest_plan(req, catalog, &settings.plan, query, &plan));
	rest_timing_mark(timing, REST_TIMED_PLAN);
	FN_TRY(rest_execute(req, &settings.execute, catalog, identity, query, &plan, &outcome));
	rest_timing_mark(timing, REST_TIMED_TRANSACTION);
	FN_TRY(rest_reply(req, query, &plan, &outcome, settings.many_schemas));
	rest_timing_mark(timing, REST_TIMED_RESPONSE);
	return NULL;
}

static struct fn_error *answer(struct fn_request *req, const struct rest_identity *identity,
			       const struct rest_query *query, struct rest_timing *timing)
{
	if (query->is_root)
		FN_TRY(rest_root_check(req, &settings.root, identity));
	if (query->action == REST_OPTIONS)
		return rest_options(req, catalog, query);
	if (query->action != REST_ROOT)
		return run(req, identity, query, timing);
	FN_TRY(rest_root(req, &settings.root, &settings.execute, catalog, identity, query));
	rest_timing_mark(timing, REST_TIMED_TRANSACTION);
	return NULL;
}

static struct fn_error *rest(struct fn_request *req)
{
	struct rest_identity identity;
	struct rest_query query;
	struct rest_timing timing;

	rest_timing_start(&timing, settings.timing_enabled);
	FN_TRY(rest_auth(req, &settings.auth, &identity));
	rest_timing_mark(&timing, REST_TIMED_JWT);
	if (catalog == NULL)
		FN_TRY(load_catalog(req));
	FN_TRY(rest_parse(req, &settings.parse, &query));
	rest_timing_mark(&timing, REST_TIMED_PARSE);
	FN_TRY(answer(req, &identity, &query, &timing));
	rest_timing_put(req, &timing);
	return NULL;
}

const struct fn_function fn_function = {
	.name = "rest",
	.mount = "/rest/v1",
	.methods = FN_GET | FN_HEAD | FN_POST | FN_PUT | FN_PATCH | FN_DELETE | FN_OPTIONS,
	.auth = FN_AUTH_MIXED,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_REST,
	.statements = sql_all,
	.handle = rest,
	.init = init,
	.check = check,
};
