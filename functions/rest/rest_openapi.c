/* rest_openapi.c: the description as a whole. */
#include "rest_openapi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rest_openapi_parts.h"

enum { OID_MAX = 16, PORT_LAST = 65535 };

/* The PostgREST whose words these are. */
static const char spoken_version[] = "13.0";

bool rest_openapi_server(struct fn_arena *arena, const char *url, struct rest_openapi_server *ret)
{
	const char *begin = strstr(url, "://"), *path, *port;
	long number;
	char *end;

	if (begin == NULL || strpbrk(url, "?# ") != NULL)
		return false;
	ret->scheme = fn_arena_copy(arena, url, (size_t)(begin - url));
	begin += 3;
	path = begin + strcspn(begin, "/");
	port = begin + (*begin == '[' ? strcspn(begin, "]") : 0);
	port += strcspn(port, ":/");
	if ((strcmp(ret->scheme, "http") != 0 && strcmp(ret->scheme, "https") != 0) ||
	    port == begin || strchr(begin, '@') != NULL)
		return false;
	number = strcmp(ret->scheme, "https") == 0 ? 443 : 80;
	if (*port == ':') {
		number = strtol(port + 1, &end, 10);
		if (end != path || end == port + 1 || number < 1 || number > PORT_LAST)
			return false;
	}
	ret->host = fn_arena_format(arena, "%.*s:%ld", (int)(port - begin), begin, number);
	ret->path = *path == '\0' ? "/" : fn_arena_text(arena, path);
	return true;
}

/* ---- what is shown ---- */

static bool is_shown(const struct json_object *all, const char *name)
{
	return fn_json_true(fn_json_get(all, name));
}

static bool is_function_shown(const struct rest_openapi *about,
			      const struct rest_function *function)
{
	char oid[OID_MAX];

	(void)snprintf(oid, sizeof(oid), "%" PRIu32, function->oid);
	return is_shown(about->functions, oid);
}

static void add_relations(const struct rest_openapi *about, struct json_object *paths,
			  struct json_object *definitions, struct json_object *parameters)
{
	const struct rest_relation *const *list;
	size_t count = rest_catalog_relations(about->catalog, about->schema, &list);

	for (size_t i = 0; i < count; i++) {
		const struct rest_relation *relation = list[i];

		if (!is_shown(about->relations, relation->name))
			continue;
		fn_json_set(paths,
			    fn_json_value(fn_arena_format(about->arena, "/%s", relation->name),
					  rest_openapi_relation(about, relation)));
		fn_json_set(definitions, fn_json_value(relation->name,
						       rest_openapi_definition(about, relation)));
		rest_openapi_parameters_of(about, parameters, relation);
	}
}

/* A path has room for one function: of overloads the one that takes most. */
static void add_functions(const struct rest_openapi *about, struct json_object *paths)
{
	const struct rest_function *const *list, *shown = NULL;
	size_t count = rest_catalog_all_functions(about->catalog, about->schema, &list);

	for (size_t i = 0; i < count; i++) {
		const struct rest_function *function = list[i];

		if (is_function_shown(about, function) &&
		    (shown == NULL || function->parameter_count >= shown->parameter_count))
			shown = function;
		if (i + 1 < count && strcmp(list[i + 1]->name, function->name) == 0)
			continue;
		if (shown != NULL)
			fn_json_set(paths, fn_json_value(fn_arena_format(about->arena, "/rpc/%s",
									 shown->name),
							 rest_openapi_call(about, shown)));
		shown = NULL;
	}
}

/* ---- the frame ---- */

static struct json_object *root_path(void)
{
	static const char *const tags[] = {"Introspection", NULL};
	static const char *const types[] = {"application/openapi+json", "application/json", NULL};
	struct json_object *get =
		FN_OBJECT(fn_json_value("tags", rest_openapi_texts(tags)),
			  fn_json_string("summary", "OpenAPI description (this document)"),
			  fn_json_value("produces", rest_openapi_texts(types)),
			  fn_json_value("responses", rest_openapi_answer("200", "OK")));

	return FN_OBJECT(fn_json_value("get", get));
}

static struct json_object *info(const struct rest_openapi *about)
{
	struct json_object *made =
		FN_OBJECT(fn_json_string("title", "PostgREST API"),
			  fn_json_string("description",
					 "Tables, views and functions of a database schema"),
			  fn_json_string("version", spoken_version));

	rest_openapi_comment(about->arena, made, about->comment, "title", "description");
	return made;
}

static void add_security(struct json_object *document)
{
	struct json_object *list = fn_json_array();
	struct json_object *scheme =
		FN_OBJECT(fn_json_string("type", "apiKey"), fn_json_string("in", "header"),
			  fn_json_string("name", "Authorization"),
			  fn_json_string("description", "Add the token prepending \"Bearer \" "
							"(without quotes) to it"));

	fn_json_append(list, FN_OBJECT(fn_json_value("JWT", fn_json_array())));
	fn_json_set(document,
		    fn_json_value("securityDefinitions", FN_OBJECT(fn_json_value("JWT", scheme))));
	fn_json_set(document, fn_json_value("security", list));
}

struct json_object *rest_openapi(const struct rest_openapi *about)
{
	const char *const schemes[] = {about->server->scheme, NULL};
	struct json_object *paths = FN_OBJECT(fn_json_value("/", root_path()));
	struct json_object *definitions = fn_json_object(NULL, 0);
	struct json_object *parameters = rest_openapi_parameters();
	struct json_object *document =
		FN_OBJECT(fn_json_string("swagger", "2.0"), fn_json_value("info", info(about)),
			  fn_json_string("host", about->server->host),
			  fn_json_string("basePath", about->server->path),
			  fn_json_value("schemes", rest_openapi_texts(schemes)),
			  fn_json_value("consumes", rest_openapi_media(true)),
			  fn_json_value("produces", rest_openapi_media(true)),
			  fn_json_value("paths", paths), fn_json_value("definitions", definitions),
			  fn_json_value("parameters", parameters));

	fn_json_keep(about->arena, document);
	add_relations(about, paths, definitions, parameters);
	add_functions(about, paths);
	if (about->security)
		add_security(document);
	fn_json_set(document,
		    fn_json_value("externalDocs",
				  FN_OBJECT(fn_json_string("description",
							   "PostgREST Documentation"),
					    fn_json_string("url", "https://postgrest.org/en/stable/"
								  "references/api.html"))));
	return document;
}
