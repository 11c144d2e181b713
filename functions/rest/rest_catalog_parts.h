/* rest_catalog_parts.h: the inside of the catalog: facts, as the database tells them row by row,
 * and what is made of them. Tests write facts by hand and build a catalog without a database. */
#ifndef REST_CATALOG_PARTS_H
#define REST_CATALOG_PARTS_H

#include "rest_catalog.h"

enum { REST_KEY_COLUMNS_MAX = 32 }; /* INDEX_MAX_KEYS of PostgreSQL */

/* Pointers in facts are kept by the catalog; the arrays of facts themselves are not. */
struct rest_fact_relation {
	uint32_t oid;
	struct rest_relation relation; /* without columns, keys and relationships */
};
struct rest_fact_column {
	uint32_t relation;
	int number;
	struct rest_column column;
};
/* Column `number` of a view shows `column` of `relation`, which may be a view again. */
struct rest_fact_origin {
	uint32_t view;
	int number;
	uint32_t relation;
	int column;
};
struct rest_fact_key {
	char kind; /* 'p' primary, 'u' unique, 'f' foreign */
	const char *name;
	uint32_t relation, foreign;
	const int *columns, *foreign_columns;
	size_t column_count;
};
struct rest_fact_computed {
	const char *schema, *function;
	uint32_t from, to;
	bool to_one;
};
struct rest_fact_function {
	uint32_t returns; /* relation whose rows come back; 0 = none */
	struct rest_function function;
};
struct rest_fact_handler {
	uint32_t relation; /* 0 = rows of any kind */
	struct rest_handler handler;
};
struct rest_facts {
	const struct rest_fact_relation *relations; /* by schema and name */
	size_t relation_count;
	const struct rest_fact_column *columns; /* by relation and number */
	size_t column_count;
	const struct rest_fact_origin *origins; /* by view and number */
	size_t origin_count;
	const struct rest_fact_key *keys;
	size_t key_count;
	const struct rest_fact_computed *computed;
	size_t computed_count;
	const struct rest_fact_function *functions; /* by schema and name */
	size_t function_count;
	const struct rest_fact_handler *handlers;
	size_t handler_count;
	const struct rest_role *roles; /* by name */
	size_t role_count;
};

/* What is found by name lies sorted, and is found by halving. */
struct rest_catalog {
	struct rest_relation *relations;
	const struct rest_relation **relation_list;
	size_t relation_count;
	const struct rest_relationship *relationships; /* each parent's together */
	size_t relationship_count;
	struct rest_function *functions;
	const struct rest_function **function_list;
	size_t function_count;
	const struct rest_function **overloads; /* as the list, with NULL after each name's last */
	const uint32_t *overloads_at;           /* of the function of that place */
	struct rest_handler *handlers;          /* few: looked for one by one */
	size_t handler_count;
	const struct rest_role *roles;
	size_t role_count;
};

/* The catalog lives in `arena`; what is only needed on the way in `scratch`. */
const struct rest_catalog *rest_catalog_build(struct fn_arena *scratch, struct fn_arena *arena,
					      const struct rest_facts *facts);

/* ---- steps of building ---- */

/* Columns of relations as tables show them, and as views do that show columns of tables. */
struct rest_sides;
struct rest_side {
	struct rest_relation *relation;
	const char **columns; /* names here of the columns that were asked for */
};
struct rest_sides *rest_sides_new(struct fn_arena *scratch, const struct rest_facts *facts,
				  struct rest_relation *relations);
/* The relation of that oid, or NULL when it is not exposed. */
struct rest_relation *rest_sides_relation(const struct rest_sides *sides, uint32_t oid);
/* Every exposed relation that shows all these columns of `table`, under every choice of names where
 * a view shows a column twice. */
size_t rest_sides_of(struct rest_sides *sides, uint32_t table, const int *columns, size_t count,
		     struct rest_side **ret);

/* Reads a view's query as the database keeps it: which columns it shows. Returns how many; more
 * than `max` are left out. */
size_t rest_catalog_read_view(const char *tree, uint32_t view, struct rest_fact_origin *ret,
			      size_t max);

/* Finds all relationships and gives each relation its own. */
void rest_catalog_relate(struct fn_arena *scratch, struct fn_arena *arena,
			 const struct rest_facts *facts, struct rest_sides *sides,
			 struct rest_catalog *catalog);

/* Room for one more element in an array that holds `count`; what was there is copied over. */
void *rest_catalog_room(struct fn_arena *arena, void *array, size_t count, size_t size);

#endif
