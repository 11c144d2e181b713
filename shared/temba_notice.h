/* temba_notice.h: the notices that the system owes to people (mail, SMS). Whoever changes the state
 * queues one in the same transaction; functions/send-notice sends it after COMMIT. */
#ifndef TEMBA_NOTICE_H
#define TEMBA_NOTICE_H

#include "fn_db.h"
#include "fn_error.h"

enum temba_notice {
	TEMBA_NOTICE_CONFIRM_EMAIL,          /* subject: auth.one_time_tokens.id */
	TEMBA_NOTICE_TRANSFER_PENDING_EMAIL, /* the others: public.ticket_transfers.id */
	TEMBA_NOTICE_TRANSFER_PENDING_SMS,
	TEMBA_NOTICE_TRANSFER_RECEIVED_EMAIL,
	TEMBA_NOTICE_TRANSFER_RECEIVED_SMS,
	TEMBA_NOTICE_TRANSFER_CLAIMED, /* to the sender */
	/* of the money path: queued by triggers (migrations/0037), to whoever bought */
	TEMBA_NOTICE_ORDER_PAID_EMAIL, /* subject: public.orders.id */
	TEMBA_NOTICE_ORDER_PAID_SMS,
	TEMBA_NOTICE_EVENT_CANCELLED_EMAIL,
	TEMBA_NOTICE_EVENT_CANCELLED_SMS,
	TEMBA_NOTICE_REFUND_GRANTED_EMAIL, /* subject: private.refunds.id */
	TEMBA_NOTICE_REFUND_GRANTED_SMS,
	TEMBA_NOTICE_REFUND_DONE_EMAIL,
	TEMBA_NOTICE_REFUND_DONE_SMS,
	TEMBA_NOTICE_KINDS
};

/* "confirm_email" and so on: the word in the payload {"kind":WORD,"id":SUBJECT}. */
const char *temba_notice_word(enum temba_notice kind);
/* TEMBA_NOTICE_KINDS when the word (NULL is fine) is none. */
enum temba_notice temba_notice_kind(const char *word);

/* Adds the job that sends it. One notice of a kind about a subject is sent once, however often it
 * is queued. */
FN_CHECKED struct fn_error *temba_notice_queue(struct fn_tx *tx, enum temba_notice kind,
					       const struct fn_uuid *subject);

#endif
