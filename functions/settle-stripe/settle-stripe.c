/* settle-stripe: looks into an event, and at payments whose time has come. Internal: the job runner
 * calls it with {"kind":"event","inbox":N}, {"kind":"check","payment":ID} or
 * {"kind":"cancel","payment":ID}. Whatever an event said, Stripe is asked before anything is
 * believed. */
#include <string.h>

#include "settle-stripe.sql.h"
#include "settle.h"

enum { WORD_MAX = 32, BODY_MAX = 1024 };

static const struct fn_message unknown_work = {422, "unknown_work", "Travail inconnu.",
					       "Unknown work."};

static struct fn_error *read_payload(struct work *w)
{
	struct fn_fields f;
	bool has_payment;

	FN_TRY(fn_field_begin(w->req, &f));
	w->kind = fn_field_text(&f, "kind", FN_REQUIRED, WORD_MAX);
	w->inbox = fn_field_int(&f, "inbox", FN_OPTIONAL, 1, INT64_MAX - 1);
	has_payment = fn_field_uuid(&f, "payment", FN_OPTIONAL, &w->payment);
	FN_TRY(fn_field_end(&f));
	if (strcmp(w->kind, "event") == 0 ? w->inbox > 0 : has_payment)
		return NULL;
	return fn_fail(w->req, &unknown_work);
}

/* ---- an event ---- */

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static struct fn_error *settle_event(struct work *w)
{
	FN_TRY(settle_begin(w));
	if (w->is_over)
		return NULL;
	if (w->reference != NULL && begins_with(w->type, "payment_intent.") &&
	    strcmp(w->type, "payment_intent.created") != 0)
		return settle_intent(w);
	if (w->reference != NULL &&
	    (begins_with(w->type, "refund.") || strcmp(w->type, "charge.refund.updated") == 0))
		return settle_refund(w);
	if (strcmp(w->type, "charge.refunded") == 0)
		return settle_charge(w);
	if (w->reference != NULL && begins_with(w->type, "charge.dispute."))
		return settle_dispute(w);
	w->word = "ignored";
	return settle_end(w, "IGNORED", "nothing follows from it");
}

/* ---- the request ---- */

static struct fn_error *settle_stripe(struct fn_request *req)
{
	struct work w = {.req = req, .word = "known"};

	FN_TRY(fn_auth_internal(req));
	FN_TRY(read_payload(&w));
	if (strcmp(w.kind, "event") == 0)
		FN_TRY(settle_event(&w));
	else if (strcmp(w.kind, "check") == 0)
		FN_TRY(settle_check(&w));
	else if (strcmp(w.kind, "cancel") == 0)
		FN_TRY(settle_cancel(&w));
	else
		return fn_fail(req, &unknown_work);
	fn_log_request(req, FN_INFO, "%s %s of %s: %s", w.kind, w.type == NULL ? "" : w.type,
		       w.reference != NULL ? w.reference : w.payment.text, w.word);
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_string("result", w.word)));
}

const struct fn_function fn_function = {
	.name = "settle-stripe",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_PLAIN,
	.statements = sql_all,
	.handle = settle_stripe,
};
