/* notice_order.c: whom a notice of an order or a refund goes to, and whether it is still true. */
#include <string.h>

#include "fn.h"
#include "notice.h"
#include "send-notice.sql.h"
#include "temba_money.h"

enum { NAME_CAP = 60, TITLE_CAP = 80, TIME_CAP = 30, REFERENCE_LENGTH = 8 };

/* Columns of read_order.sql. */
enum {
	STATE,
	NAME,
	ADDRESS,
	NUMBER,
	LANGUAGE,
	TOKEN,
	EVENT,
	DATE_FR,
	DATE_EN,
	TIME,
	TICKETS,
	AMOUNT,
	FEE,
	CURRENCY,
	REFUND_STATE,
	CAUSE,
	ORDER
};

static const struct reason {
	const char *cause, *fr, *en;
} reasons[] = {
	{"LATE", "Votre paiement est arrivé quand il n'y avait plus de place.",
	 "Your payment came when no place was left."},
	{"DUPLICATE", "La commande avait déjà été payée une première fois.",
	 "The order had been paid once already."},
	{"EVENT_CANCELLED", "L'événement n'aura pas lieu.", "The event does not take place."},
};

bool notice_is_of_order(enum temba_notice kind)
{
	return kind >= TEMBA_NOTICE_ORDER_PAID_EMAIL && kind < TEMBA_NOTICE_KINDS;
}

static bool is_of_refund(enum temba_notice kind)
{
	return kind >= TEMBA_NOTICE_REFUND_GRANTED_EMAIL;
}

static bool is_true(enum temba_notice kind, const struct fn_row *row)
{
	const char *state = fn_col_text(row, STATE), *refund = fn_col_text(row, REFUND_STATE);

	switch (kind) {
	case TEMBA_NOTICE_ORDER_PAID_EMAIL:
	case TEMBA_NOTICE_ORDER_PAID_SMS:
		return fn_col_int(row, TICKETS) > 0 && (strcmp(state, "COMPLETED") == 0 ||
							strcmp(state, "PARTIALLY_REFUNDED") == 0);
	case TEMBA_NOTICE_REFUND_GRANTED_EMAIL:
	case TEMBA_NOTICE_REFUND_GRANTED_SMS: /* what is done is told by the next one */
		return refund != NULL && strcmp(refund, "REJECTED") != 0 &&
		       strcmp(refund, "SUCCEEDED") != 0;
	case TEMBA_NOTICE_REFUND_DONE_EMAIL:
	case TEMBA_NOTICE_REFUND_DONE_SMS:
		return refund != NULL && strcmp(refund, "SUCCEEDED") == 0;
	case TEMBA_NOTICE_EVENT_CANCELLED_EMAIL:
	case TEMBA_NOTICE_EVENT_CANCELLED_SMS:
	case TEMBA_NOTICE_CONFIRM_EMAIL:
	case TEMBA_NOTICE_TRANSFER_PENDING_EMAIL:
	case TEMBA_NOTICE_TRANSFER_PENDING_SMS:
	case TEMBA_NOTICE_TRANSFER_RECEIVED_EMAIL:
	case TEMBA_NOTICE_TRANSFER_RECEIVED_SMS:
	case TEMBA_NOTICE_TRANSFER_CLAIMED:
	case TEMBA_NOTICE_KINDS:
	default:
		return true;
	}
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static const char *money(struct fn_arena *arena, int64_t minor, const char *currency, bool is_sms)
{
	struct temba_money sum = {.minor = minor};

	(void)strncpy(sum.currency, currency, sizeof(sum.currency) - 1);
	/* the narrow space of the one form would halve what fits into an SMS */
	return is_sms ? temba_money_charge(arena, &sum) : temba_money_named(arena, &sum);
}

static void take_money(struct fn_arena *arena, enum temba_notice kind, const struct fn_row *row,
		       struct notice_facts *facts)
{
	const char *currency = fn_col_text(row, CURRENCY), *cause = fn_col_text(row, CAUSE);
	bool goes_back = cause != NULL;

	if (kind == TEMBA_NOTICE_EVENT_CANCELLED_EMAIL && !goes_back)
		return; /* nothing was paid */
	facts->amount = money(arena, fn_col_int(row, AMOUNT), currency, false);
	facts->sum = money(arena, fn_col_int(row, AMOUNT), currency, true);
	facts->fee = money(arena, fn_col_int(row, FEE), currency, false);
	/* a paragraph without its fact is left out, and so would be a whole SMS */
	facts->why_fr = facts->why_en = notice_template(kind)->is_sms ? "" : NULL;
	for (size_t i = 0; i < FN_COUNT(reasons) && goes_back; i++) {
		if (strcmp(reasons[i].cause, cause) == 0) {
			facts->why_fr = reasons[i].fr;
			facts->why_en = reasons[i].en;
		}
	}
}

static void take_facts(struct fn_arena *arena, enum temba_notice kind, const struct fn_uuid *id,
		       const struct fn_row *row, struct notice_facts *facts)
{
	const char *date_fr = fn_col_text(row, DATE_FR), *date_en = fn_col_text(row, DATE_EN);
	const char *time = notice_clean(arena, fn_col_text(row, TIME), TIME_CAP);
	const char *site = fn_conf_text("SITE_URL"), *token = fn_col_text(row, TOKEN);
	long long tickets = (long long)fn_col_int(row, TICKETS);

	facts->name = notice_clean(arena, fn_col_text(row, NAME), NAME_CAP);
	facts->event = or_else(notice_clean(arena, fn_col_text(row, EVENT), TITLE_CAP), "Temba");
	facts->when_fr = time == NULL ? fn_arena_format(arena, "le %s", date_fr)
				      : fn_arena_format(arena, "le %s à %s", date_fr, time);
	facts->when_en = time == NULL ? date_en : fn_arena_format(arena, "%s, %s", date_en, time);
	facts->count_fr = fn_arena_format(arena, "%lld billet%s", tickets, tickets == 1 ? "" : "s");
	facts->count_en = fn_arena_format(arena, "%lld ticket%s", tickets, tickets == 1 ? "" : "s");
	facts->link = token != NULL ? fn_arena_format(arena, "%s/verify/%s", site, token)
				    : fn_arena_format(arena, "%s/booking/confirmation/%s", site,
						      fn_col_text(row, ORDER));
	facts->reference = fn_arena_copy(arena, id->text, REFERENCE_LENGTH);
	take_money(arena, kind, row, facts);
}

struct fn_error *notice_order(struct fn_tx *tx, enum temba_notice kind, const struct fn_uuid *id,
			      struct notice_target *ret)
{
	struct fn_arena *arena = fn_request_arena(fn_tx_request(tx));
	const struct fn_uuid *refund = is_of_refund(kind) ? id : NULL;
	struct fn_row row;

	*ret = (struct notice_target){.idle = "the order is not what it was, or is unknown"};
	FN_TRY(fn_db_one(tx, &sql_read_order,
			 FN_ARGS(fn_arg_uuid(refund == NULL ? id : NULL), fn_arg_uuid(refund)),
			 &row));
	if (!fn_row_found(&row) || !is_true(kind, &row))
		return NULL;
	ret->idle = "there is no address";
	ret->to = fn_col_text(&row, notice_template(kind)->is_sms ? NUMBER : ADDRESS);
	ret->language = fn_col_text(&row, LANGUAGE);
	take_facts(arena, kind, id, &row, &ret->facts);
	return NULL;
}
