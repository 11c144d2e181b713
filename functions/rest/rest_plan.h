/* rest_plan.h: tree + catalog -> one SQL statement with bound values (rest.md 12). Only quoted
 * identifiers found in the catalog, or quoted by rest_sql, and the parser's checked casts go into
 * the text; every value is $n of unknown type. */
#ifndef REST_PLAN_H
#define REST_PLAN_H

#include "rest_capability.h"
#include "rest_catalog.h"
#include "rest_query.h"

struct rest_plan {
	const char *text;          /* the main statement */
	const char *explained;     /* of a plan: the statement without EXPLAIN; else NULL */
	const char *options;       /* of a plan: "analyze|verbose" */
	const char *const *values; /* of $1 ... $n; NULL = SQL NULL */
	size_t value_count;
	/* planned and estimated counts: EXPLAIN (FORMAT JSON) of the query that counts; else NULL.
	 * estimated: `total` stops at max_rows + 1, past max_rows the plan's guess may be larger */
	const char *count_text;
	const char *const *count_values;
	size_t count_value_count;
	bool read_only;
	const struct rest_relation *relation; /* NULL for functions that return no relation */
	const struct rest_function *function; /* of a call */
	enum rest_media media;
	const struct rest_accept *accept; /* the one that `media` came from; NULL = none was sent */
	/* how the body is made of the rows: as `media`, or of a plan as the type that it is for */
	enum rest_media form;
	/* of form REST_OTHER; NULL: the function's own result */
	const struct rest_handler *handler;
	const char *media_type; /* of form REST_OTHER, without parameters */
	bool body_is_hex;       /* of form REST_OTHER: bytes, two digits each */
	bool nulls_stripped;
	bool single; /* the body is one row: exactly one or 406 */
	bool scalar; /* of a call: a bare value */
	bool returns_rows;
	/* when row_by_row: the statement gives one row_to_json per row in column 1 and no envelope;
	 * else one row: total, page_total, body, response_headers, response_status, and for writes
	 * header (the key of a single new row as a JSON object of texts and nulls, for Location;
	 * NULL = no Location) and inserted (how many were new; NULL = all of them) */
	bool row_by_row;
	/* settings of the transaction with what the query names: name, value, ... ended by NULL;
	 * NULL = none */
	const char *const *capabilities;
};

/* The answer is what EXPLAIN says of the statement. */
/* A write or call that touched another number of rows than it may fails with a message that says
 * how many there were: is it this one? */
bool rest_plan_counted(const char *message, int64_t *ret_rows);
static inline bool rest_plan_is_explained(const struct rest_plan *plan)
{
	return plan->media == REST_PLAN_TEXT || plan->media == REST_PLAN_JSON;
}

struct rest_plan_settings {
	int64_t max_rows;
	bool aggregates_enabled;
	const char *const *extra_search_path;
	const struct rest_capability *capabilities; /* NULL = none */
	size_t conditions_max;                      /* the parser's */
};

/* From the catalog on: PGRST205, 200, 201, 202, 203, 204, 108, 118, 123, 105, 115 ... */
FN_CHECKED struct fn_error *rest_plan(struct fn_request *req, const struct rest_catalog *catalog,
				      const struct rest_plan_settings *settings,
				      const struct rest_query *query, struct rest_plan *ret);

#endif
