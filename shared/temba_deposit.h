/* temba_deposit.h: a payment by mobile money in our database, and what pawaPay's news do to it. All
 * of create, webhook, poll and verify come together here; the database decides, by rank. */
#ifndef TEMBA_DEPOSIT_H
#define TEMBA_DEPOSIT_H

#include "fn_db.h"
#include "pawapay.h"

/* Which payment: the first of these that is given. */
struct temba_deposit_key {
	const struct fn_uuid *payment; /* or the draft that it came from */
	const char *token, *reference;
};
struct temba_deposit {
	struct fn_uuid payment, order, owner; /* "" when there is none */
	bool is_pawapay, has_tickets;
	const char *status;      /* the word of clients: pending, completed, failed, cancelled */
	const char *state;       /* of private.payment_state */
	const char *order_state; /* of private.order_state; NULL: no order */
	const char *operator, * phone; /* NULL when unknown */
	int64_t amount_minor;
	const char *currency;
	int64_t age;              /* seconds */
	const char *failure;      /* a French sentence; NULL: none */
	const char *failure_code; /* pawaPay's; NULL: none */
	const char *page;         /* the operator's, where the payer says yes; NULL: none */
};
/* *ret_found: false when there is none. */
FN_CHECKED struct fn_error *temba_deposit_find(struct fn_tx *tx,
					       const struct temba_deposit_key *key,
					       struct temba_deposit *ret, bool *ret_found);
/* The same in a transaction of its own. */
FN_CHECKED struct fn_error *temba_deposit_look(struct fn_request *req,
					       const struct temba_deposit_key *key,
					       struct temba_deposit *ret, bool *ret_found);

/* Moves the payment to where pawaPay says that it is: `seen` was read from pawaPay itself, never
 * from a callback. ret_word: what private.payment_settle answered, "unchanged" when there was no
 * news; NULL is fine. */
FN_CHECKED struct fn_error *temba_deposit_settle(struct fn_request *req,
						 const struct temba_deposit *deposit,
						 const struct pawapay_state *seen,
						 const char **ret_word);
/* pawaPay did not take it, and says so: FAILED with this code. */
FN_CHECKED struct fn_error *temba_deposit_fail(struct fn_request *req,
					       const struct fn_uuid *payment, const char *code);

#endif
