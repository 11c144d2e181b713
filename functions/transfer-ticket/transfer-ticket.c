/* transfer-ticket: give one of the caller's tickets to another person, at once when that person is
 * known, else as a pending transfer that they claim. Contract: functions.md 8.1, wire.md 3.4. */
#include <string.h>

#include "fn.h"
#include "temba_notice.h"
#include "transfer-ticket.sql.h"

enum { NAME_MAX_BYTES = 200, MESSAGE_MAX_BYTES = 500, BODY_MAX = 16 << 10, HOUR = 3600 };

static const struct fn_message
	no_ticket_id = {422, "ticket_id_required", "L'ID du billet est requis",
			"The ticket id is required"},
	no_recipient = {422, "recipient_required",
			"L'email ou le téléphone du destinataire est requis",
			"The recipient's e-mail or phone is required"},
	/* another person's ticket must look like none at all */
	no_such_ticket = {404, "ticket_not_found",
			  "Billet non trouvé ou vous n'avez pas l'autorisation de le transférer",
			  "Ticket not found, or it is not yours to transfer"},
	free_ticket = {409, "free_ticket", "Les billets gratuits ne peuvent pas être transférés",
		       "Free tickets cannot be transferred"},
	used_ticket = {409, "ticket_used", "Ce billet a déjà été utilisé à l'entrée",
		       "This ticket was already used at the door"},
	blocked_ticket = {409, "ticket_not_transferable",
			  "Ce billet n'est pas transférable dans son état actuel",
			  "This ticket cannot be transferred in its present state"},
	unpaid_ticket = {409, "order_not_completed",
			 "La commande de ce billet n'est pas encore payée",
			 "The order of this ticket is not paid yet"},
	event_over = {409, "event_over", "L'événement est passé ou annulé",
		      "The event is over or cancelled"},
	event_begun =
		{409, "event_begun",
		 "L'événement a commencé : seul un destinataire déjà inscrit peut recevoir "
		 "le billet",
		 "The event has begun: only somebody who is registered can receive the ticket"},
	already_promised = {409, "transfer_pending",
			    "Un transfert de ce billet est déjà en attente. Annulez-le d'abord",
			    "A transfer of this ticket is already pending. Cancel it first"},
	to_self = {409, "self_transfer", "Vous ne pouvez pas vous transférer votre propre billet",
		   "You cannot transfer a ticket to yourself"},
	too_many_open = {409, "too_many_open_transfers",
			 "Trop de transferts de cet événement attendent une réponse",
			 "Too many transfers for this event are waiting for an answer"},
	too_many_sends = {409, "too_many_transfers",
			  "Trop de transferts en peu de temps. Réessayez plus tard",
			  "Too many transfers in a short time. Try again later"};

struct transfer {
	struct fn_request *req;
	struct fn_caller from;
	struct fn_uuid ticket;
	const char *email, *phone, *name, *note; /* email or phone is set, not both */
	int64_t epoch;                           /* of the ownership that is given away */
	bool begun;                              /* the event has: too late to wait for a claim */
	struct fn_uuid to;                       /* "" when nobody is known by that address */
	struct fn_uuid id;                       /* settled by send() */
	bool instant;
};

static struct fn_error *read_input(struct fn_fields *f, struct transfer *t)
{
	bool has_ticket = fn_field_uuid(f, "ticketId", FN_OPTIONAL, &t->ticket);

	t->email = fn_field_email(f, "recipientEmail", FN_OPTIONAL);
	t->phone = fn_field_phone(f, "recipientPhone", FN_OPTIONAL);
	t->name = fn_field_text(f, "recipientName", FN_OPTIONAL, NAME_MAX_BYTES);
	t->note = fn_field_text(f, "message", FN_OPTIONAL, MESSAGE_MAX_BYTES);
	FN_TRY(fn_field_end(f));
	if (!has_ticket)
		return fn_fail(t->req, &no_ticket_id);
	if (t->email == NULL && t->phone == NULL)
		return fn_fail(t->req, &no_recipient);
	if (t->email != NULL)
		t->phone = NULL; /* the contract looks up one of them */
	return NULL;
}

/* Counts this send; what is refused later is not counted, because it rolls back. */
static struct fn_error *count_send(struct fn_tx *tx, const struct transfer *t)
{
	int64_t per_minute = fn_conf_int("TRANSFERS_PER_MINUTE");
	int64_t per_day = fn_conf_int("TRANSFERS_PER_DAY");
	struct fn_row row;

	if (per_minute == 0 && per_day == 0)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_count_send,
			 FN_ARGS(fn_arg_uuid(&t->from.id), fn_arg_int(per_minute),
				 fn_arg_int(per_day)),
			 &row));
	return fn_col_bool(&row, 0) ? NULL : fn_fail(t->req, &too_many_sends);
}

/* The same transfer again, while its result stands: the first answer once more (decisions 12). */
static struct fn_error *find_repeat(struct fn_tx *tx, struct transfer *t, bool *ret_found)
{
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_find_repeat,
			 FN_ARGS(fn_arg_uuid(&t->ticket), fn_arg_uuid(&t->from.id),
				 fn_arg_text(t->email), fn_arg_text(t->phone)),
			 &row));
	*ret_found = fn_row_found(&row);
	if (*ret_found) {
		t->id = fn_col_uuid(&row, 0);
		t->instant = fn_col_bool(&row, 1);
	}
	return NULL;
}

/* Columns of read_ticket.sql. */
enum { EPOCH, STATE, FREE, PAID, OVER, BEGUN, PROMISED };

/* What stands in the way of this ticket, in the order of the contract. */
static const struct fn_message *obstacle(const struct fn_row *ticket)
{
	const char *state = fn_col_text(ticket, STATE);

	if (fn_col_bool(ticket, FREE))
		return &free_ticket;
	if (strcmp(state, "USED") == 0 || strcmp(state, "VALID_OUT") == 0)
		return &used_ticket;
	if (strcmp(state, "VALID") != 0)
		return &blocked_ticket;
	if (!fn_col_bool(ticket, PAID))
		return &unpaid_ticket;
	if (fn_col_bool(ticket, OVER))
		return &event_over;
	return fn_col_bool(ticket, PROMISED) ? &already_promised : NULL;
}

/* Locks the ticket, so that of two senders, a scan and a claim one comes first; then looks at it
 * with another statement, which sees all that was done by whoever held the lock before. */
static struct fn_error *lock_ticket(struct fn_tx *tx, struct transfer *t, bool *ret_repeated)
{
	const struct fn_message *why = &no_such_ticket;
	struct fn_row ticket;

	*ret_repeated = false;
	FN_TRY(fn_db_run(tx, &sql_lock_ticket, FN_ARGS(fn_arg_uuid(&t->ticket)), NULL));
	FN_TRY(fn_db_one(tx, &sql_read_ticket,
			 FN_ARGS(fn_arg_uuid(&t->ticket), fn_arg_uuid(&t->from.id),
				 fn_arg_int(fn_conf_int("SCAN_CLOSES_HOURS_AFTER"))),
			 &ticket));
	if (fn_row_found(&ticket)) {
		t->epoch = fn_col_int(&ticket, EPOCH);
		t->begun = fn_col_bool(&ticket, BEGUN);
		why = obstacle(&ticket);
	}
	if (why == &no_such_ticket || why == &already_promised)
		FN_TRY(find_repeat(tx, t, ret_repeated));
	return why == NULL || *ret_repeated ? NULL : fn_fail(t->req, why);
}

/* Only a proven, unique contact receives at once (decisions 18). */
static struct fn_error *find_recipient(struct fn_tx *tx, struct transfer *t)
{
	struct fn_row person;

	FN_TRY(fn_db_one(tx, &sql_find_recipient,
			 FN_ARGS(fn_arg_uuid(&t->from.id), fn_arg_text(t->email),
				 fn_arg_text(t->phone)),
			 &person));
	if (!fn_row_found(&person))
		return NULL;
	if (fn_col_bool(&person, 1))
		return fn_fail(t->req, &to_self);
	t->to = fn_col_uuid(&person, 0);
	return NULL;
}

static struct fn_error *complete(struct fn_tx *tx, struct transfer *t)
{
	struct fn_row made;

	FN_TRY(fn_db_one(tx, &sql_complete,
			 FN_ARGS(fn_arg_uuid(&t->ticket), fn_arg_uuid(&t->from.id),
				 fn_arg_int(t->epoch), fn_arg_uuid(&t->to), fn_arg_text(t->email),
				 fn_arg_text(t->phone), fn_arg_text(t->name), fn_arg_text(t->note)),
			 &made));
	t->id = fn_col_uuid(&made, 0);
	t->instant = true;
	if (t->id.text[0] == '\0')
		return fn_fail_because(t->req, &blocked_ticket, "the guard of transfer_complete");
	FN_TRY(fn_db_run(tx, &sql_notify_both, FN_ARGS(fn_arg_uuid(&t->id)), NULL));
	return temba_notice_queue(tx,
				  t->email != NULL ? TEMBA_NOTICE_TRANSFER_RECEIVED_EMAIL
						   : TEMBA_NOTICE_TRANSFER_RECEIVED_SMS,
				  &t->id);
}

static struct fn_error *offer(struct fn_tx *tx, struct transfer *t)
{
	int64_t open_max = fn_conf_int("TRANSFERS_OPEN_PER_EVENT");
	struct fn_row row;

	if (t->begun)
		return fn_fail(t->req, &event_begun);
	if (open_max > 0) {
		FN_TRY(fn_db_one(tx, &sql_count_open,
				 FN_ARGS(fn_arg_uuid(&t->ticket), fn_arg_uuid(&t->from.id)), &row));
		if (fn_col_int(&row, 0) >= open_max)
			return fn_fail(t->req, &too_many_open);
	}
	FN_TRY(fn_db_one(tx, &sql_offer,
			 FN_ARGS(fn_arg_uuid(&t->ticket), fn_arg_uuid(&t->from.id),
				 fn_arg_int(t->epoch), fn_arg_text(t->email), fn_arg_text(t->phone),
				 fn_arg_text(t->name), fn_arg_text(t->note),
				 fn_arg_int(fn_conf_int("TRANSFER_LIFETIME_HOURS") * HOUR)),
			 &row));
	t->id = fn_col_uuid(&row, 0);
	if (t->id.text[0] == '\0')
		return fn_fail_because(t->req, &blocked_ticket, "the guard of transfer_offer");
	return temba_notice_queue(tx,
				  t->email != NULL ? TEMBA_NOTICE_TRANSFER_PENDING_EMAIL
						   : TEMBA_NOTICE_TRANSFER_PENDING_SMS,
				  &t->id);
}

/* Runs again from the top after a conflict: touches only *t and the database. */
static struct fn_error *send(struct fn_tx *tx, void *arg)
{
	struct transfer *t = arg;
	bool repeated;

	t->to = t->id = (struct fn_uuid){0};
	t->instant = false;
	FN_TRY(fn_auth_alive(tx, &t->from));
	FN_TRY(lock_ticket(tx, t, &repeated));
	if (repeated)
		return NULL;
	FN_TRY(find_recipient(tx, t));
	FN_TRY(count_send(tx, t));
	return t->to.text[0] != '\0' ? complete(tx, t) : offer(tx, t);
}

static struct fn_error *transfer_ticket(struct fn_request *req)
{
	struct transfer t = {.req = req};
	struct fn_fields input;

	FN_TRY(fn_field_begin(req, &input)); /* the contract's order: JSON, bearer, fields */
	FN_TRY(fn_auth_user(req, &t.from));
	FN_TRY(read_input(&input, &t));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, send, &t));
	return fn_reply_json(
		req,
		FN_OBJECT(fn_json_bool("success", true), fn_json_uuid("transferId", &t.id),
			  fn_json_string(
				  "message",
				  t.instant
					  ? fn_request_say(req, "Billet transféré avec succès",
							   "Ticket transferred")
					  : fn_request_say(req,
							   "Transfert en attente : le destinataire "
							   "doit créer un compte pour le recevoir",
							   "Transfer pending: the recipient has to "
							   "sign up to receive it")),
			  fn_json_bool("instantTransfer", t.instant)));
}

const struct fn_function fn_function = {
	.name = "transfer-ticket",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_AS_200,
	.statements = sql_all,
	.handle = transfer_ticket,
};
