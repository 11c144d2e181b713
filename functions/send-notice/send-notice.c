/* send-notice: tells people by mail or SMS what happened. Internal: the job runner calls it with
 * {"kind":WORD,"id":SUBJECT}. What is said is read when it is sent: a notice that is no longer true
 * is not sent. */
#include <stdlib.h>
#include <string.h>

#include "fn.h"
#include "mailer.h"
#include "notice.h"
#include "send-notice.sql.h"
#include "temba_link.h"
#include "temba_notice.h"
#include "twilio.h"

/* Characters of other people's words that we repeat. */
enum { NAME_CAP = 60, TITLE_CAP = 80, TIME_CAP = 30, MESSAGE_CAP = 300, REFERENCE_LENGTH = 8 };

static const struct fn_message unknown_notice = {422, "unknown_notice", "Avis inconnu.",
						 "Unknown notice."};
static const struct fn_message refused = {422, "refused", "Le prestataire refuse cet envoi.",
					  "The provider refuses this message."};
static const struct fn_message later = {503, "later", "L'envoi n'a pas abouti, à refaire.",
					"It was not sent; try again."};

struct notice {
	struct fn_request *req;
	enum temba_notice kind;
	struct fn_uuid id;
	bool again; /* an earlier try may have got through */
	/* settled by look_up() */
	const char *to;   /* NULL: nothing to send */
	const char *idle; /* why nothing is sent */
	enum notice_language language;
	struct notice_facts facts;
};

/* ---- what is asked ---- */

static struct fn_error *read_payload(struct notice *n)
{
	const char *attempt = fn_request_header(n->req, "X-Job-Attempt");
	struct fn_fields f;

	FN_TRY(fn_field_begin(n->req, &f));
	n->kind = temba_notice_kind(fn_field_text(&f, "kind", FN_REQUIRED, 64));
	(void)fn_field_uuid(&f, "id", FN_REQUIRED, &n->id);
	FN_TRY(fn_field_end(&f));
	/* whoever does not say that it is the first try gets the careful way */
	n->again = attempt == NULL || strcmp(attempt, "1") != 0;
	return n->kind == TEMBA_NOTICE_KINDS ? fn_fail(n->req, &unknown_notice) : NULL;
}

/* ---- what is true now ---- */

static enum notice_language language_of(const char *tag)
{
	if (tag == NULL)
		return NOTICE_UNKNOWN;
	if (strncmp(tag, "en", 2) == 0)
		return NOTICE_ENGLISH;
	return strncmp(tag, "fr", 2) == 0 ? NOTICE_FRENCH : NOTICE_UNKNOWN;
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static const char *site(struct notice *n, const char *path)
{
	return fn_arena_format(fn_request_arena(n->req), "%s%s", fn_conf_text("SITE_URL"), path);
}

static struct fn_error *look_up_link(struct fn_tx *tx, struct notice *n)
{
	struct fn_arena *arena = fn_request_arena(n->req);
	struct fn_row link;

	FN_TRY(fn_db_one(tx, &sql_read_link, FN_ARGS(fn_arg_uuid(&n->id)), &link));
	n->idle = "the link is used, over or unknown";
	if (!fn_row_found(&link))
		return NULL;
	n->to = fn_col_text(&link, 0);
	n->facts.name = notice_clean(arena, fn_col_text(&link, 1), NAME_CAP);
	n->facts.link = temba_link_url(arena, &n->id, "signup", fn_col_text(&link, 2));
	n->language = language_of(fn_col_text(&link, 3));
	return NULL;
}

/* Columns of read_transfer.sql. */
enum {
	WAITING,
	COMPLETED,
	ADDRESS,
	NUMBER,
	MESSAGE,
	SENDER,
	SENDER_ADDRESS,
	SENDER_LANGUAGE,
	RECIPIENT,
	RECIPIENT_LANGUAGE,
	EVENT,
	TYPE,
	DATE_FR,
	DATE_EN,
	TIME,
	UNTIL_FR,
	UNTIL_EN
};

static void take_facts(struct notice *n, const struct fn_row *row)
{
	struct fn_arena *arena = fn_request_arena(n->req);
	struct notice_facts *facts = &n->facts;
	const char *date_fr = fn_col_text(row, DATE_FR), *date_en = fn_col_text(row, DATE_EN);
	const char *time = notice_clean(arena, fn_col_text(row, TIME), TIME_CAP);

	facts->sender = or_else(notice_clean(arena, fn_col_text(row, SENDER), NAME_CAP), "Temba");
	facts->recipient =
		or_else(notice_clean(arena, fn_col_text(row, RECIPIENT), NAME_CAP), "Temba");
	facts->event = or_else(notice_clean(arena, fn_col_text(row, EVENT), TITLE_CAP), "Temba");
	facts->type = or_else(notice_clean(arena, fn_col_text(row, TYPE), NAME_CAP), "Temba");
	facts->message = notice_clean(arena, fn_col_text(row, MESSAGE), MESSAGE_CAP);
	facts->when_fr = time == NULL ? fn_arena_format(arena, "le %s", date_fr)
				      : fn_arena_format(arena, "le %s à %s", date_fr, time);
	facts->when_en = time == NULL ? date_en : fn_arena_format(arena, "%s, %s", date_en, time);
	facts->until_fr = or_else(fn_col_text(row, UNTIL_FR), date_fr);
	facts->until_en = or_else(fn_col_text(row, UNTIL_EN), date_en);
	facts->reference = fn_arena_copy(arena, n->id.text, REFERENCE_LENGTH);
}

/* Who gets it, where it leads, and whether it still says the truth. */
static void address_transfer(struct notice *n, const struct fn_row *row)
{
	bool waiting = fn_col_bool(row, WAITING), completed = fn_col_bool(row, COMPLETED);
	const char *address = fn_col_text(row, ADDRESS), *number = fn_col_text(row, NUMBER);

	n->language = language_of(fn_col_text(row, RECIPIENT_LANGUAGE));
	n->facts.name = n->facts.recipient;
	n->facts.link = site(n, waiting ? "/signup" : "/profile/transfers");
	switch (n->kind) {
	case TEMBA_NOTICE_TRANSFER_PENDING_EMAIL:
		n->to = waiting ? address : NULL;
		break;
	case TEMBA_NOTICE_TRANSFER_PENDING_SMS:
		n->to = waiting ? number : NULL;
		break;
	case TEMBA_NOTICE_TRANSFER_RECEIVED_EMAIL:
		n->to = completed ? address : NULL;
		break;
	case TEMBA_NOTICE_TRANSFER_RECEIVED_SMS:
		n->to = completed ? number : NULL;
		break;
	case TEMBA_NOTICE_TRANSFER_CLAIMED:
		n->to = completed ? fn_col_text(row, SENDER_ADDRESS) : NULL;
		n->language = language_of(fn_col_text(row, SENDER_LANGUAGE));
		n->facts.name = n->facts.sender;
		n->facts.link = site(n, "/profile/sent");
		break;
	case TEMBA_NOTICE_CONFIRM_EMAIL:
	case TEMBA_NOTICE_ORDER_PAID_EMAIL:
	case TEMBA_NOTICE_ORDER_PAID_SMS:
	case TEMBA_NOTICE_EVENT_CANCELLED_EMAIL:
	case TEMBA_NOTICE_EVENT_CANCELLED_SMS:
	case TEMBA_NOTICE_REFUND_GRANTED_EMAIL:
	case TEMBA_NOTICE_REFUND_GRANTED_SMS:
	case TEMBA_NOTICE_REFUND_DONE_EMAIL:
	case TEMBA_NOTICE_REFUND_DONE_SMS:
	case TEMBA_NOTICE_KINDS:
	default:
		break;
	}
}

static struct fn_error *look_up_transfer(struct fn_tx *tx, struct notice *n)
{
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_read_transfer, FN_ARGS(fn_arg_uuid(&n->id)), &row));
	n->idle = "the transfer is over or unknown, or there is no proven address";
	if (!fn_row_found(&row))
		return NULL;
	take_facts(n, &row);
	address_transfer(n, &row);
	return NULL;
}

static struct fn_error *look_up_order(struct fn_tx *tx, struct notice *n)
{
	struct notice_target target;

	FN_TRY(notice_order(tx, n->kind, &n->id, &target));
	n->to = target.to;
	n->idle = target.idle;
	n->facts = target.facts;
	n->language = language_of(target.language);
	return NULL;
}

/* A number that gets more than its share is not written to: messages cost money, and somebody may
 * want them to (R24). Counted once a notice, in the first try. */
static struct fn_error *spare_number(struct fn_tx *tx, struct notice *n)
{
	int64_t most = fn_conf_int("SMS_PER_NUMBER_PER_DAY");
	struct fn_row count;

	if (most == 0 || n->again)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_count_sms, FN_ARGS(fn_arg_text(n->to)), &count));
	if (fn_col_int(&count, 0) > most) {
		n->to = NULL;
		n->idle = "the number had its messages of today";
	}
	return NULL;
}

/* Runs again from the top after a conflict: touches only *n and the database. */
static struct fn_error *look_up(struct fn_tx *tx, void *arg)
{
	struct notice *n = arg;

	n->to = NULL;
	n->facts = (struct notice_facts){0};
	if (n->kind == TEMBA_NOTICE_CONFIRM_EMAIL)
		FN_TRY(look_up_link(tx, n));
	else if (notice_is_of_order(n->kind))
		FN_TRY(look_up_order(tx, n));
	else
		FN_TRY(look_up_transfer(tx, n));
	if (n->to == NULL)
		return NULL;
	if (notice_template(n->kind)->is_sms)
		return spare_number(tx, n);
	if (!mailer_can_reach(n->to)) {
		n->to = NULL;
		n->idle = "nobody reads that address";
	}
	return NULL;
}

/* ---- sending ---- */

static struct delivery deliver(struct notice *n)
{
	struct fn_arena *arena = fn_request_arena(n->req);
	const struct notice_template *template = notice_template(n->kind);
	struct notice_mail words;
	struct mail mail;

	if (template->is_sms)
		return twilio_send(n->req, n->to,
				   notice_sms(arena, template, &n->facts, n->language), n->again);
	words = notice_mail(arena, template, &n->facts, n->language);
	mail = (struct mail){.to = n->to,
			     .subject = words.subject,
			     .html = words.html,
			     .text = words.text,
			     /* the same in every try, and in no other database */
			     .key = fn_arena_format(arena, "%s/%s", temba_notice_word(n->kind),
						    n->id.text)};
	return mailer_send(n->req, &mail);
}

/* The cause goes to the log and, for the runner, into the reply: this endpoint has no other caller.
 */
static struct fn_error *not_sent(struct notice *n, const struct delivery *d)
{
	const struct fn_message *message = d->outcome == DELIVERY_REFUSED ? &refused : &later;
	struct fn_error *error = fn_fail_because(n->req, message, "%s", d->cause);

	error->retry_after = d->retry_after;
	error->detail = fn_json_keep(fn_request_arena(n->req),
				     FN_OBJECT(fn_json_string("cause", d->cause)));
	return error;
}

static struct fn_error *send_notice(struct fn_request *req)
{
	struct notice n = {.req = req};
	struct delivery d;

	FN_TRY(fn_auth_internal(req));
	FN_TRY(read_payload(&n));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, look_up, &n));
	if (n.to == NULL) {
		fn_log_request(req, FN_INFO, "%s %s not sent: %s", temba_notice_word(n.kind),
			       n.id.text, n.idle);
		return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
						    fn_json_bool("sent", false),
						    fn_json_string("reason", n.idle)));
	}
	d = deliver(&n); /* after the transaction: a provider that hangs must hold nothing */
	if (d.outcome != DELIVERY_SENT)
		return not_sent(&n, &d);
	fn_log_request(req, FN_INFO, "%s %s sent as %s", temba_notice_word(n.kind), n.id.text,
		       or_else(d.id, "an earlier message"));
	return fn_reply_json(req,
			     FN_OBJECT(fn_json_bool("success", true), fn_json_bool("sent", true)));
}

const struct fn_function fn_function = {
	.name = "send-notice",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = 4096,
	.errors = FN_ERRORS_PLAIN,
	.statements = sql_all,
	.handle = send_notice,
};
