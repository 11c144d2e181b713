/* temba_checkout.c: beginning to pay, and the outcomes that make no payment, in words. */
#include "temba_checkout.h"

#include <stdio.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_crypto.h"
#include "shared.sql.h"
#include "temba_money.h"

enum { KEY_MAX = 200 };

/* Columns of checkout.sql. */
enum {
	OUTCOME,
	PAYMENT,
	ORDER,
	ORDER_CREATED,
	STATE,
	AMOUNT,
	CURRENCY,
	RETRY_AT,
	LIMIT,
	SUBJECT,
	CHARGE,
	CHARGE_CURRENCY
};

/* ---- asking ---- */

static const char *body_hash(struct fn_request *req)
{
	struct fn_bytes body = fn_request_body(req);
	uint8_t hash[FN_SHA256_SIZE];

	fn_crypto_sha256(body.bytes, body.length, hash);
	return fn_crypto_hex(fn_request_arena(req), hash, sizeof(hash));
}

struct json_object *temba_checkout_wish(struct fn_request *req, const char *provider,
					const struct fn_caller *by, const char *key)
{
	struct json_object *wish = FN_OBJECT(fn_json_string("provider", provider));
	bool is_person = *by->id.text != '\0';

	if (is_person)
		fn_json_set(wish, fn_json_uuid("person", &by->id));
	fn_json_set(wish, fn_json_string("caller", is_person ? by->id.text : "anon"));
	if (key != NULL && *key != '\0') {
		fn_json_set(wish, fn_json_string("key", key));
		fn_json_set(wish, fn_json_string("body_hash", body_hash(req)));
	}
	if (*fn_request_address(req) != '\0')
		fn_json_set(wish, fn_json_string("ip", fn_request_address(req)));
	return fn_json_keep(fn_request_arena(req), wish);
}

void temba_checkout_limit(struct json_object *wish, const char *setting, const char *kind,
			  const char *whose)
{
	int64_t most = fn_conf_int(setting);
	struct json_object *limits = fn_json_get(wish, "limits"), *limit;
	char key[KEY_MAX];

	if (most == 0 || *whose == '\0')
		return;
	(void)snprintf(key, sizeof(key), "%s:%s", kind, whose);
	if (limits == NULL) {
		limits = fn_json_array();
		fn_json_set(wish, fn_json_value("limits", limits));
	}
	limit = FN_OBJECT(fn_json_string("key", key), fn_json_int("most", most));
	fn_json_append(limits, limit);
}

static struct fn_uuid id_of(const struct fn_row *row, size_t column)
{
	return fn_col_is_null(row, column) ? (struct fn_uuid){""} : fn_col_uuid(row, column);
}

struct fn_error *temba_checkout(struct fn_tx *tx, struct json_object *wish,
				struct temba_checkout *ret)
{
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_checkout, FN_ARGS(fn_arg_text(fn_json_write(wish, NULL))), &row));
	*ret = (struct temba_checkout){.outcome = fn_col_text(&row, OUTCOME),
				       .payment = id_of(&row, PAYMENT),
				       .order = id_of(&row, ORDER),
				       .order_created = fn_col_bool(&row, ORDER_CREATED),
				       .state = fn_col_text(&row, STATE),
				       .subject = fn_col_text(&row, SUBJECT),
				       .retry_at = fn_col_text(&row, RETRY_AT),
				       .amount_minor = fn_col_int(&row, AMOUNT),
				       .charge_minor = fn_col_int(&row, CHARGE),
				       .limit = fn_col_int(&row, LIMIT),
				       .currency = fn_col_text(&row, CURRENCY),
				       .charge_currency = fn_col_text(&row, CHARGE_CURRENCY)};
	return NULL;
}

bool temba_checkout_is(const struct temba_checkout *made, const char *outcome)
{
	return made->outcome != NULL && strcmp(made->outcome, outcome) == 0;
}

/* ---- refusals ---- */

static const struct {
	const char *outcome;
	struct fn_message message;
} refusals[] = {
	{"key_reused",
	 {409, "key_reused", "Cette demande a déjà servi à autre chose. Recommencez.",
	  "This request was used for something else already. Please start again."}},
	{"key_busy",
	 {409, "key_busy", "Cette demande est déjà en cours. Patientez un instant.",
	  "This request is under way already. Wait a moment."}},
	{"order_not_found", {404, "order_not_found", "Commande introuvable", "Order not found"}},
	{"order_closed",
	 {409, "order_closed", "Cette commande n'est plus ouverte. Recommencez votre achat.",
	  "This order is no longer open. Please start again."}},
	{"already_paid",
	 {409, "already_paid", "Cette commande est déjà payée", "This order is paid already"}},
	{"not_yours", {404, "order_not_found", "Commande introuvable", "Order not found"}},
	{"event_mismatch",
	 {409, "event_mismatch", "Cette commande est pour un autre événement",
	  "This order is for another event"}},
	{"event_not_found", {404, "event_not_found", "Événement introuvable", "Event not found"}},
	{"not_on_sale",
	 {409, "not_on_sale", "Ces billets ne sont pas en vente", "These tickets are not on sale"}},
	{"not_started",
	 {409, "not_started", "La vente n'a pas encore commencé", "Sales have not started yet"}},
	{"ended", {409, "ended", "La vente est terminée", "Sales have ended"}},
	{"date_required", {409, "date_required", "Choisissez une date", "Choose a date"}},
	{"unknown_date",
	 {409, "unknown_date", "Cette date n'existe pas pour cet événement",
	  "This event has no such date"}},
	{"unknown_type",
	 {409, "unknown_type", "Ce type de billet n'existe pas pour cet événement",
	  "This event has no such type of ticket"}},
	{"bad_quantity",
	 {409, "bad_quantity", "Le nombre de billets n'est pas valable",
	  "The number of tickets is not valid"}},
	{"over_order_limit",
	 {409, "over_order_limit", "C'est plus de billets que permis par commande",
	  "That is more tickets than an order may have"}},
	{"over_buyer_limit",
	 {409, "over_buyer_limit", "C'est plus de billets que permis par personne",
	  "That is more tickets than a person may have"}},
	{"sold_out",
	 {409, "sold_out", "Il n'y a plus assez de places", "There are not enough places left"}},
	{"all_held",
	 {409, "all_held",
	  "Les dernières places sont en cours d'achat. Réessayez dans quelques minutes.",
	  "The last places are being bought. Try again in some minutes."}},
	{"buyer_required",
	 {409, "buyer_required", "Indiquez votre adresse e-mail", "Give your e-mail address"}},
	{"needs_session",
	 {409, "needs_session", "Connectez-vous pour acheter avec ce compte",
	  "Sign in to buy with this account"}},
	{"fx_stale",
	 {409, "fx_stale",
	  "Le taux de change n'est pas à jour. Payez par mobile money, ou réessayez plus tard.",
	  "The exchange rate is out of date. Pay with mobile money, or try again later."}},
	{"free_order",
	 {409, "free_order", "Cette commande est gratuite : il n'y a rien à payer",
	  "This order is free: there is nothing to pay"}},
	{"too_many",
	 {429, "too_many_requests", "Trop de tentatives. Réessayez dans quelques minutes.",
	  "Too many attempts. Try again in some minutes."}},
};

static bool is_payment(const char *outcome)
{
	static const char *const made[] = {"created", "repeated", "live_payment"};

	for (size_t i = 0; i < FN_COUNT(made); i++) {
		if (strcmp(outcome, made[i]) == 0)
			return true;
	}
	return false;
}

static void detail(struct fn_request *req, struct fn_error *error, struct fn_member member)
{
	if (error->detail == NULL)
		error->detail = fn_json_keep(fn_request_arena(req), fn_json_object(NULL, 0));
	fn_json_set(error->detail, member);
}

/* Says what it really costs, so that the client can show it. */
static struct fn_error *amount_differs(struct fn_request *req, const struct temba_checkout *made)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct fn_message *m = fn_arena_alloc(arena, sizeof(*m));
	struct temba_money right;
	const char *text = "";
	struct fn_error *error;

	if (made->currency != NULL && temba_money_of(made->amount_minor, made->currency, &right))
		text = temba_money_named(arena, &right);
	*m = (struct fn_message){
		409, "amount_differs",
		fn_arena_format(arena, "Le montant a changé : la commande coûte %s", text),
		fn_arena_format(arena, "The amount has changed: the order costs %s", text)};
	error = fn_fail(req, m);
	detail(req, error, fn_json_int("amount", made->amount_minor));
	detail(req, error, fn_json_string("currency", made->currency));
	if (made->charge_currency != NULL && made->currency != NULL &&
	    strcmp(made->charge_currency, made->currency) != 0) {
		detail(req, error, fn_json_int("charge_amount", made->charge_minor));
		detail(req, error, fn_json_string("charge_currency", made->charge_currency));
	}
	return error;
}

struct fn_error *temba_checkout_refusal(struct fn_request *req, const struct temba_checkout *made)
{
	struct fn_error *error = NULL;

	if (is_payment(made->outcome))
		return NULL;
	if (strcmp(made->outcome, "amount_differs") == 0)
		return amount_differs(req, made);
	for (size_t i = 0; i < FN_COUNT(refusals); i++) {
		if (strcmp(refusals[i].outcome, made->outcome) == 0)
			error = fn_fail(req, &refusals[i].message);
	}
	if (error == NULL)
		return fn_fail_because(req, &fn_message_internal, "an unknown outcome: %s",
				       made->outcome);
	if (made->retry_at != NULL)
		detail(req, error, fn_json_string("retry_at", made->retry_at));
	if (made->limit > 0)
		detail(req, error, fn_json_int("limit", made->limit));
	if (made->subject != NULL)
		detail(req, error, fn_json_string("subject", made->subject));
	return error;
}
