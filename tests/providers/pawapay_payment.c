/* pawapay_payment.c: deposits and refunds on their way. A document is exactly what a status check
 * and a callback show. */
#include "pawapay_payment.h"

#include <string.h>
#include <time.h>

#include "fn_conf.h"
#include "fn_crypto.h"
#include "outbox.h"
#include "settings.h"

enum { CENTS = 100 };

/* ---- words ---- */

unsigned pawapay_decimals(const char *currency)
{
	return strcmp(currency, "XOF") == 0 || strcmp(currency, "XAF") == 0 ? 0 : 2;
}

const char *pawapay_amount(struct fn_arena *arena, int64_t amount, const char *currency)
{
	if (pawapay_decimals(currency) == 0)
		return fn_arena_format(arena, "%lld.00", (long long)amount);
	return fn_arena_format(arena, "%lld.%02d", (long long)(amount / CENTS),
			       (int)(amount % CENTS));
}

const char *pawapay_time(struct fn_arena *arena, int64_t ms)
{
	time_t seconds = ms / 1000;
	char text[32];
	struct tm utc;

	(void)gmtime_r(&seconds, &utc);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	return fn_arena_text(arena, text);
}

bool pawapay_is_final(const char *status)
{
	return strcmp(status, "COMPLETED") == 0 || strcmp(status, "FAILED") == 0;
}

void pawapay_callback(struct fn_arena *arena, const struct stored *payment)
{
	outbox_post(arena, "pawapay", payment->id, payment->status,
		    fn_json_write(payment->document, NULL));
}

/* ---- documents ---- */

static void set_text(struct json_object *document, const char *name, const char *text)
{
	if (text != NULL)
		fn_json_set(document, fn_json_string(name, text));
}

static struct json_object *account(const char *phone, const char *operator)
{
	return FN_OBJECT(fn_json_string("type", "MMO"),
			 fn_json_value("accountDetails",
				       FN_OBJECT(fn_json_string("phoneNumber", phone),
						 fn_json_string("provider", operator))));
}

static struct json_object *deposit_document(struct fn_arena *arena, const struct pawapay_ask *ask,
					    int64_t now)
{
	const struct pawapay_country *country = ask->operator->country;
	struct json_object *document =
		FN_OBJECT(fn_json_string("depositId", ask->id),
			  fn_json_string("status", "PROCESSING"),
			  fn_json_string("amount",
					 pawapay_amount(arena, ask->amount, country->currency)),
			  fn_json_string("currency", country->currency),
			  fn_json_string("country", country->code),
			  fn_json_value("payer", account(ask->phone, ask->operator->name)));

	if (ask->operator->auth == PAWAPAY_REDIRECT)
		set_text(document, "nextStep", "GET_AUTH_URL");
	set_text(document, "customerMessage", ask->message != NULL ? ask->message : "Temba");
	set_text(document, "clientReferenceId", ask->reference);
	set_text(document, "created", pawapay_time(arena, now));
	set_text(document, "successfulUrl", ask->successful_url);
	set_text(document, "failedUrl", ask->failed_url);
	if (ask->metadata != NULL)
		fn_json_set(document, fn_json_value("metadata", fn_json_share(ask->metadata)));
	return fn_json_keep(arena, document);
}

struct copy {
	struct json_object *into;
	const char *const *without;
};

static void copy_member(const char *name, struct json_object *value, void *arg)
{
	const struct copy *copy = arg;

	for (const char *const *other = copy->without; *other != NULL; other++) {
		if (strcmp(name, *other) == 0)
			return;
	}
	fn_json_set(copy->into, fn_json_value(name, fn_json_share(value)));
}

/* The next state's document: without what belonged to the last one. */
static void enter(struct fn_arena *arena, struct stored *payment, const char *status)
{
	static const char *const passing[] = {"nextStep", "authorizationUrl", "failureReason",
					      NULL};
	struct copy copy = {fn_json_keep(arena, fn_json_object(NULL, 0)), passing};

	fn_json_set(payment->document, fn_json_string("status", status));
	fn_json_each(payment->document, copy_member, &copy);
	payment->document = copy.into;
	payment->status = status;
	payment->plan = NULL;
	payment->due = NONE;
}

/* ---- beginning ---- */

/* What is to come without anybody's doing, in the words of settle.h; NULL: nothing. */
static const char *plan_of(struct fn_arena *arena, const struct pawapay_ask *ask, bool by_hand)
{
	const char *outcome = pawapay_outcome(ask->phone);

	/* the code that the operator gave must be the one that comes back; ours is any but zeros */
	if (ask->operator->auth == PAWAPAY_PREAUTH &&
	    strspn(ask->pre_authorisation, "0") == strlen(ask->pre_authorisation))
		outcome = "FAILED:PAYMENT_NOT_APPROVED";
	if (outcome == NULL || by_hand)
		return ask->operator->auth == PAWAPAY_REDIRECT ? "AUTH_URL" : NULL;
	if (ask->operator->auth == PAWAPAY_REDIRECT)
		return fn_arena_format(arena, "AUTH_URL %s", outcome);
	return outcome;
}

static const char *order_of(const struct pawapay_ask *ask)
{
	static const char *const names[] = {"orderId", "order_id"};

	for (size_t i = 0; i < FN_COUNT(names); i++) {
		const char *order = fn_json_get_text(ask->metadata, names[i]);

		if (order != NULL)
			return order;
	}
	return ask->reference;
}

bool pawapay_deposit_add(struct fn_arena *arena, const struct pawapay_ask *ask)
{
	int64_t now = database_now(), due = settings_due(arena, "pawapay");
	struct stored deposit = {.kind = "deposit",
				 .id = ask->id,
				 .provider = "pawapay",
				 .status = "PROCESSING",
				 .amount = ask->amount,
				 .currency = ask->operator->country->currency,
				 .reference = order_of(ask),
				 .payer = ask->phone,
				 .document = deposit_document(arena, ask, now),
				 .plan = plan_of(arena, ask, due == NONE),
				 .created = now};

	/* the address where the payer says yes comes soon, whoever says it */
	deposit.due = deposit.plan == NULL ? NONE : due == NONE ? now : due;
	return store_add(&deposit);
}

bool pawapay_refund_add(struct fn_arena *arena, const struct stored *deposit, const char *id,
			int64_t amount, struct json_object *metadata)
{
	const struct json_object *settings = settings_read(arena, "pawapay");
	const char *mode = fn_json_get_text(settings, "refunds");
	bool waits = mode != NULL && strcmp(mode, "enqueued") == 0;
	int64_t now = database_now(), due = settings_due(arena, "pawapay");
	struct stored refund = {.kind = "deposit_refund",
				.id = id,
				.provider = "pawapay",
				.parent = deposit->id,
				.status = waits ? "ENQUEUED" : "PROCESSING",
				.amount = amount,
				.currency = deposit->currency,
				.reference = deposit->reference,
				.payer = deposit->payer,
				.created = now};

	refund.document = fn_json_keep(
		arena,
		FN_OBJECT(fn_json_string("refundId", id), fn_json_string("status", refund.status),
			  fn_json_string("amount", pawapay_amount(arena, amount, refund.currency)),
			  fn_json_string("currency", refund.currency),
			  fn_json_value("country",
					fn_json_share(fn_json_get(deposit->document, "country"))),
			  fn_json_value("recipient",
					fn_json_share(fn_json_get(deposit->document, "payer"))),
			  fn_json_string("customerMessage", "Temba"),
			  fn_json_string("created", pawapay_time(arena, now))));
	if (metadata != NULL)
		fn_json_set(refund.document, fn_json_value("metadata", fn_json_share(metadata)));
	if (!waits && due != NONE)
		refund.plan = pawapay_refund_outcome(refund.payer);
	refund.due = refund.plan == NULL ? NONE : due;
	return store_add(&refund);
}

/* ---- moving on ---- */

static void complete(struct fn_arena *arena, struct stored *payment)
{
	struct fn_uuid id = fn_crypto_uuid();

	enter(arena, payment, "COMPLETED");
	fn_json_set(payment->document, fn_json_uuid("providerTransactionId", &id));
}

/* "FAILED" or "FAILED:CODE" */
static void fail(struct fn_arena *arena, struct stored *payment, const char *outcome)
{
	const char *code = strchr(outcome, ':');

	code = code == NULL ? "UNSPECIFIED_FAILURE" : code + 1;
	enter(arena, payment, "FAILED");
	fn_json_set(payment->document,
		    fn_json_value("failureReason",
				  FN_OBJECT(fn_json_string("failureCode", code),
					    fn_json_string("failureMessage",
							   pawapay_failure_message(code)))));
}

/* Where a payer of Wave says yes: our own page, beside the API. */
static void offer_page(struct fn_arena *arena, struct stored *deposit)
{
	const char *api = fn_conf_text("PAWAPAY_API_URL"), *slash = strrchr(api, '/');

	enter(arena, deposit, "PROCESSING");
	fn_json_set(deposit->document, fn_json_string("nextStep", "REDIRECT_TO_AUTH_URL"));
	fn_json_set(deposit->document,
		    fn_json_string("authorizationUrl",
				   fn_arena_format(arena, "%.*s/page/deposits/%s",
						   slash == NULL ? 0 : (int)(slash - api), api,
						   deposit->id)));
}

static bool is_waiting(const char *outcome)
{
	return strcmp(outcome, "ACCEPTED") == 0 || strcmp(outcome, "PROCESSING") == 0 ||
	       strcmp(outcome, "IN_RECONCILIATION") == 0;
}

/* What deposits and refunds have in common; *ret_tell: a callback follows. */
static const char *settle(struct fn_arena *arena, struct stored *payment, const char *outcome,
			  bool *ret_tell)
{
	*ret_tell = true;
	if (pawapay_is_final(payment->status))
		return "it has ended already";
	if (strcmp(outcome, "COMPLETED") == 0)
		complete(arena, payment);
	else if (strncmp(outcome, "FAILED", 6) == 0)
		fail(arena, payment, outcome);
	else if (is_waiting(outcome))
		enter(arena, payment, fn_arena_text(arena, outcome));
	else
		return "no such outcome";
	*ret_tell = !is_waiting(outcome);
	return NULL;
}

const char *pawapay_deposit_settle(struct fn_arena *arena, struct stored *deposit,
				   const char *outcome)
{
	const char *why = NULL;
	bool tell = true;

	if (strcmp(outcome, "AUTH_URL") == 0 && !pawapay_is_final(deposit->status))
		offer_page(arena, deposit);
	else
		why = settle(arena, deposit, outcome, &tell);
	if (why == NULL && tell)
		pawapay_callback(arena, deposit);
	return why;
}

const char *pawapay_refund_settle(struct fn_arena *arena, struct stored *refund,
				  const char *outcome)
{
	bool tell;
	const char *why;

	if (strcmp(outcome, "ENQUEUED") == 0 && !pawapay_is_final(refund->status)) {
		enter(arena, refund, "ENQUEUED");
		return NULL;
	}
	why = settle(arena, refund, outcome, &tell);
	if (why != NULL)
		return why;
	if (strcmp(refund->status, "COMPLETED") == 0)
		(void)database_change("UPDATE objects SET refunded = refunded + ?"
				      " WHERE kind = 'deposit' AND id = ?",
				      VALUES(of_number(refund->amount), of_text(refund->parent)));
	if (tell)
		pawapay_callback(arena, refund);
	return NULL;
}
