/* rest_parse.c: a request to the data API from URL and headers to its tree, in the order of checks
 * that decides which error is seen (rest.md 2). */
#include "rest_parse.h"

#include <string.h>
#include <strings.h>

#include "fn_error.h"
#include "rest_parse_parts.h"

struct joined {
	struct fn_arena *arena;
	const char *value; /* NULL: none came */
};

static void join(const char *name, const char *value, void *arg)
{
	struct joined *joined = arg;

	if (strcasecmp(name, "Prefer") != 0)
		return;
	if (joined->value == NULL)
		joined->value = value;
	else
		joined->value = fn_arena_format(joined->arena, "%s, %s", joined->value, value);
}

/* nginx hands a header that came twice over as two parameters. */
static const char *prefer_headers(struct fn_request *req)
{
	struct joined joined = {.arena = fn_request_arena(req)};

	fn_request_each_header(req, join, &joined);
	return joined.value != NULL ? joined.value : fn_request_header(req, "Prefer");
}

/* What a function gives in place of the description goes by the description's name too. */
static void accept_description(struct fn_arena *arena, struct rest_query *query)
{
	size_t size = query->accept_count * sizeof(struct rest_accept);
	struct rest_accept *accepts = fn_arena_alloc(arena, size + 1);

	memcpy(accepts, query->accepts, size);
	for (size_t i = 0; i < query->accept_count; i++) {
		if (accepts[i].media == REST_OTHER &&
		    fn_text_same(accepts[i].name, "application/openapi+json"))
			accepts[i].media = REST_JSON;
	}
	query->accepts = accepts;
}

struct fn_error *rest_parse(struct fn_request *req, const struct rest_parse_settings *settings,
			    struct rest_query *ret)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct rest_pieces pieces = {.list = NULL};

	*ret = (struct rest_query){.root = fn_arena_alloc(arena, sizeof(*ret->root))};
	FN_TRY(rest_read_target(req, settings, ret));
	rest_parse_prefer(req, prefer_headers(req), settings, &ret->prefer);
	rest_read_accept(req, fn_request_header(req, "Accept"), settings->plan_enabled,
			 &ret->accepts, &ret->accept_count);
	if (ret->action == REST_OPTIONS || ret->action == REST_ROOT)
		return NULL;
	if (ret->is_root)
		accept_description(arena, ret);
	FN_TRY(rest_read_query(req, ret, &pieces));
	FN_TRY(rest_read_range(req, &pieces, ret));
	FN_TRY(rest_read_payload(req, ret));
	return rest_attach(req, settings, &pieces, ret);
}
