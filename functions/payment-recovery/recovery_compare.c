/* recovery_compare.c: a success here must be one there, of the same sum; an end here an end there.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pawapay.h"
#include "recovery.h"
#include "stripe.h"

enum { TIMEOUT_MS = 2000, WORD_MAX = 40 };

enum end { OPEN, PAID, OVER };

struct theirs {
	enum end end;
	const char *word;
	int64_t minor;        /* of PAID */
	const char *currency; /* of PAID */
};

static enum end end_of(const char *state)
{
	if (strcmp(state, "SUCCEEDED") == 0)
		return PAID;
	return strcmp(state, "FAILED") == 0 || strcmp(state, "CANCELLED") == 0 ? OVER : OPEN;
}

/* What others wrote becomes part of our text: letters and underscores, and not many. */
static const char *word_of(struct fn_arena *arena, const char *text)
{
	char *word = fn_arena_copy(arena, text, strnlen(text, WORD_MAX));

	for (char *c = word; *c != '\0'; c++) {
		if (!isalpha((unsigned char)*c) && *c != '_')
			*c = '?';
	}
	return word;
}

static bool read_pawapay(struct fn_request *req, const struct recovery_payment *ours,
			 struct theirs *ret)
{
	struct pawapay_state seen = pawapay_read_deposit(req, &ours->id, TIMEOUT_MS);

	if (seen.seen == PAWAPAY_UNREAD)
		return false;
	*ret = (struct theirs){.end = OVER, .word = "NOT_FOUND"};
	if (seen.seen == PAWAPAY_NOT_FOUND)
		return true;
	ret->end = strcmp(seen.status, "COMPLETED") == 0 ? PAID
		   : strcmp(seen.status, "FAILED") == 0  ? OVER
							 : OPEN;
	ret->word = word_of(fn_request_arena(req), seen.status);
	ret->minor = seen.amount_minor;
	ret->currency = seen.currency;
	return true;
}

static bool read_stripe(struct fn_request *req, const struct recovery_payment *ours,
			struct theirs *ret)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct stripe_call call = {
		.method = "GET",
		.path = fn_arena_format(arena, "/v1/payment_intents/%s",
					fn_text_url_encode(arena, ours->reference)),
		.timeout_ms = TIMEOUT_MS,
	};
	struct stripe_answer answer = stripe_do(req, &call);
	struct stripe_intent intent;

	*ret = (struct theirs){.end = OVER, .word = "NOT_FOUND"};
	if (answer.heard == STRIPE_REFUSED && answer.status == 404)
		return true;
	if (answer.heard != STRIPE_ANSWERED || !stripe_intent_of(answer.body, &intent))
		return false;
	ret->end = strcmp(intent.status, "succeeded") == 0  ? PAID
		   : strcmp(intent.status, "canceled") == 0 ? OVER
							    : OPEN;
	ret->word = word_of(arena, intent.status);
	ret->minor = intent.received;
	ret->currency = fn_arena_text(arena, intent.currency);
	return true;
}

enum recovery_finding recovery_compare(struct fn_request *req, const struct recovery_payment *ours,
				       const char **ret_theirs)
{
	struct theirs theirs;
	bool was_read = strcmp(ours->provider, "stripe") == 0 ? read_stripe(req, ours, &theirs)
							      : read_pawapay(req, ours, &theirs);

	if (!was_read)
		return RECOVERY_UNREAD;
	*ret_theirs = theirs.end == PAID ? fn_arena_format(fn_request_arena(req), "%s %lld",
							   theirs.word, (long long)theirs.minor)
					 : theirs.word;
	/* a decline leaves an intent open at Stripe: an end here need not be one there, a success
	 * must */
	if (end_of(ours->state) == OVER && theirs.end == OPEN)
		return RECOVERY_AGREES;
	if (end_of(ours->state) != theirs.end)
		return RECOVERY_DIFFERS;
	if (theirs.end == PAID && (theirs.minor != ours->minor || theirs.currency == NULL ||
				   strcasecmp(theirs.currency, ours->currency) != 0))
		return RECOVERY_DIFFERS;
	return RECOVERY_AGREES;
}
