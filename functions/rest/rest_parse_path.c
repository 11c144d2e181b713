/* rest_parse_path.c: path, profile and method: what is asked of what (rest.md 2 and 9). */
#include <string.h>

#include "rest_error.h"
#include "rest_parse_parts.h"

enum { HINT_MAX = 1000 };

static struct fn_error *bad_path(struct fn_request *req)
{
	return rest_fail(req, 404, "PGRST125", "Invalid path specified in request URL", NULL, NULL);
}

/* "", "/", "/name" or "/rpc/name" */
static struct fn_error *read_path(struct fn_request *req, struct rest_query *ret)
{
	const char *path = fn_request_path(req);

	if (*path == '/')
		path++;
	if (*path == '\0')
		return NULL;
	if (strncmp(path, "rpc/", 4) == 0) {
		ret->is_call = true;
		path += 4;
	}
	if (*path == '\0' || strchr(path, '/') != NULL)
		return bad_path(req);
	ret->name = fn_text_url_decode(fn_request_arena(req), path, strlen(path), false);
	return ret->name == NULL || *ret->name == '\0' ? bad_path(req) : NULL;
}

static const char *list_schemas(struct fn_arena *arena, const char *const *schemas)
{
	const char *list = "";

	for (size_t i = 0; schemas[i] != NULL && strlen(list) < HINT_MAX; i++)
		list = fn_arena_format(arena, "%s%s%s", list, i > 0 ? ", " : "", schemas[i]);
	return fn_arena_format(arena, "Only the following schemas are exposed: %s", list);
}

static struct fn_error *read_profile(struct fn_request *req,
				     const struct rest_parse_settings *settings,
				     struct rest_query *ret)
{
	struct fn_arena *arena = fn_request_arena(req);
	bool reads = (fn_request_method(req) & (FN_GET | FN_HEAD | FN_OPTIONS)) != 0;
	const char *asked = fn_request_header(req, reads ? "Accept-Profile" : "Content-Profile");

	ret->schema = settings->schemas[0];
	asked = asked == NULL ? "" : fn_text_trim(arena, asked);
	if (*asked == '\0')
		return NULL;
	ret->profile_given = true;
	for (size_t i = 0; settings->schemas[i] != NULL; i++) {
		ret->schema = settings->schemas[i];
		if (strcmp(asked, ret->schema) == 0)
			return NULL;
	}
	return rest_fail(req, 406, "PGRST106",
			 fn_arena_format(arena, "Invalid schema: %.300s", asked), NULL,
			 list_schemas(arena, settings->schemas));
}

static const char *method_name(enum fn_method method)
{
	static const struct {
		enum fn_method method;
		const char *name;
	} table[] = {{FN_GET, "GET"}, {FN_HEAD, "HEAD"},   {FN_POST, "POST"},
		     {FN_PUT, "PUT"}, {FN_PATCH, "PATCH"}, {FN_DELETE, "DELETE"}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (table[i].method == method)
			return table[i].name;
	}
	return NULL;
}

static struct fn_error *bad_method(struct fn_request *req, bool is_call)
{
	const char *name = method_name(fn_request_method(req));

	if (is_call && name != NULL)
		return rest_fail(req, 405, "PGRST101",
				 fn_arena_format(fn_request_arena(req),
						 "Cannot use the %s method on RPC", name),
				 NULL, NULL);
	if (name == NULL)
		return rest_fail(req, 405, "PGRST117", "Unsupported HTTP method", NULL, NULL);
	return rest_fail(req, 405, "PGRST117",
			 fn_arena_format(fn_request_arena(req), "Unsupported HTTP method: %s",
					 name),
			 NULL, NULL);
}

/* "" with a function that stands in for the root: a call of it, but for what may be done. */
static void stand_in(const struct rest_parse_settings *settings, struct rest_query *ret)
{
	ret->is_root = ret->name == NULL;
	if (!ret->is_root || settings->root_function == NULL || ret->action != REST_ROOT)
		return;
	ret->action = REST_CALL;
	ret->is_call = true;
	ret->name = settings->root_function;
	if (settings->root_schema != NULL)
		ret->schema = settings->root_schema;
}

/* 0: not on a table, function or the root. */
static enum rest_action action_on_table(enum fn_method method)
{
	static const struct {
		enum fn_method method;
		enum rest_action action;
	} table[] = {{FN_GET, REST_READ},     {FN_HEAD, REST_READ}, {FN_POST, REST_CREATE},
		     {FN_PATCH, REST_UPDATE}, {FN_PUT, REST_PUT},   {FN_DELETE, REST_DELETE}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (table[i].method == method)
			return table[i].action;
	}
	return 0;
}

static struct fn_error *read_method(struct fn_request *req, struct rest_query *ret)
{
	enum fn_method method = fn_request_method(req);
	unsigned allowed = FN_GET | FN_HEAD;

	ret->head = method == FN_HEAD;
	if (method == FN_OPTIONS) {
		ret->action = REST_OPTIONS;
		return NULL;
	}
	if (ret->is_call) {
		allowed |= FN_POST;
		ret->action = REST_CALL;
	} else if (ret->name == NULL) {
		ret->action = REST_ROOT;
	} else {
		allowed |= FN_POST | FN_PATCH | FN_PUT | FN_DELETE;
		ret->action = action_on_table(method);
	}
	return (allowed & method) == 0 ? bad_method(req, ret->is_call) : NULL;
}

struct fn_error *rest_read_target(struct fn_request *req,
				  const struct rest_parse_settings *settings,
				  struct rest_query *ret)
{
	FN_TRY(read_path(req, ret));
	FN_TRY(read_profile(req, settings, ret));
	FN_TRY(read_method(req, ret));
	stand_in(settings, ret);
	return NULL;
}
