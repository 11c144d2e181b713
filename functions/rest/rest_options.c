/* rest_options.c: OPTIONS: what the catalog says can be done with a relation, a function or the
 * root. */
#include "rest_options.h"

#include "fn_reply.h"
#include "rest_error.h"

/* A PUT writes one row or makes it, and finds it by its key. */
static const char *allowed_on_relation(struct fn_arena *arena, const struct rest_relation *relation)
{
	bool puts = relation->insertable && relation->updatable && relation->primary_key_count > 0;

	return fn_arena_format(arena, "OPTIONS,GET,HEAD%s%s%s%s",
			       relation->insertable ? ",POST" : "", puts ? ",PUT" : "",
			       relation->updatable ? ",PATCH" : "",
			       relation->deletable ? ",DELETE" : "");
}

/* GET and HEAD run read only, so an overload that may write is nothing for them. */
static const char *allowed_on_function(const struct rest_function *const *overloads)
{
	for (; *overloads != NULL; overloads++) {
		if ((*overloads)->volatility != REST_VOLATILE)
			return "OPTIONS,GET,HEAD,POST";
	}
	return "OPTIONS,POST";
}

static struct fn_error *answer(struct fn_request *req, const char *allowed)
{
	FN_TRY(fn_reply_bytes(req, 200, NULL, "", 0));
	fn_reply_header(req, "Allow", allowed);
	return NULL;
}

struct fn_error *rest_options(struct fn_request *req, const struct rest_catalog *catalog,
			      const struct rest_query *query)
{
	const struct rest_function *const *overloads;
	const struct rest_relation *relation;

	if (query->name == NULL)
		return answer(req, "OPTIONS,GET,HEAD");
	if (query->is_call) {
		overloads = rest_catalog_functions(catalog, query->schema, query->name);
		return overloads[0] == NULL ? rest_no_function(req, query->schema, query->name)
					    : answer(req, allowed_on_function(overloads));
	}
	relation = rest_catalog_relation(catalog, query->schema, query->name);
	return relation == NULL ? rest_no_relation(req, query->schema, query->name)
				: answer(req, allowed_on_relation(fn_request_arena(req), relation));
}
