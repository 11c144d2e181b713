/* validate-ticket: the scan at the door. For staff and organizers of the ticket's event; the first
 * scan wins. Contract: functions.md 8.3, 9.4, 12.11; decisions 22. */
#include <string.h>

#include "fn.h"
#include "fn_crypto.h"
#include "validate-ticket.sql.h"

enum { CODE_MAX_BYTES = 2048, LOCATION_MAX_BYTES = 200, BODY_MAX = 8192 };

static const struct fn_message
	no_code = {422, "code_required", "Scannez un billet : le code est requis",
		   "Scan a ticket: the code is required"},
	unreadable = {422, "unreadable_code", "Ce code n'est pas un billet Temba",
		      "This code is not a Temba ticket"},
	not_staff = {403, "not_staff", "Seule l'équipe d'un événement peut scanner ses billets",
		     "Only the staff of an event can scan its tickets"},
	unknown_ticket = {404, "unknown_ticket", "Billet inconnu", "Unknown ticket"},
	other_event = {403, "not_staff_of_event",
		       "Ce billet est pour un événement dont vous n'êtes pas l'équipe",
		       "This ticket is for an event that you do not staff"},
	already_used = {409, "already_used", "Billet déjà utilisé", "Ticket already used"},
	not_valid = {409, "ticket_not_valid", "Ce billet n'est pas valable",
		     "This ticket is not valid"},
	not_paid = {409, "order_not_completed", "Ce billet n'est pas payé",
		    "This ticket is not paid"},
	event_off = {409, "event_cancelled", "Cet événement est annulé", "This event is cancelled"},
	too_early = {409, "too_early", "L'entrée n'est pas encore ouverte pour cet événement",
		     "The doors of this event are not open yet"},
	too_late = {409, "too_late", "Cet événement est terminé", "This event is over"};

struct scan {
	struct fn_request *req;
	struct fn_caller by;
	struct fn_uuid ticket; /* "" when the code names no id */
	const char *secret;    /* the server-issued code, or NULL */
	int64_t timestamp;     /* of a legacy code; 0 otherwise */
	const char *location;
	struct fn_row row; /* of lock_ticket.sql; lives as long as the request */
	bool was_transferred;
};

/* Columns of lock_ticket.sql. */
enum {
	ID,
	IS_STAFF,
	STATE,
	PAID,
	CANCELLED,
	EARLY,
	LATE,
	SCANNED_AT,
	SCAN_LOCATION,
	EVENT,
	TYPE,
	HOLDER,
	DATE
};

/* The legacy QR of the web client: base64 of {"data":{"id","timestamp","version"},"sig"}. Its
 * signature proves nothing (32 bits, the secret is in every browser) and its age refuses honest
 * people: it only points to the ticket. Security is the server's state and that a ticket enters
 * once. */
static bool read_legacy(struct scan *s, const char *code)
{
	struct fn_arena *arena = fn_request_arena(s->req);
	const struct json_object *data;
	const uint8_t *bytes;
	const char *why;
	size_t length;

	bytes = fn_crypto_unbase64(arena, code, strlen(code), &length);
	if (bytes == NULL)
		return false;
	data = fn_json_get(fn_json_parse(arena, (const char *)bytes, length, &why), "data");
	s->timestamp = fn_json_get_integer(data, "timestamp", 0);
	return fn_text_uuid(fn_json_get_text(data, "id"), &s->ticket);
}

static struct fn_error *read_input(struct fn_fields *f, struct scan *s)
{
	bool has_id = fn_field_uuid(f, "ticketId", FN_OPTIONAL, &s->ticket);
	const char *code = fn_field_text(f, "encodedData", FN_OPTIONAL, CODE_MAX_BYTES);

	s->location = fn_field_text(f, "scanLocation", FN_OPTIONAL, LOCATION_MAX_BYTES);
	FN_TRY(fn_field_end(f));
	if (!has_id && code == NULL)
		return fn_fail(s->req, &no_code);
	if (has_id || fn_text_uuid(code, &s->ticket) || read_legacy(s, code))
		return NULL;
	if (strlen(code) < 20) /* a server-issued code has 128 bits or more */
		return fn_fail(s->req, &unreadable);
	s->secret = code;
	return NULL;
}

static const struct fn_message *obstacle(const struct fn_row *row)
{
	const char *state = fn_col_text(row, STATE);

	if (strcmp(state, "USED") == 0)
		return &already_used;
	if (strcmp(state, "VALID") != 0 && strcmp(state, "VALID_OUT") != 0)
		return &not_valid;
	if (!fn_col_bool(row, PAID))
		return &not_paid;
	if (fn_col_bool(row, CANCELLED))
		return &event_off;
	if (fn_col_bool(row, EARLY))
		return &too_early;
	return fn_col_bool(row, LATE) ? &too_late : NULL;
}

/* refusal: NULL admits, if the state of the ticket allows it. */
static struct fn_error *record(struct fn_tx *tx, const struct scan *s, const char *refusal,
			       struct fn_row *ret)
{
	struct fn_uuid id = fn_col_uuid(&s->row, ID);

	return fn_db_one(tx, &sql_scan,
			 FN_ARGS(fn_arg_uuid(&id), fn_arg_uuid(&s->by.id), fn_arg_text(s->location),
				 fn_arg_text(refusal)),
			 ret);
}

/* A refusal at the door is part of the record, so the transaction is kept. */
static struct fn_error *refuse(struct fn_tx *tx, struct scan *s, const struct fn_message *why)
{
	struct fn_error *error;
	struct fn_row entry;

	FN_TRY(record(tx, s, why->code, &entry));
	error = fn_fail(s->req, why);
	if (why == &already_used)
		error->detail =
			fn_json_keep(fn_request_arena(s->req),
				     FN_OBJECT(fn_json_string("scanned_at",
							      fn_col_text(&s->row, SCANNED_AT)),
					       fn_json_string("scan_location",
							      fn_col_text(&s->row,
									  SCAN_LOCATION))));
	return error;
}

/* Runs again from the top after a conflict: touches only *s and the database. */
static struct fn_error *admit(struct fn_tx *tx, void *arg)
{
	struct scan *s = arg;
	const struct fn_message *why;
	struct fn_row staff, entry;

	FN_TRY(fn_auth_alive(tx, &s->by));
	FN_TRY(fn_db_one(tx, &sql_is_staff, FN_ARGS(fn_arg_uuid(&s->by.id)), &staff));
	if (!fn_col_bool(&staff, 0)) /* before the ticket is looked up: a stranger learns nothing */
		return fn_fail(s->req, &not_staff);
	FN_TRY(fn_db_one(tx, &sql_lock_ticket,
			 FN_ARGS(fn_arg_uuid(&s->ticket), fn_arg_text(s->secret),
				 fn_arg_uuid(&s->by.id),
				 fn_arg_int(fn_conf_int("SCAN_OPENS_HOURS_BEFORE")),
				 fn_arg_int(fn_conf_int("SCAN_CLOSES_HOURS_AFTER"))),
			 &s->row));
	if (!fn_row_found(&s->row))
		return fn_fail(s->req, &unknown_ticket);
	if (!fn_col_bool(&s->row, IS_STAFF))
		return fn_fail(s->req, &other_event);
	why = obstacle(&s->row);
	if (why != NULL)
		return refuse(tx, s, why);
	FN_TRY(record(tx, s, NULL, &entry));
	if (!fn_col_bool(&entry, 0))
		return fn_fail_because(s->req, &not_valid, "the guard of ticket_scan");
	s->was_transferred = fn_col_bool(&entry, 1);
	return NULL;
}

static struct json_object *ticket_of(const struct scan *s)
{
	const struct fn_row *row = &s->row;

	return FN_OBJECT(fn_json_string("id", fn_col_text(row, ID)),
			 fn_json_int("timestamp", s->timestamp),
			 fn_json_string("eventTitle", fn_col_text(row, EVENT)),
			 fn_json_string("ticketType", fn_col_text(row, TYPE)),
			 fn_json_string("userName", fn_col_text(row, HOLDER)),
			 fn_json_string("eventDate", fn_col_text(row, DATE)),
			 fn_json_bool("wasTransferred", s->was_transferred));
}

static struct fn_error *validate_ticket(struct fn_request *req)
{
	struct scan s = {.req = req};
	struct fn_fields input;
	const char *text;

	FN_TRY(fn_field_begin(req, &input));
	FN_TRY(fn_auth_user(req, &s.by));
	FN_TRY(read_input(&input, &s));
	FN_TRY(fn_db_transaction_keep(req, FN_READ_COMMITTED, admit, &s));
	text = s.was_transferred
		       ? fn_request_say(req,
					"Billet valable. Il a changé de main : vérifiez le nom du "
					"porteur",
					"Valid ticket. It changed hands: check the holder's name")
		       : fn_request_say(req, "Billet valable", "Valid ticket");
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_string("message", text),
					    fn_json_value("ticket", ticket_of(&s))));
}

const struct fn_function fn_function = {
	.name = "validate-ticket",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_MESSAGE,
	.statements = sql_all,
	.handle = validate_ticket,
};
