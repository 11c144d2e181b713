/* rest_root.h: the root of the data API: its description (rest_openapi.h), or the answer of a
 * function that stands in for it. */
#ifndef REST_ROOT_H
#define REST_ROOT_H

#include "rest_execute.h"
#include "rest_openapi.h"

struct rest_root_settings {
	enum { REST_ROOT_FOLLOW_PRIVILEGES, REST_ROOT_IGNORE_PRIVILEGES, REST_ROOT_DISABLED } mode;
	const char *const *roles; /* that may see the root; ended by NULL; none named = all */
	struct rest_openapi_server server;
	bool security;
	bool has_function; /* a function answers instead, also where the description is off */
	bool many_schemas;
};

/* From the settings of the function, which must make sense: else the process ends. */
void rest_root_read_settings(struct fn_arena *arena, struct rest_root_settings *ret);

/* 404 PGRST126 to whom the root is not shown, as if there were none. */
FN_CHECKED struct fn_error *rest_root_check(struct fn_request *req,
					    const struct rest_root_settings *settings,
					    const struct rest_identity *identity);

/* The description of the request's schema, as far as the caller may use it. */
FN_CHECKED struct fn_error *
rest_root(struct fn_request *req, const struct rest_root_settings *settings,
	  const struct rest_execute_settings *execute, const struct rest_catalog *catalog,
	  const struct rest_identity *identity, const struct rest_query *query);

#endif
