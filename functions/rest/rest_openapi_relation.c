/* rest_openapi_relation.c: a table or view: its rows, its path and the parameters of its own. */
#include <string.h>

#include "rest_openapi_parts.h"

/* ---- rows ---- */

static bool is_key(const struct rest_relation *relation, const struct rest_column *column)
{
	for (size_t i = 0; i < relation->primary_key_count; i++) {
		if (strcmp(relation->primary_key[i], column->name) == 0)
			return true;
	}
	return false;
}

/* The foreign key of this column alone; one to a table is better than one to a view of it. */
static const struct rest_relationship *find_link(const struct rest_openapi *about,
						 const struct rest_relation *relation,
						 const struct rest_column *column)
{
	const struct rest_relationship *links = rest_relation_links(about->catalog, relation);
	const struct rest_relationship *found = NULL;

	for (size_t i = 0; i < relation->relationship_count; i++) {
		const struct rest_relationship *link = &links[i];
		bool holds_key = link->cardinality == REST_M2O ||
				 (link->cardinality == REST_O2O && !link->reverse);

		if (!holds_key || link->pair_count != 1 ||
		    strcmp(link->pairs[0].parent, column->name) != 0)
			continue;
		if (found == NULL || (found->child->is_view && !link->child->is_view))
			found = link;
	}
	return found;
}

/* The comment, and notes that tools look for: <pk/> and <fk/>. */
static const char *describe(const struct rest_openapi *about, const struct rest_relation *relation,
			    const struct rest_column *column)
{
	const struct rest_relationship *link = find_link(about, relation, column);
	bool key = is_key(relation, column);
	const char *notes = "";

	if (!key && link == NULL)
		return column->description;
	if (link != NULL)
		notes = fn_arena_format(about->arena,
					"\nThis is a Foreign Key to `%s.%s`.<fk table='%s' "
					"column='%s'/>",
					link->child->name, link->pairs[0].child, link->child->name,
					link->pairs[0].child);
	return fn_arena_format(about->arena, "%s%sNote:%s%s",
			       column->description != NULL ? column->description : "",
			       column->description != NULL ? "\n\n" : "",
			       key ? "\nThis is a Primary Key.<pk/>" : "", notes);
}

static struct json_object *property(const struct rest_openapi *about,
				    const struct rest_relation *relation,
				    const struct rest_column *column)
{
	struct json_object *made = fn_json_object(NULL, 0);

	rest_openapi_put_default(about->arena, made, column);
	rest_openapi_text(made, "description", describe(about, relation, column));
	if (column->enum_values != NULL)
		rest_openapi_list(made, "enum", rest_openapi_texts(column->enum_values));
	if (column->max_length > 0)
		fn_json_set(made, fn_json_int("maxLength", column->max_length));
	rest_openapi_put_type(about->arena, made, column->base_type);
	return made;
}

struct json_object *rest_openapi_definition(const struct rest_openapi *about,
					    const struct rest_relation *relation)
{
	struct json_object *made = fn_json_object(NULL, 0), *required = fn_json_array();
	struct json_object *properties = fn_json_object(NULL, 0);

	for (size_t i = 0; i < relation->column_count; i++) {
		const struct rest_column *column = &relation->columns[i];

		if (!column->nullable)
			fn_json_append(required, fn_json_from_text(column->name));
		fn_json_set(properties,
			    fn_json_value(column->name, property(about, relation, column)));
	}
	rest_openapi_text(made, "description", relation->description);
	rest_openapi_list(made, "required", required);
	fn_json_set(made, fn_json_value("properties", properties));
	fn_json_set(made, fn_json_string("type", "object"));
	return made;
}

/* ---- parameters ---- */

static const char *filter_name(const struct rest_openapi *about,
			       const struct rest_relation *relation,
			       const struct rest_column *column)
{
	return fn_arena_format(about->arena, "rowFilter.%s.%s", relation->name, column->name);
}

static const char *body_name(const struct rest_openapi *about, const struct rest_relation *relation)
{
	return fn_arena_format(about->arena, "body.%s", relation->name);
}

void rest_openapi_parameters_of(const struct rest_openapi *about, struct json_object *parameters,
				const struct rest_relation *relation)
{
	struct json_object *made =
		FN_OBJECT(fn_json_string("name", relation->name),
			  fn_json_string("description", relation->name),
			  fn_json_bool("required", false), fn_json_string("in", "body"),
			  fn_json_value("schema", rest_openapi_ref(about->arena, "definitions",
								   relation->name)));

	fn_json_set(parameters, fn_json_value(body_name(about, relation), made));
	for (size_t i = 0; i < relation->column_count; i++) {
		const struct rest_column *column = &relation->columns[i];

		made = FN_OBJECT(fn_json_string("name", column->name),
				 fn_json_bool("required", false), fn_json_string("in", "query"),
				 fn_json_string("type", "string"));
		rest_openapi_text(made, "description", column->description);
		fn_json_set(parameters, fn_json_value(filter_name(about, relation, column), made));
	}
}

/* ---- the path ---- */

static void add(const struct rest_openapi *about, struct json_object *list, const char *name)
{
	fn_json_append(list, rest_openapi_ref(about->arena, "parameters", name));
}

static void add_filters(const struct rest_openapi *about, struct json_object *list,
			const struct rest_relation *relation)
{
	for (size_t i = 0; i < relation->column_count; i++)
		add(about, list, filter_name(about, relation, &relation->columns[i]));
}

/* Takes both. */
static struct fn_member operation(const struct rest_openapi *about, const char *method,
				  const struct rest_relation *relation,
				  struct json_object *parameters, struct json_object *responses)
{
	const char *const tags[] = {relation->name, NULL};
	struct json_object *made = FN_OBJECT(fn_json_value("tags", rest_openapi_texts(tags)));

	rest_openapi_comment(about->arena, made, relation->description, "summary", "description");
	fn_json_set(made, fn_json_value("parameters", parameters));
	fn_json_set(made, fn_json_value("responses", responses));
	return fn_json_value(method, made);
}

static struct fn_member get(const struct rest_openapi *about, const struct rest_relation *relation)
{
	static const char *const shared[] = {"select", "order", "range",      "rangeUnit",
					     "offset", "limit", "preferCount"};
	struct json_object *parameters = fn_json_array(), *rows, *responses;

	add_filters(about, parameters, relation);
	for (size_t i = 0; i < FN_COUNT(shared); i++)
		add(about, parameters, shared[i]);
	rows = FN_OBJECT(fn_json_string("type", "array"),
			 fn_json_value("items", rest_openapi_ref(about->arena, "definitions",
								 relation->name)));
	responses = rest_openapi_answer("206", "Partial Content");
	fn_json_set(responses, fn_json_value("200", FN_OBJECT(fn_json_string("description", "OK"),
							      fn_json_value("schema", rows))));
	return operation(about, "get", relation, parameters, responses);
}

static struct fn_member post(const struct rest_openapi *about, const struct rest_relation *relation)
{
	struct json_object *parameters = fn_json_array();

	add(about, parameters, body_name(about, relation));
	add(about, parameters, "select");
	add(about, parameters, "preferPost");
	return operation(about, "post", relation, parameters,
			 rest_openapi_answer("201", "Created"));
}

static struct fn_member change(const struct rest_openapi *about, const char *method,
			       const struct rest_relation *relation, bool has_body)
{
	struct json_object *parameters = fn_json_array();

	add_filters(about, parameters, relation);
	if (has_body)
		add(about, parameters, body_name(about, relation));
	add(about, parameters, "preferReturn");
	return operation(about, method, relation, parameters,
			 rest_openapi_answer("204", "No Content"));
}

struct json_object *rest_openapi_relation(const struct rest_openapi *about,
					  const struct rest_relation *relation)
{
	struct json_object *made = FN_OBJECT(get(about, relation));

	if (relation->insertable)
		fn_json_set(made, post(about, relation));
	if (relation->updatable)
		fn_json_set(made, change(about, "patch", relation, true));
	if (relation->deletable)
		fn_json_set(made, change(about, "delete", relation, false));
	return made;
}
