/* stripe_intents.c: /v1/payment_intents. */
#include <string.h>

#include "../stripe_money.h"
#include "fn_crypto.h"
#include "stripe_http.h"

enum { DESCRIPTION_MAX = 1000, EMAIL_MAX = 512, URL_MAX = 5000, NAME_MAX_LENGTH = 64 };

static const char url[] = "/v1/payment_intents";
static const char *const create_names[] = {"amount",
					   "automatic_payment_methods",
					   "capture_method",
					   "client_secret",
					   "confirm",
					   "currency",
					   "customer",
					   "description",
					   "metadata",
					   "off_session",
					   "payment_method",
					   "payment_method_data",
					   "payment_method_options",
					   "payment_method_types",
					   "receipt_email",
					   "return_url",
					   "setup_future_usage",
					   "shipping",
					   "statement_descriptor",
					   "statement_descriptor_suffix",
					   "transfer_group",
					   "use_stripe_sdk",
					   NULL};

/* ---- reading ---- */

static const struct stripe_refusal *read_amount(struct stripe_call *s,
						struct stripe_intent_ask *ask)
{
	const char *currency = fn_json_get_text(s->form, "currency"), *complaint, *code;
	char *small = fn_arena_text(s->arena, currency);
	const struct stripe_refusal *refusal;

	if (fn_json_get(s->form, "amount") == NULL)
		return stripe_refuse(s->arena, "parameter_missing", "amount",
				     "Missing required param: amount.");
	if (currency == NULL)
		return stripe_refuse(s->arena, "parameter_missing", "currency",
				     "Missing required param: currency.");
	refusal = stripe_read_integer(s, "amount", 0, &ask->amount);
	if (refusal != NULL)
		return refusal;
	for (char *c = small; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	if (!stripe_is_currency(small))
		return stripe_refuse(s->arena, NULL, "currency",
				     fn_arena_format(s->arena,
						     "Invalid currency: %s. Stripe does not "
						     "support it.",
						     currency));
	ask->currency = small;
	complaint = stripe_amount_complaint(s->arena, ask->amount, small, &code);
	return complaint == NULL ? NULL : stripe_refuse(s->arena, code, "amount", complaint);
}

static const struct stripe_refusal *read_methods(struct stripe_call *s,
						 struct stripe_intent_ask *ask)
{
	const struct json_object *types = fn_json_get(s->form, "payment_method_types");
	const struct json_object *automatic = fn_json_get(s->form, "automatic_payment_methods");
	const char *redirects = fn_json_get_text(automatic, "allow_redirects");
	const char *capture = fn_json_get_text(s->form, "capture_method");

	if (types != NULL && stripe_is_true(automatic, "enabled"))
		return stripe_refuse(s->arena, NULL, NULL,
				     "You may only specify one of these parameters: "
				     "automatic_payment_methods, payment_method_types.");
	for (size_t i = 0; i < fn_json_length(types); i++) {
		const char *type = fn_json_text(fn_json_at(types, i));

		if (type == NULL || strcmp(type, "card") != 0)
			return stripe_refuse(s->arena, "payment_intent_invalid_parameter",
					     "payment_method_types",
					     "The payment method type provided is invalid: this "
					     "account has cards alone.");
	}
	if (capture != NULL && strcmp(capture, "manual") == 0)
		return stripe_refuse(s->arena, NULL, "capture_method",
				     "The stand-in captures by itself alone.");
	ask->is_automatic = types == NULL;
	ask->may_redirect = redirects == NULL || strcmp(redirects, "never") != 0;
	return NULL;
}

static const struct stripe_refusal *read_words(struct stripe_call *s, struct stripe_intent_ask *ask)
{
	const struct stripe_refusal *refusal;

	refusal = stripe_read_text(s, "description", DESCRIPTION_MAX, &ask->description);
	if (refusal == NULL)
		refusal = stripe_read_text(s, "receipt_email", EMAIL_MAX, &ask->receipt_email);
	if (refusal == NULL && ask->receipt_email != NULL &&
	    fn_text_email(s->arena, ask->receipt_email) == NULL)
		refusal = stripe_refuse(s->arena, "email_invalid", "receipt_email",
					fn_arena_format(s->arena, "Invalid email address: %s",
							ask->receipt_email));
	return refusal;
}

static struct stripe_answer find(struct stripe_call *s, struct stored *ret)
{
	if (!store_find(s->arena, "payment_intent", s->id, ret))
		return stripe_missing(s, "payment_intent", s->id, "intent");
	if (s->is_publishable) { /* whoever has only this key must know the secret too */
		const char *given = fn_json_get_text(s->form, "client_secret");
		const char *secret = fn_json_get_text(ret->document, "client_secret");

		if (given == NULL || !fn_crypto_same(given, strlen(given), secret, strlen(secret)))
			return stripe_missing(s, "payment_intent", s->id, "intent");
	}
	return stripe_yes(NULL, NULL);
}

/* ---- confirming ---- */

static struct stripe_answer confirm(struct stripe_call *s, struct stored *intent)
{
	const struct stripe_card *card;
	const char *return_url;
	const struct stripe_refusal *refusal =
		stripe_read_text(s, "return_url", URL_MAX, &return_url);
	const struct json_object *automatic =
		fn_json_get(intent->document, "automatic_payment_methods");
	const char *redirects = fn_json_get_text(automatic, "allow_redirects");

	if (refusal == NULL)
		refusal = stripe_read_card(s, &card);
	if (refusal != NULL)
		return stripe_no(refusal);
	if (card == NULL)
		return stripe_no(stripe_refuse(
			s->arena, "parameter_missing", "payment_method",
			"You cannot confirm this PaymentIntent because it's missing a payment "
			"method. Update the PaymentIntent with a payment method and then confirm "
			"it again."));
	if (return_url == NULL && redirects != NULL && strcmp(redirects, "always") == 0 &&
	    !s->is_publishable && !stripe_is_true(s->form, "use_stripe_sdk"))
		return stripe_no(stripe_refuse(
			s->arena, NULL, "return_url",
			"This PaymentIntent is configured to accept payment methods enabled in "
			"your Dashboard. Because some of these payment methods might redirect "
			"your customer off of your page, you must provide a `return_url`. If you "
			"don't want to accept redirect-based payment methods, set "
			"`automatic_payment_methods[enabled]` to `true` and "
			"`automatic_payment_methods[allow_redirects]` to `never` when creating "
			"Setup Intents and Payment Intents."));
	refusal = stripe_intent_confirm(s->arena, intent, card, return_url);
	store_keep(intent); /* a decline changes it too */
	return refusal != NULL ? stripe_no(refusal)
			       : stripe_yes(fn_json_share(intent->document), intent->id);
}

/* ---- the endpoints ---- */

struct stripe_answer stripe_create_intent(struct stripe_call *s)
{
	struct stripe_intent_ask ask = {0};
	const struct stripe_refusal *refusal = stripe_check_known(s, create_names);
	struct stored intent;

	if (refusal == NULL)
		refusal = read_amount(s, &ask);
	if (refusal == NULL)
		refusal = read_methods(s, &ask);
	if (refusal == NULL)
		refusal = read_words(s, &ask);
	if (refusal == NULL)
		refusal = stripe_read_metadata(s, &ask.metadata);
	if (refusal != NULL)
		return stripe_no(refusal);
	if (fn_json_get(s->form, "customer") != NULL)
		return stripe_missing(s, "customer", fn_json_get_text(s->form, "customer"),
				      "customer");
	stripe_intent_add(s->arena, &ask, &intent);
	if (stripe_is_true(s->form, "confirm"))
		return confirm(s, &intent);
	return stripe_yes(fn_json_share(intent.document), intent.id);
}

struct stripe_answer stripe_get_intent(struct stripe_call *s)
{
	struct stored intent;
	struct stripe_answer answer = find(s, &intent);

	return answer.refusal != NULL ? answer : stripe_yes(fn_json_share(intent.document), NULL);
}

static void merge_field(const char *name, struct json_object *value, void *arg)
{
	fn_json_set(arg, fn_json_value(name, fn_json_share(value)));
}

struct stripe_answer stripe_update_intent(struct stripe_call *s)
{
	struct stripe_intent_ask ask = {0};
	const struct stripe_refusal *refusal = stripe_check_known(s, create_names);
	struct stored intent;
	struct stripe_answer answer = find(s, &intent);
	const char *code, *complaint;

	if (answer.refusal != NULL)
		return answer;
	if (refusal == NULL)
		refusal = stripe_read_integer(s, "amount", intent.amount, &ask.amount);
	if (refusal == NULL)
		refusal = read_words(s, &ask);
	if (refusal == NULL)
		refusal = stripe_read_metadata(s, &ask.metadata);
	if (refusal == NULL && ask.amount != intent.amount &&
	    strncmp(intent.status, "requires_", 9) != 0)
		refusal = stripe_refuse(s->arena, "payment_intent_unexpected_state", "amount",
					"The amount of this PaymentIntent can no longer change.");
	if (refusal != NULL)
		return stripe_no(refusal);
	complaint = stripe_amount_complaint(s->arena, ask.amount, intent.currency, &code);
	if (complaint != NULL)
		return stripe_no(stripe_refuse(s->arena, code, "amount", complaint));
	intent.amount = ask.amount;
	fn_json_set(intent.document, fn_json_int("amount", ask.amount));
	fn_json_each(ask.metadata, merge_field, fn_json_get(intent.document, "metadata"));
	if (ask.description != NULL)
		fn_json_set(intent.document, fn_json_string("description", ask.description));
	if (ask.receipt_email != NULL)
		fn_json_set(intent.document, fn_json_string("receipt_email", ask.receipt_email));
	store_keep(&intent);
	return stripe_yes(fn_json_share(intent.document), intent.id);
}

struct stripe_answer stripe_confirm_intent(struct stripe_call *s)
{
	struct stored intent;
	struct stripe_answer answer = find(s, &intent);

	return answer.refusal != NULL ? answer : confirm(s, &intent);
}

struct stripe_answer stripe_cancel_intent(struct stripe_call *s)
{
	static const char *const reasons[] = {"duplicate", "fraudulent", "requested_by_customer",
					      "abandoned"};
	struct stored intent;
	struct stripe_answer answer = find(s, &intent);
	const struct stripe_refusal *refusal;
	const char *reason;
	bool is_known = false;

	if (answer.refusal != NULL)
		return answer;
	refusal = stripe_read_text(s, "cancellation_reason", NAME_MAX_LENGTH, &reason);
	for (size_t i = 0; i < FN_COUNT(reasons); i++)
		is_known |= reason == NULL || strcmp(reason, reasons[i]) == 0;
	if (refusal == NULL && !is_known)
		refusal = stripe_refuse(s->arena, NULL, "cancellation_reason",
					"Invalid cancellation_reason: must be one of duplicate, "
					"fraudulent, requested_by_customer, or abandoned");
	if (refusal == NULL)
		refusal = stripe_intent_cancel(s->arena, &intent, reason);
	if (refusal != NULL)
		return stripe_no(refusal);
	store_keep(&intent);
	return stripe_yes(fn_json_share(intent.document), intent.id);
}

struct stripe_answer stripe_list_intents(struct stripe_call *s)
{
	return stripe_list(s, url, (struct store_list){.kind = "payment_intent"});
}
