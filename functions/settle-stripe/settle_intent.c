/* settle_intent.c: payments and their intents. */
#include <string.h>

#include "settle-stripe.sql.h"
#include "settle.h"

/* Seconds after which a payment that Stripe has never heard of is over, and after which an intent
 * that nobody pays is taken back: its places are others' by then. */
enum { NEVER_REACHED = 15 * 60, ABANDONED = 30 * 60 };

/* A check comes again by its ladder; an event by its own. */
static struct fn_error *wait_for_it(struct work *w, const char *why)
{
	w->word = "waits";
	return settle_end(w, "RETRY", why);
}

static bool read_intent(struct work *w, const char *id, struct stripe_intent *ret,
			struct stripe_answer *ret_answer)
{
	*ret_answer = temba_card_read(w->req, id, 0);
	return ret_answer->heard == STRIPE_ANSWERED && stripe_intent_of(ret_answer->body, ret);
}

/* ---- an event of an intent ---- */

/* The payment of an intent: by the intent, else by what we wrote into its metadata, which the event
 * repeats: it may be faster than our own note of the intent. */
static struct fn_error *find_payment(struct work *w, const struct stripe_intent *intent,
				     struct temba_card *ret, bool *ret_found)
{
	struct fn_uuid id;

	FN_TRY(temba_card_look(w->req, &(struct temba_card_key){.intent = intent->id}, ret,
			       ret_found));
	if (*ret_found || intent->payment == NULL || !fn_text_uuid(intent->payment, &id))
		return NULL;
	FN_TRY(temba_card_look(w->req, &(struct temba_card_key){.payment = &id}, ret, ret_found));
	*ret_found = *ret_found && ret->is_stripe;
	return NULL;
}

static struct fn_error *raise_alarm(struct fn_tx *tx, void *arg)
{
	const struct work *w = arg;

	return fn_db_run(tx, &sql_alarm,
			 FN_ARGS(fn_arg_text("orphan_intent"), fn_arg_text(w->reference),
				 fn_arg_text("paid, and its payment has another intent")),
			 NULL);
}

/* Two intents of one payment: nobody has the secret of the second, unless somebody works against
 * us. */
static struct fn_error *settle_orphan(struct work *w, const struct stripe_intent *intent)
{
	if (strcmp(intent->status, "succeeded") == 0)
		FN_TRY(fn_db_transaction(w->req, FN_READ_COMMITTED, raise_alarm, w));
	w->word = "ignored";
	return settle_end(w, "IGNORED", "the payment has another intent");
}

struct fn_error *settle_intent(struct work *w)
{
	struct stripe_intent intent;
	struct stripe_answer answer;
	struct temba_card card;
	bool found;

	if (!read_intent(w, w->reference, &intent, &answer))
		return wait_for_it(w, answer.cause != NULL ? answer.cause : "no intent");
	FN_TRY(find_payment(w, &intent, &card, &found));
	if (!found)
		return wait_for_it(w, "no payment of ours");
	w->payment = card.payment;
	if (card.intent != NULL && strcmp(card.intent, intent.id) != 0)
		return settle_orphan(w, &intent);
	FN_TRY(temba_card_settle(w->req, &card, &intent, &w->word));
	return settle_end(w, "PROCESSED", NULL);
}

/* ---- a payment whose time has come ---- */

static bool is_open(const struct temba_card *card)
{
	return strcmp(card->status, "pending") == 0;
}

/* Stripe has never shown us an intent of it. Whoever began it may try again and get there; later it
 * is over: nobody has the secret of an intent that we do not know. */
static struct fn_error *check_without_intent(struct work *w, const struct temba_card *card)
{
	w->word = "unchanged";
	if (card->age < NEVER_REACHED)
		return NULL;
	w->word = "never reached";
	return temba_card_fail(w->req, card, "never_reached");
}

static bool waits_for_the_buyer(const struct stripe_intent *intent)
{
	return strncmp(intent->status, "requires_", strlen("requires_")) == 0;
}

static struct fn_error *cancel(struct work *w, const struct temba_card *card)
{
	struct stripe_answer answer = temba_card_cancel(w->req, card);
	struct stripe_intent intent;

	/* refused: it was paid, or is being paid, this very moment; the next look says so */
	if (answer.heard != STRIPE_ANSWERED || !stripe_intent_of(answer.body, &intent)) {
		w->word = "not cancelled";
		return NULL;
	}
	return temba_card_settle(w->req, card, &intent, &w->word);
}

static struct fn_error *find_card(struct work *w, struct temba_card *card, bool *ret_open)
{
	bool found;

	FN_TRY(temba_card_look(w->req, &(struct temba_card_key){.payment = &w->payment}, card,
			       &found));
	*ret_open = found && card->is_stripe && is_open(card);
	return NULL;
}

struct fn_error *settle_check(struct work *w)
{
	struct stripe_intent intent;
	struct stripe_answer answer;
	struct temba_card card;
	bool open;

	FN_TRY(find_card(w, &card, &open));
	if (!open)
		return NULL;
	if (card.intent == NULL)
		return check_without_intent(w, &card);
	if (!read_intent(w, card.intent, &intent, &answer)) {
		w->word = "unread";
		fn_log_request(w->req, FN_WARN, "payment %s: %s", card.payment.text,
			       answer.cause == NULL ? "no intent" : answer.cause);
		return NULL;
	}
	if (waits_for_the_buyer(&intent) && !card.holding && card.age >= ABANDONED)
		return cancel(w, &card);
	return temba_card_settle(w->req, &card, &intent, &w->word);
}

/* The order is no longer for sale: nobody shall pay for it any more. */
struct fn_error *settle_cancel(struct work *w)
{
	struct temba_card card;
	bool open;

	FN_TRY(find_card(w, &card, &open));
	if (!open)
		return NULL;
	if (card.intent == NULL)
		return check_without_intent(w, &card);
	FN_TRY(cancel(w, &card));
	return strcmp(w->word, "not cancelled") == 0 ? settle_check(w) : NULL;
}
