/* rest_execute.h: a plan in the database: one transaction in the name of one role (contract rest.md
 * 12). */
#ifndef REST_EXECUTE_H
#define REST_EXECUTE_H

#include "rest_auth.h"
#include "rest_catalog.h"
#include "rest_plan.h"
#include "rest_result.h"

struct rest_execute_settings {
	const char *const *extra_search_path; /* after the request's schema; ended by NULL */
	const char *pre_request; /* "schema.function", called in every transaction; NULL = none */
	const char *const *app_settings; /* name, value, ... ended by NULL */
	struct rest_result_settings result;
};

/* Runs the plan, asks rest_reply_check() before anything is kept, and fills in the outcome. */
FN_CHECKED struct fn_error *rest_execute(struct fn_request *req,
					 const struct rest_execute_settings *settings,
					 const struct rest_catalog *catalog,
					 const struct rest_identity *identity,
					 const struct rest_query *query,
					 const struct rest_plan *plan, struct rest_outcome *ret);

#endif
