/* recovery_compare.c: a success here must be one there, of the same sum; an end here an end there.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fn_conf.h"
#include "fn_http.h"
#include "pawapay.h"
#include "recovery.h"

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
	const char *headers[] = {fn_arena_format(arena, "Authorization: Bearer %s",
						 fn_conf_text("STRIPE_SECRET_KEY")),
				 "Stripe-Version: 2024-06-20", NULL};
	struct fn_http_call call = {
		.method = "GET",
		.url = fn_arena_format(arena, "%s/v1/payment_intents/%s",
				       fn_conf_text("STRIPE_API_URL"),
				       fn_text_url_encode(arena, ours->reference)),
		.headers = headers,
		.timeout_ms = TIMEOUT_MS,
		.idempotent = true,
	};
	struct fn_http_answer answer = fn_http_do(req, &call);
	const struct json_object *intent = NULL;
	const char *status, *why;

	if (answer.status == 404) {
		*ret = (struct theirs){.end = OVER, .word = "NOT_FOUND"};
		return true;
	}
	if (answer.status == 200)
		intent = fn_json_parse(arena, answer.body.bytes, answer.body.length, &why);
	status = fn_json_get_text(intent, "status");
	if (status == NULL)
		return false;
	*ret = (struct theirs){
		.end = strcmp(status, "succeeded") == 0  ? PAID
		       : strcmp(status, "canceled") == 0 ? OVER
							 : OPEN,
		.word = word_of(arena, status),
		.minor = fn_json_get_integer(intent, "amount_received", -1),
		.currency = fn_json_get_text(intent, "currency"),
	};
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
