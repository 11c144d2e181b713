/* rest_plan_media.c: which of the accepted media types is served, and who makes it (rest.md 9). */
#include <ctype.h>
#include <string.h>

#include "rest_plan_parts.h"

enum { NAMES_MAX = 1 << 14 };

/* type/subtype of what was accepted, in small letters. */
static const char *type_of(struct fn_arena *arena, const char *name)
{
	char *type = fn_arena_copy(arena, name, strcspn(name, "; \t"));

	for (char *c = type; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return type;
}

/* Handlers of one relation are made for whole rows of it. */
static bool is_whole(const struct rest_level *level)
{
	return level->item_count == 1 && level->items[0].kind == REST_STAR;
}

static const struct rest_handler *find_handler(const struct rest_planner *p,
					       const struct rest_plan *plan, const char *type)
{
	const struct rest_handler *found = NULL;

	if (plan->scalar)
		return NULL;
	if (plan->relation != NULL && is_whole(p->query->root)) {
		found = rest_catalog_handler(p->catalog, plan->relation, REST_ANY_MEDIA);
		if (found == NULL)
			found = rest_catalog_handler(p->catalog, plan->relation, type);
	}
	return found != NULL ? found : rest_catalog_handler(p->catalog, NULL, type);
}

static bool by_function(const struct rest_plan *plan, const char *type)
{
	const char *media = plan->function != NULL ? plan->function->media : NULL;

	return media != NULL && (strcmp(media, REST_ANY_MEDIA) == 0 || strcmp(media, type) == 0);
}

/* A handler comes before what is built in; the types of PostgREST's own are nobody else's. */
static bool is_handled(struct rest_planner *p, const char *type, struct rest_plan *ret)
{
	static const char own[] = "application/vnd.pgrst.";
	const char *media = NULL;

	if (strncmp(type, own, strlen(own)) == 0)
		return false;
	ret->handler = NULL;
	if (by_function(ret, type)) {
		media = ret->function->media;
		ret->body_is_hex = ret->function->media_bytes;
	} else {
		ret->handler = find_handler(p, ret, type);
		if (ret->handler == NULL)
			return false;
		media = ret->handler->media;
		ret->body_is_hex = ret->handler->bytes;
	}
	ret->form = REST_OTHER;
	ret->media_type = strcmp(media, REST_ANY_MEDIA) == 0 ? "application/octet-stream" : media;
	return true;
}

/* Can rows be made into this? Then ret->form and what belongs to it say how. */
static bool is_formed(struct rest_planner *p, const char *name, enum rest_media media,
		      struct rest_plan *ret)
{
	if (is_handled(p, type_of(fn_request_arena(p->req), name), ret))
		return true;
	ret->form = media;
	return media == REST_JSON || media == REST_OBJECT || media == REST_CSV ||
	       (media == REST_GEOJSON && !ret->scalar);
}

static bool is_served(struct rest_planner *p, const struct rest_accept *accept,
		      struct rest_plan *ret)
{
	bool is_plan = accept->media == REST_PLAN_TEXT || accept->media == REST_PLAN_JSON;

	if (!(is_plan ? is_formed(p, accept->plan_for, accept->plan_media, ret)
		      : is_formed(p, accept->name, accept->media, ret)))
		return false;
	ret->media = is_plan ? accept->media : ret->form;
	ret->accept = accept;
	ret->nulls_stripped = accept->nulls_stripped;
	ret->single = ret->media == REST_OBJECT;
	return true;
}

static struct fn_error *not_acceptable(struct rest_planner *p)
{
	const struct rest_query *query = p->query;
	struct fn_buf names;
	const char *said;

	fn_buf_init(&names, NAMES_MAX);
	fn_buf_text(&names, "None of these media types are available: ");
	for (size_t i = 0; i < query->accept_count; i++) {
		fn_buf_text(&names, i > 0 ? ", " : "");
		fn_buf_text(&names, query->accepts[i].name);
	}
	said = fn_arena_text(fn_request_arena(p->req), names.bytes);
	fn_buf_free(&names);
	return rest_fail(p->req, 406, "PGRST107", said, NULL, NULL);
}

struct fn_error *rest_plan_media(struct rest_planner *p, struct rest_plan *ret)
{
	const struct rest_query *query = p->query;

	if (query->prefer.strict && query->prefer.unknown != NULL)
		return rest_fail(p->req, 400, "PGRST122",
				 "Invalid preferences given with handling=strict",
				 fn_arena_format(fn_request_arena(p->req),
						 "Invalid preferences: %s", query->prefer.unknown),
				 NULL);
	ret->media = ret->form = REST_JSON;
	for (size_t i = 0; i < query->accept_count; i++) {
		if (is_served(p, &query->accepts[i], ret))
			return NULL;
	}
	return query->accept_count == 0 ? NULL : not_acceptable(p);
}
