/* rest_openapi_call.c: the path of a function. */
#include <string.h>

#include "rest_openapi_parts.h"

/* It takes the whole body as it is, whatever the type says. */
static bool takes_body(const struct rest_function *function)
{
	return function->parameter_count == 1 && function->parameters[0].name[0] == '\0';
}

/* In a query an array is written {a,b}, and anything (json) as text. */
static struct json_object *argument(struct fn_arena *arena, const struct rest_parameter *parameter)
{
	const char *type = rest_openapi_type(parameter->type);
	struct json_object *made = FN_OBJECT(fn_json_string("name", parameter->name),
					     fn_json_bool("required", parameter->required),
					     fn_json_string("in", "query")),
			   *items;

	if (!parameter->variadic) {
		bool is_text = type == NULL || strcmp(type, "array") == 0;

		fn_json_set(made, fn_json_string("format", parameter->type));
		fn_json_set(made, fn_json_string("type", is_text ? "string" : type));
		return made;
	}
	items = FN_OBJECT(fn_json_string("format", rest_openapi_element(arena, parameter->type)));
	rest_openapi_text(items, "type",
			  rest_openapi_type(rest_openapi_element(arena, parameter->type)));
	fn_json_set(made, fn_json_string("type", "array"));
	fn_json_set(made, fn_json_string("collectionFormat", "multi"));
	fn_json_set(made, fn_json_value("items", items));
	return made;
}

static struct json_object *arguments(struct fn_arena *arena, const struct rest_function *function)
{
	struct json_object *list = fn_json_array();

	for (size_t i = 0; i < function->parameter_count; i++)
		fn_json_append(list, argument(arena, &function->parameters[i]));
	return list;
}

static struct json_object *body(struct fn_arena *arena, const struct rest_function *function)
{
	struct json_object *made = fn_json_object(NULL, 0), *required, *properties;

	rest_openapi_text(made, "description", function->description);
	if (takes_body(function)) {
		rest_openapi_put_type(arena, made, function->parameters[0].type);
		return made;
	}
	required = fn_json_array();
	properties = fn_json_object(NULL, 0);
	for (size_t i = 0; i < function->parameter_count; i++) {
		const struct rest_parameter *parameter = &function->parameters[i];
		struct json_object *property = fn_json_object(NULL, 0);

		rest_openapi_put_type(arena, property, parameter->type);
		fn_json_set(properties, fn_json_value(parameter->name, property));
		if (parameter->required)
			fn_json_append(required, fn_json_from_text(parameter->name));
	}
	rest_openapi_list(made, "required", required);
	rest_openapi_list(made, "properties", properties);
	fn_json_set(made, fn_json_string("type", "object"));
	return made;
}

static struct fn_member operation(const struct rest_openapi *about, const char *method,
				  const struct rest_function *function,
				  struct json_object *parameters)
{
	const char *const tags[] = {fn_arena_format(about->arena, "(rpc) %s", function->name),
				    NULL};
	struct json_object *made = FN_OBJECT(fn_json_value("tags", rest_openapi_texts(tags)));

	rest_openapi_comment(about->arena, made, function->description, "summary", "description");
	fn_json_set(made, fn_json_value("produces", rest_openapi_media(false)));
	rest_openapi_list(made, "parameters", parameters);
	fn_json_set(made, fn_json_value("responses", rest_openapi_answer("200", "OK")));
	return fn_json_value(method, made);
}

struct json_object *rest_openapi_call(const struct rest_openapi *about,
				      const struct rest_function *function)
{
	struct json_object *made = fn_json_object(NULL, 0), *parameters = fn_json_array();

	fn_json_append(parameters,
		       FN_OBJECT(fn_json_string("name", "args"), fn_json_bool("required", true),
				 fn_json_string("in", "body"),
				 fn_json_value("schema", body(about->arena, function))));
	fn_json_append(parameters, rest_openapi_ref(about->arena, "parameters", "preferParams"));
	if (function->volatility != REST_VOLATILE && !takes_body(function))
		fn_json_set(made,
			    operation(about, "get", function, arguments(about->arena, function)));
	fn_json_set(made, operation(about, "post", function, parameters));
	return made;
}
