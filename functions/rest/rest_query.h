/* rest_query.h: a request to the data API as a plain tree. The parser makes it out of URL and
 * headers (contract rest.md 1 to 9), the planner reads it. Nothing here has been looked up in the
 * catalog: names are what the client wrote. All memory is the request's arena's; lists are arrays
 * with a count. */
#ifndef REST_QUERY_H
#define REST_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fn_text.h"

/* ---- a column and the way into its JSON ---- */

struct rest_step {
	const char *key; /* NULL: an index */
	int64_t index;
	bool as_text; /* ->> */
};
struct rest_field {
	const char *name;
	const struct rest_step *steps;
	size_t step_count;
};

/* ---- filters ---- */

enum rest_operator {
	REST_EQ = 1,
	REST_NEQ,
	REST_GT,
	REST_GTE,
	REST_LT,
	REST_LTE,
	REST_LIKE,
	REST_ILIKE,
	REST_MATCH,
	REST_IMATCH,
	REST_IN,
	REST_IS,
	REST_ISDISTINCT,
	REST_FTS,
	REST_PLFTS,
	REST_PHFTS,
	REST_WFTS,
	REST_CS,
	REST_CD,
	REST_OV,
	REST_SL,
	REST_SR,
	REST_NXL,
	REST_NXR,
	REST_ADJ,
};
enum rest_is { REST_IS_NULL = 1, REST_IS_NOT_NULL, REST_IS_TRUE, REST_IS_FALSE, REST_IS_UNKNOWN };
enum rest_quantifier { REST_EACH, REST_ANY, REST_ALL };
enum rest_node { REST_FILTER = 1, REST_AND, REST_OR };

struct rest_condition {
	enum rest_node node;
	bool negated; /* not.and(...), not.or(...), not.eq... */
	/* REST_AND, REST_OR */
	const struct rest_condition *children;
	size_t child_count;
	/* REST_FILTER */
	struct rest_field field; /* may name an embed: `clients=is.null` */
	enum rest_operator operator;
	enum rest_quantifier quantifier;
	enum rest_is is;
	const char *language;    /* fts(english); NULL = none */
	const char *value;       /* like: `*` has become `%`; NULL for in and is */
	const char *const *list; /* in: elements, unquoted */
	size_t list_count;
};

/* ---- one level: the root, or what an embed selects ---- */

enum rest_aggregate { REST_NO_AGGREGATE, REST_SUM, REST_AVG, REST_MIN, REST_MAX, REST_COUNT };
enum rest_item_kind { REST_STAR = 1, REST_FIELD, REST_COUNT_ALL, REST_EMBED, REST_SPREAD };

struct rest_level;
struct rest_item {
	enum rest_item_kind kind;
	const char *alias; /* NULL = none */
	/* REST_FIELD, REST_COUNT_ALL */
	struct rest_field field;
	const char
		*cast; /* of the field, before the aggregate; only letters, digits, _ and blanks */
	enum rest_aggregate aggregate;
	const char *aggregate_cast; /* also of count() */
	/* REST_EMBED, REST_SPREAD */
	const char *target, *hint; /* hint NULL = none */
	bool inner;
	struct rest_level *level;
};

enum rest_direction { REST_DEFAULT_DIRECTION, REST_ASC, REST_DESC };
enum rest_nulls { REST_DEFAULT_NULLS, REST_NULLS_FIRST, REST_NULLS_LAST };
struct rest_order {
	const char
		*embed; /* `order=clients(name)`: a column of a to-one embed; NULL = own column */
	struct rest_field field;
	enum rest_direction direction;
	enum rest_nulls nulls;
};

struct rest_level {
	const struct rest_item *items;
	size_t item_count;                       /* 0: `embed()` */
	const struct rest_condition *conditions; /* all must hold */
	size_t condition_count;
	const struct rest_order *orders;
	size_t order_count;
	bool has_limit;
	int64_t limit;  /* >= 0 */
	int64_t offset; /* >= 0; 0 = none */
};

/* ---- the whole request ---- */

enum rest_action {
	REST_READ = 1, /* GET, HEAD on a relation */
	REST_CREATE,   /* POST: insert or upsert */
	REST_UPDATE,   /* PATCH */
	REST_PUT,
	REST_DELETE,
	REST_CALL,    /* a function */
	REST_OPTIONS, /* of a relation, a function or the root */
	REST_ROOT,    /* the OpenAPI description */
};
enum rest_media {
	REST_JSON = 1, /* an array */
	REST_OBJECT,   /* application/vnd.pgrst.object+json */
	REST_CSV,
	REST_GEOJSON,
	REST_PLAN_TEXT,
	REST_PLAN_JSON,
	REST_OTHER, /* by a handler */
};
enum rest_payload {
	REST_NO_PAYLOAD,
	REST_PAYLOAD_JSON,
	REST_PAYLOAD_CSV,
	REST_PAYLOAD_FORM,
	REST_PAYLOAD_RAW
};
enum rest_return { REST_RETURN_MINIMAL, REST_RETURN_HEADERS, REST_RETURN_ROWS };
enum rest_count { REST_NO_COUNT, REST_COUNT_EXACT, REST_COUNT_PLANNED, REST_COUNT_ESTIMATED };
enum rest_resolution { REST_NO_RESOLUTION, REST_MERGE_DUPLICATES, REST_IGNORE_DUPLICATES };

/* Each with `given`, because Preference-Applied repeats what was asked and counted. */
struct rest_preferences {
	enum rest_resolution resolution;
	bool missing_default, missing_given;
	enum rest_return returns;
	bool return_given;
	enum rest_count count;
	bool rollback, tx_given;
	bool strict, handling_given;
	const char *timezone; /* NULL = not given */
	bool has_max_affected;
	int64_t max_affected;
	const char *unknown; /* those that nobody knows, ", " between; NULL = none (PGRST122 under
				strict) */
};

struct rest_accept {
	enum rest_media media;
	bool nulls_stripped;
	const char *name;           /* as written, for REST_OTHER and messages */
	const char *plan_for;       /* of a plan: the media type whose statement is explained */
	enum rest_media plan_media; /* that of plan_for */
	const char *plan_options;   /* "analyze|verbose"; "" = none */
};

struct rest_argument {
	const char *name, *value; /* of a function called by GET, or by a form; a repeated name
				     stands twice */
};

struct rest_query {
	enum rest_action action;
	bool head;          /* answer without a body */
	bool is_call;       /* OPTIONS: of a function */
	bool is_root;       /* of the root: its description, or the function that stands in */
	const char *schema; /* that of the profile header, or the first configured */
	bool profile_given;
	const char *name; /* relation or function; NULL for the root */
	struct rest_level *root;
	bool has_select;
	const struct rest_argument *arguments;
	size_t argument_count;
	const char *const *columns; /* columns=; NULL = not given */
	size_t column_count;
	const char *const *on_conflict; /* NULL = not given */
	size_t on_conflict_count;
	bool has_logic; /* and= or or= at the root: PUT refuses it */
	struct rest_preferences prefer;
	const struct rest_accept *accepts; /* best first */
	size_t accept_count;
	enum rest_payload payload_type;
	const char *payload_media; /* media type of a raw payload, lower case */
	struct fn_bytes payload;
	const char *warning;          /* of something that will not work for ever; NULL = none */
	const char *content_location; /* "/t?..." with the parameters sorted by name */
};

#endif
