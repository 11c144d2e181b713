/* rest_options.h: OPTIONS: what can be done with a relation, a function or the root (contract
 * rest.md 9). Preflights never come here: nginx answers them. */
#ifndef REST_OPTIONS_H
#define REST_OPTIONS_H

#include "rest_catalog.h"
#include "rest_query.h"

/* 200 with `Allow` and nothing else; 404 PGRST205 or PGRST202 for what the catalog does not have.
 */
FN_CHECKED struct fn_error *rest_options(struct fn_request *req, const struct rest_catalog *catalog,
					 const struct rest_query *query);

#endif
