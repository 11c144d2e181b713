/* twilio.c: build the request, read the reply. What Twilio answers is trusted as little as what a
 * client sends. Its error codes change, so the HTTP status decides and the code is only reported.
 */
#include "twilio.h"

#include <ctype.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_http.h"
#include "fn_json.h"

enum {
	TIMEOUT_MS = 5000, /* below the function's hard limit, with two calls in a repeated try */
	LIST_LENGTH = 50,  /* newest first: far more than one number gets between two tries */
	SID_LENGTH = 34,
};

struct account {
	const char *sid, *token, *from, *url; /* url: of the Messages resource */
};

static const char *setting(const char *name)
{
	return fn_conf_has(name) ? fn_conf_text(name) : "";
}

static struct delivery later(const char *cause)
{
	return (struct delivery){.outcome = DELIVERY_LATER, .cause = cause};
}

/* NULL, or which setting is missing. */
static const char *read_account(struct fn_arena *arena, struct account *ret)
{
	ret->sid = setting("TWILIO_ACCOUNT_SID");
	ret->token = setting("TWILIO_AUTH_TOKEN");
	ret->from = setting("TWILIO_PHONE_NUMBER");
	if (*ret->sid == '\0')
		return "the setting TWILIO_ACCOUNT_SID is empty";
	if (*ret->token == '\0')
		return "the secret TWILIO_AUTH_TOKEN is missing";
	if (*ret->from == '\0')
		return "the setting TWILIO_PHONE_NUMBER is empty";
	ret->url = fn_arena_format(arena, "%s/2010-04-01/Accounts/%s/Messages.json",
				   setting("TWILIO_API_URL"), fn_text_url_encode(arena, ret->sid));
	return NULL;
}

/* SM or MM and 32 hex digits. */
static const char *read_sid(const struct json_object *message)
{
	const char *sid = fn_json_get_text(message, "sid");

	if (sid == NULL || strlen(sid) != SID_LENGTH || (sid[0] != 'S' && sid[0] != 'M') ||
	    sid[1] != 'M')
		return NULL;
	for (const char *c = sid + 2; *c != '\0'; c++) {
		if (!isxdigit((unsigned char)*c))
			return NULL;
	}
	return sid;
}

static struct json_object *read_body(struct fn_arena *arena, const struct fn_http_answer *answer)
{
	const char *why;

	return fn_json_parse(arena, answer->body.bytes, answer->body.length, &why);
}

static struct delivery read_failure(struct fn_arena *arena, const struct fn_http_answer *answer)
{
	int64_t code = fn_json_get_integer(read_body(arena, answer), "code", 0);
	struct delivery d = {.outcome = DELIVERY_LATER, .retry_after = answer->retry_after};

	if (answer->status == 0)
		d.cause = fn_arena_format(arena, "twilio: %s", answer->why);
	else
		d.cause = fn_arena_format(arena, "twilio: status %d, code %lld", answer->status,
					  (long long)code);
	/* 401, 403 and 404 are the operator's to mend, 429 and 5xx pass; 400 is this message itself
	 */
	if (answer->status == 400)
		d.outcome = DELIVERY_REFUSED;
	return d;
}

static struct delivery read_sent(struct fn_arena *arena, const struct fn_http_answer *answer)
{
	const char *sid;

	if (answer->status < 200 || answer->status > 299)
		return read_failure(arena, answer);
	sid = read_sid(read_body(arena, answer));
	if (sid == NULL)
		return later(fn_arena_format(arena, "twilio: status %d without a message id",
					     answer->status));
	return (struct delivery){.outcome = DELIVERY_SENT, .id = sid};
}

static bool failed_to_arrive(const struct json_object *message)
{
	const char *status = fn_json_get_text(message, "status");

	return status == NULL || strcmp(status, "failed") == 0 || strcmp(status, "canceled") == 0;
}

/* SENT when the list holds the text, LATER when it cannot be read, 0 when the text is not there. */
static struct delivery find_earlier(struct fn_request *req, const struct account *account,
				    const char *to, const char *text)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct fn_http_call call = {.method = "GET",
				    .url = fn_arena_format(arena, "%s?To=%s&PageSize=%d",
							   account->url,
							   fn_text_url_encode(arena, to),
							   LIST_LENGTH),
				    .user = account->sid,
				    .password = account->token,
				    .timeout_ms = TIMEOUT_MS,
				    .idempotent = true};
	struct fn_http_answer answer = fn_http_do(req, &call);
	struct json_object *list;

	if (answer.status != 200) {
		struct delivery d = read_failure(arena, &answer);

		d.outcome = DELIVERY_LATER;
		return d;
	}
	list = fn_json_get(read_body(arena, &answer), "messages");
	if (fn_json_type(list) != FN_JSON_ARRAY)
		return later("twilio: the list of messages cannot be read");
	for (size_t i = 0; i < fn_json_length(list); i++) {
		const struct json_object *message = fn_json_at(list, i);
		const char *body = fn_json_get_text(message, "body");
		const char *number = fn_json_get_text(message, "to");

		/* trial accounts put a sentence before the text */
		if (body != NULL && strstr(body, text) != NULL && number != NULL &&
		    strcmp(number, to) == 0 && !failed_to_arrive(message))
			return (struct delivery){.outcome = DELIVERY_SENT, .id = read_sid(message)};
	}
	return (struct delivery){0};
}

struct delivery twilio_send(struct fn_request *req, const char *to, const char *text, bool again)
{
	static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded",
					      "Accept: application/json", NULL};
	struct fn_arena *arena = fn_request_arena(req);
	struct account account;
	struct fn_http_call call = {.method = "POST", .headers = headers};
	struct fn_http_answer answer;
	const char *missing = read_account(arena, &account);
	char *form;

	if (missing != NULL)
		return later(missing);
	if (again) {
		struct delivery earlier = find_earlier(req, &account, to, text);

		if (earlier.outcome != 0)
			return earlier;
	}
	form = fn_arena_format(arena, "To=%s&From=%s&Body=%s", fn_text_url_encode(arena, to),
			       fn_text_url_encode(arena, account.from),
			       fn_text_url_encode(arena, text));
	call.url = account.url;
	call.user = account.sid;
	call.password = account.token;
	call.body = (struct fn_bytes){form, strlen(form)};
	call.timeout_ms = TIMEOUT_MS;
	answer = fn_http_do(req, &call);
	return read_sent(arena, &answer);
}
