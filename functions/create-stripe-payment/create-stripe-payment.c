/* create-stripe-payment: a buyer pays by card. The order is priced and its places are held by one
 * statement; Stripe is asked for the intent after COMMIT, under the payment's own id, so that
 * whatever is lost on the way can be asked for again. Contract: functions.md 5.1, decisions 16, 17.
 */
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "fn.h"
#include "temba_card.h"
#include "temba_checkout.h"

enum {
	BODY_MAX = 16 << 10,
	KEY_MAX = 255,
	CURRENCY_MAX = 3,
	RETRY_SECONDS = 5,
	CONFLICT = 409,
	TRIES = 4,
	PAUSE_MS = 300
};

static const struct fn_message
	bad_input = {400, "invalid_fields",
		     "Certaines informations manquent ou ne sont pas valables",
		     "Some fields are missing or not valid"},
	elsewhere = {409, "payment_in_progress",
		     "Un paiement de cette commande est déjà en cours par un autre moyen. "
		     "Terminez-le, ou attendez qu'il prenne fin.",
		     "A payment of this order is under way by another means. Complete it, or wait "
		     "until it ends."},
	ended = {409, "payment_failed", "Ce paiement n'a pas abouti. Recommencez.",
		 "This payment did not succeed. Please start again."},
	unavailable =
		{503, "provider_unavailable",
		 "Le service de paiement par carte ne répond pas. Réessayez dans un instant : "
		 "vous ne paierez qu'une fois.",
		 "The card service does not answer. Try again in a moment: you will pay only "
		 "once."},
	too_small = {400, "amount_too_small",
		     "Ce montant est trop petit pour une carte. Payez par mobile money.",
		     "This amount is too small for a card. Pay with mobile money."},
	refused = {400, "payment_refused",
		   "Le service de paiement par carte a refusé cette demande.",
		   "The card service refused this request."};

struct create {
	struct fn_request *req;
	struct fn_caller by; /* id "" for a project's key */
	struct json_object *wish;
	struct temba_checkout made;
	struct temba_card card;
	struct stripe_intent intent;
};

/* ---- what the client asks for ---- */

/* A whole number of minor units, as a number or a text; the browser's sums are whole. */
static bool read_minor(const struct fn_fields *f, const char *name, int64_t *ret)
{
	struct temba_money money;

	if (!temba_money_read_json(fn_json_get(f->object, name), "XOF", TEMBA_MONEY_EXACT, &money))
		return false;
	*ret = money.minor;
	return money.minor > 0;
}

/* What the buyer is shown, to be compared. Simple mode wins whenever `amount` is there. */
static bool read_simple(const struct fn_fields *f, const char *currency, bool is_minor,
			struct json_object *wish)
{
	struct temba_money shown;

	if (is_minor) {
		if (!read_minor(f, "amount", &shown.minor))
			return false;
	} else if (!temba_money_read_json(fn_json_get(f->object, "amount"), currency,
					  TEMBA_MONEY_HALF_UP, &shown) ||
		   shown.minor == 0) {
		return false;
	}
	fn_json_set(wish, fn_json_int("amount_minor", shown.minor));
	fn_json_set(wish, fn_json_string("currency", currency));
	return true;
}

/* The numbers of the rate are the server's to know: that they are there makes the mode complete. */
static bool read_advanced(struct fn_fields *f, struct json_object *wish)
{
	const char *display = fn_field_text(f, "display_currency", FN_OPTIONAL, CURRENCY_MAX);
	const char *charge = fn_field_text(f, "charge_currency", FN_OPTIONAL, CURRENCY_MAX);
	int64_t shown, charged;

	if (!read_minor(f, "display_amount_minor", &shown) ||
	    !read_minor(f, "charge_amount_minor", &charged) ||
	    fn_json_get(f->object, "fx_num") == NULL || fn_json_get(f->object, "fx_den") == NULL ||
	    fn_json_get(f->object, "fx_locked_at") == NULL)
		return false;
	fn_json_set(wish, fn_json_int("amount_minor", shown));
	fn_json_set(wish, fn_json_string("currency", display == NULL ? "XOF" : display));
	fn_json_set(wish, fn_json_int("charge_minor", charged));
	fn_json_set(wish, fn_json_string("charge_currency", charge == NULL ? "USD" : charge));
	return true;
}

static void read_amounts(struct fn_fields *f, struct json_object *wish)
{
	const char *currency = fn_field_text(f, "currency", FN_OPTIONAL, CURRENCY_MAX);
	bool is_minor = fn_field_bool(f, "amount_is_minor", false);
	struct json_object *amount = fn_json_get(f->object, "amount");

	if (currency == NULL)
		currency = "XOF";
	if (fn_json_type(amount) != FN_JSON_NONE && fn_json_type(amount) != FN_JSON_NULL) {
		if (!read_simple(f, currency, is_minor, wish))
			fn_field_complain(f, "amount", "an amount above zero in `currency`");
	} else if (!read_advanced(f, wish)) {
		fn_field_complain(f, "amount",
				  "an amount, or display_amount_minor, charge_amount_minor, "
				  "fx_num, fx_den and fx_locked_at");
	}
}

static struct fn_error *end_input(struct fn_fields *f)
{
	struct fn_error *error = fn_field_end(f);
	struct json_object *detail;

	if (error == NULL)
		return NULL;
	detail = error->detail;
	error = fn_fail(f->req, &bad_input); /* the contract's status of a bad body */
	error->detail = detail;
	return error;
}

static void add_id(struct fn_fields *f, const char *name, enum fn_need need,
		   struct json_object *wish)
{
	struct fn_uuid id;

	if (fn_field_uuid(f, name, need, &id))
		fn_json_set(wish, fn_json_uuid(name, &id));
}

static struct fn_error *read_input(struct create *c)
{
	struct json_object *quantities;
	const char *key, *email;
	struct fn_fields f;

	FN_TRY(fn_field_begin(c->req, &f));
	key = fn_field_text(&f, "idempotencyKey", FN_OPTIONAL, KEY_MAX);
	c->wish = temba_checkout_wish(c->req, "stripe", &c->by, key);
	add_id(&f, "event_id", FN_REQUIRED, c->wish);
	add_id(&f, "order_id", FN_OPTIONAL, c->wish);
	add_id(&f, "event_date_id", FN_OPTIONAL, c->wish);
	add_id(&f, "user_id", FN_OPTIONAL, c->wish);
	quantities = fn_field_object(&f, "ticket_quantities", FN_OPTIONAL);
	email = fn_field_email(&f, "guest_email", FN_OPTIONAL);
	fn_json_set(c->wish,
		    fn_json_bool("create_order", fn_field_bool(&f, "create_order", false)));
	if (quantities != NULL)
		fn_json_set(c->wish, fn_json_value("quantities", fn_json_share(quantities)));
	if (email != NULL)
		fn_json_set(c->wish, fn_json_string("email", email));
	fn_json_set(c->wish, fn_json_int("margin_bps", fn_conf_int("FX_MARGIN_BPS")));
	fn_json_set(c->wish, fn_json_int("fx_max_age_hours", fn_conf_int("FX_MAX_AGE_HOURS")));
	temba_checkout_limit(c->wish, "CARDS_PER_PERSON", "card:person", c->by.id.text);
	temba_checkout_limit(c->wish, "CARDS_PER_ADDRESS", "card:address",
			     fn_request_address(c->req));
	read_amounts(&f, c->wish);
	return end_input(&f);
}

/* ---- the checkout ---- */

/* Runs again from the top after a conflict: touches only *c and the database. */
static struct fn_error *check_out(struct fn_tx *tx, void *arg)
{
	struct create *c = arg;
	struct temba_card_key key = {.payment = &c->made.payment};
	bool found = true;

	if (*c->by.id.text != '\0')
		FN_TRY(fn_auth_alive(tx, &c->by));
	FN_TRY(temba_checkout(tx, c->wish, &c->made));
	FN_TRY(temba_checkout_refusal(c->req, &c->made));
	FN_TRY(temba_card_find(tx, &key, &c->card, &found));
	return found ? NULL : fn_fail_because(c->req, &fn_message_internal, "the payment is gone");
}

/* ---- the intent ---- */

static struct fn_error *no_answer(struct create *c, const struct stripe_answer *answer)
{
	struct fn_error *error =
		fn_fail_because(c->req, &unavailable, "%s",
				answer->cause != NULL ? answer->cause : "no intent in the answer");

	error->retry_after = RETRY_SECONDS;
	return error;
}

/* What Stripe's answer means for the payment; NULL when c->intent is there. */
static struct fn_error *take(struct create *c, const struct stripe_answer *answer)
{
	struct fn_error *error;

	if (answer->heard == STRIPE_ANSWERED && stripe_intent_of(answer->body, &c->intent) &&
	    c->intent.secret != NULL)
		return NULL;
	if (answer->heard != STRIPE_REFUSED || c->card.intent != NULL) {
		if (c->card.intent == NULL && answer->heard == STRIPE_UNKNOWN)
			FN_TRY(temba_card_doubt(c->req, &c->card));
		return no_answer(c, answer);
	}
	FN_TRY(temba_card_fail(c->req, &c->card, answer->code));
	error = fn_fail_because(c->req,
				answer->code != NULL &&
						strcmp(answer->code, "amount_too_small") == 0
					? &too_small
					: &refused,
				"%s", answer->cause);
	if (answer->type != NULL)
		error->detail = fn_json_keep(fn_request_arena(c->req),
					     FN_OBJECT(fn_json_string("type", answer->type)));
	return error;
}

/* The same request came twice at once, and Stripe is at the first one: its intent is there in a
 * moment. */
static struct fn_error *ask_for_intent(struct create *c, struct stripe_answer *ret)
{
	struct temba_card_key key = {.payment = &c->card.payment};
	bool found;

	for (int i = 0; i < TRIES; i++) {
		*ret = c->card.intent != NULL ? temba_card_read(c->req, c->card.intent, 0)
					      : temba_card_create(c->req, &c->card);
		if (ret->status != CONFLICT)
			break;
		(void)poll(NULL, 0, PAUSE_MS);
		FN_TRY(temba_card_look(c->req, &key, &c->card, &found));
	}
	return NULL;
}

static struct fn_error *find_intent(struct create *c)
{
	struct stripe_answer answer;

	FN_TRY(ask_for_intent(c, &answer));
	FN_TRY(take(c, &answer));
	/* nobody gets the secret of an intent that we have not written down: what is paid has to be
	 * looked after */
	FN_TRY(temba_card_settle(c->req, &c->card, &c->intent, NULL));
	return strcmp(c->intent.status, "canceled") == 0 ? fn_fail(c->req, &ended) : NULL;
}

/* ---- the answer ---- */

/* fx_den/fx_num as JavaScript writes it: 574/100 is "5.74". */
static const char *rate_of(struct fn_arena *arena, const struct temba_card *card)
{
	int64_t num = card->fx_num == 0 ? 1 : card->fx_num;
	char *text = fn_arena_format(arena, "%" PRId64 ".%02" PRId64, card->fx_den / num,
				     card->fx_den % num * 100 / num);
	size_t length = strlen(text);

	while (text[length - 1] == '0')
		text[--length] = '\0';
	if (text[length - 1] == '.')
		text[length - 1] = '\0';
	return text;
}

static struct fn_error *tell(struct create *c)
{
	struct fn_arena *arena = fn_request_arena(c->req);
	const struct temba_card *card = &c->card;
	struct json_object *body =
		FN_OBJECT(fn_json_string("clientSecret", c->intent.secret),
			  fn_json_uuid("paymentId", &card->payment),
			  fn_json_string("paymentToken", card->token),
			  fn_json_uuid("orderId", &card->order),
			  fn_json_string("status", c->intent.status),
			  fn_json_string("display_amount",
					 temba_money_display(arena, &card->shown)),
			  fn_json_string("charge_amount", temba_money_charge(arena, &card->charge)),
			  fn_json_string("fx_rate",
					 card->fx_locked_at == NULL ? NULL : rate_of(arena, card)),
			  fn_json_bool("order_created", c->made.order_created));

	if (!temba_checkout_is(&c->made, "created"))
		fn_json_set(body, fn_json_bool("duplicate", true));
	return fn_reply_json(c->req, body);
}

static struct fn_error *create_stripe_payment(struct fn_request *req)
{
	struct create c = {.req = req};

	FN_TRY(fn_auth_any(req, &c.by));
	FN_TRY(read_input(&c));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, check_out, &c));
	if (!c.card.is_stripe)
		return fn_fail(req, &elsewhere);
	if (strcmp(c.card.status, "failed") == 0 || strcmp(c.card.status, "cancelled") == 0)
		return fn_fail(req, &ended);
	FN_TRY(find_intent(&c));
	return tell(&c);
}

/* A database, and no statement of its own. */
static const struct fn_sql *const statements[] = {NULL};

const struct fn_function fn_function = {
	.name = "create-stripe-payment",
	.methods = FN_POST,
	.auth = FN_AUTH_APIKEY,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = statements,
	.handle = create_stripe_payment,
};
