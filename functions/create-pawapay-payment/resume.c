/* resume.c: the code for a payment that waits for it, or whose first code was wrong: {payment_id,
 * order_id, preAuthorisationCode}. Nobody has to fill in the form again. */
#include <string.h>

#include "create-pawapay-payment.sql.h"
#include "create.h"

static const struct fn_message no_code = {400, "code_required",
					  "Le code reçu de l'opérateur est requis",
					  "The operator's code is required"},
			       no_such_payment = {404, "payment_not_found", "Paiement introuvable",
						  "Payment not found"};

struct find {
	struct create *c;
	struct temba_deposit deposit;
	bool found;
	const char *draft; /* JSON; NULL: there is none */
};

static struct fn_error *find(struct fn_tx *tx, void *arg)
{
	struct find *f = arg;
	struct temba_deposit_key key = {.payment = &f->c->resumed};
	struct fn_row row;

	f->draft = NULL;
	FN_TRY(temba_deposit_find(tx, &key, &f->deposit, &f->found));
	if (f->found)
		return NULL;
	FN_TRY(fn_db_one(tx, &sql_read_draft, FN_ARGS(fn_arg_uuid(&f->c->resumed)), &row));
	if (fn_row_found(&row))
		f->draft = fn_col_text(&row, 0);
	return NULL;
}

static bool is_state(const struct temba_deposit *d, const char *state)
{
	return strcmp(d->state, state) == 0;
}

/* Another try for the same order: who pays and through whom stays as it was. */
static struct fn_error *pay_again(struct create *c, const struct temba_deposit *d)
{
	struct ask *a = &c->ask;

	a->has_order = true;
	a->order = d->order;
	a->phone = d->phone;
	a->operator= pawapay_operator_named(c->req, d->operator);
	if (a->operator== NULL || !temba_money_of(d->amount_minor, d->currency, &a->shown))
		return fn_fail(c->req, &no_such_payment);
	return create_pay(c);
}

static struct fn_error *go_on(struct create *c, const struct temba_deposit *d)
{
	bool is_theirs = *d->owner.text != '\0' && *c->by.id.text != '\0' &&
			 strcmp(d->owner.text, c->by.id.text) != 0;

	if (is_theirs || !d->is_pawapay || d->phone == NULL ||
	    d->operator== NULL || * d->order.text ==
	    '\0' ||(c->ask.has_order && strcmp(c->ask.order.text, d->order.text) != 0))
		return fn_fail(c->req, &no_such_payment);
	if (is_state(d, "FAILED") || is_state(d, "CANCELLED"))
		return pay_again(c, d);
	c->made = (struct temba_checkout){.payment = d->payment, .order = d->order};
	return deposit_tell(c);
}

struct fn_error *resume(struct create *c, struct fn_fields *f)
{
	struct find find_it = {.c = c};
	struct fn_uuid order = c->ask.order;
	bool names_order;

	names_order = c->ask.has_order = fn_field_uuid(f, "order_id", FN_OPTIONAL, &order);
	c->ask.order = order;
	c->ask.code = input_code(f);
	FN_TRY(input_end(f));
	if (c->ask.code == NULL)
		return fn_fail(c->req, &no_code);
	FN_TRY(fn_db_transaction(c->req, FN_READ_COMMITTED, find, &find_it));
	if (find_it.found)
		return go_on(c, &find_it.deposit);
	if (find_it.draft == NULL || !wish_read(c, find_it.draft) ||
	    (names_order && c->ask.has_order && strcmp(order.text, c->ask.order.text) != 0))
		return fn_fail(c->req, &no_such_payment);
	c->is_draft = true;
	return create_pay(c);
}
