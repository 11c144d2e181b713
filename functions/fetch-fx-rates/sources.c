/* sources.c: three sources, each with its own words. What they say is believed when it is a number
 * of francs for a dollar (one that is turned over is a few thousandths), and of the right pair. */
#include "sources.h"

#include <string.h>

#include "fn_http.h"
#include "temba_money.h"

enum {
	TIMEOUT_MS = 10000,
	LEAST = 30000, /* 300.00 and 1000.00: the rate stays between them (contract 4.2) */
	MOST = 100000,
};

/* Absent is fine: what was asked for is in the address. */
static bool says(const struct json_object *object, const char *name, const char *value)
{
	const char *text = fn_json_get_text(object, name);

	return text == NULL || strcmp(text, value) == 0;
}

static struct json_object *read_xe(const struct json_object *body)
{
	const struct json_object *first = fn_json_at(fn_json_get(body, "to"), 0);

	return says(body, "from", "USD") && says(first, "quotecurrency", "XOF")
		       ? fn_json_get(first, "mid")
		       : NULL;
}

static struct json_object *read_rates(const struct json_object *body)
{
	return says(body, "base", "USD") ? fn_json_get(fn_json_get(body, "rates"), "XOF") : NULL;
}

static const struct source {
	const char *name, *host, *path;
	bool has_key;
	struct json_object *(*read)(const struct json_object *body);
} sources[] = {
	{"xe", "https://xecdapi.xe.com", "/v1/convert_from.json?from=USD&to=XOF&amount=1", true,
	 read_xe},
	{"exchangerate-api", "https://api.exchangerate-api.com", "/v4/latest/USD", false,
	 read_rates},
	{"fixer", "https://api.fixer.io", "/latest?base=USD&symbols=XOF", false, read_rates},
};

/* NULL, or why this answer is none. */
static const char *read_answer(struct fn_arena *arena, const struct source *source,
			       const struct fn_http_answer *answer, int64_t *ret)
{
	struct json_object *body, *number;
	struct temba_money rate;
	const char *why = NULL;

	if (answer->status == 0)
		return answer->why;
	if (answer->status != 200)
		return fn_arena_format(arena, "status %d", answer->status);
	body = fn_json_parse(arena, answer->body.bytes, answer->body.length, &why);
	if (body == NULL)
		return fn_arena_format(arena, "no JSON: %s", why);
	number = source->read(body);
	if (fn_json_type(number) != FN_JSON_INTEGER && fn_json_type(number) != FN_JSON_NUMBER)
		return "no rate of XOF for USD";
	/* two decimals, as dollars have them */
	if (!temba_money_read_json(number, "USD", TEMBA_MONEY_HALF_UP, &rate) ||
	    rate.minor <= LEAST || rate.minor >= MOST)
		return "a rate that cannot be";
	*ret = rate.minor;
	return NULL;
}

static const char *ask(struct fn_request *req, const struct source *source, int64_t *ret)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *base = fn_conf_has("FX_API_URL") ? fn_conf_text("FX_API_URL") : "";
	const char *headers[] = {"Accept: application/json", NULL, NULL};
	struct fn_http_call call = {.method = "GET",
				    .headers = headers,
				    .timeout_ms = TIMEOUT_MS,
				    .idempotent = true};
	struct fn_http_answer answer;

	if (source->has_key && !fn_conf_has("XE_API_KEY"))
		return "there is no key for it";
	if (source->has_key)
		headers[1] = fn_arena_format(arena, "Authorization: Bearer %s",
					     fn_conf_text("XE_API_KEY"));
	call.url =
		fn_arena_format(arena, "%s%s", *base == '\0' ? source->host : base, source->path);
	answer = fn_http_do(req, &call);
	return read_answer(arena, source, &answer, ret);
}

struct fx_rate sources_ask(struct fn_request *req)
{
	struct fx_rate rate = {.tried = fn_json_array()};

	(void)fn_json_keep(fn_request_arena(req), rate.tried);
	for (size_t i = 0; i < FN_COUNT(sources); i++) {
		const char *why = ask(req, &sources[i], &rate.hundredths);

		if (why == NULL) {
			rate.source = sources[i].name;
			break;
		}
		fn_log_request(req, FN_WARN, "%s: %s", sources[i].name, why);
		fn_json_append(rate.tried, FN_OBJECT(fn_json_string("source", sources[i].name),
						     fn_json_string("why", why)));
	}
	return rate;
}
