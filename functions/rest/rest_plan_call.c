/* rest_plan_call.c: the call of a function, and the selection out of its rows. */
#include <string.h>

#include "rest_plan_parts.h"

/* ---- arguments ---- */

static const char *hexadecimal(struct fn_arena *arena, struct fn_bytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text = fn_arena_alloc(arena, 2 * bytes.length + 3), *at = text;

	*at++ = '\\';
	*at++ = 'x';
	for (size_t i = 0; i < bytes.length; i++) {
		*at++ = digits[(unsigned char)bytes.bytes[i] >> 4];
		*at++ = digits[(unsigned char)bytes.bytes[i] & 15];
	}
	return text;
}

static struct fn_error *add_raw(struct rest_planner *p, const struct rest_call *call)
{
	struct fn_bytes payload = p->query->payload;
	const char *type = call->function->parameters[0].type;

	if (payload.bytes == NULL)
		payload = (struct fn_bytes){"", 0};
	if (strcmp(type, "bytea") == 0)
		rest_sql_value(p->sql, hexadecimal(fn_request_arena(p->req), payload));
	else if (strlen(payload.bytes) != payload.length)
		return rest_fail(p->req, 400, "PGRST102", "The body holds a NUL byte", NULL, NULL);
	else
		rest_sql_value(p->sql,
			       payload.length == 0 && p->query->payload_type != REST_PAYLOAD_RAW
				       ? "{}"
				       : payload.bytes);
	rest_sql_add(p->sql, "::");
	rest_sql_add(p->sql, type);
	return NULL;
}

/* Of a repeated argument the last counts; a variadic one takes them all. */
static const char *text_of(struct rest_planner *p, const struct rest_call *call,
			   const struct rest_parameter *parameter)
{
	const char **list = fn_arena_alloc(fn_request_arena(p->req),
					   (call->argument_count + 1) * sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < call->argument_count; i++) {
		if (strcmp(call->arguments[i].name, parameter->name) == 0)
			list[count++] = call->arguments[i].value;
	}
	return parameter->variadic ? rest_sql_array(fn_request_arena(p->req), list, count)
				   : list[count - 1];
}

static struct fn_error *add_arguments(struct rest_planner *p, const struct rest_call *call)
{
	if (call->raw)
		return add_raw(p, call);
	for (size_t i = 0; i < call->given_count; i++) {
		const struct rest_parameter *parameter = call->given[i];

		rest_sql_add(p->sql, i > 0 ? ", " : "");
		rest_sql_add(p->sql, parameter->variadic ? "VARIADIC " : "");
		REST_SQL(p->sql, "@ := ", parameter->name);
		if (call->by_json) {
			REST_SQL(p->sql, "pgrst_body.@", parameter->name);
		} else {
			rest_sql_value(p->sql, text_of(p, call, parameter));
			rest_sql_add(p->sql, "::");
			rest_sql_add(p->sql, parameter->type);
		}
	}
	return NULL;
}

/* The one row that the arguments come from. */
static void add_payload(struct rest_planner *p, const struct rest_call *call)
{
	rest_sql_add(p->sql, "(SELECT ");
	rest_sql_value(p->sql, call->body.json);
	rest_sql_add(p->sql, "::json AS json_data) pgrst_payload, LATERAL (SELECT ");
	for (size_t i = 0; i < call->given_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		REST_SQL(p->sql, "_.@", call->given[i]->name);
	}
	rest_sql_add(p->sql, call->body.is_array
				     ? " FROM json_to_recordset(pgrst_payload.json_data) AS _("
				     : " FROM json_to_record(pgrst_payload.json_data) AS _(");
	for (size_t i = 0; i < call->given_count; i++) {
		rest_sql_add(p->sql, i > 0 ? ", " : "");
		REST_SQL(p->sql, "@ ", call->given[i]->name);
		rest_sql_add(p->sql, call->given[i]->type);
	}
	rest_sql_add(p->sql, ") LIMIT 1) pgrst_body, LATERAL ");
}

static struct fn_error *add_call(struct rest_planner *p, const struct rest_call *call)
{
	const struct rest_function *f = call->function;
	bool is_rows = f->result == REST_RESULT_COMPOSITE;

	rest_sql_add(p->sql, "SELECT pgrst_call.* FROM ");
	if (call->by_json && call->given_count > 0)
		add_payload(p, call);
	rest_sql_add(p->sql, is_rows ? "" : "(SELECT ");
	REST_SQL(p->sql, "@.@(", f->schema, f->name);
	FN_TRY(add_arguments(p, call));
	rest_sql_add(p->sql, is_rows ? ") AS pgrst_call" : ") AS pgrst_scalar) AS pgrst_call");
	return NULL;
}

/* ---- the statement ---- */

static void add_scalars(struct rest_planner *p, const struct rest_branch *root)
{
	rest_sql_add(p->sql, " FROM (SELECT pgrst_scalar FROM pgrst_source");
	rest_plan_limit(p, root, NULL);
	rest_sql_add(p->sql, ") _t");
}

static void describe(struct rest_planner *p, const struct rest_call *call, struct rest_plan *ret)
{
	enum fn_method method = fn_request_method(p->req);

	ret->function = call->function;
	ret->relation = call->function->returns;
	ret->read_only = method == FN_GET || method == FN_HEAD ||
			 call->function->volatility != REST_VOLATILE;
	ret->scalar = call->function->result != REST_RESULT_COMPOSITE;
	ret->returns_rows = call->function->result != REST_RESULT_VOID;
}

/* One value says nothing of how many rows were affected. */
static struct fn_error *check_max_affected(struct rest_planner *p,
					   const struct rest_function *function)
{
	const struct rest_preferences *prefer = &p->query->prefer;

	if (function->is_set || !prefer->strict || !prefer->has_max_affected)
		return NULL;
	return rest_fail(p->req, 400, "PGRST128",
			 "Function must return SETOF or TABLE when max-affected preference is used "
			 "with handling=strict",
			 NULL, NULL);
}

/* Bare values have no columns to filter by. */
static struct rest_level without_columns(const struct rest_level *level)
{
	return (struct rest_level){.has_limit = level->has_limit,
				   .limit = level->limit,
				   .offset = level->offset};
}

struct fn_error *rest_plan_call(struct rest_planner *p, struct rest_plan *ret)
{
	struct rest_call call = {0};
	struct rest_scope scope = {0};
	struct rest_level bare = without_columns(p->query->root);
	struct rest_branch *root;
	const char *total;

	FN_TRY(rest_plan_choose(p, &call));
	FN_TRY(check_max_affected(p, call.function));
	describe(p, &call, ret);
	scope.name = call.function->name;
	scope.relation = call.function->returns;
	FN_TRY(rest_plan_tree(p, ret->scalar ? &bare : p->query->root, scope, &root));
	root->from_source = true;
	FN_TRY(rest_plan_media(p, ret));

	rest_sql_add(p->sql, "WITH pgrst_source AS (");
	FN_TRY(add_call(p, &call));
	rest_sql_add(p->sql, ")");
	total = rest_plan_total(p, root, ret);
	if (!ret->scalar)
		rest_plan_rows(p, ret, root);
	rest_sql_add(p->sql, " ");
	rest_plan_envelope(p, ret, total);
	if (ret->scalar)
		add_scalars(p, root);
	else
		rest_plan_from_rows(p, ret, root);
	return rest_plan_finish(p, ret);
}
