/* stripe_objects.h: what the Stripe stand-in holds and how it moves on: intents, charges, refunds,
 * disputes, and the event of every change. Called between database_begin() and database_commit();
 * whoever was handed an object keeps it (store_keep). */
#ifndef STRIPE_OBJECTS_H
#define STRIPE_OBJECTS_H

#include "store.h"
#include "stripe_card.h"

#define STRIPE_VERSION "2024-06-20"

/* A no in Stripe's form. */
struct stripe_refusal {
	int status;
	const char *type, *code, *decline, *param, *message;
	const char *charge;         /* the one that failed */
	struct json_object *intent; /* as it is now */
};
/* 400 invalid_request_error with that code; param may be NULL. */
const struct stripe_refusal *stripe_refuse(struct fn_arena *arena, const char *code,
					   const char *param, const char *message);
/* {"error":{...}} */
struct json_object *stripe_error(struct fn_arena *arena, const struct stripe_refusal *refusal);

/* pi_ and so on with 24 random letters and digits. */
const char *stripe_id(struct fn_arena *arena, const char *prefix);
int64_t stripe_seconds(void);

/* ---- events ---- */

/* Whose doing the changes are until the next call: the ids that events show. NULL = Stripe's own.
 */
void stripe_event_cause(const char *request_id, const char *idempotency_key);
/* Adds the event with a copy of the object as it is, and queues its webhook. */
void stripe_event(struct fn_arena *arena, const char *type, struct json_object *object);

/* ---- intents ---- */

struct stripe_intent_ask {
	int64_t amount;
	const char *currency, *description, *receipt_email;
	struct json_object *metadata; /* an object */
	bool is_automatic, may_redirect;
};
void stripe_intent_add(struct fn_arena *arena, const struct stripe_intent_ask *ask,
		       struct stored *ret);
/* A card is tried: pays, declines (402) or asks for 3-D Secure. return_url may be NULL. */
const struct stripe_refusal *stripe_intent_confirm(struct fn_arena *arena, struct stored *intent,
						   const struct stripe_card *card,
						   const char *return_url);
/* The payer came back from 3-D Secure. */
const struct stripe_refusal *stripe_intent_authenticated(struct fn_arena *arena,
							 struct stored *intent, bool passed);
const struct stripe_refusal *stripe_intent_cancel(struct fn_arena *arena, struct stored *intent,
						  const char *reason);
/* Moves on to an outcome (settle.h). NULL, or why that cannot be. */
const char *stripe_intent_settle(struct fn_arena *arena, struct stored *intent,
				 const char *outcome);

/* ---- charges ---- */

/* What came of the card; added with its events. */
void stripe_charge_add(struct fn_arena *arena, const struct stored *intent,
		       const struct stripe_card *card, struct stored *ret);
/* A payment method as intents and errors show it. The caller owns it. */
struct json_object *stripe_payment_method(struct fn_arena *arena, const struct stripe_card *card);
/* After a refund came or fell away: amounts and the flag. */
void stripe_charge_refunded(struct stored *charge, int64_t difference);

/* ---- refunds ---- */

/* amount < 0: all that is left. */
const struct stripe_refusal *stripe_refund_add(struct fn_arena *arena, struct stored *charge,
					       int64_t amount, const char *reason,
					       struct json_object *metadata, struct stored *ret);
const char *stripe_refund_settle(struct fn_arena *arena, struct stored *refund,
				 const char *outcome);

/* ---- disputes ---- */

void stripe_dispute_add(struct fn_arena *arena, struct stored *charge, const char *reason,
			struct stored *ret);
/* "won", "lost", "under_review" */
const char *stripe_dispute_settle(struct fn_arena *arena, struct stored *dispute,
				  const char *outcome);

#endif
