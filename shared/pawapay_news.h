/* pawapay_news.h: what a deposit's state at pawaPay means for a payment of ours (domain.md (c)),
 * and what a failure is called for the person who pays. */
#ifndef PAWAPAY_NEWS_H
#define PAWAPAY_NEWS_H

#include "pawapay.h"

/* How long pawaPay may not know a deposit that it was asked for: a request that is late. */
enum { PAWAPAY_LOST_SECONDS = 15 * 60 };

struct pawapay_news {
	const char *state;   /* of private.payment_state, "SUCCEEDED"; NULL: nothing new */
	const char *failure; /* the code of a failure; NULL otherwise */
	bool is_odd;         /* a word that we do not know: somebody should look */
};
/* age: seconds since the payment was made. */
struct pawapay_news pawapay_news(const struct pawapay_state *seen, int64_t age);

struct pawapay_words {
	const char *fr, *en;
};
/* Of a failure or a rejection; a general sentence for codes that are unknown, and NULL. */
struct pawapay_words pawapay_words(const char *code);

#endif
