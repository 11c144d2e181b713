/* stripe.c: requests and answers in Stripe's form. */
#include "stripe.h"

#include <ctype.h>
#include <string.h>

#include "fn_buf.h"
#include "fn_conf.h"
#include "fn_http.h"

enum { TIMEOUT_MS = 5000, HEADERS_MAX = 5, ID_MAX = 255 };

const char *stripe_form(struct fn_arena *arena, const struct stripe_pair *pairs, size_t count)
{
	const char *form = "";

	for (size_t i = 0; i < count; i++) {
		if (pairs[i].value == NULL)
			continue;
		form = fn_arena_format(arena, "%s%s%s=%s", form, *form == '\0' ? "" : "&",
				       fn_text_url_encode(arena, pairs[i].name),
				       fn_text_url_encode(arena, pairs[i].value));
	}
	return form;
}

/* What an HTTP answer means for what was asked. A 409 is a key whose first request is under way; a
 * 5xx may have done it. */
static enum stripe_heard meaning_of(const struct stripe_answer *answer)
{
	if (answer->status >= 200 && answer->status <= 299)
		return answer->body == NULL ? STRIPE_UNKNOWN : STRIPE_ANSWERED;
	if (answer->status == 401 || answer->status == 403 || answer->status == 429)
		return STRIPE_LATER;
	if (answer->type != NULL && strcmp(answer->type, "idempotency_error") == 0)
		return STRIPE_UNKNOWN; /* the key did something, though not this */
	if (answer->status == 400 || answer->status == 402 || answer->status == 404)
		return STRIPE_REFUSED;
	return STRIPE_UNKNOWN;
}

struct stripe_answer stripe_do(struct fn_request *req, const struct stripe_call *call)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *headers[HEADERS_MAX] = {fn_arena_format(arena, "Authorization: Bearer %s",
							    fn_conf_text("STRIPE_SECRET_KEY")),
					    "Stripe-Version: 2024-06-20", NULL};
	struct fn_http_call http = {
		.method = call->method,
		.url = fn_arena_format(arena, "%s%s", fn_conf_text("STRIPE_API_URL"), call->path),
		.headers = headers,
		.timeout_ms = call->timeout_ms == 0 ? TIMEOUT_MS : call->timeout_ms,
		.idempotent = call->key != NULL || strcmp(call->method, "GET") == 0,
	};
	struct stripe_answer ret = {0};
	struct fn_http_answer answer;
	const struct json_object *error;
	const char *why = NULL;
	size_t n = 2;

	if (call->key != NULL)
		headers[n++] = fn_arena_format(arena, "Idempotency-Key: %s", call->key);
	if (call->form != NULL) {
		headers[n++] = "Content-Type: application/x-www-form-urlencoded";
		http.body = (struct fn_bytes){call->form, strlen(call->form)};
	}
	answer = fn_http_do(req, &http);
	ret.status = answer.status;
	ret.retry_after = answer.retry_after;
	if (answer.status != 0)
		ret.body = fn_json_parse(arena, answer.body.bytes, answer.body.length, &why);
	error = fn_json_get(ret.body, "error");
	ret.code = fn_json_get_text(error, "code");
	ret.type = fn_json_get_text(error, "type");
	ret.heard = meaning_of(&ret);
	if (ret.heard != STRIPE_ANSWERED)
		ret.cause = answer.why != NULL ? answer.why
					       : fn_arena_format(arena, "Stripe answers %d %.60s",
								 answer.status,
								 ret.code != NULL   ? ret.code
								 : ret.type != NULL ? ret.type
										    : "");
	return ret;
}

bool stripe_intent_of(const struct json_object *document, struct stripe_intent *ret)
{
	const struct json_object *failure = fn_json_get(document, "last_payment_error");
	const char *currency = fn_json_get_text(document, "currency");
	const char *object = fn_json_get_text(document, "object");

	*ret = (struct stripe_intent){
		.id = fn_json_get_text(document, "id"),
		.secret = fn_json_get_text(document, "client_secret"),
		.status = fn_json_get_text(document, "status"),
		.received = fn_json_get_integer(document, "amount_received", -1),
		.payment = fn_json_get_text(fn_json_get(document, "metadata"), "payment_id"),
		.failure = fn_json_get_text(failure, "code"),
		.declined = fn_json_get_text(failure, "decline_code"),
	};
	if (object == NULL || strcmp(object, "payment_intent") != 0 || ret->id == NULL ||
	    strlen(ret->id) > ID_MAX || ret->status == NULL || currency == NULL ||
	    strlen(currency) != 3)
		return false;
	for (size_t i = 0; i < 3; i++)
		ret->currency[i] = (char)toupper((unsigned char)currency[i]);
	return true;
}
