/* stripe_charge.c: charges and payment methods. */
#include <string.h>

#include "stripe_objects.h"

static const char *last4(const struct stripe_card *card)
{
	return card->number + strlen(card->number) - 4;
}

static struct json_object *checks(void)
{
	return FN_OBJECT(fn_json_value("address_line1_check", NULL),
			 fn_json_value("address_postal_code_check", NULL),
			 fn_json_string("cvc_check", "pass"));
}

static struct json_object *card_json(const struct stripe_card *card)
{
	return FN_OBJECT(fn_json_string("brand", card->brand), fn_json_value("checks", checks()),
			 fn_json_string("country", "US"), fn_json_int("exp_month", 12),
			 fn_json_int("exp_year", 2034), fn_json_string("funding", "credit"),
			 fn_json_string("last4", last4(card)));
}

static struct json_object *nobody(void)
{
	return FN_OBJECT(fn_json_value("address", NULL), fn_json_value("email", NULL),
			 fn_json_value("name", NULL), fn_json_value("phone", NULL));
}

struct json_object *stripe_payment_method(struct fn_arena *arena, const struct stripe_card *card)
{
	return FN_OBJECT(fn_json_string("id", stripe_id(arena, "pm_")),
			 fn_json_string("object", "payment_method"),
			 fn_json_value("billing_details", nobody()),
			 fn_json_value("card", card_json(card)),
			 fn_json_int("created", stripe_seconds()), fn_json_value("customer", NULL),
			 fn_json_bool("livemode", false),
			 fn_json_value("metadata", fn_json_object(NULL, 0)),
			 fn_json_string("type", "card"));
}

static struct json_object *outcome(const struct stripe_card *card)
{
	bool pays = card->code == NULL;

	return FN_OBJECT(fn_json_string("network_status",
					pays ? "approved_by_network" : "declined_by_network"),
			 fn_json_string("reason", card->decline),
			 fn_json_string("risk_level", "normal"),
			 fn_json_string("seller_message", pays ? "Payment complete."
							       : "The bank declined the payment."),
			 fn_json_string("type", pays ? "authorized" : "issuer_declined"));
}

static struct json_object *document(struct fn_arena *arena, const struct stored *intent,
				    const struct stripe_card *card, const char *id)
{
	bool pays = card->code == NULL;
	struct json_object *of = intent->document;

	return FN_OBJECT(
		fn_json_string("id", id), fn_json_string("object", "charge"),
		fn_json_int("amount", intent->amount),
		fn_json_int("amount_captured", pays ? intent->amount : 0),
		fn_json_int("amount_refunded", 0),
		fn_json_string("balance_transaction", pays ? stripe_id(arena, "txn_") : NULL),
		fn_json_value("billing_details", nobody()), fn_json_bool("captured", pays),
		fn_json_int("created", stripe_seconds()),
		fn_json_string("currency", intent->currency), fn_json_value("customer", NULL),
		fn_json_value("description", fn_json_share(fn_json_get(of, "description"))),
		fn_json_value("dispute", NULL), fn_json_bool("disputed", false),
		fn_json_value("failure_balance_transaction", NULL),
		fn_json_string("failure_code", card->code),
		fn_json_string("failure_message", card->message), fn_json_value("invoice", NULL),
		fn_json_bool("livemode", false),
		fn_json_value("metadata", fn_json_share(fn_json_get(of, "metadata"))),
		fn_json_value("outcome", outcome(card)), fn_json_bool("paid", pays),
		fn_json_string("payment_intent", intent->id),
		fn_json_value("payment_method", fn_json_share(fn_json_get(of, "payment_method"))),
		fn_json_value("payment_method_details",
			      FN_OBJECT(fn_json_value("card", card_json(card)),
					fn_json_string("type", "card"))),
		fn_json_value("receipt_email", fn_json_share(fn_json_get(of, "receipt_email"))),
		fn_json_bool("refunded", false), fn_json_value("shipping", NULL),
		fn_json_string("status", pays ? "succeeded" : "failed"));
}

void stripe_charge_add(struct fn_arena *arena, const struct stored *intent,
		       const struct stripe_card *card, struct stored *ret)
{
	bool pays = card->code == NULL;

	*ret = (struct stored){.kind = "charge",
			       .id = stripe_id(arena, "ch_"),
			       .provider = "stripe",
			       .parent = intent->id,
			       .status = pays ? "succeeded" : "failed",
			       .amount = intent->amount,
			       .currency = intent->currency,
			       .reference = intent->reference,
			       .payer = card->number,
			       .due = NONE,
			       .created = database_now()};
	ret->document = fn_json_keep(arena, document(arena, intent, card, ret->id));
	if (pays && card->dispute != NULL) {
		ret->plan = fn_arena_format(arena, "DISPUTED:%s", card->dispute);
		ret->due = ret->created;
	}
	(void)store_add(ret);
	stripe_event(arena, pays ? "charge.succeeded" : "charge.failed", ret->document);
}

void stripe_charge_refunded(struct stored *charge, int64_t difference)
{
	charge->refunded += difference;
	fn_json_set(charge->document, fn_json_int("amount_refunded", charge->refunded));
	fn_json_set(charge->document, fn_json_bool("refunded", charge->refunded == charge->amount));
}
