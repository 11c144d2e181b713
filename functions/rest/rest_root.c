/* rest_root.c: who may see the root of the data API, and what the database says of the caller's
 * rights there. */
#include "rest_root.h"

#include <string.h>
#include <strings.h>

#include "fn_conf.h"
#include "fn_die.h"
#include "fn_json.h"
#include "fn_reply.h"
#include "rest.sql.h"
#include "rest_error.h"

enum { CONFIG_ERROR = 78 };

/* ---- settings ---- */

static void read_mode(struct rest_root_settings *ret)
{
	const char *mode = fn_conf_text("PGRST_OPENAPI_MODE");

	if (strcmp(mode, "follow-privileges") == 0)
		ret->mode = REST_ROOT_FOLLOW_PRIVILEGES;
	else if (strcmp(mode, "ignore-privileges") == 0)
		ret->mode = REST_ROOT_IGNORE_PRIVILEGES;
	else if (strcmp(mode, "disabled") == 0)
		ret->mode = REST_ROOT_DISABLED;
	else
		fn_die(CONFIG_ERROR, "setting PGRST_OPENAPI_MODE must be follow-privileges, "
				     "ignore-privileges or disabled");
}

static void read_server(struct fn_arena *arena, struct rest_root_settings *ret)
{
	const char *url = fn_conf_text("PGRST_OPENAPI_SERVER_PROXY_URI");

	if (*url == '\0')
		url = fn_arena_format(arena, "%s/rest/v1", fn_conf_text("API_URL"));
	if (!rest_openapi_server(arena, url, &ret->server))
		fn_die(CONFIG_ERROR,
		       "setting PGRST_OPENAPI_SERVER_PROXY_URI or API_URL must look like "
		       "https://example.org:8443/path, not %s",
		       url);
}

void rest_root_read_settings(struct fn_arena *arena, struct rest_root_settings *ret)
{
	read_mode(ret);
	read_server(arena, ret);
	ret->security = fn_conf_bool("PGRST_OPENAPI_SECURITY_ACTIVE");
}

/* ---- who and what ---- */

static bool is_one_of(const char *role, const char *const *roles)
{
	for (size_t i = 0; roles[i] != NULL; i++) {
		if (strcmp(roles[i], role) == 0)
			return true;
	}
	return roles[0] == NULL;
}

struct fn_error *rest_root_check(struct fn_request *req, const struct rest_root_settings *settings,
				 const struct rest_identity *identity)
{
	if (is_one_of(identity->role, settings->roles) &&
	    (settings->has_function || settings->mode != REST_ROOT_DISABLED))
		return NULL;
	return rest_fail(req, 404, "PGRST126", "Root endpoint metadata is disabled", NULL, NULL);
}

/* JSON of any kind, but not that of rows. */
static bool serves(const struct rest_accept *accept)
{
	if (accept->media == REST_OTHER)
		return fn_text_same(accept->name, "application/openapi+json");
	return accept->media == REST_JSON &&
	       strncasecmp(accept->name, "application/vnd.", strlen("application/vnd.")) != 0;
}

static struct fn_error *check_accept(struct fn_request *req, const struct rest_query *query)
{
	const char *names = "";

	for (size_t i = 0; i < query->accept_count; i++) {
		if (serves(&query->accepts[i]))
			return NULL;
		names = fn_arena_format(fn_request_arena(req), "%s%s%s", names, i > 0 ? ", " : "",
					query->accepts[i].name);
	}
	return rest_fail(req, 406, "PGRST107",
			 fn_arena_format(fn_request_arena(req),
					 "None of these media types are available: %s", names),
			 NULL, NULL);
}

static struct fn_error *describe(struct fn_request *req, const struct rest_root_settings *settings,
				 const struct rest_catalog *catalog, const struct rest_query *query,
				 const struct rest_outcome *outcome)
{
	struct fn_arena *arena = fn_request_arena(req);
	const struct json_object *access = fn_json_keep(arena, fn_json_trusted(outcome->body));
	const struct rest_openapi about = {.arena = arena,
					   .catalog = catalog,
					   .schema = query->schema,
					   .comment = fn_json_get_text(access, "description"),
					   .relations = fn_json_get(access, "relations"),
					   .functions = fn_json_get(access, "functions"),
					   .server = &settings->server,
					   .security = settings->security};
	size_t length = 0;
	const char *text = query->head ? "" : fn_json_write(rest_openapi(&about), &length);

	return fn_reply_bytes(req, 200, "application/openapi+json; charset=utf-8", text, length);
}

struct fn_error *rest_root(struct fn_request *req, const struct rest_root_settings *settings,
			   const struct rest_execute_settings *execute,
			   const struct rest_catalog *catalog, const struct rest_identity *identity,
			   const struct rest_query *query)
{
	bool all = settings->mode == REST_ROOT_IGNORE_PRIVILEGES;
	const char *const values[] = {query->schema, all ? "true" : "false"};
	const struct rest_plan plan = {.text = sql_openapi_access.text,
				       .values = values,
				       .value_count = FN_COUNT(values),
				       .read_only = true,
				       .media = REST_JSON,
				       .returns_rows = true};
	struct rest_outcome outcome;

	FN_TRY(check_accept(req, query));
	FN_TRY(rest_execute(req, execute, catalog, identity, query, &plan, &outcome));
	FN_TRY(describe(req, settings, catalog, query, &outcome));
	fn_reply_header(req, "Vary", "Accept, Prefer, Range");
	if (query->profile_given || settings->many_schemas)
		fn_reply_header(req, "Content-Profile", query->schema);
	return NULL;
}
