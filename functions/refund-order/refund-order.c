/* refund-order: the organizer of an event, or an administrator, gives a buyer money back: for the
 * tickets named, or for all that nobody has used (decisions 23). The rules are those of
 * private.refund_request; here they get words. */
#include <string.h>

#include "fn.h"
#include "refund-order.sql.h"

enum { BODY_MAX = 16 << 10, TICKETS_MAX = 200, REASON_MAX = 500 };

static const struct outcome {
	const char *word; /* of private.refund_request */
	struct fn_message says;
} outcomes[] = {
	{"order_not_found",
	 {404, "order_not_found", "Commande introuvable", "There is no such order"}},
	{"not_allowed",
	 {403, "not_allowed", "Seul l'organisateur de l'événement peut rembourser cette commande",
	  "Only the organizer of the event can refund this order"}},
	{"not_paid",
	 {409, "order_not_paid", "Cette commande n'a pas été payée : il n'y a rien à rembourser",
	  "This order was not paid: there is nothing to refund"}},
	{"disputed",
	 {409, "order_disputed",
	  "Un litige est ouvert à la banque de l'acheteur : le remboursement attend sa décision",
	  "The buyer's bank has opened a dispute: a refund waits for its decision"}},
	{"ticket_not_found",
	 {404, "ticket_not_found", "Un de ces billets n'appartient pas à la commande",
	  "One of these tickets is not of this order"}},
	{"ticket_used",
	 {409, "ticket_used", "Un billet déjà utilisé n'est pas annulé",
	  "A ticket that was used is not taken back"}},
	{"ticket_refunded",
	 {409, "ticket_refunded", "Un de ces billets est déjà remboursé ou annulé",
	  "One of these tickets is refunded or cancelled already"}},
	{"nothing_left",
	 {409, "nothing_to_refund", "Il n'y a plus rien à rembourser",
	  "There is nothing left to refund"}},
	{"no_provider",
	 {409, "refund_by_hand", "Ce moyen de paiement se rembourse à la main : écrivez au support",
	  "This means of payment is refunded by hand: write to the support"}},
};

static const struct fn_message tickets_form =
	{422, "invalid_fields", "ticket_ids : une liste de 1 à 200 identifiants de billets",
	 "ticket_ids: a list of 1 to 200 ids of tickets"};

struct refund {
	struct fn_request *req;
	struct fn_caller by;
	struct fn_uuid order;
	const char *tickets; /* JSON; NULL: all that can be taken back */
	const char *reason;
	bool goodwill;
	/* settled by ask() */
	struct fn_uuid id;
	const char *amount, *currency;
};

/* Columns of refund_request.sql. */
enum { OUTCOME, REFUND, AMOUNT, CURRENCY };

static struct fn_error *refuse(struct fn_request *req, const char *word)
{
	for (size_t i = 0; i < FN_COUNT(outcomes); i++) {
		if (strcmp(outcomes[i].word, word) == 0)
			return fn_fail(req, &outcomes[i].says);
	}
	return fn_fail_because(req, &fn_message_internal, "unknown outcome %s", word);
}

/* Runs again from the top after a conflict: touches only *r and the database. */
static struct fn_error *ask(struct fn_tx *tx, void *arg)
{
	struct refund *r = arg;
	struct fn_row row;
	const char *outcome;

	FN_TRY(fn_auth_alive(tx, &r->by));
	FN_TRY(fn_db_one(tx, &sql_refund_request,
			 FN_ARGS(fn_arg_uuid(&r->order), fn_arg_text(r->tickets),
				 fn_arg_text(r->reason), fn_arg_uuid(&r->by.id),
				 fn_arg_bool(r->goodwill)),
			 &row));
	outcome = fn_col_text(&row, OUTCOME);
	if (strcmp(outcome, "opened") != 0 && strcmp(outcome, "repeated") != 0)
		return refuse(r->req, outcome);
	r->id = fn_col_uuid(&row, REFUND);
	r->amount = fn_col_text(&row, AMOUNT);
	r->currency = fn_col_text(&row, CURRENCY);
	return NULL;
}

/* *ret: the list as JSON, or NULL when there is none. */
static struct fn_error *read_tickets(struct fn_request *req, const struct fn_fields *input,
				     const char **ret)
{
	struct json_object *list = fn_json_get(input->object, "ticket_ids");
	struct fn_uuid id;

	*ret = NULL;
	if (list == NULL || fn_json_type(list) == FN_JSON_NULL)
		return NULL;
	if (fn_json_type(list) != FN_JSON_ARRAY || fn_json_length(list) == 0 ||
	    fn_json_length(list) > TICKETS_MAX)
		return fn_fail(req, &tickets_form);
	for (size_t i = 0; i < fn_json_length(list); i++) {
		const char *text = fn_json_text(fn_json_at(list, i));

		if (text == NULL || !fn_text_uuid(text, &id))
			return fn_fail(req, &tickets_form);
	}
	*ret = fn_json_write(list, NULL);
	return NULL;
}

static struct fn_error *refund_order(struct fn_request *req)
{
	struct refund r = {.req = req};
	struct fn_fields input;

	FN_TRY(fn_field_begin(req, &input));
	FN_TRY(fn_auth_user(req, &r.by));
	(void)fn_field_uuid(&input, "order_id", FN_REQUIRED, &r.order);
	r.reason = fn_field_text(&input, "reason", FN_REQUIRED, REASON_MAX);
	r.goodwill = fn_field_bool(&input, "goodwill", false);
	FN_TRY(fn_field_end(&input));
	FN_TRY(read_tickets(req, &input, &r.tickets));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, ask, &r));
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_uuid("refund_id", &r.id),
					    fn_json_value("amount", fn_json_trusted(r.amount)),
					    fn_json_string("currency", r.currency)));
}

const struct fn_function fn_function = {
	.name = "refund-order",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = refund_order,
};
