/* pawapay_payment.h: deposits and refunds of the pawaPay stand-in: what they are and how they move
 * on. Everything here is called between database_begin() and database_commit(). */
#ifndef PAWAPAY_PAYMENT_H
#define PAWAPAY_PAYMENT_H

#include "pawapay_operators.h"
#include "store.h"

/* A deposit that was checked. */
struct pawapay_ask {
	const char *id, *phone;
	const struct pawapay_operator *operator;
	int64_t amount; /* in the smallest unit */
	const char *message, *reference, *pre_authorisation, *successful_url, *failed_url;
	struct json_object *metadata; /* an object, or NULL */
};

/* Adds it with what is to become of it. False: there is one of that id. */
bool pawapay_deposit_add(struct fn_arena *arena, const struct pawapay_ask *ask);
/* For `amount` of the deposit, which is COMPLETED and has that much left. */
bool pawapay_refund_add(struct fn_arena *arena, const struct stored *deposit, const char *id,
			int64_t amount, struct json_object *metadata);

/* Moves on to the outcome (settle.h) and queues the callback; the caller keeps the object. NULL, or
 * why that cannot be. */
const char *pawapay_deposit_settle(struct fn_arena *arena, struct stored *deposit,
				   const char *outcome);
const char *pawapay_refund_settle(struct fn_arena *arena, struct stored *refund,
				  const char *outcome);

bool pawapay_is_final(const char *status);
/* Queues the callback of the state it is in. */
void pawapay_callback(struct fn_arena *arena, const struct stored *payment);
/* "5000.00", however many decimals the currency has. */
const char *pawapay_amount(struct fn_arena *arena, int64_t amount, const char *currency);
/* Decimals of the amounts that are stored for the currency. */
unsigned pawapay_decimals(const char *currency);
/* 2025-05-15T07:38:56Z */
const char *pawapay_time(struct fn_arena *arena, int64_t ms);

#endif
