/* stripe-webhook: Stripe says what became of an intent, a refund or a dispute. What it signed is
 * written down once and answered at once; settle-stripe looks into it, and asks Stripe itself
 * before it believes anything. Contract: functions.md 5.2, decisions 15. */
#include <string.h>

#include "fn.h"
#include "fn_time.h"
#include "stripe-webhook.sql.h"
#include "stripe_signature.h"

enum { BODY_MAX = 256 << 10, ID_MAX = 255 };

static const struct fn_message bad_signature = {400, "bad_signature",
						"La signature de cet avis n'est pas valable",
						"The signature of this event does not hold"},
			       no_secret = {500, "not_configured", "Ce service n'est pas configuré",
					    "This service is not configured"},
			       no_event = {400, "no_event", "Ce n'est pas un événement",
					   "This is no event"};

struct event {
	const char *key, *type, *reference, *body; /* as the inbox keeps them */
};

static struct fn_error *authenticate(struct fn_request *req)
{
	const char *secrets =
		fn_conf_has("STRIPE_WEBHOOK_SECRET") ? fn_conf_text("STRIPE_WEBHOOK_SECRET") : "";
	const char *why = NULL;

	if (*secrets == '\0')
		return fn_fail_because(req, &no_secret, "STRIPE_WEBHOOK_SECRET is not set");
	if (!stripe_signed(fn_request_arena(req), fn_request_header(req, "Stripe-Signature"),
			   fn_request_body(req), secrets, fn_time_now(), &why))
		return fn_fail_because(req, &bad_signature, "%s", why);
	return NULL;
}

static bool is_id(const char *text)
{
	return text != NULL && *text != '\0' && strlen(text) <= ID_MAX;
}

/* Kept is what the settling needs; the rest can be read at Stripe, and is no business of ours. */
static const char *kept(struct fn_request *req, const struct json_object *event,
			const struct json_object *object)
{
	const struct json_object *metadata = fn_json_get(object, "metadata");
	struct json_object *body =
		FN_OBJECT(fn_json_string("id", fn_json_get_text(event, "id")),
			  fn_json_string("type", fn_json_get_text(event, "type")),
			  fn_json_int("created", fn_json_get_integer(event, "created", 0)),
			  fn_json_string("object", fn_json_get_text(object, "object")),
			  fn_json_string("object_id", fn_json_get_text(object, "id")),
			  fn_json_string("status", fn_json_get_text(object, "status")),
			  fn_json_string("payment_intent",
					 fn_json_get_text(object, "payment_intent")),
			  fn_json_string("payment_id", fn_json_get_text(metadata, "payment_id")),
			  fn_json_string("refund_key", fn_json_get_text(metadata, "refund_key")));

	return fn_json_write(fn_json_keep(fn_request_arena(req), body), NULL);
}

static struct fn_error *read_event(struct fn_request *req, struct event *ret)
{
	const struct json_object *object;
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	object = fn_json_get(fn_json_get(f.object, "data"), "object");
	ret->key = fn_json_get_text(f.object, "id");
	ret->type = fn_json_get_text(f.object, "type");
	ret->reference = fn_json_get_text(object, "id");
	if (!is_id(ret->key) || !is_id(ret->type))
		return fn_fail(req, &no_event);
	if (ret->reference != NULL && !is_id(ret->reference))
		return fn_fail(req, &no_event);
	ret->body = kept(req, f.object, object);
	return NULL;
}

static struct fn_error *keep(struct fn_tx *tx, void *arg)
{
	const struct event *e = arg;

	return fn_db_run(tx, &sql_keep,
			 FN_ARGS(fn_arg_text(e->key), fn_arg_text(e->type),
				 fn_arg_text(e->reference), fn_arg_text(e->body)),
			 NULL);
}

static struct fn_error *stripe_webhook(struct fn_request *req)
{
	struct event e;

	FN_TRY(authenticate(req));
	FN_TRY(read_event(req, &e));
	/* anything but a row that is there for good is no 200: Stripe comes again */
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, keep, &e));
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("received", true)));
}

const struct fn_function fn_function = {
	.name = "stripe-webhook",
	.methods = FN_POST,
	.auth = FN_AUTH_SIGNATURE,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_SUCCESS,
	.statements = sql_all,
	.handle = stripe_webhook,
};
