/* pawapay_refunds.c: POST /v2/refunds and cancelling one that waits. */
#include <string.h>

#include "../settings.h"
#include "pawapay_http.h"

static const char *const members[] = {"refundId", "depositId", "amount",
				      "currency", "metadata",  NULL};

static struct pawapay_complaint refuse(const char *code, const char *message)
{
	return (struct pawapay_complaint){200, code, message};
}

static struct pawapay_complaint malformed(const char *code, const char *message)
{
	return (struct pawapay_complaint){400, code, message};
}

/* Of this deposit: one that has not ended. */
static bool is_under_way(const char *deposit)
{
	return database_first_number("SELECT count(*) FROM objects WHERE parent = ?"
				     " AND kind = 'deposit_refund'"
				     " AND status NOT IN ('COMPLETED', 'FAILED')",
				     VALUES(of_text(deposit)), 0) > 0;
}

static struct pawapay_complaint check_deposit(struct pawapay_call *p, const struct stored *deposit)
{
	const char *currency = fn_json_get_text(p->body, "currency");

	if (currency != NULL && strcmp(currency, deposit->currency) != 0)
		return refuse("INVALID_CURRENCY", "The deposit has another currency");
	if (strcmp(deposit->status, "COMPLETED") != 0)
		return refuse("INVALID_STATE", "Only a completed deposit can be refunded");
	if (is_under_way(deposit->id))
		return refuse("REFUND_IN_PROGRESS",
			      "Another refund transaction is already in progress");
	if (deposit->amount == deposit->refunded)
		return refuse("DEPOSIT_ALREADY_REFUNDED",
			      "Requested deposit has been already refunded");
	if (fn_json_get_bool(settings_read(p->arena, "pawapay"), "out_of_funds", false))
		return refuse("PAWAPAY_WALLET_OUT_OF_FUNDS",
			      pawapay_failure_message("PAWAPAY_WALLET_OUT_OF_FUNDS"));
	return (struct pawapay_complaint){0};
}

/* Without an amount: all that is left. */
static struct pawapay_complaint read_amount(struct pawapay_call *p, const struct stored *deposit,
					    int64_t *ret)
{
	const char *text = fn_json_get_text(p->body, "amount");
	int64_t left = deposit->amount - deposit->refunded;
	bool too_fine = false;

	*ret = left;
	if (text != NULL &&
	    !pawapay_read_amount(text, pawapay_decimals(deposit->currency), ret, &too_fine))
		return malformed("INVALID_PARAMETER",
				 "The value of parameter 'amount' is invalid.");
	if (too_fine || *ret == 0)
		return refuse("INVALID_AMOUNT", "The amount is zero or has too many decimals");
	if (*ret > left)
		return refuse("AMOUNT_TOO_LARGE",
			      fn_arena_format(p->arena, "Amount should not be greater than %s",
					      pawapay_amount(p->arena, left, deposit->currency)));
	return (struct pawapay_complaint){0};
}

/* Within the transaction. *ret_known: when a refund of that id was made already. */
static struct pawapay_complaint refund(struct pawapay_call *p, const char *deposit_id,
				       int64_t *ret_known)
{
	struct json_object *metadata;
	struct pawapay_complaint c;
	struct stored deposit;
	const char *code;
	int64_t amount;

	if (store_find(p->arena, "deposit_refund", p->id_given, &deposit)) {
		*ret_known = deposit.created;
		return (struct pawapay_complaint){0};
	}
	metadata = pawapay_read_metadata(p->arena, fn_json_get(p->body, "metadata"), &code);
	if (code != NULL)
		return malformed(code, "The metadata of the request is invalid.");
	if (!store_find(p->arena, "deposit", deposit_id, &deposit))
		return refuse("NOT_FOUND", fn_arena_format(p->arena, "Deposit with ID %s not found",
							   deposit_id));
	c = check_deposit(p, &deposit);
	if (c.code == NULL)
		c = read_amount(p, &deposit, &amount);
	if (c.code == NULL)
		(void)pawapay_refund_add(p->arena, &deposit, p->id_given, amount, metadata);
	return c;
}

static struct pawapay_complaint check_request(struct pawapay_call *p, const char *deposit_id)
{
	const char *unknown = provider_unknown(p->body, members, NULL);
	struct fn_uuid uuid;

	if (unknown != NULL)
		return malformed("UNSUPPORTED_PARAMETER",
				 fn_arena_format(p->arena, "The parameter '%s' is not supported.",
						 unknown));
	if (p->id_given == NULL || deposit_id == NULL)
		return malformed("MISSING_PARAMETER",
				 "The parameters 'refundId' and 'depositId' are required.");
	if (!fn_text_uuid(p->id_given, &uuid) || !fn_text_uuid(deposit_id, &uuid))
		return malformed("INVALID_PARAMETER", "The ids must be UUIDs of version 4.");
	return (struct pawapay_complaint){0};
}

struct fn_error *pawapay_refunds(struct pawapay_call *p)
{
	const char *deposit_id = fn_json_get_text(p->body, "depositId");
	struct pawapay_complaint c = check_request(p, deposit_id);
	int64_t known = 0;

	if (c.code == NULL) {
		database_begin(); /* two refunds at once must not both find enough left */
		c = refund(p, deposit_id, &known);
		database_commit();
	}
	if (c.code != NULL)
		return pawapay_reject(p, c.status, c.code, c.message);
	if (known != 0)
		return pawapay_accept(p, "DUPLICATE_IGNORED", known, NULL);
	return pawapay_accept(p, "ACCEPTED", database_now(), NULL);
}

struct fn_error *pawapay_cancel_enqueued(struct pawapay_call *p)
{
	struct stored refund;
	bool was_enqueued = false, is_known;

	database_begin();
	is_known = store_find(p->arena, "deposit_refund", p->id, &refund);
	if (is_known && strcmp(refund.status, "ENQUEUED") == 0) {
		was_enqueued = true;
		(void)pawapay_refund_settle(p->arena, &refund, "FAILED:MANUALLY_CANCELLED");
		store_keep(&refund);
	}
	database_commit();
	if (!is_known)
		return pawapay_reject(p, 200, "NOT_FOUND", "Refund not found");
	if (!was_enqueued)
		return pawapay_reject(p, 200, "INVALID_STATE", "Refund is not enqueued");
	return pawapay_answer(p, 200,
			      FN_OBJECT(fn_json_string("refundId", p->id),
					fn_json_string("status", "ACCEPTED")),
			      p->id);
}
