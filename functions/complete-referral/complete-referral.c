/* complete-referral: tells a page what an order did for a referral. The order itself rewards, when
 * it is paid (migrations/0038): nothing is done here. Contract: functions.md 10.4. */
#include <string.h>

#include "complete-referral.sql.h"
#include "fn.h"

static const struct fn_message no_ids = {409, "order_required", "orderId est requis",
					 "orderId is required"},
			       other_person = {409, "not_yours",
					       "Cette commande n'est pas la vôtre",
					       "This order is not yours"};

/* What is no refusal has a status of 0. */
static const struct {
	const char *outcome;
	struct fn_message message;
} outcomes[] = {
	{"rewarded",
	 {0, "rewarded", "Vos récompenses de parrainage sont créditées",
	  "Your referral rewards are credited"}},
	{"already",
	 {0, "already", "Le parrainage a déjà été récompensé",
	  "The referral was rewarded already"}},
	{"none", {0, "none", "Aucun parrainage en attente", "No pending referral"}},
	{"order_not_found", {409, "order_not_found", "Commande introuvable", "Order not found"}},
	{"not_paid", {409, "not_paid", "Cette commande n'est pas payée", "This order is not paid"}},
	{"off",
	 {409, "program_disabled", "Le parrainage est fermé pour le moment",
	  "The referral programme is disabled"}},
	{"below_minimum",
	 {409, "below_minimum", "Le montant de la commande est trop petit pour le parrainage",
	  "The order is too small for a referral"}},
	{"not_proven",
	 {409, "not_proven", "Confirmez d'abord votre adresse ou votre numéro",
	  "Confirm your address or number first"}},
};

struct question {
	struct fn_request *req;
	struct fn_caller by;
	struct fn_uuid order;
	const struct fn_message *message;
};

static struct fn_error *look(struct fn_tx *tx, void *arg)
{
	struct question *q = arg;
	const char *outcome;
	struct fn_row row;

	FN_TRY(fn_auth_alive(tx, &q->by));
	FN_TRY(fn_db_one(tx, &sql_told, FN_ARGS(fn_arg_uuid(&q->by.id), fn_arg_uuid(&q->order)),
			 &row));
	outcome = fn_col_text(&row, 0);
	for (size_t i = 0; i < FN_COUNT(outcomes); i++) {
		if (strcmp(outcomes[i].outcome, outcome) == 0)
			q->message = &outcomes[i].message;
	}
	if (q->message == NULL)
		return fn_fail_because(q->req, &fn_message_internal, "an unknown outcome: %s",
				       outcome);
	return q->message->status == 0 ? NULL : fn_fail(q->req, q->message);
}

static bool id_of(struct fn_fields *f, const char *name, const char *twin, struct fn_uuid *ret)
{
	return fn_field_uuid(f, name, FN_OPTIONAL, ret) || fn_field_uuid(f, twin, FN_OPTIONAL, ret);
}

static struct fn_error *complete_referral(struct fn_request *req)
{
	struct question q = {.req = req};
	struct fn_uuid person;
	struct fn_fields f;
	bool has_order, has_person;

	FN_TRY(fn_field_begin(req, &f));
	FN_TRY(fn_auth_user(req, &q.by));
	has_order = id_of(&f, "orderId", "order_id", &q.order);
	has_person = id_of(&f, "userId", "user_id", &person);
	FN_TRY(fn_field_end(&f));
	if (!has_order)
		return fn_fail(req, &no_ids);
	/* who is signed in decides, whatever the body says */
	if (has_person && strcmp(person.text, q.by.id.text) != 0)
		return fn_fail(req, &other_person);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, look, &q));
	return fn_reply_json(req,
			     FN_OBJECT(fn_json_bool("success", true),
				       fn_json_string("message", fn_request_say(req, q.message->fr,
										q.message->en))));
}

const struct fn_function fn_function = {
	.name = "complete-referral",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = 4096,
	.errors = FN_ERRORS_AS_200,
	.statements = sql_all,
	.handle = complete_referral,
};
