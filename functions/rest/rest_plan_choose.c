/* rest_plan_choose.c: which overload of a function is meant, and where its arguments come from. */
#include <string.h>

#include "rest_plan_parts.h"

enum { NAMES_MAX = 1 << 14 };

static size_t name_count(const struct rest_call *call)
{
	return call->by_json ? call->body.key_count : call->argument_count;
}

static const char *name_at(const struct rest_call *call, size_t i)
{
	return call->by_json ? call->body.keys[i] : call->arguments[i].name;
}

static bool is_given(const struct rest_call *call, const char *name)
{
	for (size_t i = 0; i < name_count(call); i++) {
		if (strcmp(name_at(call, i), name) == 0)
			return true;
	}
	return false;
}

static bool knows(const struct rest_function *function, const char *name)
{
	for (size_t i = 0; i < function->parameter_count; i++) {
		if (strcmp(function->parameters[i].name, name) == 0)
			return name[0] != '\0';
	}
	return false;
}

static bool fits(const struct rest_function *function, const struct rest_call *call)
{
	for (size_t i = 0; i < function->parameter_count; i++) {
		const struct rest_parameter *parameter = &function->parameters[i];

		if (parameter->name[0] == '\0' ||
		    (parameter->required && !is_given(call, parameter->name)))
			return false;
	}
	for (size_t i = 0; i < name_count(call); i++) {
		if (!knows(function, name_at(call, i)))
			return false;
	}
	return true;
}

/* A single unnamed argument of the type that goes with the body's. */
static bool takes_body(struct rest_planner *p, const struct rest_function *function)
{
	static const struct {
		const char *media, *type;
	} pairs[] = {{"text/plain", "text"},
		     {"text/xml", "xml"},
		     {"application/octet-stream", "bytea"}};
	const struct rest_query *query = p->query;
	const char *type;

	if (fn_request_method(p->req) != FN_POST || function->parameter_count != 1 ||
	    function->parameters[0].name[0] != '\0')
		return false;
	type = function->parameters[0].type;
	if (query->payload_type == REST_PAYLOAD_JSON || query->payload_type == REST_NO_PAYLOAD)
		return strcmp(type, "json") == 0 || strcmp(type, "jsonb") == 0;
	if (query->payload_type != REST_PAYLOAD_RAW || query->payload_media == NULL)
		return false;
	for (size_t i = 0; i < FN_COUNT(pairs); i++) {
		if (strcmp(query->payload_media, pairs[i].media) == 0)
			return strcmp(type, pairs[i].type) == 0;
	}
	return false;
}

/* ---- refusals ---- */

static void say_names(const struct rest_call *call, struct fn_buf *into)
{
	for (size_t i = 0; i < name_count(call); i++) {
		fn_buf_text(into, i > 0 ? ", " : "");
		fn_buf_text(into, name_at(call, i));
	}
}

static struct fn_error *not_found(struct rest_planner *p, const struct rest_call *call)
{
	struct fn_arena *arena = fn_request_arena(p->req);
	const char *schema = p->query->schema, *name = p->query->name, *names;
	struct fn_buf list;
	bool has_names = name_count(call) > 0;

	fn_buf_init(&list, NAMES_MAX);
	say_names(call, &list);
	names = has_names ? fn_arena_text(arena, list.bytes) : "";
	fn_buf_free(&list);
	return rest_fail(
		p->req, 404, "PGRST202",
		fn_arena_format(arena,
				"Could not find the function %s.%s%s%s%s in the schema cache",
				schema, name, has_names ? "(" : " without parameters", names,
				has_names ? ")" : ""),
		fn_arena_format(
			arena,
			"Searched for the function %s.%s %s%s, but no matches were found in "
			"the schema cache.",
			schema, name, has_names ? "with parameters " : "without parameters", names),
		NULL);
}

static struct fn_error *ambiguous(struct rest_planner *p,
				  const struct rest_function *const *candidates,
				  const struct rest_call *call)
{
	struct fn_buf list;
	const char *text;
	bool first = true;

	fn_buf_init(&list, NAMES_MAX);
	for (; *candidates != NULL; candidates++) {
		const struct rest_function *f = *candidates;

		if (!fits(f, call))
			continue;
		fn_buf_format(&list, "%s%s.%s(", first ? "" : ", ", f->schema, f->name);
		first = false;
		for (size_t i = 0; i < f->parameter_count; i++)
			fn_buf_format(&list, "%s%s => %s", i > 0 ? ", " : "", f->parameters[i].name,
				      f->parameters[i].type);
		fn_buf_text(&list, ")");
	}
	text = fn_arena_format(fn_request_arena(p->req),
			       "Could not choose the best candidate function between: %s",
			       list.bytes);
	fn_buf_free(&list);
	return rest_fail(p->req, 300, "PGRST203", text, NULL,
			 "Try renaming the parameters or the function itself in the database so "
			 "function overloading can be resolved");
}

/* ---- arguments ---- */

static struct fn_error *read_arguments(struct rest_planner *p,
				       const struct rest_function *const *all,
				       struct rest_call *call)
{
	const struct rest_query *query = p->query;
	bool is_raw_possible = false;
	struct fn_error *error;

	if (fn_request_method(p->req) != FN_POST) {
		call->arguments = query->arguments;
		call->argument_count = query->argument_count;
		return NULL;
	}
	if (query->payload_type == REST_PAYLOAD_FORM) {
		struct rest_argument *pairs;

		call->argument_count = rest_plan_form(p->req, query->payload, &pairs);
		call->arguments = pairs;
		return NULL;
	}
	for (; all != NULL && *all != NULL; all++)
		is_raw_possible = is_raw_possible || takes_body(p, *all);
	call->by_json = true;
	call->body.json = "{}";
	if (query->payload_type == REST_PAYLOAD_RAW || query->payload.length == 0)
		return NULL;
	error = rest_plan_payload(p, &call->body);
	if (error == NULL || !is_raw_possible)
		return error;
	call->body = (struct rest_body){.json = "{}"}; /* a list of numbers, say */
	return NULL;
}

static void list_given(struct rest_planner *p, struct rest_call *call)
{
	const struct rest_function *f = call->function;

	call->given = fn_arena_alloc(fn_request_arena(p->req),
				     (f->parameter_count + 1) * sizeof(const void *));
	for (size_t i = 0; i < f->parameter_count; i++) {
		if (is_given(call, f->parameters[i].name))
			call->given[call->given_count++] = &f->parameters[i];
	}
}

struct fn_error *rest_plan_choose(struct rest_planner *p, struct rest_call *call)
{
	const struct rest_function *const *all, *const *at;
	size_t fitting = 0;

	all = rest_catalog_functions(p->catalog, p->query->schema, p->query->name);
	FN_TRY(read_arguments(p, all, call));
	for (at = all; at != NULL && *at != NULL && p->query->payload_type != REST_PAYLOAD_RAW;
	     at++) {
		if (!fits(*at, call))
			continue;
		call->function = *at;
		fitting++;
	}
	if (fitting > 1)
		return ambiguous(p, all, call);
	for (at = all; fitting == 0 && at != NULL && *at != NULL; at++) {
		if (!takes_body(p, *at))
			continue;
		call->function = *at;
		call->raw = true;
		return NULL;
	}
	if (fitting == 0)
		return not_found(p, call);
	list_given(p, call);
	return NULL;
}
