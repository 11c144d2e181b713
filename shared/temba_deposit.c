/* temba_deposit.c: one payment by mobile money, read and moved. */
#include "temba_deposit.h"

#include <inttypes.h>
#include <string.h>

#include "fn_log.h"
#include "pawapay_news.h"
#include "shared.sql.h"

/* Columns of deposit_read.sql. */
enum {
	PAYMENT,
	ORDER,
	OWNER,
	PROVIDER,
	STATUS,
	STATE,
	ORDER_STATE,
	HAS_TICKETS,
	OPERATOR,
	PHONE,
	AMOUNT,
	CURRENCY,
	AGE,
	PAGE,
	FAILURE,
	FAILURE_CODE
};

/* ---- reading ---- */

static struct fn_uuid id_of(const struct fn_row *row, size_t column)
{
	return fn_col_is_null(row, column) ? (struct fn_uuid){""} : fn_col_uuid(row, column);
}

struct fn_error *temba_deposit_find(struct fn_tx *tx, const struct temba_deposit_key *key,
				    struct temba_deposit *ret, bool *ret_found)
{
	const char *provider;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_deposit_read,
			 FN_ARGS(fn_arg_uuid(key->payment), fn_arg_text(key->token),
				 fn_arg_text(key->reference)),
			 &row));
	*ret = (struct temba_deposit){0};
	*ret_found = fn_row_found(&row);
	if (!*ret_found)
		return NULL;
	provider = fn_col_text(&row, PROVIDER);
	*ret = (struct temba_deposit){
		.payment = id_of(&row, PAYMENT),
		.order = id_of(&row, ORDER),
		.owner = id_of(&row, OWNER),
		.is_pawapay = provider != NULL && strcmp(provider, "pawapay") == 0,
		.has_tickets = fn_col_bool(&row, HAS_TICKETS),
		.status = fn_col_text(&row, STATUS),
		.state = fn_col_text(&row, STATE),
		.order_state = fn_col_text(&row, ORDER_STATE),
		.operator= fn_col_text(&row, OPERATOR),
		.phone = fn_col_text(&row, PHONE),
		.amount_minor = fn_col_int(&row, AMOUNT),
		.currency = fn_col_text(&row, CURRENCY),
		.age = fn_col_int(&row, AGE),
		.failure = fn_col_text(&row, FAILURE),
		.page = fn_col_text(&row, PAGE),
		.failure_code = fn_col_text(&row, FAILURE_CODE),
	};
	return NULL;
}

struct look {
	const struct temba_deposit_key *key;
	struct temba_deposit *deposit;
	bool *found;
};

static struct fn_error *find(struct fn_tx *tx, void *arg)
{
	const struct look *l = arg;

	return temba_deposit_find(tx, l->key, l->deposit, l->found);
}

struct fn_error *temba_deposit_look(struct fn_request *req, const struct temba_deposit_key *key,
				    struct temba_deposit *ret, bool *ret_found)
{
	struct look l = {key, ret, ret_found};

	return fn_db_transaction(req, FN_READ_COMMITTED, find, &l);
}

/* ---- moving ---- */

struct move {
	const struct fn_uuid *payment;
	const char *state, *amount, *currency, *failure, *page;
	const char *odd;  /* what somebody should look at; NULL: nothing */
	const char *word; /* of payment_settle */
};

/* Runs again from the top after a conflict: touches only *m and the database. */
static struct fn_error *move(struct fn_tx *tx, void *arg)
{
	struct move *m = arg;
	struct fn_row row;

	m->word = "unchanged";
	if (m->odd != NULL)
		FN_TRY(fn_db_run(tx, &sql_alarm_raise,
				 FN_ARGS(fn_arg_text("pawapay_answer"), fn_arg_uuid(m->payment),
					 fn_arg_text(m->odd)),
				 NULL));
	if (m->state == NULL)
		return NULL;
	if (m->page != NULL)
		FN_TRY(fn_db_run(tx, &sql_deposit_page,
				 FN_ARGS(fn_arg_uuid(m->payment), fn_arg_text(m->page)), NULL));
	FN_TRY(fn_db_one(tx, &sql_payment_settle,
			 FN_ARGS(fn_arg_uuid(m->payment), fn_arg_text(m->state),
				 fn_arg_text(m->amount), fn_arg_text(m->currency),
				 fn_arg_text(m->failure),
				 fn_arg_text(m->failure == NULL ? NULL
								: pawapay_words(m->failure).fr)),
			 &row));
	m->word = fn_col_text(&row, 0);
	return NULL;
}

/* An address that a browser may be sent to. */
static const char *page_of(const struct pawapay_state *seen)
{
	const char *url = seen->authorization_url;

	if (url == NULL || strlen(url) > 2000 ||
	    (strncmp(url, "https://", strlen("https://")) != 0 &&
	     strncmp(url, "http://", strlen("http://")) != 0))
		return NULL;
	return url;
}

struct fn_error *temba_deposit_settle(struct fn_request *req, const struct temba_deposit *deposit,
				      const struct pawapay_state *seen, const char **ret_word)
{
	struct pawapay_news news = pawapay_news(seen, deposit->age);
	struct fn_arena *arena = fn_request_arena(req);
	struct move m = {.payment = &deposit->payment,
			 .state = news.state,
			 .failure = news.failure,
			 .page = page_of(seen)};

	if (seen->amount_minor >= 0)
		m.amount = fn_arena_format(arena, "%" PRId64, seen->amount_minor);
	m.currency = seen->currency;
	if (news.is_odd)
		m.odd = fn_arena_format(arena, "pawaPay says %.40s", seen->status);
	/* money came, and nobody can say how much: a person has to */
	if (news.state != NULL && strcmp(news.state, "SUCCEEDED") == 0 &&
	    (m.amount == NULL || m.currency == NULL)) {
		m.odd = "COMPLETED without an amount that can be read";
		m.state = NULL;
	}
	if (seen->seen == PAWAPAY_UNREAD)
		fn_log_request(req, FN_WARN, "payment %s stays as it is: %s", deposit->payment.text,
			       seen->cause);
	m.word = "unchanged";
	if (m.state != NULL || m.odd != NULL)
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, move, &m));
	if (ret_word != NULL)
		*ret_word = m.word;
	return NULL;
}

struct fn_error *temba_deposit_fail(struct fn_request *req, const struct fn_uuid *payment,
				    const char *code)
{
	struct move m = {.payment = payment,
			 .state = "FAILED",
			 .failure = code == NULL ? "UNSPECIFIED_FAILURE" : code};

	return fn_db_transaction(req, FN_READ_COMMITTED, move, &m);
}
