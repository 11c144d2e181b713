/* stripe_refunds.c: /v1/refunds. */
#include <string.h>

#include "stripe_http.h"

enum { TEXT_MAX = 64 };

static const char *const names[] = {"amount",   "charge",         "instructions_email",
				    "metadata", "payment_intent", "reason",
				    NULL};

/* The charge itself, or the one that paid the intent. */
static struct stripe_answer find_charge(struct stripe_call *s, struct stored *ret)
{
	const char *intent_id = fn_json_get_text(s->form, "payment_intent");
	const char *id = fn_json_get_text(s->form, "charge");
	struct stored intent;

	if (id == NULL && intent_id == NULL)
		return stripe_no(stripe_refuse(s->arena, "parameter_missing", "charge",
					       "One of the following params should be provided "
					       "for this request: payment_intent or charge."));
	if (id == NULL) {
		if (!store_find(s->arena, "payment_intent", intent_id, &intent))
			return stripe_missing(s, "payment_intent", intent_id, "payment_intent");
		id = fn_json_get_text(intent.document, "latest_charge");
		if (id == NULL || strcmp(intent.status, "succeeded") != 0)
			return stripe_no(stripe_refuse(
				s->arena, "payment_intent_unexpected_state", "payment_intent",
				fn_arena_format(s->arena,
						"This PaymentIntent (%s) does not have a "
						"successful charge to refund.",
						intent_id)));
	}
	return store_find(s->arena, "charge", id, ret) ? stripe_yes(NULL, NULL)
						       : stripe_missing(s, "charge", id, "charge");
}

static const struct stripe_refusal *read_reason(struct stripe_call *s, const char **ret)
{
	static const char *const reasons[] = {"duplicate", "fraudulent", "requested_by_customer"};
	const struct stripe_refusal *refusal = stripe_read_text(s, "reason", TEXT_MAX, ret);

	if (refusal != NULL || *ret == NULL)
		return refusal;
	for (size_t i = 0; i < FN_COUNT(reasons); i++) {
		if (strcmp(*ret, reasons[i]) == 0)
			return NULL;
	}
	return stripe_refuse(s->arena, NULL, "reason",
			     "Invalid reason: must be one of duplicate, fraudulent, or "
			     "requested_by_customer");
}

struct stripe_answer stripe_create_refund(struct stripe_call *s)
{
	const struct stripe_refusal *refusal = stripe_check_known(s, names);
	struct json_object *metadata;
	struct stored charge, refund;
	struct stripe_answer answer;
	const char *reason;
	int64_t amount;

	if (refusal == NULL)
		refusal = stripe_read_integer(s, "amount", -1, &amount);
	if (refusal == NULL)
		refusal = read_reason(s, &reason);
	if (refusal == NULL)
		refusal = stripe_read_metadata(s, &metadata);
	if (refusal == NULL && fn_json_get(s->form, "amount") != NULL && amount < 1)
		refusal = stripe_refuse(s->arena, "parameter_invalid_integer", "amount",
					"This value must be greater than or equal to 1.");
	if (refusal != NULL)
		return stripe_no(refusal);
	answer = find_charge(s, &charge);
	if (answer.refusal != NULL)
		return answer;
	refusal = stripe_refund_add(s->arena, &charge, amount, reason, metadata, &refund);
	return refusal != NULL ? stripe_no(refusal)
			       : stripe_yes(fn_json_share(refund.document), refund.id);
}

struct stripe_answer stripe_get_refund(struct stripe_call *s)
{
	struct stored refund;

	if (!store_find(s->arena, "refund", s->id, &refund))
		return stripe_missing(s, "refund", s->id, "id");
	return stripe_yes(fn_json_share(refund.document), NULL);
}

struct stripe_answer stripe_update_refund(struct stripe_call *s)
{
	static const char *const known[] = {"metadata", NULL};
	const struct stripe_refusal *refusal = stripe_check_known(s, known);
	struct json_object *metadata;
	struct stored refund;

	if (!store_find(s->arena, "refund", s->id, &refund))
		return stripe_missing(s, "refund", s->id, "id");
	if (refusal == NULL)
		refusal = stripe_read_metadata(s, &metadata);
	if (refusal != NULL)
		return stripe_no(refusal);
	fn_json_set(refund.document, fn_json_value("metadata", fn_json_share(metadata)));
	store_keep(&refund);
	stripe_event(s->arena, "refund.updated", refund.document);
	return stripe_yes(fn_json_share(refund.document), refund.id);
}

struct stripe_answer stripe_list_refunds(struct stripe_call *s)
{
	const char *charge = fn_json_get_text(s->form, "charge");
	const char *intent_id = fn_json_get_text(s->form, "payment_intent");
	struct stored intent;

	if (charge == NULL && intent_id != NULL) {
		if (!store_find(s->arena, "payment_intent", intent_id, &intent))
			return stripe_missing(s, "payment_intent", intent_id, "payment_intent");
		charge = fn_json_get_text(intent.document, "latest_charge");
		charge = charge == NULL ? "" : charge; /* no charge, no refunds */
	}
	return stripe_list(s, "/v1/refunds",
			   (struct store_list){.kind = "refund", .parent = charge});
}
