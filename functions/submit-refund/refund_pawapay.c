/* refund_pawapay.c: the key of an attempt is pawaPay's refundId, so asking again is harmless and
 * what became of it can always be read. */
#include <string.h>

#include "pawapay.h"
#include "submit-refund.h"

enum { READ_MS = 5000 };

struct word {
	const char *theirs, *ours;
};

/* Refusals that do not count as attempts, and those that no further attempt will change; any other
 * one is a failed attempt. */
static const struct word refusals[] = {
	{"PAWAPAY_WALLET_OUT_OF_FUNDS", "LATER"},
	{"REFUND_IN_PROGRESS", "LATER"},
	{"PROVIDER_TEMPORARILY_UNAVAILABLE", "LATER"},
	{"TOO_MANY_REQUESTS", "LATER"},
	{"NO_AUTHENTICATION", "LATER"},
	{"AUTHENTICATION_ERROR", "LATER"},
	{"AUTHORISATION_ERROR", "LATER"},
	{"DEPOSIT_ALREADY_REFUNDED", "MANUAL"},
	{"AMOUNT_TOO_LARGE", "MANUAL"},
	{"INVALID_AMOUNT", "MANUAL"},
	{"INVALID_CURRENCY", "MANUAL"},
	{"INVALID_STATE", "MANUAL"},
	{"INVALID_PARAMETER", "MANUAL"},
	{"NOT_FOUND", "MANUAL"},
};
static const struct word statuses[] = {
	{"ACCEPTED", "SUBMITTED"},  {"PROCESSING", "PROCESSING"},
	{"ENQUEUED", "PROCESSING"}, {"IN_RECONCILIATION", "PROCESSING"},
	{"COMPLETED", "SUCCEEDED"}, {"FAILED", "FAILED"},
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

static struct refund_news read_it(const struct refund_ask *ask, bool *ret_missing)
{
	struct pawapay_state seen = pawapay_read_refund(ask->req, &ask->key, READ_MS);
	struct refund_news news = {.state = "UNKNOWN", .ref = ask->key.text, .fresh = true};

	*ret_missing = seen.seen == PAWAPAY_NOT_FOUND;
	if (seen.seen != PAWAPAY_FOUND) {
		news.code = "unread";
		return news;
	}
	news.state = ours(statuses, FN_COUNT(statuses), seen.status, "UNKNOWN");
	news.code = seen.failure;
	if (strcmp(news.state, "SUCCEEDED") == 0 && seen.amount_minor != ask->charge_minor)
		news.code = "amount_differs";
	return news;
}

static struct refund_news create(const struct refund_ask *ask)
{
	struct fn_uuid deposit;
	struct pawapay_reply reply;
	struct refund_news news = {.ref = ask->key.text};
	bool missing;

	if (!fn_text_uuid(ask->payment_ref, &deposit))
		return (struct refund_news){.state = "MANUAL", .code = "no_deposit"};
	reply = pawapay_refund(ask->req, &(struct pawapay_refund){.id = &ask->key,
								  .deposit = &deposit,
								  .amount_minor = ask->charge_minor,
								  .currency = ask->currency});
	news.code = reply.code;
	switch (reply.taken) {
	case PAWAPAY_ACCEPTED:
		news.state = "SUBMITTED";
		break;
	case PAWAPAY_DUPLICATE:
		return read_it(ask, &missing);
	case PAWAPAY_REJECTED:
		news.ref = NULL; /* it does not exist */
		news.state = ours(refusals, FN_COUNT(refusals), reply.code, "FAILED");
		break;
	case PAWAPAY_UNKNOWN:
	default:
		news.state = "UNKNOWN";
		break;
	}
	return news;
}

struct refund_news refund_at_pawapay(const struct refund_ask *ask)
{
	struct refund_news news;
	bool missing;

	if (ask->is_new)
		return create(ask);
	news = read_it(ask, &missing);
	/* it never got there: the same id cannot pay twice, whatever is still on its way */
	return missing ? create(ask) : news;
}
