/* create-pawapay-payment: a buyer pays with mobile money. The order is priced and its places are
 * held by one statement; pawaPay is asked after COMMIT, under the payment's own id, so that
 * whatever is lost on the way can be asked for again. Contract: functions.md 6.1, decisions 15
 * and 16. */
#include <string.h>

#include "create-pawapay-payment.sql.h"
#include "create.h"

enum { BODY_MAX = 32 << 10 };

/* ---- the operator's code ---- */

static struct fn_uuid id_of(const struct fn_row *row, size_t column)
{
	return fn_col_is_null(row, column) ? (struct fn_uuid){""} : fn_col_uuid(row, column);
}

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
