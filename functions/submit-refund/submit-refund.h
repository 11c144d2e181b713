/* submit-refund.h: what is asked of a provider for one attempt of a refund, and what it says. */
#ifndef SUBMIT_REFUND_H
#define SUBMIT_REFUND_H

#include "fn.h"

struct refund_ask {
	struct fn_request *req;
	const struct fn_uuid *id; /* of the refund */
	struct fn_uuid key;       /* of the attempt: the provider knows it once */
	const char *payment_ref;  /* intent at Stripe, deposit at pawaPay */
	const char *provider_ref; /* what the provider calls the refund; NULL = not known yet */
	int64_t charge_minor;
	const char *currency;
	bool is_new; /* nobody has asked for this attempt; else it may have got through */
};

/* In the words of private.refund_move. */
struct refund_news {
	const char *state;
	const char *ref;  /* NULL = none */
	const char *code; /* why not; NULL = no reason given */
	bool fresh;       /* read from the provider just now */
};

struct refund_news refund_at_stripe(const struct refund_ask *ask);
struct refund_news refund_at_pawapay(const struct refund_ask *ask);

#endif
