/* rest_reply.h: what the statement gave -> status, headers and body (contract rest.md 2, 5, 8, 9).
 */
#ifndef REST_REPLY_H
#define REST_REPLY_H

#include "rest_plan.h"
#include "rest_query.h"

struct rest_outcome {
	bool has_total; /* of all rows that match, when somebody counted */
	int64_t total;
	int64_t rows; /* read, written, or returned by a function */
	const char *body;
	size_t body_length;
	struct fn_spool *spool; /* the body, when it was made row by row or made over; else NULL */
	/* the key of the one row inserted: a JSON object of texts and nulls; or NULL */
	const char *location;
	bool inserted; /* an upsert or PUT made at least one new row */
	const char *response_headers, *response_status; /* as SQL set them, or NULL */
};

/* Refusals that depend on the number of rows: not exactly one for an object, more than
 * max-affected. Asked before COMMIT, because what was written must then be undone. */
FN_CHECKED struct fn_error *rest_reply_check(struct fn_request *req, const struct rest_query *query,
					     const struct rest_plan *plan,
					     const struct rest_outcome *outcome);

/* many_schemas: more than one is configured, so answers name theirs. */
FN_CHECKED struct fn_error *rest_reply(struct fn_request *req, const struct rest_query *query,
				       const struct rest_plan *plan,
				       const struct rest_outcome *outcome, bool many_schemas);

#endif
