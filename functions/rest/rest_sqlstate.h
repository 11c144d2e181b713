/* rest_sqlstate.h: which HTTP status a failure of the database is (contract rest.md 10). */
#ifndef REST_SQLSTATE_H
#define REST_SQLSTATE_H

#include <stdbool.h>

#include "fn_script.h"

/* is_anonymous: the statement ran as the anonymous role, whatever token came: a missing right is
 * then 401, because signing in may help. */
int rest_sqlstate_status(const char *sqlstate, const char *message, bool is_anonymous);

/* The answer to a script that did not end well: SQLSTATE, MESSAGE, DETAIL and HINT untouched, or
 * what RAISE SQLSTATE 'PGRST' made up (status, headers and body are then the database's). */
struct fn_error *rest_sqlstate_error(struct fn_request *req, const struct fn_script_result *result,
				     bool is_anonymous);

#endif
