/* rest_cost.h: what one statement of a role may cost by the planner's estimate, before it runs:
 * ALTER ROLE anon SET pgrst.cost_max = '200000'. */
#ifndef REST_COST_H
#define REST_COST_H

#include "fn_script.h"
#include "rest_catalog.h"
#include "rest_plan.h"

/* Asks EXPLAIN in the role's name the first time that this worker meets the statement with limits
 * of this size, and refuses what costs more: 400 54001. Nothing is asked of a role without the
 * setting. settings: the first step of the transaction. */
FN_CHECKED struct fn_error *rest_cost_check(struct fn_request *req, const struct rest_role *role,
					    const struct rest_query *query,
					    const struct rest_plan *plan,
					    const struct fn_script_step *settings);

#endif
