/* temba_card.h: a payment by card in our database, and what Stripe's intents do to it. All of
 * create, webhook, poll and verify come together here; the database decides, by rank. */
#ifndef TEMBA_CARD_H
#define TEMBA_CARD_H

#include "fn_db.h"
#include "stripe.h"
#include "temba_money.h"

/* Which payment: the first of these that is given. */
struct temba_card_key {
	const struct fn_uuid *payment;
	const char *token, *intent;
};
struct temba_card {
	struct fn_uuid payment, order, owner, event; /* "" when there is none */
	bool is_stripe, has_tickets, holding;        /* holding: its places are still held */
	const char *status;      /* the word of clients: pending, completed, failed, cancelled */
	const char *state;       /* of private.payment_state */
	const char *outcome;     /* of a success: completed, unfulfillable ...; NULL: none yet */
	const char *order_state; /* of private.order_state; NULL: no order */
	const char *intent;      /* Stripe's id; NULL: not known yet */
	const char *token;
	struct temba_money shown, charge; /* in the event's currency; what the card pays */
	int64_t fx_num, fx_den, margin_bps;
	const char *fx_locked_at; /* NULL: no exchange */
	int64_t age;              /* seconds */
	const char *failure;      /* code of the last decline; NULL: none */
};
/* *ret_found: false when there is none. */
FN_CHECKED struct fn_error *temba_card_find(struct fn_tx *tx, const struct temba_card_key *key,
					    struct temba_card *ret, bool *ret_found);
/* The same in a transaction of its own. */
FN_CHECKED struct fn_error *temba_card_look(struct fn_request *req,
					    const struct temba_card_key *key,
					    struct temba_card *ret, bool *ret_found);

/* Asks Stripe for the intent of a payment: the id of the payment is the key, so asking again gives
 * the same intent. Everything sent stands on the payment, so that it is the same bytes each time.
 */
struct stripe_answer temba_card_create(struct fn_request *req, const struct temba_card *card);
/* timeout_ms 0 = 5 s. */
struct stripe_answer temba_card_read(struct fn_request *req, const char *intent, long timeout_ms);
struct stripe_answer temba_card_cancel(struct fn_request *req, const struct temba_card *card);

/* Moves the payment to where its intent is, which was read from Stripe and not told by an event;
 * the intent becomes the payment's when it had none. ret_word: what private.payment_settle
 * answered; NULL is fine. */
FN_CHECKED struct fn_error *temba_card_settle(struct fn_request *req, const struct temba_card *card,
					      const struct stripe_intent *intent,
					      const char **ret_word);
/* Stripe did not take it, and says so: FAILED with this code. */
FN_CHECKED struct fn_error *temba_card_fail(struct fn_request *req, const struct temba_card *card,
					    const char *code);
/* Nobody knows whether Stripe took it. */
FN_CHECKED struct fn_error *temba_card_doubt(struct fn_request *req, const struct temba_card *card);

#endif
