/* create-pawapay-payment: a buyer pays with mobile money. The order is priced and its places are
 * held by one statement; pawaPay is asked after COMMIT, under the payment's own id, so that
 * whatever is lost on the way can be asked for again. Contract: functions.md 6.1, decisions 15
 * and 16. */
#include <string.h>

#include "create-pawapay-payment.sql.h"
#include "create.h"
#include "fn_time.h"

enum { BODY_MAX = 32 << 10 };

/* ---- the checkout ---- */

static struct fn_uuid id_of(const struct fn_row *row, size_t column)
{
	return fn_col_is_null(row, column) ? (struct fn_uuid){""} : fn_col_uuid(row, column);
}

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

/* ---- the operator's code ---- */

static struct fn_error *keep_draft(struct fn_tx *tx, void *arg)
{
	struct create *c = arg;
	const char *wish = fn_json_write(wish_of(c), NULL);
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_keep_draft, FN_ARGS(fn_arg_text(wish)), &row));
	c->made.outcome = fn_col_text(&row, 0);
	c->made.payment = id_of(&row, 1);
	c->made.amount_minor = fn_col_int(&row, 2);
	c->made.currency = fn_col_text(&row, 3);
	return NULL;
}

/* The code is for an amount, so that is compared first. Nothing is held yet: the web sends its
 * whole form again, with a new order. */
static struct fn_error *ask_for_code(struct create *c)
{
	struct fn_arena *arena = fn_request_arena(c->req);
	const struct ask *a = &c->ask;
	const char *amount = temba_money_decimal(arena, &a->shown);
	struct json_object *body;

	FN_TRY(fn_db_transaction(c->req, FN_READ_COMMITTED, keep_draft, c));
	FN_TRY(temba_checkout_refusal(c->req, &c->made));
	body = FN_OBJECT(
		fn_json_string("status", "PRE_AUTH_REQUIRED"), fn_json_bool("requires_otp", true),
		fn_json_bool("requires_pre_auth", true),
		fn_json_string("message",
			       fn_request_say(c->req,
					      "Composez le code USSD pour obtenir votre code de "
					      "paiement, puis saisissez-le.",
					      "Dial the USSD code to get your payment code, then "
					      "enter it.")),
		fn_json_string("provider", a->operator->name),
		fn_json_value("instructions",
			      FN_OBJECT(fn_json_string("ussd_code_template", "*144*4*6*{amount}#"),
					fn_json_string("amount", amount),
					fn_json_string("currency", a->shown.currency))),
		fn_json_uuid("payment_id", &c->made.payment));
	if (a->has_order)
		fn_json_set(body, fn_json_uuid("order_id", &a->order));
	return fn_reply_json(c->req, body);
}

/* ---- the request ---- */

/* Only the code and what it is for: the payment page's body. */
static bool is_resumption(const struct fn_fields *f)
{
	return fn_json_get(f->object, "payment_id") != NULL &&
	       fn_json_get(f->object, "provider") == NULL;
}

static struct fn_error *create_pawapay_payment(struct fn_request *req)
{
	struct create c = {.req = req};
	struct fn_fields f;

	FN_TRY(fn_auth_any(req, &c.by));
	FN_TRY(fn_field_begin(req, &f));
	if (is_resumption(&f)) {
		(void)fn_field_uuid(&f, "payment_id", FN_REQUIRED, &c.resumed);
		return resume(&c, &f);
	}
	FN_TRY(input_read(&c, &f));
	FN_TRY(input_check_operator(&c));
	if (c.ask.operator->consent == PAWAPAY_PREAUTH && c.ask.code == NULL)
		return ask_for_code(&c);
	return create_pay(&c);
}

const struct fn_function fn_function = {
	.name = "create-pawapay-payment",
	.methods = FN_POST,
	.auth = FN_AUTH_APIKEY,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_PAYMENT,
	.statements = sql_all,
	.handle = create_pawapay_payment,
};
