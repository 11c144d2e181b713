/* rest_execute.c: a plan in the database. The settings, the function that runs before each request,
 * the statement and the count go out together; COMMIT goes along when no refusal can follow. */
#include "rest_execute.h"

#include <stdlib.h>
#include <string.h>

#include "fn_json.h"
#include "fn_reply.h"
#include "fn_script.h"
#include "rest_cost.h"
#include "rest_sqlstate.h"

enum { SETTINGS_MAX = 64, TEXT_MAX = 8 << 10, COOKIES_MAX = 16 << 10 };

/* ---- settings of the transaction ---- */

struct settings {
	struct fn_request *req;
	const char *pairs[2 * SETTINGS_MAX];
	size_t count; /* of names and values together */
};

static void add(struct settings *s, const char *name, const char *value)
{
	if (s->count + 2 > FN_COUNT(s->pairs))
		return; /* more than anybody configures */
	s->pairs[s->count++] = name;
	s->pairs[s->count++] = value;
}

/* name, value, ... ended by NULL; NULL = none */
static void add_all(struct settings *s, const char *const *pairs)
{
	for (; pairs != NULL && pairs[0] != NULL; pairs += 2)
		add(s, pairs[0], pairs[1]);
}

/* "schema", "extra": doubled quotes inside. */
static void add_identifier(struct fn_buf *path, const char *name)
{
	fn_buf_text(path, path->length > 0 ? ", \"" : "\"");
	for (; *name != '\0'; name++)
		fn_buf_add(path, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
	fn_buf_text(path, "\"");
}

static const char *search_path(struct fn_request *req, const char *schema, const char *const *extra)
{
	const char *text;
	struct fn_buf path;

	fn_buf_init(&path, TEXT_MAX);
	add_identifier(&path, schema);
	for (; extra != NULL && *extra != NULL; extra++)
		add_identifier(&path, *extra);
	text = fn_arena_text(fn_request_arena(req), path.bytes);
	fn_buf_free(&path);
	return text;
}

static void add_header(const char *name, const char *value, void *arg)
{
	struct json_object *all = arg;

	if (strcmp(name, "cookie") != 0 && fn_text_is_utf8(value, strlen(value)))
		fn_json_set(all, fn_json_string(name, value));
}

static const char *headers_json(struct fn_request *req)
{
	struct json_object *all = fn_json_keep(fn_request_arena(req), fn_json_object(NULL, 0));

	fn_request_each_header(req, add_header, all);
	return fn_json_write(all, NULL);
}

/* "a=1; b=2" as {"a":"1","b":"2"}. */
static const char *cookies_json(struct fn_request *req)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct json_object *all = fn_json_keep(arena, fn_json_object(NULL, 0));
	const char *at = fn_request_header(req, "Cookie");

	if (at == NULL || strlen(at) > COOKIES_MAX || !fn_text_is_utf8(at, strlen(at)))
		return fn_json_write(all, NULL);
	while (*at != '\0') {
		size_t length = strcspn(at, ";"), name = strcspn(at, "=;");

		if (name > 0 && name < length)
			fn_json_set(all, fn_json_string(fn_text_trim(arena, fn_arena_copy(arena, at,
											  name)),
							fn_arena_copy(arena, at + name + 1,
								      length - name - 1)));
		at += length + (at[length] == ';');
		at += strspn(at, " ");
	}
	return fn_json_write(all, NULL);
}

static const char *method_name(struct fn_request *req)
{
	switch (fn_request_method(req)) {
	case FN_HEAD:
		return "HEAD";
	case FN_POST:
		return "POST";
	case FN_PUT:
		return "PUT";
	case FN_PATCH:
		return "PATCH";
	case FN_DELETE:
		return "DELETE";
	case FN_OPTIONS:
		return "OPTIONS";
	case FN_GET:
	default:
		return "GET";
	}
}

/* The statement that sets so many: the same for each number, made once. */
static const char *settings_text(size_t count)
{
	static struct fn_buf texts[SETTINGS_MAX + 1];
	struct fn_buf *text = &texts[count];

	if (text->length > 0)
		return text->bytes;
	fn_buf_init(text, TEXT_MAX);
	fn_buf_text(text, "SELECT ");
	for (size_t i = 0; i < count; i++)
		fn_buf_format(text, "%sset_config($%zu, $%zu, true)", i > 0 ? ", " : "", 2 * i + 1,
			      2 * i + 2);
	return text->bytes;
}

/* Everything local to the transaction: a connection must come back clean. What a role may set for
 * itself comes before the role, because it may not be allowed to. */
static struct fn_script_step settings_step(const struct settings *s)
{
	return (struct fn_script_step){.text = settings_text(s->count / 2),
				       .values = s->pairs,
				       .count = s->count};
}

static void fill_settings(struct settings *s, const struct rest_execute_settings *settings,
			  const struct rest_catalog *catalog, const struct rest_identity *identity,
			  const struct rest_query *query, const struct rest_plan *plan)
{
	const struct rest_role *role = rest_catalog_role(catalog, identity->role);

	add(s, "search_path", search_path(s->req, query->schema, settings->extra_search_path));
	if (role != NULL)
		add_all(s, role->settings);
	add(s, "role", identity->role);
	add(s, "request.jwt.claims", identity->claims);
	add(s, "request.method", method_name(s->req));
	add(s, "request.path", fn_request_path(s->req));
	add(s, "request.headers", headers_json(s->req));
	add(s, "request.cookies", cookies_json(s->req));
	if (query->prefer.timezone != NULL)
		add(s, "timezone", query->prefer.timezone);
	if (plan->function != NULL)
		add_all(s, plan->function->settings);
	add_all(s, plan->capabilities);
	add_all(s, settings->app_settings);
}

/* ---- the transaction ---- */

struct script {
	struct fn_script_step steps[FN_SCRIPT_STEPS_MAX];
	size_t count, main, total, response; /* places of the statement, the count and what SQL has
						to say; 0 = no such step */
	struct rest_rows *rows;              /* what the rows go into, one by one; or NULL */
};

static void build(struct fn_request *req, struct script *script, struct settings *s,
		  const struct rest_execute_settings *settings, const struct rest_plan *plan)
{
	*script = (struct script){.count = 1};
	script->steps[0] = settings_step(s);
	if (settings->pre_request != NULL)
		script->steps[script->count++].text =
			fn_arena_format(fn_request_arena(req), "SELECT %s()",
					settings->pre_request);
	script->main = script->count++;
	script->steps[script->main] = (struct fn_script_step){.text = plan->text,
							      .values = plan->values,
							      .count = plan->value_count,
							      .once = plan->explained != NULL};
	if (plan->row_by_row) {
		script->rows = rest_rows_new(req, settings->result.answer_max);
		script->steps[script->main].reader = &script->rows->reader;
		script->response = script->count++;
		script->steps[script->response].text =
			"SELECT nullif(current_setting('response.headers', true), ''),"
			" nullif(current_setting('response.status', true), '')";
	}
	if (plan->count_text != NULL && plan->explained == NULL) {
		script->total = script->count++;
		script->steps[script->total] =
			(struct fn_script_step){.text = plan->count_text,
						.values = plan->count_values,
						.count = plan->count_value_count};
	}
}

/* What the statement failed on; the number of rows that it touched is a refusal like others. */
static struct fn_error *read_failure(struct fn_request *req, const struct rest_identity *identity,
				     const struct rest_query *query, const struct rest_plan *plan,
				     const struct fn_script_result *result)
{
	struct rest_outcome outcome = {0};

	if (result->state == FN_SCRIPT_FAILED && rest_plan_counted(result->message, &outcome.rows))
		FN_TRY(rest_reply_check(req, query, plan, &outcome));
	return rest_sqlstate_error(req, result, identity->is_anonymous);
}

static struct fn_error *read_results(struct fn_request *req,
				     const struct rest_execute_settings *settings,
				     const struct rest_query *query, const struct rest_plan *plan,
				     const struct script *script,
				     const struct fn_script_result *result,
				     struct rest_outcome *ret)
{
	const struct fn_rows *rows = result->rows;
	struct rest_results results = {.main = &rows[script->main],
				       .rows = script->rows,
				       .total = script->total > 0 ? &rows[script->total] : NULL,
				       .response = script->response > 0 ? &rows[script->response]
									: NULL};

	return rest_result_read(req, &settings->result, query, plan, &results, ret);
}

struct fn_error *rest_execute(struct fn_request *req, const struct rest_execute_settings *settings,
			      const struct rest_catalog *catalog,
			      const struct rest_identity *identity, const struct rest_query *query,
			      const struct rest_plan *plan, struct rest_outcome *ret)
{
	struct settings s = {.req = req};
	struct script script;
	struct fn_script_result result;
	struct fn_error *refusal;
	const char *begin = plan->read_only ? "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
					    : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

	*ret = (struct rest_outcome){0};
	fill_settings(&s, settings, catalog, identity, query, plan);
	build(req, &script, &s, settings, plan);
	FN_TRY(rest_cost_check(req, rest_catalog_role(catalog, identity->role), query, plan,
			       &script.steps[0]));
	fn_script_run(req, begin, script.steps, script.count,
		      plan->read_only || !query->prefer.rollback, &result);
	if (result.state == FN_SCRIPT_STOPPED)
		return rest_rows_error(req, script.rows, settings->result.answer_max);
	if (result.state != FN_SCRIPT_OPEN && result.state != FN_SCRIPT_COMMITTED)
		return read_failure(req, identity, query, plan, &result);
	refusal = read_results(req, settings, query, plan, &script, &result, ret);
	if (refusal == NULL)
		refusal = rest_reply_check(req, query, plan, ret);
	if (result.state == FN_SCRIPT_OPEN) {
		fn_script_end(req, refusal == NULL && !query->prefer.rollback, refusal == NULL,
			      &result);
		if (result.state != FN_SCRIPT_COMMITTED && result.state != FN_SCRIPT_ROLLED_BACK)
			return rest_sqlstate_error(req, &result, identity->is_anonymous);
	}
	/* libpq keeps a buffer as large as the largest row of its life */
	if (ret->body_length > FN_REPLY_MAX)
		fn_db_disconnect();
	return refusal;
}
