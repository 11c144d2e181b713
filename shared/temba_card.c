/* temba_card.c: one payment by card, read and moved. */
#include "temba_card.h"

#include <inttypes.h>
#include <string.h>

#include "shared.sql.h"

/* Columns of card_read.sql. */
enum {
	PAYMENT,
	ORDER,
	OWNER,
	EVENT,
	PROVIDER,
	STATUS,
	STATE,
	OUTCOME,
	ORDER_STATE,
	HAS_TICKETS,
	HOLDING,
	INTENT,
	TOKEN,
	AMOUNT,
	CURRENCY,
	CHARGE,
	CHARGE_CURRENCY,
	FX_NUM,
	FX_DEN,
	FX_LOCKED_AT,
	MARGIN,
	AGE,
	FAILURE
};

/* ---- reading ---- */

static struct fn_uuid id_of(const struct fn_row *row, size_t column)
{
	return fn_col_is_null(row, column) ? (struct fn_uuid){""} : fn_col_uuid(row, column);
}

static struct temba_money money_of(const struct fn_row *row, size_t amount, size_t currency)
{
	struct temba_money money;

	/* the table takes no currency that we do not know */
	if (!temba_money_of(fn_col_int(row, amount), fn_col_text(row, currency), &money))
		return (struct temba_money){0};
	return money;
}

struct fn_error *temba_card_find(struct fn_tx *tx, const struct temba_card_key *key,
				 struct temba_card *ret, bool *ret_found)
{
	const char *provider;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_card_read,
			 FN_ARGS(fn_arg_uuid(key->payment), fn_arg_text(key->token),
				 fn_arg_text(key->intent)),
			 &row));
	*ret = (struct temba_card){0};
	*ret_found = fn_row_found(&row);
	if (!*ret_found)
		return NULL;
	provider = fn_col_text(&row, PROVIDER);
	*ret = (struct temba_card){
		.payment = id_of(&row, PAYMENT),
		.order = id_of(&row, ORDER),
		.owner = id_of(&row, OWNER),
		.event = id_of(&row, EVENT),
		.is_stripe = provider != NULL && strcmp(provider, "stripe") == 0,
		.has_tickets = fn_col_bool(&row, HAS_TICKETS),
		.holding = fn_col_bool(&row, HOLDING),
		.status = fn_col_text(&row, STATUS),
		.state = fn_col_text(&row, STATE),
		.outcome = fn_col_text(&row, OUTCOME),
		.order_state = fn_col_text(&row, ORDER_STATE),
		.intent = fn_col_text(&row, INTENT),
		.token = fn_col_text(&row, TOKEN),
		.shown = money_of(&row, AMOUNT, CURRENCY),
		.charge = money_of(&row, CHARGE, CHARGE_CURRENCY),
		.fx_num = fn_col_int(&row, FX_NUM),
		.fx_den = fn_col_int(&row, FX_DEN),
		.fx_locked_at = fn_col_text(&row, FX_LOCKED_AT),
		.margin_bps = fn_col_int(&row, MARGIN),
		.age = fn_col_int(&row, AGE),
		.failure = fn_col_text(&row, FAILURE),
	};
	return NULL;
}

struct look {
	const struct temba_card_key *key;
	struct temba_card *card;
	bool *found;
};

static struct fn_error *find(struct fn_tx *tx, void *arg)
{
	const struct look *l = arg;

	return temba_card_find(tx, l->key, l->card, l->found);
}

struct fn_error *temba_card_look(struct fn_request *req, const struct temba_card_key *key,
				 struct temba_card *ret, bool *ret_found)
{
	struct look l = {key, ret, ret_found};

	return fn_db_transaction(req, FN_READ_COMMITTED, find, &l);
}

/* ---- asking Stripe ---- */

static const char *number(struct fn_arena *arena, int64_t n)
{
	return fn_arena_format(arena, "%" PRId64, n);
}

static const char *lower(struct fn_arena *arena, const char *currency)
{
	char *text = fn_arena_text(arena, currency);

	for (char *c = text; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	return text;
}

struct stripe_answer temba_card_create(struct fn_request *req, const struct temba_card *card)
{
	struct fn_arena *arena = fn_request_arena(req);
	bool exchanged = card->fx_locked_at != NULL;
	int64_t units;
	const struct stripe_pair pairs[] = {
		{"amount", temba_money_units(&card->charge, TEMBA_MONEY_STRIPE, &units)
				   ? number(arena, units)
				   : NULL},
		{"currency", lower(arena, card->charge.currency)},
		{"description", fn_arena_format(arena, "Temba, commande %s", card->order.text)},
		{"automatic_payment_methods[enabled]", "true"},
		{"metadata[payment_id]", card->payment.text},
		{"metadata[order_id]", card->order.text},
		{"metadata[event_id]", card->event.text},
		{"metadata[user_id]", *card->owner.text == '\0' ? "guest" : card->owner.text},
		{"metadata[provider]", "stripe"},
		{"metadata[platform]", "temba"},
		{"metadata[display_amount]", number(arena, card->shown.minor)},
		{"metadata[display_currency]", card->shown.currency},
		{"metadata[charge_amount]", number(arena, card->charge.minor)},
		{"metadata[charge_currency]", card->charge.currency},
		{"metadata[fx_rate]", exchanged ? fn_arena_format(arena, "%" PRId64 "/%" PRId64,
								  card->fx_num, card->fx_den)
						: NULL},
		{"metadata[fx_locked_at]", card->fx_locked_at},
		{"metadata[fx_margin_bps]", exchanged ? number(arena, card->margin_bps) : NULL},
	};
	struct stripe_call call = {.method = "POST",
				   .path = "/v1/payment_intents",
				   .form = stripe_form(arena, pairs, FN_COUNT(pairs)),
				   .key = card->payment.text};

	return stripe_do(req, &call);
}

static const char *path_of(struct fn_request *req, const char *intent, const char *rest)
{
	struct fn_arena *arena = fn_request_arena(req);

	return fn_arena_format(arena, "/v1/payment_intents/%s%s", fn_text_url_encode(arena, intent),
			       rest);
}

struct stripe_answer temba_card_read(struct fn_request *req, const char *intent, long timeout_ms)
{
	struct stripe_call call = {.method = "GET",
				   .path = path_of(req, intent, ""),
				   .timeout_ms = timeout_ms};

	return stripe_do(req, &call);
}

struct stripe_answer temba_card_cancel(struct fn_request *req, const struct temba_card *card)
{
	struct fn_arena *arena = fn_request_arena(req);
	const struct stripe_pair why = {"cancellation_reason", "abandoned"};
	/* without a key: to cancel twice is refused in words, and a fault is not kept for a day */
	struct stripe_call call = {.method = "POST",
				   .path = path_of(req, card->intent, "/cancel"),
				   .form = stripe_form(arena, &why, 1)};

	return stripe_do(req, &call);
}

/* ---- moving ---- */

struct move {
	const struct temba_card *card;
	const char *intent; /* to be attached; NULL: nothing */
	const char *state, *amount, *currency, *failure;
	const char *odd;  /* what somebody should look at; NULL: nothing */
	const char *word; /* of payment_settle */
};

/* For the buyer's page, in French like all that is kept. */
static const char *sentence_of(const char *failure)
{
	static const struct {
		const char *code, *fr;
	} words[] = {
		{"insufficient_funds", "Le solde de la carte ne suffit pas"},
		{"expired_card", "La carte a expiré"},
		{"incorrect_cvc", "Le code de sécurité de la carte est faux"},
		{"authentication_required", "La banque demande une confirmation"},
		{"payment_intent_authentication_failure", "La confirmation par la banque a échoué"},
		{"processing_error", "La banque n'a pas pu traiter le paiement"},
		{"never_reached", "Le paiement n'a pas commencé"},
		{"amount_too_small", "Le montant est trop petit pour une carte"},
	};

	if (failure == NULL)
		return NULL;
	for (size_t i = 0; i < FN_COUNT(words); i++) {
		if (strcmp(words[i].code, failure) == 0)
			return words[i].fr;
	}
	return "La carte a été refusée";
}

/* Runs again from the top after a conflict: touches only *m and the database. */
static struct fn_error *move(struct fn_tx *tx, void *arg)
{
	struct move *m = arg;
	struct fn_row row;

	m->word = "unchanged";
	if (m->odd != NULL)
		FN_TRY(fn_db_run(tx, &sql_alarm_raise,
				 FN_ARGS(fn_arg_text("stripe_answer"),
					 fn_arg_uuid(&m->card->payment), fn_arg_text(m->odd)),
				 NULL));
	if (m->intent != NULL)
		FN_TRY(fn_db_run(tx, &sql_payment_attach,
				 FN_ARGS(fn_arg_uuid(&m->card->payment), fn_arg_text(m->intent),
					 fn_arg_text("SUBMITTED")),
				 NULL));
	if (m->state == NULL)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_payment_settle,
			 FN_ARGS(fn_arg_uuid(&m->card->payment), fn_arg_text(m->state),
				 fn_arg_text(m->amount), fn_arg_text(m->currency),
				 fn_arg_text(m->failure), fn_arg_text(sentence_of(m->failure))),
			 &row));
	m->word = fn_col_text(&row, 0);
	return NULL;
}

/* domain.md (c). A decline is an attempt: the intent can be paid by another card. */
static const char *state_of(const struct stripe_intent *intent)
{
	static const struct {
		const char *theirs, *ours;
	} states[] = {
		{"requires_confirmation", "SUBMITTED"},
		{"requires_action", "ACTION_REQUIRED"},
		{"processing", "PROCESSING"},
		{"succeeded", "SUCCEEDED"},
		{"canceled", "CANCELLED"},
	};

	if (strcmp(intent->status, "requires_payment_method") == 0)
		return intent->failure == NULL ? "SUBMITTED" : "ACTION_REQUIRED";
	for (size_t i = 0; i < FN_COUNT(states); i++) {
		if (strcmp(states[i].theirs, intent->status) == 0)
			return states[i].ours;
	}
	return NULL;
}

struct fn_error *temba_card_settle(struct fn_request *req, const struct temba_card *card,
				   const struct stripe_intent *intent, const char **ret_word)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct temba_money paid;
	struct move m = {.card = card,
			 .state = state_of(intent),
			 .intent = card->intent == NULL ? intent->id : NULL};

	m.failure = intent->declined != NULL ? intent->declined : intent->failure;
	if (m.state == NULL) {
		m.odd = fn_arena_format(arena, "Stripe says %.40s", intent->status);
	} else if (strcmp(m.state, "SUCCEEDED") == 0) {
		m.failure = NULL; /* of a card before this one */
		if (temba_money_read_units(intent->received, intent->currency, TEMBA_MONEY_STRIPE,
					   &paid)) {
			m.amount = number(arena, paid.minor);
			m.currency = fn_arena_text(arena, paid.currency);
		} else { /* money came, and nobody can say how much: a person has to */
			m.odd = "succeeded without an amount that can be read";
			m.state = NULL;
		}
	}
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, move, &m));
	if (ret_word != NULL)
		*ret_word = m.word;
	return NULL;
}

struct fn_error *temba_card_fail(struct fn_request *req, const struct temba_card *card,
				 const char *code)
{
	struct move m = {.card = card,
			 .state = "FAILED",
			 .failure = code == NULL ? "refused" : code};

	return fn_db_transaction(req, FN_READ_COMMITTED, move, &m);
}

struct fn_error *temba_card_doubt(struct fn_request *req, const struct temba_card *card)
{
	struct move m = {.card = card, .state = "UNKNOWN"};

	return fn_db_transaction(req, FN_READ_COMMITTED, move, &m);
}
