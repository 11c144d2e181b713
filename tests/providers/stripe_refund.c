/* stripe_refund.c: refunds of a charge, whole or in part. */
#include <string.h>

#include "settings.h"
#include "stripe_money.h"
#include "stripe_objects.h"

/* The intent's own sum is what the list of payments shows. */
static void keep_charge(struct stored *charge)
{
	store_keep(charge);
	(void)database_change("UPDATE objects SET refunded = ? WHERE kind = 'payment_intent'"
			      " AND id = ?",
			      VALUES(of_number(charge->refunded), of_text(charge->parent)));
}

static const struct stripe_refusal *check(struct fn_arena *arena, const struct stored *charge,
					  int64_t amount)
{
	int64_t left = charge->amount - charge->refunded;

	if (strcmp(charge->status, "succeeded") != 0)
		return stripe_refuse(arena, "charge_not_refundable", "charge",
				     fn_arena_format(arena,
						     "Charge %s has not succeeded; cannot "
						     "refund it.",
						     charge->id));
	if (fn_json_get_bool(charge->document, "disputed", false))
		return stripe_refuse(arena, "charge_disputed", NULL,
				     fn_arena_format(arena,
						     "Charge %s has been charged back; cannot "
						     "issue a refund.",
						     charge->id));
	if (left == 0)
		return stripe_refuse(arena, "charge_already_refunded", NULL,
				     fn_arena_format(arena, "Charge %s has already been refunded.",
						     charge->id));
	if (amount > left)
		return stripe_refuse(
			arena, NULL, "amount",
			fn_arena_format(arena,
					"Refund amount (%s) is greater than unrefunded amount on "
					"charge (%s)",
					stripe_show_amount(arena, amount, charge->currency),
					stripe_show_amount(arena, left, charge->currency)));
	return NULL;
}

static struct json_object *document(struct fn_arena *arena, const struct stored *refund,
				    const struct stored *charge, const char *reason,
				    struct json_object *metadata)
{
	return FN_OBJECT(fn_json_string("id", refund->id), fn_json_string("object", "refund"),
			 fn_json_int("amount", refund->amount),
			 fn_json_string("balance_transaction", stripe_id(arena, "txn_")),
			 fn_json_string("charge", charge->id),
			 fn_json_int("created", stripe_seconds()),
			 fn_json_string("currency", charge->currency),
			 fn_json_value("destination_details",
				       FN_OBJECT(fn_json_value("card",
							       FN_OBJECT(fn_json_string("type",
											"refund"))),
						 fn_json_string("type", "card"))),
			 fn_json_value("metadata", metadata == NULL ? fn_json_object(NULL, 0)
								    : fn_json_share(metadata)),
			 fn_json_string("payment_intent", charge->parent),
			 fn_json_string("reason", reason), fn_json_value("receipt_number", NULL),
			 fn_json_value("source_transfer_reversal", NULL),
			 fn_json_string("status", refund->status),
			 fn_json_value("transfer_reversal", NULL));
}

const struct stripe_refusal *stripe_refund_add(struct fn_arena *arena, struct stored *charge,
					       int64_t amount, const char *reason,
					       struct json_object *metadata, struct stored *ret)
{
	const struct stripe_card *card = stripe_card_of_number(charge->payer);
	enum stripe_refunding how = card == NULL ? STRIPE_REFUND_AT_ONCE : card->refunding;
	const struct stripe_refusal *refusal;

	if (amount < 0)
		amount = charge->amount - charge->refunded;
	refusal = check(arena, charge, amount);
	if (refusal != NULL)
		return refusal;
	*ret = (struct stored){.kind = "refund",
			       .id = stripe_id(arena, "re_"),
			       .provider = "stripe",
			       .parent = charge->id,
			       .status = how == STRIPE_REFUND_LATER ? "pending" : "succeeded",
			       .amount = amount,
			       .currency = charge->currency,
			       .reference = charge->reference,
			       .payer = charge->payer,
			       .created = database_now()};
	ret->document = fn_json_keep(arena, document(arena, ret, charge, reason, metadata));
	ret->due = how == STRIPE_REFUND_AT_ONCE ? NONE : settings_due(arena, "stripe");
	if (ret->due != NONE)
		ret->plan = how == STRIPE_REFUND_LATER ? "succeeded" : "failed";
	(void)store_add(ret);
	stripe_charge_refunded(charge, amount);
	keep_charge(charge);
	stripe_event(arena, "refund.created", ret->document);
	stripe_event(arena, "charge.refunded", charge->document);
	return NULL;
}

static void fail(struct fn_arena *arena, struct stored *refund, struct stored *charge,
		 const char *reason)
{
	fn_json_set(refund->document, fn_json_string("failure_reason", reason));
	fn_json_set(refund->document,
		    fn_json_string("failure_balance_transaction", stripe_id(arena, "txn_")));
	stripe_charge_refunded(charge, -refund->amount);
	keep_charge(charge);
	stripe_event(arena, "refund.failed", refund->document);
}

/* succeeded, failed[:REASON] */
const char *stripe_refund_settle(struct fn_arena *arena, struct stored *refund, const char *outcome)
{
	bool fails = strncmp(outcome, "failed", 6) == 0 || strncmp(outcome, "FAILED", 6) == 0;
	const char *reason = strchr(outcome, ':');
	struct stored charge;

	if (!fails && strcmp(outcome, "succeeded") != 0 && strcmp(outcome, "COMPLETED") != 0)
		return "no such outcome";
	if (strcmp(refund->status, "failed") == 0 ||
	    (!fails && strcmp(refund->status, "succeeded") == 0))
		return "it has ended already";
	if (!store_find(arena, "charge", refund->parent, &charge))
		return "its charge is gone";
	refund->status = fails ? "failed" : "succeeded";
	refund->plan = NULL;
	refund->due = NONE;
	fn_json_set(refund->document, fn_json_string("status", refund->status));
	if (fails)
		fail(arena, refund, &charge,
		     reason == NULL ? "expired_or_canceled_card" : reason + 1);
	stripe_event(arena, "refund.updated", refund->document);
	stripe_event(arena, "charge.refund.updated", refund->document);
	return NULL;
}
