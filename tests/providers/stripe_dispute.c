/* stripe_dispute.c: chargebacks: opened by a card or by the control endpoint, won or lost. */
#include <string.h>

#include "stripe_objects.h"

enum { DAYS_TO_ANSWER = 9, DAY = 86400 };

static struct json_object *document(struct fn_arena *arena, const struct stored *dispute,
				    const struct stored *charge, const char *reason)
{
	struct json_object *transactions = fn_json_array();

	fn_json_append(transactions, FN_OBJECT(fn_json_string("id", stripe_id(arena, "txn_")),
					       fn_json_string("object", "balance_transaction"),
					       fn_json_int("amount", -dispute->amount),
					       fn_json_string("currency", charge->currency),
					       fn_json_string("reporting_category", "dispute"),
					       fn_json_string("type", "adjustment")));
	return FN_OBJECT(fn_json_string("id", dispute->id), fn_json_string("object", "dispute"),
			 fn_json_int("amount", dispute->amount),
			 fn_json_value("balance_transactions", transactions),
			 fn_json_string("charge", charge->id),
			 fn_json_int("created", stripe_seconds()),
			 fn_json_string("currency", charge->currency),
			 fn_json_value("evidence", fn_json_object(NULL, 0)),
			 fn_json_value("evidence_details",
				       FN_OBJECT(fn_json_int("due_by",
							     stripe_seconds() +
								     (int64_t)DAYS_TO_ANSWER * DAY),
						 fn_json_bool("has_evidence", false),
						 fn_json_bool("past_due", false),
						 fn_json_int("submission_count", 0))),
			 fn_json_bool("is_charge_refundable", false),
			 fn_json_bool("livemode", false),
			 fn_json_value("metadata", fn_json_object(NULL, 0)),
			 fn_json_string("payment_intent", charge->parent),
			 fn_json_string("reason", reason),
			 fn_json_string("status", dispute->status));
}

void stripe_dispute_add(struct fn_arena *arena, struct stored *charge, const char *reason,
			struct stored *ret)
{
	*ret = (struct stored){.kind = "dispute",
			       .id = stripe_id(arena, "dp_"),
			       .provider = "stripe",
			       .parent = charge->id,
			       .status = "needs_response",
			       .amount = charge->amount - charge->refunded,
			       .currency = charge->currency,
			       .reference = charge->reference,
			       .payer = charge->payer,
			       .due = NONE,
			       .created = database_now()};
	ret->document = fn_json_keep(arena, document(arena, ret, charge, reason));
	(void)store_add(ret);
	fn_json_set(charge->document, fn_json_bool("disputed", true));
	fn_json_set(charge->document, fn_json_string("dispute", ret->id));
	charge->plan = NULL;
	charge->due = NONE;
	stripe_event(arena, "charge.dispute.created", ret->document);
	stripe_event(arena, "charge.dispute.funds_withdrawn", ret->document);
}

const char *stripe_dispute_settle(struct fn_arena *arena, struct stored *dispute,
				  const char *outcome)
{
	bool won = strcmp(outcome, "won") == 0, lost = strcmp(outcome, "lost") == 0;

	if (strcmp(dispute->status, "won") == 0 || strcmp(dispute->status, "lost") == 0)
		return "it is closed already";
	if (!won && !lost && strcmp(outcome, "under_review") != 0)
		return "won, lost or under_review";
	dispute->status = won ? "won" : lost ? "lost" : "under_review";
	dispute->plan = NULL;
	dispute->due = NONE;
	fn_json_set(dispute->document, fn_json_string("status", dispute->status));
	stripe_event(arena, "charge.dispute.updated", dispute->document);
	if (won)
		stripe_event(arena, "charge.dispute.funds_reinstated", dispute->document);
	if (won || lost)
		stripe_event(arena, "charge.dispute.closed", dispute->document);
	return NULL;
}
