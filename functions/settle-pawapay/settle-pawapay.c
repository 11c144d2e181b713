/* settle-pawapay: looks into news of a deposit or a refund, and at payments whose time has come.
 * Internal: the job runner calls it with {"kind":"event","inbox":N} or
 * {"kind":"check","payment":ID}. Whatever a callback said, pawaPay is asked before anything is
 * believed. */
#include <string.h>

#include "fn.h"
#include "settle-pawapay.sql.h"
#include "temba_deposit.h"

enum {
	WORD_MAX = 32,
	TIMEOUT_MS = 5000,
};

static const struct fn_message unknown_work = {422, "unknown_work", "Travail inconnu.",
					       "Unknown work."};

struct work {
	struct fn_request *req;
	const char *kind;
	int64_t inbox;          /* 0: none */
	struct fn_uuid payment; /* or refund */
	/* of the inbox row */
	bool is_over, is_refund, is_final;
	const char *word; /* what came of it */
};

/* Columns of read_inbox.sql. */
enum { STATE, TYPE, REFERENCE };

static struct fn_error *read_payload(struct work *w)
{
	struct fn_fields f;
	bool has_payment;

	FN_TRY(fn_field_begin(w->req, &f));
	w->kind = fn_field_text(&f, "kind", FN_REQUIRED, WORD_MAX);
	w->inbox = fn_field_int(&f, "inbox", FN_OPTIONAL, 1, INT64_MAX - 1);
	has_payment = fn_field_uuid(&f, "payment", FN_OPTIONAL, &w->payment);
	FN_TRY(fn_field_end(&f));
	if (strcmp(w->kind, "event") == 0)
		return w->inbox > 0 ? NULL : fn_fail(w->req, &unknown_work);
	/* pawaPay cannot take a prompt back: whoever wants to cancel learns where it stands */
	if (strcmp(w->kind, "check") == 0 || strcmp(w->kind, "cancel") == 0)
		return has_payment ? NULL : fn_fail(w->req, &unknown_work);
	return fn_fail(w->req, &unknown_work);
}

/* ---- the inbox ---- */

static bool begins_with(const char *text, const char *start)
{
	return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

static struct fn_error *read_inbox(struct fn_tx *tx, void *arg)
{
	struct work *w = arg;
	const char *state;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_read_inbox, FN_ARGS(fn_arg_int(w->inbox)), &row));
	w->is_over = !fn_row_found(&row);
	if (w->is_over)
		return NULL;
	state = fn_col_text(&row, STATE);
	w->is_over = strcmp(state, "RECEIVED") != 0 && strcmp(state, "RETRY") != 0;
	w->is_refund = begins_with(fn_col_text(&row, TYPE), "refund.");
	w->is_final = begins_with(fn_col_text(&row, TYPE), "deposit.COMPLETED") ||
		      begins_with(fn_col_text(&row, TYPE), "deposit.FAILED");
	if (!fn_text_uuid(fn_col_text(&row, REFERENCE), &w->payment))
		return fn_fail(w->req, &unknown_work);
	return NULL;
}

struct ending {
	int64_t inbox;
	const char *state, *cause;
};

static struct fn_error *end_inbox(struct fn_tx *tx, void *arg)
{
	const struct ending *e = arg;

	return fn_db_run(tx, &sql_end_inbox,
			 FN_ARGS(fn_arg_int(e->inbox), fn_arg_text(e->state),
				 fn_arg_text(e->cause)),
			 NULL);
}

static struct fn_error *end(struct work *w, const char *state, const char *cause)
{
	struct ending e = {w->inbox, state, cause};

	if (w->inbox == 0)
		return NULL;
	return fn_db_transaction(w->req, FN_READ_COMMITTED, end_inbox, &e);
}

/* ---- refunds ---- */

static struct fn_error *pass_on(struct fn_tx *tx, void *arg)
{
	struct work *w = arg;
	struct ending e = {w->inbox, "PROCESSED", NULL};
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_refund_news, FN_ARGS(fn_arg_uuid(&w->payment)), &row));
	if (!fn_col_bool(&row, 0)) {
		e.state = "IGNORED";
		e.cause = "no refund of ours";
	}
	w->word = fn_col_bool(&row, 0) ? "refund" : "ignored";
	return end_inbox(tx, &e);
}

/* ---- deposits ---- */

/* It cannot be settled now: a later job looks again, for a day. */
static struct fn_error *wait_for_it(struct work *w, const char *why)
{
	w->word = w->inbox == 0 ? "ignored" : "waits";
	return end(w, "RETRY", why);
}

static bool has_ended(const struct pawapay_state *seen)
{
	return seen->seen == PAWAPAY_FOUND &&
	       (strcmp(seen->status, "COMPLETED") == 0 || strcmp(seen->status, "FAILED") == 0);
}

static struct fn_error *settle(struct work *w)
{
	struct temba_deposit deposit;
	struct pawapay_state seen;
	bool found;

	FN_TRY(temba_deposit_look(w->req, &(struct temba_deposit_key){.payment = &w->payment},
				  &deposit, &found));
	if (!found || !deposit.is_pawapay)
		return wait_for_it(w, "no payment of ours");
	if (strcmp(deposit.state, "SUCCEEDED") == 0) {
		w->word = "unchanged"; /* nothing beats it */
		return end(w, "PROCESSED", NULL);
	}
	seen = pawapay_read_deposit(w->req, &deposit.payment, TIMEOUT_MS);
	/* a check comes again by its ladder */
	if (seen.seen == PAWAPAY_UNREAD && w->inbox > 0)
		return wait_for_it(w, seen.cause);
	FN_TRY(temba_deposit_settle(w->req, &deposit, &seen, &w->word));
	/* what one of their machines has said another may not know yet */
	if (w->is_final && !has_ended(&seen))
		return wait_for_it(w, "pawaPay does not say so itself yet");
	return end(w, "PROCESSED", NULL);
}

static struct fn_error *settle_pawapay(struct fn_request *req)
{
	struct work w = {.req = req, .word = "known"};

	FN_TRY(fn_auth_internal(req));
	FN_TRY(read_payload(&w));
	if (w.inbox > 0)
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, read_inbox, &w));
	if (!w.is_over)
		FN_TRY(w.is_refund ? fn_db_transaction(req, FN_READ_COMMITTED, pass_on, &w)
				   : settle(&w));
	fn_log_request(req, FN_INFO, "%s of %s: %s", w.kind, w.payment.text, w.word);
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_string("result", w.word)));
}

const struct fn_function fn_function = {
	.name = "settle-pawapay",
	.methods = FN_POST,
	.auth = FN_AUTH_INTERNAL,
	.body_max = 1024,
	.errors = FN_ERRORS_PLAIN,
	.statements = sql_all,
	.handle = settle_pawapay,
};
