/* refund_stripe.c: the key of an attempt is the idempotency key, and stands in the refund's
 * metadata: whatever became of a request that was lost can be found in the list of the intent's
 * refunds. */
#include <string.h>

#include "stripe.h"
#include "submit-refund.h"

enum { REF_MAX = 255 };

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

static struct stripe_answer read_path(const struct refund_ask *ask, const char *path)
{
	return stripe_do(ask->req, &(struct stripe_call){.method = "GET", .path = path});
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

static struct refund_news create(const struct refund_ask *ask)
{
	struct fn_arena *arena = fn_request_arena(ask->req);
	const struct stripe_pair pairs[] = {
		{"payment_intent", ask->payment_ref},
		{"amount", fn_arena_format(arena, "%lld", (long long)ask->charge_minor)},
		{"reason", "requested_by_customer"},
		{"metadata[refund_id]", ask->id->text},
		{"metadata[refund_key]", ask->key.text},
	};
	struct stripe_answer answer =
		stripe_do(ask->req, &(struct stripe_call){
					    .method = "POST",
					    .path = "/v1/refunds",
					    .form = stripe_form(arena, pairs, FN_COUNT(pairs)),
					    .key = ask->key.text,
				    });
	struct refund_news news = {.state = "UNKNOWN",
				   .code = answer.code != NULL ? answer.code : answer.type};

	switch (answer.heard) {
	case STRIPE_ANSWERED:
		return news_of(ask, answer.body);
	case STRIPE_LATER: /* nothing was begun: ours to mend, or it passes */
		news.state = "LATER";
		break;
	case STRIPE_REFUSED:
		news.state = ours(refusals, FN_COUNT(refusals), answer.code, "MANUAL");
		break;
	case STRIPE_UNKNOWN:
	default:
		break;
	}
	return news;
}

static struct refund_news read_it(const struct refund_ask *ask)
{
	struct fn_arena *arena = fn_request_arena(ask->req);
	struct stripe_answer answer =
		read_path(ask, fn_arena_format(arena, "/v1/refunds/%s",
					       fn_text_url_encode(arena, ask->provider_ref)));

	if (answer.heard == STRIPE_ANSWERED)
		return news_of(ask, answer.body);
	return (struct refund_news){.state = "UNKNOWN", .code = "unread"};
}

/* Whether a lost request got through: NULL when the list says that it did not; *ret_read: there was
 * a list at all. */
static const struct json_object *find(const struct refund_ask *ask, bool *ret_read)
{
	struct fn_arena *arena = fn_request_arena(ask->req);
	struct stripe_answer answer =
		read_path(ask, fn_arena_format(arena, "/v1/refunds?payment_intent=%s&limit=100",
					       fn_text_url_encode(arena, ask->payment_ref)));
	struct json_object *list =
		answer.heard == STRIPE_ANSWERED ? fn_json_get(answer.body, "data") : NULL;

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
