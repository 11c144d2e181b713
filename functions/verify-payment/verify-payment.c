/* verify-payment: where a payment by card stands, for a page that waits for it. Stripe is asked at
 * most every few seconds, and within the time that the page waits. Contract: functions.md 7.5. */
#include <string.h>

#include "fn.h"
#include "temba_card.h"
#include "verify-payment.sql.h"

enum {
	TOKEN_MAX = 255,
	BODY_MAX = 4096,
	TIMEOUT_MS = 2000, /* of the 2.5 s that an answer may take in all */
	ASK_SECONDS = 5,
};

static const struct fn_message no_id = {400, "id_required",
					"payment_id ou payment_token est requis",
					"payment_id or payment_token is required"},
			       other_provider = {400, "unsupported_provider",
						 "Ce n'est pas un paiement par carte",
						 "This is no payment by card"},
			       no_such_payment = {404, "payment_not_found", "Paiement introuvable",
						  "Payment not found"};

struct verify {
	struct fn_request *req;
	struct fn_caller by; /* "" : nobody, or a project's key */
	struct fn_uuid payment, order;
	bool has_payment, has_order;
	struct temba_card_key key;
	struct temba_card card;
	bool found, is_theirs, may_ask;
	int64_t misses; /* of this address, of late */
};

/* ---- who asks for what ---- */

static struct fn_error *read_input(struct verify *v)
{
	static const char ours[] = "stripe-token-";
	const char *internal, *token;
	struct fn_fields f;

	FN_TRY(fn_field_begin(v->req, &f));
	v->has_payment = fn_field_uuid(&f, "payment_id", FN_OPTIONAL, &v->payment);
	internal = fn_field_text(&f, "internal_token", FN_OPTIONAL, TOKEN_MAX);
	token = fn_field_text(&f, "payment_token", FN_OPTIONAL, TOKEN_MAX);
	v->key.intent = fn_field_text(&f, "stripe_pi", FN_OPTIONAL, TOKEN_MAX);
	v->has_order = fn_field_uuid(&f, "order_id", FN_OPTIONAL, &v->order);
	FN_TRY(fn_field_end(&f));
	if (v->has_payment)
		v->key.payment = &v->payment;
	else if (internal != NULL)
		v->key.token = internal;
	else if (token != NULL && strncmp(token, ours, strlen(ours)) == 0)
		v->key.token = token;
	else if (token != NULL)
		v->key.intent = token;
	else if (v->key.intent == NULL)
		return fn_fail(v->req, &no_id);
	return NULL;
}

/* ---- the payment ---- */

static bool is_open(const struct temba_card *card)
{
	return strcmp(card->status, "pending") == 0;
}

/* Whoever guesses ids is told so little, and so rarely, that it does not pay. */
static struct fn_error *count_miss(struct fn_tx *tx, struct verify *v)
{
	struct fn_row row;

	if (fn_conf_int("UNKNOWN_PAYMENTS_PER_ADDRESS") == 0)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_count_miss, FN_ARGS(fn_arg_text(fn_request_address(v->req))),
			 &row));
	v->misses = fn_col_int(&row, 0);
	return NULL;
}

/* Finds it, and says whether Stripe is to be asked now: not by every tab of every page. */
static struct fn_error *find_and_claim(struct fn_tx *tx, void *arg)
{
	struct verify *v = arg;
	struct fn_row row;

	v->may_ask = false;
	FN_TRY(temba_card_find(tx, &v->key, &v->card, &v->found));
	/* another person's payment looks like none at all */
	v->is_theirs = v->found && *v->card.owner.text != '\0' && *v->by.id.text != '\0' &&
		       strcmp(v->card.owner.text, v->by.id.text) != 0;
	if (!v->found || v->is_theirs)
		return count_miss(tx, v);
	if (!v->card.is_stripe || !is_open(&v->card) || v->card.intent == NULL)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_ask,
			 FN_ARGS(fn_arg_uuid(&v->card.payment), fn_arg_int(ASK_SECONDS)), &row));
	v->may_ask = fn_col_bool(&row, 0);
	return NULL;
}

static struct fn_error *find_payment(struct verify *v)
{
	int64_t most = fn_conf_int("UNKNOWN_PAYMENTS_PER_ADDRESS");

	FN_TRY(fn_db_transaction(v->req, FN_READ_COMMITTED, find_and_claim, v));
	if (most > 0 && v->misses > most)
		return fn_fail(v->req, &fn_message_too_many);
	if (!v->found || v->is_theirs)
		return fn_fail(v->req, &no_such_payment);
	return v->card.is_stripe ? NULL : fn_fail(v->req, &other_provider);
}

/* Trouble on the way is no answer: the page asks again. */
static void ask(struct verify *v)
{
	struct stripe_answer answer = temba_card_read(v->req, v->card.intent, TIMEOUT_MS);
	struct temba_card_key key = {.payment = &v->card.payment};
	struct temba_card before = v->card;
	struct stripe_intent intent;
	struct fn_error *error;

	if (answer.heard != STRIPE_ANSWERED || !stripe_intent_of(answer.body, &intent)) {
		fn_log_request(v->req, FN_WARN, "payment %s: %s", v->card.payment.text,
			       answer.cause == NULL ? "no intent" : answer.cause);
		return;
	}
	error = temba_card_settle(v->req, &v->card, &intent, NULL);
	if (error == NULL)
		error = temba_card_look(v->req, &key, &v->card, &v->found);
	if (error == NULL && v->found)
		return;
	v->card = before;
	fn_log_request(v->req, FN_WARN, "payment %s: %s", v->card.payment.text,
		       error == NULL ? "gone" : error->message->code);
}

/* ---- the answer ---- */

struct answer {
	bool success;
	const char *state, *fr, *en; /* fr NULL: no message */
};

static struct answer succeeded(const struct temba_card *card)
{
	if (card->has_tickets)
		return (struct answer){.success = true, .state = "succeeded"};
	if (card->outcome != NULL && strcmp(card->outcome, "completed") != 0 &&
	    strcmp(card->outcome, "mismatch") != 0)
		return (struct answer){
			.state = "failed",
			.fr = "Le paiement est arrivé trop tard : il n'y a plus de place. Vous "
			      "êtes remboursé automatiquement.",
			.en = "The payment came too late: no place is left. You are refunded "
			      "automatically."};
	return (struct answer){.state = "processing",
			       .fr = "Paiement reçu, vos billets sont en préparation.",
			       .en = "Paid; your tickets are being prepared."};
}

/* A declined card leaves the payment open: the buyer may try another one. */
static struct answer answer_of(const struct temba_card *card)
{
	if (strcmp(card->status, "completed") == 0)
		return succeeded(card);
	if (!is_open(card))
		return (struct answer){.state = strcmp(card->status, "cancelled") == 0 ? "canceled"
										       : "failed",
				       .fr = "Le paiement n'a pas abouti.",
				       .en = "The payment did not succeed."};
	if (card->failure != NULL)
		return (struct answer){.state = "processing",
				       .fr = "La carte a été refusée. Essayez une autre carte.",
				       .en = "The card was declined. Try another card."};
	return (struct answer){.state = "processing",
			       .fr = "Paiement en cours.",
			       .en = "The payment is under way."};
}

static struct fn_error *reply(struct verify *v)
{
	const struct temba_card *card = &v->card;
	struct answer a = answer_of(card);
	const struct fn_uuid *order = *card->order.text != '\0' ? &card->order
				      : v->has_order            ? &v->order
								: NULL;
	struct json_object *body =
		FN_OBJECT(fn_json_bool("success", a.success), fn_json_string("state", a.state),
			  fn_json_string("provider", "stripe"),
			  fn_json_uuid("payment_id", &card->payment),
			  fn_json_string("order_id", order == NULL ? NULL : order->text));

	if (a.fr != NULL)
		fn_json_set(body, fn_json_string("message", fn_request_say(v->req, a.fr, a.en)));
	return fn_reply_json(v->req, body);
}

static struct fn_error *verify_payment(struct fn_request *req)
{
	struct verify v = {.req = req};

	FN_TRY(fn_auth_any(req, &v.by));
	FN_TRY(read_input(&v));
	FN_TRY(find_payment(&v));
	if (v.may_ask)
		ask(&v);
	return reply(&v);
}

const struct fn_function fn_function = {
	.name = "verify-payment",
	.methods = FN_POST,
	.auth = FN_AUTH_APIKEY,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = verify_payment,
};
