/* settle_back.c: refunds and disputes. What follows from them is private.refund_news' and
 * private.dispute_news' (migrations/0030 to 0033). */
#include <ctype.h>
#include <string.h>

#include "settle-stripe.sql.h"
#include "settle.h"

/* ---- refunds ---- */

static struct fn_error *pass_on(struct fn_tx *tx, void *arg)
{
	struct work *w = arg;
	const char *ours = fn_json_get_text(w->event, "refund_key");
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_refund_news,
			 FN_ARGS(fn_arg_text(ours != NULL ? ours : w->reference)), &row));
	w->word = fn_col_bool(&row, 0) ? "refund" : "ignored";
	return NULL;
}

struct fn_error *settle_refund(struct work *w)
{
	FN_TRY(fn_db_transaction(w->req, FN_READ_COMMITTED, pass_on, w));
	if (strcmp(w->word, "ignored") == 0)
		return settle_end(w, "IGNORED", "no refund of ours");
	return settle_end(w, "PROCESSED", NULL);
}

/* ---- a charge of which something went back ---- */

struct seen {
	struct work *w;
	const struct json_object *refunds;
	const char *unknown; /* a refund that is not ours; NULL: none */
};

/* Each is told to its refund; one that nobody here asked for was made in Stripe's dashboard. */
static struct fn_error *tell_each(struct fn_tx *tx, void *arg)
{
	struct seen *seen = arg;

	seen->unknown = NULL;
	for (size_t i = 0; i < fn_json_length(seen->refunds); i++) {
		const struct json_object *refund = fn_json_at(seen->refunds, i);
		const char *id = fn_json_get_text(refund, "id");
		const char *ours = fn_json_get_text(fn_json_get(refund, "metadata"), "refund_key");
		struct fn_row row;

		if (id == NULL)
			continue;
		FN_TRY(fn_db_one(tx, &sql_refund_news,
				 FN_ARGS(fn_arg_text(ours != NULL ? ours : id)), &row));
		if (fn_col_bool(&row, 0))
			continue;
		seen->unknown = id;
		FN_TRY(fn_db_run(tx, &sql_alarm,
				 FN_ARGS(fn_arg_text("refund_not_ours"), fn_arg_text(id),
					 fn_arg_text("made at Stripe, and no refund of ours")),
				 NULL));
	}
	return NULL;
}

struct fn_error *settle_charge(struct work *w)
{
	struct fn_arena *arena = fn_request_arena(w->req);
	const char *intent = fn_json_get_text(w->event, "payment_intent");
	struct stripe_call call = {.method = "GET"};
	struct seen seen = {.w = w};
	struct stripe_answer answer;

	w->word = "ignored";
	if (intent == NULL)
		return settle_end(w, "IGNORED", "a charge without an intent");
	call.path = fn_arena_format(arena, "/v1/refunds?payment_intent=%s&limit=100",
				    fn_text_url_encode(arena, intent));
	answer = stripe_do(w->req, &call);
	seen.refunds = fn_json_get(answer.body, "data");
	w->word = "waits";
	if (answer.heard != STRIPE_ANSWERED || fn_json_type(seen.refunds) != FN_JSON_ARRAY)
		return settle_end(w, "RETRY",
				  answer.cause != NULL ? answer.cause : "no list of refunds");
	FN_TRY(fn_db_transaction(w->req, FN_READ_COMMITTED, tell_each, &seen));
	w->word = seen.unknown == NULL ? "refund" : "not ours";
	return settle_end(w, "PROCESSED", NULL);
}

/* ---- disputes ---- */

struct dispute {
	struct work *w;
	const char *intent, *status, *reason;
	struct temba_money charge;
};

static struct fn_error *tell(struct fn_tx *tx, void *arg)
{
	struct dispute *d = arg;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_dispute_news,
			 FN_ARGS(fn_arg_text(d->w->reference), fn_arg_text(d->intent),
				 fn_arg_int(d->charge.minor), fn_arg_text(d->charge.currency),
				 fn_arg_text(d->status), fn_arg_text(d->reason)),
			 &row));
	d->w->word = fn_col_text(&row, 0);
	return NULL;
}

struct fn_error *settle_dispute(struct work *w)
{
	struct fn_arena *arena = fn_request_arena(w->req);
	struct stripe_call call = {
		.method = "GET",
		.path = fn_arena_format(arena, "/v1/disputes/%s",
					fn_text_url_encode(arena, w->reference)),
	};
	struct stripe_answer answer = stripe_do(w->req, &call);
	const char *currency = fn_json_get_text(answer.body, "currency");
	struct dispute d = {.w = w,
			    .intent = fn_json_get_text(answer.body, "payment_intent"),
			    .status = fn_json_get_text(answer.body, "status"),
			    .reason = fn_json_get_text(answer.body, "reason")};

	w->word = "waits";
	if (answer.heard != STRIPE_ANSWERED || d.status == NULL || d.intent == NULL ||
	    currency == NULL ||
	    !temba_money_read_units(fn_json_get_integer(answer.body, "amount", -1), currency,
				    TEMBA_MONEY_STRIPE, &d.charge))
		return settle_end(w, "RETRY",
				  answer.cause != NULL ? answer.cause : "no dispute to be read");
	FN_TRY(fn_db_transaction(w->req, FN_READ_COMMITTED, tell, &d));
	/* its payment may not be there yet */
	if (strcmp(w->word, "unknown") == 0)
		return settle_end(w, "RETRY", "no payment of ours");
	return settle_end(w, "PROCESSED", NULL);
}
