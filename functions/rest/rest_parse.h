/* rest_parse.h: URL and headers -> struct rest_query. Knows nothing of the database. */
#ifndef REST_PARSE_H
#define REST_PARSE_H

#include "fn_request.h"
#include "rest_query.h"

/* What the parser has to know of the configuration. */
struct rest_parse_settings {
	const char *const *schemas; /* exposed, the first is the default; ended by NULL */
	int64_t max_rows;           /* caps every level's limit; 0 = no cap */
	bool tx_override;           /* `Prefer: tx=` counts */
	bool tx_rollback;           /* nothing is kept unless such a preference says so */
	bool plan_enabled;
	bool aggregates_enabled;
	/* a function that answers for the root, and its schema: NULL = that of the request; name
	 * NULL = none */
	const char *root_schema, *root_function;
	size_t depth_max, embeds_max,
		conditions_max; /* ceilings; past them 400 PGRST100 in words */
};

/* Checks in the order of rest.md 2, up to and without the catalog. Errors are made by rest_fail().
 */
FN_CHECKED struct fn_error *rest_parse(struct fn_request *req,
				       const struct rest_parse_settings *settings,
				       struct rest_query *ret);

/* The parts, for their own tests and fuzzers. Each reads one decoded value. */
FN_CHECKED struct fn_error *rest_parse_select(struct fn_request *req, const char *text,
					      struct rest_level *ret);
FN_CHECKED struct fn_error *rest_parse_filter(struct fn_request *req, const char *field,
					      const char *value, struct rest_condition *ret);
FN_CHECKED struct fn_error *rest_parse_logic(struct fn_request *req, const char *key,
					     const char *value, struct rest_condition *ret);
FN_CHECKED struct fn_error *rest_parse_order(struct fn_request *req, const char *text,
					     struct rest_level *ret);
void rest_parse_prefer(struct fn_request *req, const char *header,
		       const struct rest_parse_settings *settings, struct rest_preferences *ret);
void rest_parse_accept(struct fn_request *req, const char *header, const struct rest_accept **ret,
		       size_t *ret_count);

#endif
