/* get-categories: categories with what is coming in each, for every page of the site. */
#include "fn.h"
#include "get-categories.sql.h"
#include "temba_list.h"

static struct fn_error *get_categories(struct fn_request *req)
{
	return temba_list_reply(req,
				&(struct temba_list){.name = "categories:all", .sql = &sql_list});
}

const struct fn_function fn_function = {
	.name = "get-categories",
	.methods = FN_GET,
	.auth = FN_AUTH_NONE,
	.cached = true,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = get_categories,
};
