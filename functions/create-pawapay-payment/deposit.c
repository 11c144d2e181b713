/* deposit.c: after COMMIT: pawaPay is asked for the deposit, and the client is told. Whatever goes
 * wrong here, the payment is there with the deposit's id, and its state is asked for until it ends.
 */
#include <poll.h>
#include <string.h>

#include "create-pawapay-payment.sql.h"
#include "create.h"
#include "pawapay_news.h"

enum { PAGE_TRIES = 3, PAGE_PAUSE_MS = 300, READ_TIMEOUT_MS = 2000 };

/* ---- the answer ---- */

/* In pawaPay's words, which is what clients know here. */
static const char *word_of(const char *state)
{
	if (strcmp(state, "SUBMITTED") == 0)
		return "ACCEPTED";
	if (strcmp(state, "SUCCEEDED") == 0)
		return "COMPLETED";
	if (strcmp(state, "FAILED") == 0 || strcmp(state, "CANCELLED") == 0)
		return "FAILED";
	return "PROCESSING";
}

/* The contract's `state`, for the page that sends a code. */
static const char *state_word(const struct temba_deposit *d)
{
	if (strcmp(d->status, "completed") == 0 && d->has_tickets)
		return "succeeded";
	return strcmp(word_of(d->state), "FAILED") == 0 ? "failed" : "processing";
}

static struct fn_error *failed(struct create *c, const char *code)
{
	struct fn_arena *arena = fn_request_arena(c->req);
	struct fn_message *m = fn_arena_alloc(arena, sizeof(*m));
	struct pawapay_words words = pawapay_words(code);
	struct fn_error *error;

	*m = (struct fn_message){409, code == NULL ? "UNSPECIFIED_FAILURE" : code, words.fr,
				 words.en};
	error = fn_fail(c->req, m);
	error->detail = fn_json_keep(arena, FN_OBJECT(fn_json_uuid("payment_id", &c->made.payment),
						      fn_json_uuid("order_id", &c->made.order),
						      fn_json_string("state", "failed")));
	return error;
}

static struct fn_error *under_way(struct create *c, bool by_card)
{
	static const struct fn_message card =
		{409, "payment_in_progress",
		 "Un paiement de cette commande par carte est déjà en cours. Terminez-le, ou "
		 "attendez qu'il prenne fin.",
		 "A payment of this order by card is under way. Complete it, or wait until it "
		 "ends."};
	static const struct fn_message elsewhere = {
		409, "payment_in_progress",
		"Un paiement de cette commande est déjà en cours sur un autre numéro. "
		"Confirmez-le, "
		"ou attendez qu'il se termine.",
		"A payment of this order is under way on another number. Confirm it, or wait until "
		"it ends."};
	struct fn_error *error = fn_fail(c->req, by_card ? &card : &elsewhere);

	error->detail = fn_json_keep(fn_request_arena(c->req),
				     FN_OBJECT(fn_json_uuid("payment_id", &c->made.payment),
					       fn_json_uuid("order_id", &c->made.order)));
	return error;
}

static struct fn_error *tell(struct create *c, const struct temba_deposit *d)
{
	struct json_object *body = FN_OBJECT(fn_json_uuid("payment_id", &d->payment),
					     fn_json_uuid("deposit_id", &d->payment),
					     fn_json_uuid("order_id", &d->order),
					     fn_json_bool("order_created", c->made.order_created),
					     fn_json_string("status", word_of(d->state)),
					     fn_json_string("state", state_word(d)));

	if (d->page != NULL) {
		fn_json_set(body, fn_json_string("payment_url", d->page));
		fn_json_set(body, fn_json_bool("has_payment_redirect", true));
	}
	if (strcmp(d->state, "UNKNOWN") == 0)
		fn_json_set(
			body,
			fn_json_string("message",
				       fn_request_say(c->req,
						      "Votre paiement est en cours de traitement. "
						      "Ne payez pas une seconde fois.",
						      "Your payment is being processed. Do not "
						      "pay a second time.")));
	return fn_reply_json(c->req, body);
}

/* What was said this moment need not be read again. */
static struct fn_error *tell_state(struct create *c, const char *state)
{
	return tell(c, &(struct temba_deposit){.payment = c->made.payment,
					       .order = c->made.order,
					       .status = "pending",
					       .state = state});
}

struct fn_error *deposit_tell(struct create *c)
{
	struct temba_deposit d;
	bool found;

	FN_TRY(temba_deposit_look(c->req, &(struct temba_deposit_key){.payment = &c->made.payment},
				  &d, &found));
	if (!found)
		return fn_fail_because(c->req, &fn_message_internal, "the payment is gone");
	if (!d.is_pawapay)
		return under_way(c, true);
	if (strcmp(word_of(d.state), "FAILED") == 0)
		return failed(c, d.failure_code);
	/* another number cannot pay what this one is being asked for */
	if (c->made.outcome != NULL && strcmp(c->made.outcome, "live_payment") == 0 &&
	    d.phone != NULL && strcmp(c->ask.phone, d.phone) != 0)
		return under_way(c, false);
	return tell(c, &d);
}

/* ---- what pawaPay says ---- */

struct attach {
	const struct fn_uuid *payment;
	const char *state;
};

static struct fn_error *attach(struct fn_tx *tx, void *arg)
{
	const struct attach *a = arg;

	return fn_db_run(tx, &sql_attach, FN_ARGS(fn_arg_uuid(a->payment), fn_arg_text(a->state)),
			 NULL);
}

/* What cannot be written now is found out by the next check: the client is told all the same. */
static void note(struct create *c, const char *state)
{
	struct attach a = {&c->made.payment, state};
	const struct fn_error *error = fn_db_transaction(c->req, FN_READ_COMMITTED, attach, &a);

	if (error != NULL)
		fn_log_request(c->req, FN_WARN, "payment %s: %s was not written: %s",
			       c->made.payment.text, state, error->message->code);
}

/* As above: the next check finds out what cannot be written now. */
static struct pawapay_state read_and_settle(struct create *c)
{
	struct temba_deposit d = {.payment = c->made.payment};
	struct pawapay_state seen = pawapay_read_deposit(c->req, &c->made.payment, READ_TIMEOUT_MS);
	const struct fn_error *error = temba_deposit_settle(c->req, &d, &seen, NULL);

	if (error != NULL)
		fn_log_request(c->req, FN_WARN, "payment %s was not moved: %s", d.payment.text,
			       error->message->code);
	return seen;
}

/* The operator's page comes a moment after the deposit; the payer should be led there at once. */
static void wait_for_page(struct create *c)
{
	for (int i = 1; i <= PAGE_TRIES; i++) {
		struct pawapay_state seen;

		(void)poll(NULL, 0, PAGE_PAUSE_MS * i);
		seen = read_and_settle(c);
		if (seen.seen != PAWAPAY_FOUND || seen.authorization_url != NULL ||
		    seen.failure != NULL)
			break;
	}
}

/* A deposit is on its way: a database that is away is no reason to say that it failed. */
static struct fn_error *tell_or(struct create *c, const char *state)
{
	struct fn_error *error = deposit_tell(c);

	return error != NULL && error->message->status >= 500 ? tell_state(c, state) : error;
}

static const char *return_url(struct create *c)
{
	const char *site = fn_conf_text("SITE_URL"), *url = c->ask.return_url;
	size_t length = strlen(site);

	/* nobody's browser is sent away by us */
	if (url != NULL && strncmp(url, site, length) == 0 &&
	    (url[length] == '/' || url[length] == '?' || url[length] == '\0'))
		return url;
	return fn_arena_format(fn_request_arena(c->req),
			       "%s/payment/%s?order_id=%s&provider=pawapay", site,
			       c->made.payment.text, c->made.order.text);
}

struct fn_error *deposit_begin(struct create *c)
{
	struct pawapay_deposit deposit = {.id = &c->made.payment,
					  .operator= c->ask.operator,
					  .amount_minor = c->made.amount_minor,
					  .currency = c->made.currency,
					  .phone = c->ask.phone,
					  .code = c->ask.code,
					  .reference = c->made.order.text,
					  .return_url = return_url(c)};
	struct pawapay_reply reply = pawapay_deposit(c->req, &deposit);

	if (reply.cause != NULL)
		fn_log_request(c->req, FN_WARN, "payment %s: %s", c->made.payment.text,
			       reply.cause);
	/* the first that asked, and nobody was there to hear: the buyer need not wait for an end */
	if (reply.unsent && strcmp(c->made.outcome, "created") == 0) {
		reply.taken = PAWAPAY_REJECTED;
		reply.code = "PROVIDER_TEMPORARILY_UNAVAILABLE";
	}
	switch (reply.taken) {
	case PAWAPAY_ACCEPTED:
		note(c, "SUBMITTED");
		if (c->ask.operator->consent != PAWAPAY_REDIRECT)
			return tell_state(c, "SUBMITTED");
		wait_for_page(c);
		return tell_or(c, "SUBMITTED");
	case PAWAPAY_DUPLICATE:
		note(c, "UNKNOWN");
		(void)read_and_settle(c);
		return tell_or(c, "UNKNOWN");
	case PAWAPAY_REJECTED:
		FN_TRY(temba_deposit_fail(c->req, &c->made.payment, reply.code));
		return failed(c, reply.code);
	case PAWAPAY_UNKNOWN:
	default:
		note(c, "UNKNOWN");
		return tell_state(c, "UNKNOWN");
	}
}
