/* refund_stripe.c: the key of an attempt is the idempotency key, and stands in the refund's
 * metadata: whatever became of a request that was lost can be found in the list of the intent's
 * refunds. */
#include <string.h>

#include "fn_conf.h"
#include "fn_http.h"
#include "submit-refund.h"

enum { TIMEOUT_MS = 5000, HEADERS = 5, REF_MAX = 255 };

struct word {
	const char *theirs, *ours;
};

static const struct word statuses[] = {
	{"pending", "PROCESSING"},  {"requires_action", "PROCESSING"},
	{"succeeded", "SUCCEEDED"}, {"failed", "FAILED"},
	{"canceled", "FAILED"},
};
/* Codes of refusals that may pass; other refusals of the request itself are for people. */
static const struct word refusals[] = {
	{"charge_disputed", "LATER"},
	{"balance_insufficient", "LATER"},
	{"insufficient_funds", "LATER"},
	{"rate_limit", "LATER"},
};

static const char *ours(const struct word *words, size_t count, const char *theirs,
			const char *otherwise)
{
	for (size_t i = 0; i < count && theirs != NULL; i++) {
		if (strcmp(words[i].theirs, theirs) == 0)
			return words[i].ours;
	}
	return otherwise;
}

static struct fn_http_answer call_stripe(const struct refund_ask *ask, const char *method,
					 const char *path, const char *form)
{
	struct fn_arena *arena = fn_request_arena(ask->req);
	const char *headers[HEADERS] = {fn_arena_format(arena, "Authorization: Bearer %s",
							fn_conf_text("STRIPE_SECRET_KEY")),
					"Stripe-Version: 2024-06-20", NULL};
	struct fn_http_call call = {
		.method = method,
		.url = fn_arena_format(arena, "%s%s", fn_conf_text("STRIPE_API_URL"), path),
		.headers = headers,
		.timeout_ms = TIMEOUT_MS,
		.idempotent = true,
	};

	if (form != NULL) {
		headers[2] = "Content-Type: application/x-www-form-urlencoded";
		headers[3] = fn_arena_format(arena, "Idempotency-Key: %s", ask->key.text);
		call.body = (struct fn_bytes){form, strlen(form)};
	}
	return fn_http_do(ask->req, &call);
}

static struct json_object *body_of(const struct refund_ask *ask,
				   const struct fn_http_answer *answer)
{
	const char *why;

	return fn_json_parse(fn_request_arena(ask->req), answer->body.bytes, answer->body.length,
			     &why);
}

/* A refund as Stripe shows it. */
static struct refund_news news_of(const struct refund_ask *ask, const struct json_object *refund)
{
	const char *status = fn_json_get_text(refund, "status");
	const char *id = fn_json_get_text(refund, "id");
	struct refund_news news = {.state = ours(statuses, FN_COUNT(statuses), status, "UNKNOWN"),
				   .ref = id,
				   .code = fn_json_get_text(refund, "failure_reason"),
				   .fresh = true};

	if (id == NULL || strlen(id) > REF_MAX)
		return (struct refund_news){.state = "UNKNOWN", .code = "no_refund"};
	if (strcmp(news.state, "SUCCEEDED") == 0 &&
	    fn_json_get_integer(refund, "amount", -1) != ask->charge_minor)
		news.code = "amount_differs";
	return news;
}

static struct refund_news refused(const struct refund_ask *ask, const struct fn_http_answer *answer)
{
	const struct json_object *error = fn_json_get(body_of(ask, answer), "error");
	const char *code = fn_json_get_text(error, "code");
	const char *type = fn_json_get_text(error, "type");
	struct refund_news news = {.state = "UNKNOWN", .code = code != NULL ? code : type};

	if (answer->status == 401 || answer->status == 403 || answer->status == 429)
		news.state = "LATER"; /* nothing was begun: ours to mend, or it passes */
	else if (type != NULL && strcmp(type, "idempotency_error") == 0)
		news.state = "UNKNOWN";
	else if (answer->status == 400 || answer->status == 402 || answer->status == 404)
		news.state = ours(refusals, FN_COUNT(refusals), code, "MANUAL");
	return news;
}

static struct refund_news create(const struct refund_ask *ask)
{
	struct fn_arena *arena = fn_request_arena(ask->req);
	const char *form =
		fn_arena_format(arena,
				"payment_intent=%s&amount=%lld&reason=requested_by_customer&"
				"metadata[refund_id]=%s&metadata[refund_key]=%s",
				fn_text_url_encode(arena, ask->payment_ref),
				(long long)ask->charge_minor, ask->id->text, ask->key.text);
	struct fn_http_answer answer = call_stripe(ask, "POST", "/v1/refunds", form);

	if (answer.status >= 200 && answer.status <= 299)
		return news_of(ask, body_of(ask, &answer));
	return refused(ask, &answer);
}

static struct refund_news read_it(const struct refund_ask *ask)
{
	struct fn_arena *arena = fn_request_arena(ask->req);
	struct fn_http_answer answer =
		call_stripe(ask, "GET",
			    fn_arena_format(arena, "/v1/refunds/%s",
					    fn_text_url_encode(arena, ask->provider_ref)),
			    NULL);

	if (answer.status == 200)
		return news_of(ask, body_of(ask, &answer));
	return (struct refund_news){.state = "UNKNOWN", .code = "unread"};
}

/* Whether a lost request got through: NULL when the list says that it did not; *ret_read: there was
 * a list at all. */
static const struct json_object *find(const struct refund_ask *ask, bool *ret_read)
{
	struct fn_arena *arena = fn_request_arena(ask->req);
	struct fn_http_answer answer =
		call_stripe(ask, "GET",
			    fn_arena_format(arena, "/v1/refunds?payment_intent=%s&limit=100",
					    fn_text_url_encode(arena, ask->payment_ref)),
			    NULL);
	struct json_object *list =
		answer.status == 200 ? fn_json_get(body_of(ask, &answer), "data") : NULL;

	*ret_read = fn_json_type(list) == FN_JSON_ARRAY;
	for (size_t i = 0; i < fn_json_length(list); i++) {
		struct json_object *refund = fn_json_at(list, i);
		const char *key = fn_json_get_text(fn_json_get(refund, "metadata"), "refund_key");

		if (key != NULL && strcmp(key, ask->key.text) == 0)
			return refund;
	}
	return NULL;
}

struct refund_news refund_at_stripe(const struct refund_ask *ask)
{
	const struct json_object *found;
	struct refund_news news;
	bool was_read;

	if (ask->is_new)
		return create(ask);
	if (ask->provider_ref != NULL)
		return read_it(ask);
	found = find(ask, &was_read);
	if (!was_read)
		return (struct refund_news){.state = "UNKNOWN", .code = "unread"};
	if (found != NULL)
		return news_of(ask, found);
	/* the same key again: what was lost on its way cannot pay a second time. A key that failed
	 * with a 500 fails for ever, and after a while counts as never having got there */
	news = create(ask);
	if (strcmp(news.state, "UNKNOWN") == 0)
		news.code = "never_reached";
	return news;
}
