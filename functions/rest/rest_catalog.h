/* rest_catalog.h: what the database offers, read once per generation in the template (rest.md 6.1,
 * 13) and shared by the workers: relations of the exposed schemas with columns, keys and
 * relationships, and functions. Not filtered by privilege: refusing is the database's. Read only
 * after loading. */
#ifndef REST_CATALOG_H
#define REST_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_db.h"

struct rest_column {
	const char *name;
	const char *type;      /* qualified, with its modifier, ready for a record definition:
				  character(5) */
	const char *base_type; /* without domains and modifiers: "integer", "jsonb", "tsvector" */
	const char *default_text; /* SQL of the default, NULL = none */
	const char *description;
	bool nullable, is_array, is_composite, generated;
	const char *const *enum_values; /* ended by NULL; NULL = no enum */
	int max_length;                 /* characters or bits; 0 = as many as you like */
};
struct rest_relation {
	const char *schema, *name, *description;
	bool is_view, insertable, updatable, deletable;
	bool insert_by_trigger; /* INSTEAD OF INSERT: such a view takes no ON CONFLICT */
	const struct rest_column *columns;
	size_t column_count;
	const uint16_t *by_name; /* places of the columns in the order of their names; NULL = not
				    sorted, looked for one by one */
	const char *const *primary_key; /* column names; also a view's, through its base table */
	size_t primary_key_count;
	size_t first_relationship,
		relationship_count; /* those whose parent it is, in the catalog's array */
};

enum rest_cardinality { REST_O2M = 1, REST_M2O, REST_O2O, REST_M2M, REST_COMPUTED };
struct rest_pair {
	const char *parent,
		*child; /* columns joined; for m2m: of the one side and of the junction */
};
struct rest_relationship {
	enum rest_cardinality cardinality;
	const struct rest_relation *parent, *child;
	bool self;               /* conrelid = confrelid */
	bool reverse;            /* the child holds the foreign key: o2m, one side of o2o */
	bool child_is_view_side; /* constraint and column names cannot name it: the foreign side is
				    a view */
	const char *constraint;  /* m2m: of the first key; computed: NULL */
	const struct rest_pair *pairs; /* parent to child; m2m: parent to junction */
	size_t pair_count;
	/* m2m */
	const char *junction_schema, *junction, *second_constraint;
	const struct rest_pair *second_pairs; /* junction (as parent) to child */
	size_t second_pair_count;
	/* computed */
	const char *function_schema, *function;
	bool to_one; /* computed only; the others know by their cardinality */
};

struct rest_parameter {
	const char *name; /* "" = unnamed */
	const char
		*type; /* qualified, ready for a cast; bit and character as their varying kinds */
	bool required, variadic;
};
enum rest_volatility { REST_IMMUTABLE = 1, REST_STABLE, REST_VOLATILE };
enum rest_result { REST_RESULT_VOID = 1, REST_RESULT_SCALAR, REST_RESULT_COMPOSITE };
struct rest_function {
	uint32_t oid; /* tells overloads apart */
	const char *schema, *name, *description;
	const struct rest_parameter *parameters;
	size_t parameter_count;
	enum rest_result result;
	bool is_set;
	const struct rest_relation
		*returns;        /* rows of this relation: embeds start there; NULL = none */
	const char *result_type; /* qualified */
	/* the result is a domain named like this media type, small letters: the answer itself, not
	 * JSON of it. NULL = no such domain */
	const char *media;
	bool media_bytes; /* over bytea */
	enum rest_volatility volatility;
	/* the function's own SET, hoisted to the transaction: name, value, ... ended by NULL */
	const char *const *settings;
};

/* An aggregate that makes a media type out of rows: its result is a domain of that name. */
struct rest_handler {
	const char *schema, *name;
	const char *media; /* small letters; REST_ANY_MEDIA = whatever is asked */
	const struct rest_relation *relation; /* NULL = rows of any kind */
	bool bytes;                           /* over bytea */
};
#define REST_ANY_MEDIA "*/*"

struct rest_role {
	const char *name;
	const char *const
		*settings; /* rolconfig: name, value, ... ended by NULL (statement_timeout ...) */
};

struct rest_catalog; /* opaque */

struct rest_catalog_settings {
	const char *const *schemas; /* exposed; ended by NULL */
	const char *const *extra_search_path;
};
/* Reads everything over an open connection with an empty search path; the arena lives as long as
 * the process. NULL with a reason when the database does not answer or refuses. */
const struct rest_catalog *rest_catalog_load(struct fn_request *req, struct fn_arena *arena,
					     const struct rest_catalog_settings *settings,
					     struct fn_error **ret_error);

const struct rest_relation *rest_catalog_relation(const struct rest_catalog *catalog,
						  const char *schema, const char *name);
const struct rest_column *rest_relation_column(const struct rest_relation *relation,
					       const char *name);
/* All overloads of a name; ended by NULL. */
const struct rest_function *const *rest_catalog_functions(const struct rest_catalog *catalog,
							  const char *schema, const char *name);
const struct rest_role *rest_catalog_role(const struct rest_catalog *catalog, const char *name);
/* relation NULL: those for rows of any kind. NULL when there is none. */
const struct rest_handler *rest_catalog_handler(const struct rest_catalog *catalog,
						const struct rest_relation *relation,
						const char *media);
/* Every relation and function of a schema, by name, for the OpenAPI root. */
size_t rest_catalog_relations(const struct rest_catalog *catalog, const char *schema,
			      const struct rest_relation *const **ret);
size_t rest_catalog_all_functions(const struct rest_catalog *catalog, const char *schema,
				  const struct rest_function *const **ret);

/* The relationship meant by parent?select=target!hint() by the rules of rest.md 6.2. None: 400
 * PGRST200; several: 300 PGRST201 with the candidates. */
FN_CHECKED struct fn_error *rest_catalog_find(struct fn_request *req,
					      const struct rest_catalog *catalog,
					      const struct rest_relation *parent,
					      const char *target, const char *hint,
					      const struct rest_relationship **ret);
/* Those whose parent it is; `count` of them. */
const struct rest_relationship *rest_relation_links(const struct rest_catalog *catalog,
						    const struct rest_relation *relation);
bool rest_is_to_one(const struct rest_relationship *relationship);

#endif
