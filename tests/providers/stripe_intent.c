/* stripe_intent.c: PaymentIntents: from requires_payment_method to succeeded or canceled. */
#include <string.h>

#include "fn_conf.h"
#include "settings.h"
#include "stripe_objects.h"

/* ---- the document ---- */

static struct json_object *card_options(void)
{
	return FN_OBJECT(fn_json_value("card", FN_OBJECT(fn_json_value("installments", NULL),
							 fn_json_value("mandate_options", NULL),
							 fn_json_value("network", NULL),
							 fn_json_string("request_three_d_secure",
									"automatic"))));
}

static struct json_object *method_types(void)
{
	struct json_object *types = fn_json_array();

	fn_json_append(types, fn_json_from_text("card"));
	return types;
}

static struct json_object *automatic(const struct stripe_intent_ask *ask)
{
	if (!ask->is_automatic)
		return NULL;
	return FN_OBJECT(fn_json_string("allow_redirects", ask->may_redirect ? "always" : "never"),
			 fn_json_bool("enabled", true));
}

static struct json_object *document(struct fn_arena *arena, const struct stripe_intent_ask *ask,
				    const char *id)
{
	return FN_OBJECT(fn_json_string("id", id), fn_json_string("object", "payment_intent"),
			 fn_json_int("amount", ask->amount), fn_json_int("amount_capturable", 0),
			 fn_json_value("amount_details",
				       FN_OBJECT(fn_json_value("tip", fn_json_object(NULL, 0)))),
			 fn_json_int("amount_received", 0), fn_json_value("application", NULL),
			 fn_json_value("application_fee_amount", NULL),
			 fn_json_value("automatic_payment_methods", automatic(ask)),
			 fn_json_value("canceled_at", NULL),
			 fn_json_value("cancellation_reason", NULL),
			 fn_json_string("capture_method", "automatic_async"),
			 fn_json_string("client_secret",
					stripe_id(arena, fn_arena_format(arena, "%s_secret_", id))),
			 fn_json_string("confirmation_method", "automatic"),
			 fn_json_int("created", stripe_seconds()),
			 fn_json_string("currency", ask->currency), fn_json_value("customer", NULL),
			 fn_json_string("description", ask->description),
			 fn_json_value("invoice", NULL), fn_json_value("last_payment_error", NULL),
			 fn_json_value("latest_charge", NULL), fn_json_bool("livemode", false),
			 fn_json_value("metadata", fn_json_share(ask->metadata)),
			 fn_json_value("next_action", NULL), fn_json_value("on_behalf_of", NULL),
			 fn_json_value("payment_method", NULL),
			 fn_json_value("payment_method_configuration_details", NULL),
			 fn_json_value("payment_method_options", card_options()),
			 fn_json_value("payment_method_types", method_types()),
			 fn_json_value("processing", NULL),
			 fn_json_string("receipt_email", ask->receipt_email),
			 fn_json_value("review", NULL), fn_json_value("setup_future_usage", NULL),
			 fn_json_value("shipping", NULL), fn_json_value("source", NULL),
			 fn_json_value("statement_descriptor", NULL),
			 fn_json_value("statement_descriptor_suffix", NULL),
			 fn_json_string("status", "requires_payment_method"),
			 fn_json_value("transfer_data", NULL),
			 fn_json_value("transfer_group", NULL));
}

void stripe_intent_add(struct fn_arena *arena, const struct stripe_intent_ask *ask,
		       struct stored *ret)
{
	const struct json_object *settings = settings_read(arena, "stripe");
	int64_t confirm_ms = fn_json_get_integer(settings, "confirm_ms", NONE);
	const char *card = fn_json_get_text(settings, "card");

	*ret = (struct stored){.kind = "payment_intent",
			       .id = stripe_id(arena, "pi_"),
			       .provider = "stripe",
			       .status = "requires_payment_method",
			       .amount = ask->amount,
			       .currency = ask->currency,
			       .reference = fn_json_get_text(ask->metadata, "order_id"),
			       .due = NONE,
			       .created = database_now()};
	ret->document = fn_json_keep(arena, document(arena, ask, ret->id));
	if (confirm_ms >= 0) { /* a payer who is always there */
		ret->due = ret->created + confirm_ms;
		ret->plan = fn_arena_format(arena, "CARD:%s", card == NULL ? "pm_card_visa" : card);
	}
	(void)store_add(ret);
	stripe_event(arena, "payment_intent.created", ret->document);
}

/* ---- moving on ---- */

static bool is(const struct stored *intent, const char *status)
{
	return strcmp(intent->status, status) == 0;
}

static void enter(struct stored *intent, const char *status)
{
	intent->status = status;
	intent->plan = NULL;
	intent->due = NONE;
	fn_json_set(intent->document, fn_json_string("status", status));
	fn_json_set(intent->document, fn_json_value("next_action", NULL));
}

static const struct stripe_refusal *unexpected(struct fn_arena *arena, struct stored *intent,
					       const char *doing)
{
	struct stripe_refusal *r = fn_arena_alloc(arena, sizeof(*r));

	*r = (struct stripe_refusal){
		.status = 400,
		.type = "invalid_request_error",
		.code = "payment_intent_unexpected_state",
		.message = fn_arena_format(arena,
					   "You cannot %s this PaymentIntent because it has a "
					   "status of %s.",
					   doing, intent->status),
		.intent = intent->document,
	};
	return r;
}

static const struct stripe_refusal *decline(struct fn_arena *arena, struct stored *intent,
					    const struct stripe_card *card, const char *charge)
{
	struct stripe_refusal *r = fn_arena_alloc(arena, sizeof(*r));
	struct json_object *error =
		FN_OBJECT(fn_json_string("charge", charge), fn_json_string("code", card->code),
			  fn_json_string("decline_code", card->decline),
			  fn_json_string("message", card->message),
			  fn_json_value("payment_method", stripe_payment_method(arena, card)),
			  fn_json_string("type", "card_error"));

	enter(intent, "requires_payment_method");
	fn_json_set(intent->document, fn_json_value("payment_method", NULL));
	fn_json_set(intent->document, fn_json_value("last_payment_error", error));
	stripe_event(arena, "payment_intent.payment_failed", intent->document);
	*r = (struct stripe_refusal){.status = 402,
				     .type = "card_error",
				     .code = card->code,
				     .decline = card->decline,
				     .message = card->message,
				     .charge = charge,
				     .intent = intent->document};
	return r;
}

/* The bank says yes or no. */
static const struct stripe_refusal *charge(struct fn_arena *arena, struct stored *intent,
					   const struct stripe_card *card)
{
	struct json_object *method = stripe_payment_method(arena, card);
	struct stored made;

	fn_json_set(intent->document,
		    fn_json_string("payment_method", fn_json_get_text(method, "id")));
	fn_json_drop(method);
	stripe_charge_add(arena, intent, card, &made);
	fn_json_set(intent->document, fn_json_string("latest_charge", made.id));
	if (card->code != NULL)
		return decline(arena, intent, card, made.id);
	enter(intent, "succeeded");
	fn_json_set(intent->document, fn_json_int("amount_received", intent->amount));
	fn_json_set(intent->document, fn_json_value("last_payment_error", NULL));
	stripe_event(arena, "payment_intent.succeeded", intent->document);
	return NULL;
}

/* The page where the payer of the stand-in plays the bank's part. */
static struct json_object *next_action(struct fn_arena *arena, const struct stored *intent,
				       const char *return_url)
{
	const char *api = fn_conf_text("STRIPE_API_URL"), *slash = strrchr(api, '/');
	const char *url = fn_arena_format(arena, "%.*s/page/intents/%s",
					  slash == NULL ? 0 : (int)(slash - api), api, intent->id);

	if (return_url == NULL)
		return FN_OBJECT(fn_json_string("type", "use_stripe_sdk"),
				 fn_json_value("use_stripe_sdk",
					       FN_OBJECT(fn_json_string("type",
									"three_d_secure_redirect"),
							 fn_json_string("stripe_js", url))));
	return FN_OBJECT(fn_json_value("redirect_to_url",
				       FN_OBJECT(fn_json_string("return_url", return_url),
						 fn_json_string("url", url))),
			 fn_json_string("type", "redirect_to_url"));
}

const struct stripe_refusal *stripe_intent_confirm(struct fn_arena *arena, struct stored *intent,
						   const struct stripe_card *card,
						   const char *return_url)
{
	if (!is(intent, "requires_payment_method") && !is(intent, "requires_confirmation") &&
	    !is(intent, "requires_action"))
		return unexpected(arena, intent, "confirm");
	intent->payer = card->number;
	if (!card->authenticates)
		return charge(arena, intent, card);
	enter(intent, "requires_action");
	fn_json_set(intent->document,
		    fn_json_value("next_action", next_action(arena, intent, return_url)));
	stripe_event(arena, "payment_intent.requires_action", intent->document);
	return NULL;
}

static const struct stripe_refusal *not_authenticated(struct fn_arena *arena, struct stored *intent)
{
	static const char code[] = "payment_intent_authentication_failure";
	static const char message[] =
		"The provided PaymentMethod has failed authentication. You can provide "
		"payment_method_data or a new PaymentMethod to attempt to fulfill this "
		"PaymentIntent again.";
	struct stripe_refusal *r = fn_arena_alloc(arena, sizeof(*r));

	enter(intent, "requires_payment_method");
	fn_json_set(intent->document, fn_json_value("payment_method", NULL));
	fn_json_set(intent->document,
		    fn_json_value("last_payment_error",
				  FN_OBJECT(fn_json_string("code", code),
					    fn_json_string("message", message),
					    fn_json_string("type", "invalid_request_error"))));
	stripe_event(arena, "payment_intent.payment_failed", intent->document);
	*r = (struct stripe_refusal){.status = 400,
				     .type = "invalid_request_error",
				     .code = code,
				     .message = message,
				     .intent = intent->document};
	return r;
}

const struct stripe_refusal *stripe_intent_authenticated(struct fn_arena *arena,
							 struct stored *intent, bool passed)
{
	if (!is(intent, "requires_action"))
		return unexpected(arena, intent, "authenticate");
	return passed ? charge(arena, intent, stripe_card_of_number(intent->payer))
		      : not_authenticated(arena, intent);
}

const struct stripe_refusal *stripe_intent_cancel(struct fn_arena *arena, struct stored *intent,
						  const char *reason)
{
	if (is(intent, "succeeded") || is(intent, "canceled"))
		return unexpected(arena, intent, "cancel");
	enter(intent, "canceled");
	fn_json_set(intent->document, fn_json_int("canceled_at", stripe_seconds()));
	fn_json_set(intent->document, fn_json_string("cancellation_reason", reason));
	stripe_event(arena, "payment_intent.canceled", intent->document);
	return NULL;
}

/* ---- outcomes ---- */

static const struct stripe_card *card_that_declines(const char *code)
{
	size_t count;
	const struct stripe_card *cards = stripe_cards(&count);

	for (size_t i = 0; i < count; i++) {
		if (!cards[i].authenticates && cards[i].decline != NULL &&
		    (code == NULL || strcmp(cards[i].decline, code) == 0))
			return &cards[i];
	}
	return NULL;
}

/* COMPLETED, FAILED[:DECLINE_CODE], REQUIRES_ACTION, CARD:NAME-OR-NUMBER */
static const struct stripe_card *card_of(const char *outcome)
{
	const char *detail = strchr(outcome, ':');

	if (strcmp(outcome, "COMPLETED") == 0)
		return stripe_card_of_name("pm_card_visa");
	if (strcmp(outcome, "REQUIRES_ACTION") == 0)
		return stripe_card_of_name("pm_card_threeDSecure2Required");
	if (strncmp(outcome, "FAILED", 6) == 0)
		return card_that_declines(detail == NULL ? NULL : detail + 1);
	if (strncmp(outcome, "CARD:", 5) != 0)
		return NULL;
	return stripe_card_of_name(outcome + 5) != NULL ? stripe_card_of_name(outcome + 5)
							: stripe_card_of_number(outcome + 5);
}

static const char *dispute(struct fn_arena *arena, const struct stored *intent, const char *outcome)
{
	const char *detail = strchr(outcome, ':');
	const char *id = fn_json_get_text(intent->document, "latest_charge");
	struct stored charged, made;

	if (!is(intent, "succeeded") || !store_find(arena, "charge", id, &charged))
		return "it was not paid";
	if (fn_json_get_bool(charged.document, "disputed", false))
		return "it is disputed already";
	stripe_dispute_add(arena, &charged, detail == NULL ? "fraudulent" : detail + 1, &made);
	store_keep(&charged);
	return NULL;
}

const char *stripe_intent_settle(struct fn_arena *arena, struct stored *intent, const char *outcome)
{
	const struct stripe_refusal *refusal;
	const struct stripe_card *card;

	if (strncmp(outcome, "DISPUTED", 8) == 0)
		return dispute(arena, intent, outcome);
	if (strcmp(outcome, "CANCELED") == 0) {
		refusal = stripe_intent_cancel(arena, intent, "abandoned");
	} else if (is(intent, "requires_action") && strncmp(outcome, "CARD:", 5) != 0) {
		refusal = stripe_intent_authenticated(arena, intent,
						      strcmp(outcome, "COMPLETED") == 0);
	} else {
		card = card_of(outcome);
		if (card == NULL)
			return "no such outcome";
		refusal = stripe_intent_confirm(arena, intent, card, NULL);
	}
	/* a decline is what was asked for */
	return refusal == NULL || refusal->status == 402 ||
			       strcmp(refusal->code, "payment_intent_authentication_failure") == 0
		       ? NULL
		       : refusal->message;
}
