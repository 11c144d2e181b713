/* fx: stands in for three sources of the rate of the dollar in CFA francs, each at its own path and
 * in its own words. Each fails by its own name at the control endpoint.
 *
 *	xe              GET /v1/convert_from.json?from=USD&to=XOF    Bearer XE_API_KEY
 *	exchangerate    GET /v4/latest/USD
 *	fixer           GET /latest?base=USD&symbols=XOF */
#include <string.h>
#include <time.h>

#include "../database.h"
#include "../provider.h"
#include "../settings.h"

static const char usual[] = "566"; /* that of the seeded world */

static const struct provider xe = {
	.name = "xe",
	.error500 = "{\"code\":0,\"message\":\"Internal Server Error\"}",
	.error429 = "{\"code\":3,\"message\":\"Rate limit exceeded\"}",
};
static const struct provider exchangerate = {
	.name = "exchangerate",
	.error500 = "{\"result\":\"error\",\"error_type\":\"server-error\"}",
	.error429 = "{\"result\":\"error\",\"error_type\":\"quota-reached\"}",
};
static const struct provider fixer = {
	.name = "fixer",
	.error500 = "{\"success\":false,\"error\":{\"code\":500,\"type\":\"server_error\"}}",
	.error429 = "{\"success\":false,\"error\":{\"code\":104,\"type\":\"usage_limit_reached\"}}",
};

struct quote {
	struct provider_call call;
	struct fn_arena *arena;
	const char *rate; /* a number, or whatever a test wants in its place */
	time_t now;
};

/* 2026-01-31 */
static const char *day(struct quote *q)
{
	char text[40];
	struct tm utc;

	(void)gmtime_r(&q->now, &utc);
	(void)strftime(text, sizeof(text), "%Y-%m-%d", &utc);
	return fn_arena_text(q->arena, text);
}

static struct json_object *rates(const struct quote *q)
{
	return FN_OBJECT(fn_json_value("XOF", fn_json_trusted(q->rate)));
}

static struct fn_error *answer(struct quote *q, int status, struct json_object *body)
{
	return provider_reply(&q->call, status, body, status == 200 ? q->rate : NULL);
}

static struct fn_error *say_xe(struct quote *q)
{
	const char *bearer = provider_bearer(q->call.req);
	const char *from = fn_request_query(q->call.req, "from");
	const char *to = fn_request_query(q->call.req, "to");
	struct json_object *list;

	if (bearer == NULL || strcmp(bearer, fn_conf_text("XE_API_KEY")) != 0)
		return answer(q, 401,
			      FN_OBJECT(fn_json_int("code", 1),
					fn_json_string("message", "Bad credentials")));
	if (from == NULL || to == NULL)
		return answer(q, 400,
			      FN_OBJECT(fn_json_int("code", 7),
					fn_json_string("message", from == NULL
									  ? "No from currency"
									  : "No to currency")));
	list = fn_json_array();
	fn_json_append(list, FN_OBJECT(fn_json_string("quotecurrency", to),
				       fn_json_value("mid", fn_json_trusted(q->rate))));
	return answer(q, 200,
		      FN_OBJECT(fn_json_string("from", from), fn_json_int("amount", 1),
				fn_json_string("timestamp",
					       fn_arena_format(q->arena, "%sT00:00:00Z", day(q))),
				fn_json_value("to", list)));
}

static struct fn_error *say_exchangerate(struct quote *q)
{
	return answer(q, 200,
		      FN_OBJECT(fn_json_string("base", "USD"), fn_json_string("date", day(q)),
				fn_json_int("time_last_updated", q->now / 86400 * 86400),
				fn_json_value("rates", rates(q))));
}

static struct fn_error *say_fixer(struct quote *q)
{
	return answer(q, 200,
		      FN_OBJECT(fn_json_bool("success", true), fn_json_int("timestamp", q->now),
				fn_json_string("base", "USD"), fn_json_string("date", day(q)),
				fn_json_value("rates", rates(q))));
}

static const struct source {
	const char *path;
	const struct provider *provider;
	struct fn_error *(*say)(struct quote *q);
} sources[] = {
	{"/v1/convert_from.json", &xe, say_xe},
	{"/v1/convert_from.json/", &xe, say_xe},
	{"/v4/latest/USD", &exchangerate, say_exchangerate},
	{"/latest", &fixer, say_fixer},
	{"/api/latest", &fixer, say_fixer},
};

static struct fn_error *fx(struct fn_request *req)
{
	struct quote q = {.arena = fn_request_arena(req), .now = time(NULL)};
	const struct source *source = NULL;
	struct json_object *rate;

	for (size_t i = 0; i < FN_COUNT(sources); i++) {
		if (strcmp(fn_request_path(req), sources[i].path) == 0)
			source = &sources[i];
	}
	if (source == NULL)
		return fn_fail(req, &fn_message_not_found);
	if (provider_begin(&q.call, req, source->provider, NULL, NULL))
		return NULL;
	rate = fn_json_get(settings_read(q.arena, "fx"), source->provider->name);
	q.rate = rate == NULL ? usual : fn_arena_text(q.arena, fn_json_write(rate, NULL));
	return source->say(&q);
}

const struct fn_function fn_function = {
	.name = "fx",
	.mount = "/fx",
	.methods = FN_GET,
	.auth = FN_AUTH_NONE,
	.body_max = 0,
	.errors = FN_ERRORS_PLAIN,
	.handle = fx,
};
