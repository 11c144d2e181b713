/* verify-pawapay-payment: where a payment stands, for a page that waits for it. pawaPay is asked at
 * most every few seconds, and within the time that the page waits. Contract: functions.md 6.3. */
#include <string.h>

#include "fn.h"
#include "pawapay_news.h"
#include "temba_deposit.h"
#include "verify-pawapay-payment.sql.h"

enum {
	TOKEN_MAX = 255,
	BODY_MAX = 4096,
	TIMEOUT_MS = 2500, /* the page gives up after 4 s */
	ASK_SECONDS = 5,
};

static const struct fn_message no_id = {400, "id_required",
					"payment_id, internal_token ou payment_token est requis",
					"payment_id, internal_token or payment_token is required"},
			       not_pawapay = {400, "not_pawapay",
					      "Ce n'est pas un paiement par mobile money",
					      "This is no payment by mobile money"},
			       no_such_payment = {404, "payment_not_found", "Paiement introuvable",
						  "Payment not found"};

struct verify {
	struct fn_request *req;
	struct fn_caller by; /* "" : nobody, or a project's key */
	struct fn_uuid payment, order;
	bool has_payment, has_order;
	struct temba_deposit_key key;
	struct temba_deposit deposit;
	bool found, is_theirs, may_ask;
	int64_t misses; /* of this address, of late */
};

/* ---- who asks for what ---- */

/* Without a session the id is the capability; one that is there must hold. */
static struct fn_error *authenticate(struct verify *v)
{
	if (fn_request_header(v->req, "Authorization") == NULL &&
	    fn_request_header(v->req, "apikey") == NULL)
		return NULL;
	return fn_auth_any(v->req, &v->by);
}

static struct fn_error *read_input(struct verify *v)
{
	struct fn_fields f;

	FN_TRY(fn_field_begin(v->req, &f));
	v->has_payment = fn_field_uuid(&f, "payment_id", FN_OPTIONAL, &v->payment);
	v->key.token = fn_field_text(&f, "internal_token", FN_OPTIONAL, TOKEN_MAX);
	v->key.reference = fn_field_text(&f, "payment_token", FN_OPTIONAL, TOKEN_MAX);
	v->has_order = fn_field_uuid(&f, "order_id", FN_OPTIONAL, &v->order);
	FN_TRY(fn_field_end(&f));
	if (v->has_payment)
		v->key.payment = &v->payment;
	else if (v->key.token == NULL && v->key.reference == NULL)
		return fn_fail(v->req, &no_id);
	return NULL;
}

/* ---- the payment ---- */

static bool is_open(const struct temba_deposit *d)
{
	return strcmp(d->status, "pending") == 0;
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

/* Finds it, and says whether pawaPay is to be asked now: not by every tab of every page. */
static struct fn_error *find_and_claim(struct fn_tx *tx, void *arg)
{
	struct verify *v = arg;
	struct fn_row row;

	v->may_ask = false;
	FN_TRY(temba_deposit_find(tx, &v->key, &v->deposit, &v->found));
	/* another person's payment looks like none at all */
	v->is_theirs = v->found && *v->deposit.owner.text != '\0' && *v->by.id.text != '\0' &&
		       strcmp(v->deposit.owner.text, v->by.id.text) != 0;
	if (!v->found || v->is_theirs)
		return count_miss(tx, v);
	if (!v->deposit.is_pawapay || !is_open(&v->deposit))
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_ask,
			 FN_ARGS(fn_arg_uuid(&v->deposit.payment), fn_arg_int(ASK_SECONDS)), &row));
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
	return v->deposit.is_pawapay ? NULL : fn_fail(v->req, &not_pawapay);
}

/* Trouble on the way is no answer: the page asks again. */
static void ask(struct verify *v)
{
	struct pawapay_state seen = pawapay_read_deposit(v->req, &v->deposit.payment, TIMEOUT_MS);
	struct temba_deposit_key key = {.payment = &v->deposit.payment};
	struct temba_deposit before = v->deposit;
	struct fn_error *error = temba_deposit_settle(v->req, &v->deposit, &seen, NULL);

	if (error == NULL)
		error = temba_deposit_look(v->req, &key, &v->deposit, &v->found);
	if (error == NULL && v->found)
		return;
	v->deposit = before;
	fn_log_request(v->req, FN_WARN, "payment %s: %s", v->deposit.payment.text,
		       error == NULL ? "gone" : error->message->code);
}

/* ---- the answer ---- */

struct answer {
	bool success;
	const char *state, *fr, *en, *code; /* fr, code: NULL = none */
	bool requires_code;
};

static bool is_order(const struct temba_deposit *d, const char *state)
{
	return d->order_state != NULL && strcmp(d->order_state, state) == 0;
}

static struct answer succeeded(const struct temba_deposit *d)
{
	if (d->has_tickets)
		return (struct answer){.success = true, .state = "succeeded"};
	if (is_order(d, "UNFULFILLABLE") || is_order(d, "REFUNDED"))
		return (struct answer){
			.state = "failed",
			.code = "REFUNDED",
			.fr = "Le paiement est arrivé trop tard : il n'y a plus de place. Vous "
			      "êtes "
			      "remboursé automatiquement.",
			.en = "The payment came too late: no place is left. You are refunded "
			      "automatically."};
	return (struct answer){.state = "processing",
			       .fr = "Paiement reçu, vos billets sont en préparation.",
			       .en = "Paid; your tickets are being prepared."};
}

/* A code that was wrong is asked for again, for the same order. */
static bool wants_code(const struct temba_deposit *d)
{
	return d->failure_code != NULL && strcmp(d->failure_code, "PAYMENT_NOT_APPROVED") == 0 &&
	       d->operator!= NULL && strcmp(d->operator, "ORANGE_BFA") == 0 &&
	       (is_order(d, "HELD") || is_order(d, "AWAITING_PAYMENT"));
}

static struct answer failed(const struct temba_deposit *d)
{
	struct pawapay_words words = pawapay_words(d->failure_code);

	return (struct answer){.state = "failed",
			       .code = d->failure_code,
			       .fr = words.fr,
			       .en = words.en,
			       .requires_code = wants_code(d)};
}

static struct answer answer_of(const struct temba_deposit *d)
{
	if (strcmp(d->status, "completed") == 0)
		return succeeded(d);
	if (!is_open(d))
		return failed(d);
	if (strcmp(d->state, "ACTION_REQUIRED") == 0 && d->page != NULL)
		return (struct answer){.state = "processing",
				       .fr = "Confirmez le paiement sur la page de l'opérateur.",
				       .en = "Confirm the payment on the operator's page."};
	return (struct answer){.state = "processing",
			       .fr = "Paiement en cours. Confirmez-le sur votre téléphone.",
			       .en = "The payment is under way. Confirm it on your phone."};
}

static struct fn_error *reply(struct verify *v)
{
	const struct temba_deposit *d = &v->deposit;
	struct answer a = answer_of(d);
	const struct fn_uuid *order = *d->order.text != '\0' ? &d->order
				      : v->has_order         ? &v->order
							     : NULL;
	struct json_object *body =
		FN_OBJECT(fn_json_bool("success", a.success), fn_json_string("state", a.state),
			  fn_json_string("provider", "pawapay"),
			  fn_json_uuid("payment_id", &d->payment));

	fn_json_set(body, fn_json_string("order_id", order == NULL ? NULL : order->text));
	if (a.code != NULL)
		fn_json_set(body, fn_json_string("error_code", a.code));
	if (a.fr != NULL)
		fn_json_set(body, fn_json_string("message", fn_request_say(v->req, a.fr, a.en)));
	if (a.requires_code)
		fn_json_set(body, fn_json_bool("requires_pre_auth", true));
	if (is_open(d) && d->page != NULL) {
		fn_json_set(body, fn_json_string("payment_url", d->page));
		fn_json_set(body, fn_json_bool("has_payment_redirect", true));
	}
	return fn_reply_json(v->req, body);
}

static struct fn_error *verify_pawapay_payment(struct fn_request *req)
{
	struct verify v = {.req = req};

	FN_TRY(authenticate(&v));
	FN_TRY(read_input(&v));
	FN_TRY(find_payment(&v));
	if (v.may_ask)
		ask(&v);
	return reply(&v);
}

const struct fn_function fn_function = {
	.name = "verify-pawapay-payment",
	.methods = FN_POST,
	.auth = FN_AUTH_MIXED,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = verify_pawapay_payment,
};
