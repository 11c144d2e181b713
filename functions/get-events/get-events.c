/* get-events: what is on, for every page of the site. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fn.h"
#include "get-events.sql.h"
#include "temba_list.h"

/* The list has a largest size, as those of the data API have: then what is long over is left out.
 */
enum { EVENTS_MAX = 1000 };

static const struct fn_message bad_page = {422, "bad_page",
					   "`limit`, `offset` ou `from` n'est pas valable",
					   "`limit`, `offset` or `from` is not valid"};

/* A whole number of the query; `otherwise` when it is absent. */
static bool read_number(struct fn_request *req, const char *name, long min, long otherwise,
			int64_t *ret)
{
	const char *text = fn_request_query(req, name);
	size_t digits = text == NULL ? 0 : strspn(text, "0123456789");

	*ret = text == NULL ? otherwise : strtol(text, NULL, 10);
	return text == NULL || (digits >= 1 && digits <= 6 && text[digits] == '\0' && *ret >= min);
}

/* 2026-01-31, and a day that there is, in this century's neighbourhood; NULL when it is absent. */
static bool read_day(struct fn_request *req, const char *name, const char **ret)
{
	const char *text = fn_request_query(req, name), *end;
	struct tm day = {0}, same;

	*ret = text;
	if (text == NULL)
		return true;
	end = strptime(text, "%Y-%m-%d", &day);
	same = day;
	if (end == NULL || *end != '\0' || timegm(&same) == (time_t)-1 ||
	    same.tm_mday != day.tm_mday || same.tm_year < 0)
		return false;
	/* as we read it: the database reads more than this */
	*ret = fn_arena_format(fn_request_arena(req), "%04d-%02d-%02d", same.tm_year + 1900,
			       same.tm_mon + 1, same.tm_mday);
	return true;
}

/* Two letters; anything else is nobody's country, and moves nothing to the front. */
static const char *read_country(struct fn_request *req)
{
	const char *text = fn_request_query(req, "country");

	return text != NULL && strlen(text) == 2 ? text : NULL;
}

static struct fn_error *get_events(struct fn_request *req)
{
	const char *only = fn_request_query(req, "featured"), *from;
	bool featured = only != NULL && strcmp(only, "true") == 0;
	int64_t limit, offset;
	struct fn_arg args[6];

	if (!read_number(req, "limit", 1, EVENTS_MAX, &limit) ||
	    !read_number(req, "offset", 0, 0, &offset) || !read_day(req, "from", &from))
		return fn_fail(req, &bad_page);
	args[0] = fn_arg_bool(featured);
	args[1] = fn_arg_text(read_country(req));
	args[2] = fn_arg_text(from);
	args[3] = fn_arg_int(limit);
	args[4] = fn_arg_int(offset);
	args[5] = fn_arg_int(EVENTS_MAX);
	return temba_list_reply(req, &(struct temba_list){.name = featured ? "events:featured"
									   : "events:published",
							  .sql = &sql_list,
							  .args = args,
							  .count = FN_COUNT(args)});
}

const struct fn_function fn_function = {
	.name = "get-events",
	.methods = FN_GET,
	.auth = FN_AUTH_NONE,
	.cached = true,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = get_events,
};
