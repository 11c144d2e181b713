/* temba_notice.c: words of the notices and the job that each becomes. */
#include "temba_notice.h"

#include <assert.h>
#include <string.h>

#include "fn_json.h"

static const char *const words[TEMBA_NOTICE_KINDS] = {
	[TEMBA_NOTICE_CONFIRM_EMAIL] = "confirm_email",
	[TEMBA_NOTICE_TRANSFER_PENDING_EMAIL] = "transfer_pending_email",
	[TEMBA_NOTICE_TRANSFER_PENDING_SMS] = "transfer_pending_sms",
	[TEMBA_NOTICE_TRANSFER_RECEIVED_EMAIL] = "transfer_received_email",
	[TEMBA_NOTICE_TRANSFER_RECEIVED_SMS] = "transfer_received_sms",
	[TEMBA_NOTICE_TRANSFER_CLAIMED] = "transfer_claimed",
	[TEMBA_NOTICE_ORDER_PAID_EMAIL] = "order_paid_email",
	[TEMBA_NOTICE_ORDER_PAID_SMS] = "order_paid_sms",
	[TEMBA_NOTICE_EVENT_CANCELLED_EMAIL] = "event_cancelled_email",
	[TEMBA_NOTICE_EVENT_CANCELLED_SMS] = "event_cancelled_sms",
	[TEMBA_NOTICE_REFUND_GRANTED_EMAIL] = "refund_granted_email",
	[TEMBA_NOTICE_REFUND_GRANTED_SMS] = "refund_granted_sms",
	[TEMBA_NOTICE_REFUND_DONE_EMAIL] = "refund_done_email",
	[TEMBA_NOTICE_REFUND_DONE_SMS] = "refund_done_sms",
};

const char *temba_notice_word(enum temba_notice kind)
{
	assert(kind < TEMBA_NOTICE_KINDS);
	return words[kind];
}

enum temba_notice temba_notice_kind(const char *word)
{
	if (word == NULL)
		return TEMBA_NOTICE_KINDS;
	for (unsigned i = 0; i < TEMBA_NOTICE_KINDS; i++)
		if (strcmp(words[i], word) == 0)
			return (enum temba_notice)i;
	return TEMBA_NOTICE_KINDS;
}

struct fn_error *temba_notice_queue(struct fn_tx *tx, enum temba_notice kind,
				    const struct fn_uuid *subject)
{
	struct fn_arena *arena = fn_request_arena(fn_tx_request(tx));
	const char *word = temba_notice_word(kind);
	const char *once = fn_arena_format(arena, "notice:%s:%s", word, subject->text);

	return fn_db_job(tx, "send-notice", once,
			 FN_OBJECT(fn_json_string("kind", word), fn_json_uuid("id", subject)));
}
