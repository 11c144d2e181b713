/* pawapay.c: build the request, read the reply. What pawaPay answers is trusted as little as what a
 * client sends: only its own words REJECTED, FAILED and NOT_FOUND mean no, all else is a doubt. */
#include "pawapay.h"

#include <inttypes.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_http.h"
#include "temba_money.h"

enum {
	TAKE_TIMEOUT_MS = 8000, /* a person waits */
	READ_TIMEOUT_MS = 5000,
	CODE_MAX = 64, /* of what we repeat of theirs */
	CENTS = 100,
};

/* ---- money ---- */

const char *pawapay_amount(struct fn_arena *arena, int64_t minor, const char *currency,
			   unsigned decimals)
{
	int iso = temba_money_decimals(currency, TEMBA_MONEY_ISO);
	int64_t units = iso == 2 ? CENTS : 1;

	if (minor <= 0 || (iso != 0 && iso != 2))
		return NULL;
	if (minor % units == 0)
		return fn_arena_format(arena, "%" PRId64, minor / units);
	if (decimals < 2)
		return NULL;
	return fn_arena_format(arena, "%" PRId64 ".%02" PRId64, minor / units, minor % units);
}

int64_t pawapay_minor(const char *amount, const char *currency)
{
	struct temba_money money;

	return temba_money_read(amount, currency, TEMBA_MONEY_EXACT, &money) ? money.minor : -1;
}

/* ---- calls ---- */

static const char *url_of(struct fn_arena *arena, const char *path)
{
	return fn_arena_format(arena, "%s/v2/%s", fn_conf_text("PAWAPAY_API_URL"), path);
}

/* Only what a code looks like is repeated in logs and rows. */
static const char *code_of(const struct json_object *document)
{
	const char *code = fn_json_get_text(fn_json_get(document, "failureReason"), "failureCode");
	size_t length = code == NULL ? 0 : strlen(code);

	return length > 0 && length <= CODE_MAX &&
			       strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length
		       ? code
		       : NULL;
}

static struct fn_http_answer call(struct fn_request *req, const char *method, const char *path,
				  struct json_object *body, long timeout_ms)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *headers[] = {fn_arena_format(arena, "Authorization: Bearer %s",
						 fn_conf_text("PAWAPAY_API_KEY")),
				 "Accept: application/json",
				 body == NULL ? NULL : "Content-Type: application/json", NULL};
	/* the id in the body is the key of repetition: the second try of one that arrived is
	 * DUPLICATE_IGNORED */
	struct fn_http_call to = {.method = method,
				  .url = url_of(arena, path),
				  .headers = headers,
				  .timeout_ms = timeout_ms,
				  .retries = 1,
				  .idempotent = true};

	if (body != NULL)
		to.body.bytes = fn_json_write(fn_json_keep(arena, body), &to.body.length);
	return fn_http_do(req, &to);
}

static struct json_object *read_body(struct fn_arena *arena, const struct fn_http_answer *answer)
{
	const char *why;

	return answer->body.length == 0
		       ? NULL
		       : fn_json_parse(arena, answer->body.bytes, answer->body.length, &why);
}

static const char *failure(struct fn_arena *arena, const struct fn_http_answer *answer,
			   const struct json_object *body)
{
	const char *code = code_of(body);

	if (answer->status == 0)
		return fn_arena_format(arena, "pawapay: %s", answer->why);
	return fn_arena_format(arena, "pawapay: status %d%s%s", answer->status,
			       code == NULL ? "" : ", ", code == NULL ? "" : code);
}

struct json_object *pawapay_get(struct fn_request *req, const char *path, long timeout_ms,
				const char **ret_why)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct fn_http_answer answer =
		call(req, "GET", path, NULL, timeout_ms == 0 ? READ_TIMEOUT_MS : timeout_ms);
	struct json_object *body = read_body(arena, &answer);

	if (answer.status == 200 && body != NULL)
		return body;
	*ret_why = failure(arena, &answer, body);
	return NULL;
}

/* ---- taking ---- */

/* Whether the answer is a plain no: what asked for it does not exist there. */
static bool is_refused(int status, const char *word, const char *code)
{
	if (code != NULL && strcmp(code, "UNKNOWN_ERROR") == 0)
		return false;
	if (status >= 200 && status <= 299)
		return word != NULL && strcmp(word, "REJECTED") == 0;
	/* too many requests or a timeout on their side: an earlier try may have got through */
	return status >= 400 && status <= 499 && status != 408 && status != 429 && code != NULL;
}

static struct pawapay_reply take(struct fn_request *req, const char *path, const char *id_name,
				 const struct fn_uuid *id, struct json_object *document)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct fn_http_answer answer = call(req, "POST", path, document, TAKE_TIMEOUT_MS);
	struct json_object *body = read_body(arena, &answer);
	const char *word = fn_json_get_text(body, "status");
	const char *named = fn_json_get_text(body, id_name);
	struct pawapay_reply reply = {.code = code_of(body),
				      .retry_after = answer.retry_after,
				      .unsent = answer.status == 0 && answer.unsent};

	if (is_refused(answer.status, word, reply.code)) {
		reply.taken = PAWAPAY_REJECTED;
		reply.cause = failure(arena, &answer, body);
		return reply;
	}
	reply.code = NULL;
	if (answer.status == 200 && word != NULL && named != NULL && strcmp(named, id->text) == 0) {
		if (strcmp(word, "ACCEPTED") == 0 || strcmp(word, "ENQUEUED") == 0)
			reply.taken = PAWAPAY_ACCEPTED;
		else if (strcmp(word, "DUPLICATE_IGNORED") == 0)
			reply.taken = PAWAPAY_DUPLICATE;
	}
	if (reply.taken != PAWAPAY_ACCEPTED)
		reply.cause = failure(arena, &answer, body);
	return reply;
}

static void add_text(struct json_object *document, const char *name, const char *text)
{
	if (text != NULL)
		fn_json_set(document, fn_json_string(name, text));
}

/* Digits alone. */
static const char *number_of(const char *phone)
{
	return phone[0] == '+' ? phone + 1 : phone;
}

struct pawapay_reply pawapay_deposit(struct fn_request *req, const struct pawapay_deposit *d)
{
	const char *amount = pawapay_amount(fn_request_arena(req), d->amount_minor, d->currency,
					    d->operator->decimals);
	struct json_object *account = FN_OBJECT(fn_json_string("phoneNumber", number_of(d->phone)),
						fn_json_string("provider", d->operator->name));
	struct json_object *document;

	if (amount == NULL) {
		fn_json_drop(account);
		return (struct pawapay_reply){.taken = PAWAPAY_REJECTED,
					      .code = "INVALID_AMOUNT",
					      .cause = "pawapay: no such amount for the operator"};
	}
	document = FN_OBJECT(fn_json_uuid("depositId", d->id), fn_json_string("amount", amount),
			     fn_json_string("currency", d->currency),
			     fn_json_value("payer",
					   FN_OBJECT(fn_json_string("type", "MMO"),
						     fn_json_value("accountDetails", account))));
	add_text(document, "preAuthorisationCode", d->code);
	add_text(document, "clientReferenceId", d->reference);
	if (d->return_url != NULL && d->operator->consent == PAWAPAY_REDIRECT) {
		add_text(document, "successfulUrl", d->return_url);
		add_text(document, "failedUrl", d->return_url);
	}
	return take(req, "deposits", "depositId", d->id, document);
}

struct pawapay_reply pawapay_refund(struct fn_request *req, const struct pawapay_refund *r)
{
	const char *amount = pawapay_amount(fn_request_arena(req), r->amount_minor, r->currency, 2);

	if (amount == NULL)
		return (struct pawapay_reply){.taken = PAWAPAY_REJECTED,
					      .code = "INVALID_AMOUNT",
					      .cause = "pawapay: no such amount"};
	return take(req, "refunds", "refundId", r->id,
		    FN_OBJECT(fn_json_uuid("refundId", r->id),
			      fn_json_uuid("depositId", r->deposit),
			      fn_json_string("amount", amount),
			      fn_json_string("currency", r->currency)));
}

/* ---- reading ---- */

struct pawapay_state pawapay_state_of(const struct json_object *document)
{
	struct pawapay_state state = {.amount_minor = -1};
	const char *amount = fn_json_get_text(document, "amount");

	state.id = fn_json_get_text(document, "refundId");
	state.is_refund = state.id != NULL;
	if (!state.is_refund)
		state.id = fn_json_get_text(document, "depositId");
	state.status = fn_json_get_text(document, "status");
	state.currency = fn_json_get_text(document, "currency");
	if (amount != NULL && state.currency != NULL)
		state.amount_minor = pawapay_minor(amount, state.currency);
	state.failure = code_of(document);
	state.authorization_url = fn_json_get_text(document, "authorizationUrl");
	if (state.id != NULL && state.status != NULL)
		state.seen = PAWAPAY_FOUND;
	else
		state.cause = "pawapay: a document without an id or a status";
	return state;
}

static struct pawapay_state read(struct fn_request *req, const char *kind, bool is_refund,
				 const struct fn_uuid *id, long timeout_ms)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct pawapay_state state = {.amount_minor = -1};
	struct json_object *body = pawapay_get(req, fn_arena_format(arena, "%s/%s", kind, id->text),
					       timeout_ms, &state.cause);
	const char *word = fn_json_get_text(body, "status");

	if (body == NULL)
		return state;
	if (word != NULL && strcmp(word, "NOT_FOUND") == 0) {
		state.seen = PAWAPAY_NOT_FOUND;
		return state;
	}
	if (word != NULL && strcmp(word, "FOUND") == 0)
		state = pawapay_state_of(fn_json_get(body, "data"));
	if (state.seen == PAWAPAY_FOUND &&
	    (state.is_refund != is_refund || strcmp(state.id, id->text) != 0))
		state = (struct pawapay_state){.amount_minor = -1};
	if (state.seen != PAWAPAY_FOUND)
		state.cause = "pawapay: an answer that is not about what was asked";
	return state;
}

struct pawapay_state pawapay_read_deposit(struct fn_request *req, const struct fn_uuid *id,
					  long timeout_ms)
{
	return read(req, "deposits", false, id, timeout_ms);
}

struct pawapay_state pawapay_read_refund(struct fn_request *req, const struct fn_uuid *id,
					 long timeout_ms)
{
	return read(req, "refunds", true, id, timeout_ms);
}
