/* stripe_card.h: the published test cards and what each does. */
#ifndef STRIPE_CARD_H
#define STRIPE_CARD_H

#include <stdbool.h>
#include <stddef.h>

enum stripe_refunding {
	STRIPE_REFUND_AT_ONCE,
	STRIPE_REFUND_LATER, /* pending, then succeeded */
	STRIPE_REFUND_FAILS, /* succeeded, then failed */
};

struct stripe_card {
	const char *number, *name; /* 4242424242424242, pm_card_visa */
	const char *brand;
	const char *label;  /* for people */
	bool authenticates; /* 3-D Secure comes first */
	/* NULL: it pays */
	const char *code, *decline, *message;
	const char *dispute; /* the reason of the dispute that follows, or NULL */
	enum stripe_refunding refunding;
};

/* NULL: no test card. */
const struct stripe_card *stripe_card_of_number(const char *digits);
const struct stripe_card *stripe_card_of_name(const char *name);
/* The whole table. */
const struct stripe_card *stripe_cards(size_t *ret_count);
/* The last digit checks the others. */
bool stripe_is_card_number(const char *digits);

#endif
