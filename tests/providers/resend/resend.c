/* resend: stands in for Resend's emails API: credentials, validation, error bodies, idempotency
 * keys that are bound to the body they came with. */
#include <string.h>

#include "../provider.h"
#include "fn_crypto.h"

enum { BODY_MAX = 1 << 20, KEY_MAX = 256, RECIPIENTS_MAX = 50 };

static const struct provider provider = {
	.name = "resend",
	.error500 = "{\"statusCode\":500,\"name\":\"application_error\","
		    "\"message\":\"An internal error occurred\"}",
	.error429 = "{\"statusCode\":429,\"name\":\"rate_limit_exceeded\","
		    "\"message\":\"Too many requests\"}",
};

static struct fn_error *refuse(struct provider_call *call, int status, const char *name,
			       const char *text)
{
	return provider_reply(call, status,
			      FN_OBJECT(fn_json_int("statusCode", status),
					fn_json_string("name", name),
					fn_json_string("message", text)),
			      NULL);
}

/* "a@b.c" or "Name <a@b.c>" */
static bool is_address(struct fn_arena *arena, const char *text)
{
	const char *open = text == NULL ? NULL : strrchr(text, '<');
	size_t length;

	if (open == NULL)
		return fn_text_email(arena, text) != NULL;
	length = strcspn(open + 1, ">");
	return open[1 + length] == '>' && open[2 + length] == '\0' &&
	       fn_text_email(arena, fn_arena_copy(arena, open + 1, length)) != NULL;
}

static bool has_text(const struct json_object *mail, const char *name)
{
	const char *text = fn_json_get_text(mail, name);

	return text != NULL && *text != '\0';
}

static bool are_recipients(struct fn_arena *arena, const struct json_object *to)
{
	size_t count = fn_json_length(to);

	if (fn_json_type(to) == FN_JSON_TEXT)
		return is_address(arena, fn_json_text(to));
	if (fn_json_type(to) != FN_JSON_ARRAY || count == 0 || count > RECIPIENTS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_address(arena, fn_json_text(fn_json_at(to, i))))
			return false;
	}
	return true;
}

/* What is wrong with the mail: a name and a sentence; NULL when nothing is. */
static const char *complaint(struct fn_arena *arena, const struct json_object *mail,
			     const char **ret_name)
{
	*ret_name = "missing_required_field";
	if (!has_text(mail, "from"))
		return "Missing `from` field.";
	if (fn_json_get(mail, "to") == NULL)
		return "Missing `to` field.";
	if (!has_text(mail, "subject"))
		return "Missing `subject` field.";
	if (!has_text(mail, "html") && !has_text(mail, "text"))
		return "Missing `html` or `text` field.";
	*ret_name = "invalid_from_address";
	if (!is_address(arena, fn_json_get_text(mail, "from")))
		return "Invalid `from` field.";
	*ret_name = "validation_error";
	if (!are_recipients(arena, fn_json_get(mail, "to")))
		return "Invalid `to` field. The email address needs to follow the "
		       "`email@example.com` or `Name <email@example.com>` format.";
	return NULL;
}

static struct fn_error *accept_mail(struct provider_call *call)
{
	struct fn_uuid id = fn_crypto_uuid();

	return provider_reply(call, 200, FN_OBJECT(fn_json_uuid("id", &id)),
			      fn_arena_text(fn_request_arena(call->req), id.text));
}

/* A repeated key with the same body gets the first answer again, and no second mail goes out. */
static struct fn_error *accept_once(struct provider_call *call, const char *key)
{
	struct fn_arena *arena = fn_request_arena(call->req);
	struct fn_bytes body = fn_request_body(call->req);
	uint8_t hash[FN_SHA256_SIZE];
	const char *id = NULL;
	struct fn_uuid new_id = fn_crypto_uuid();

	if (*key == '\0' || strlen(key) > KEY_MAX)
		return refuse(call, 400, "invalid_idempotency_key",
			      "The key must be between 1-256 chars.");
	fn_crypto_sha256(body.bytes, body.length, hash);
	switch (record_take_key(arena, call->provider, key,
				fn_crypto_hex(arena, hash, sizeof(hash)), &id)) {
	case KEY_IN_USE:
		return refuse(call, 409, "concurrent_idempotent_requests",
			      "Same idempotency key used while original request is in progress.");
	case KEY_OTHER_BODY:
		return refuse(call, 409, "invalid_idempotent_request",
			      "Same idempotency key used with a different request payload.");
	case KEY_DONE: /* the record shows one accepted mail only */
		return provider_reply(call, 200, FN_OBJECT(fn_json_string("id", id)), NULL);
	case KEY_NEW:
	default:
		record_settle_key(call->provider, key, new_id.text);
		return provider_reply(call, 200, FN_OBJECT(fn_json_uuid("id", &new_id)),
				      fn_arena_text(arena, new_id.text));
	}
}

static struct fn_error *send_mail(struct provider_call *call, const struct json_object *mail)
{
	const char *bearer = provider_bearer(call->req), *name, *wrong;
	const char *key = fn_request_header(call->req, "Idempotency-Key");

	if (bearer == NULL)
		return refuse(call, 401, "missing_api_key", "Missing API Key");
	if (strcmp(bearer, fn_conf_text("RESEND_API_KEY")) != 0)
		return refuse(call, 403, "invalid_api_key", "API key is invalid");
	if (fn_request_method(call->req) != FN_POST ||
	    strcmp(fn_request_path(call->req), "/emails") != 0)
		return refuse(call, 404, "not_found", "The requested endpoint does not exist.");
	if (fn_json_type(mail) != FN_JSON_OBJECT)
		return refuse(call, 400, "validation_error", "The body is not valid JSON.");
	wrong = complaint(fn_request_arena(call->req), mail, &name);
	if (wrong != NULL)
		return refuse(call, 422, name, wrong);
	return key == NULL ? accept_mail(call) : accept_once(call, key);
}

static struct fn_error *resend(struct fn_request *req)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct fn_bytes body = fn_request_body(req);
	const char *why;
	struct json_object *mail = fn_json_parse(arena, body.bytes, body.length, &why);
	const struct json_object *to = fn_json_get(mail, "to");
	struct provider_call call;

	if (fn_json_type(to) == FN_JSON_ARRAY)
		to = fn_json_at(to, 0);
	if (provider_begin(&call, req, &provider, fn_json_text(to),
			   mail == NULL ? NULL : fn_json_write(mail, NULL)))
		return NULL;
	return send_mail(&call, mail);
}

const struct fn_function fn_function = {
	.name = "resend",
	.mount = "/resend",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_PLAIN,
	.handle = resend,
};
