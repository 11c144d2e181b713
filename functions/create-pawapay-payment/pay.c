/* pay.c: from a complete ask to the answer. */
#include <string.h>

#include "create-pawapay-payment.sql.h"
#include "create.h"

/* Runs again from the top after a conflict: touches only *c and the database. */
static struct fn_error *check_out(struct fn_tx *tx, void *arg)
{
	struct create *c = arg;

	if (*c->by.id.text != '\0')
		FN_TRY(fn_auth_alive(tx, &c->by));
	FN_TRY(temba_checkout(tx, wish_of(c), &c->made));
	if (c->is_draft && *c->made.payment.text != '\0')
		FN_TRY(fn_db_run(tx, &sql_end_draft,
				 FN_ARGS(fn_arg_uuid(&c->resumed), fn_arg_uuid(&c->made.payment)),
				 NULL));
	return NULL;
}

struct fn_error *create_pay(struct create *c)
{
	bool is_new, is_repeat;

	FN_TRY(fn_db_transaction(c->req, FN_READ_COMMITTED, check_out, c));
	FN_TRY(temba_checkout_refusal(c->req, &c->made));
	is_new = temba_checkout_is(&c->made, "created");
	/* the same request again, and nobody knows whether the first one got to pawaPay: with the
	 * same id it is asked for once */
	is_repeat = temba_checkout_is(&c->made, "repeated") && c->made.state != NULL &&
		    strcmp(c->made.state, "CREATED") == 0;
	return is_new || is_repeat ? deposit_begin(c) : deposit_tell(c);
}
