/* fn_reply.c: building one complete reply, and rendering errors in the shape that clients expect.
 */
#include "fn_reply.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fn_json.h"

enum { API_VERSION_DATE = 10 }; /* "2024-01-01" */

static struct fn_error *put(struct fn_request *req, int status, const char *type, const void *bytes,
			    size_t length)
{
	struct fn_reply *reply = fn_request_reply(req);

	fn_buf_clear(&reply->body);
	reply->spool = NULL;
	reply->status = status;
	if (type != NULL)
		fn_reply_header(req, "Content-Type", type);
	fn_buf_add(&reply->body, bytes, length);
	if (reply->body.full || reply->headers.full)
		return fn_fail_because(req, &fn_message_internal, "reply of %zu bytes is too large",
				       length);
	return NULL;
}

struct fn_error *fn_reply_bytes(struct fn_request *req, int status, const char *type,
				const void *bytes, size_t length)
{
	return put(req, status, type, bytes, length);
}

struct fn_error *fn_reply_hand_on(struct fn_request *req, const char *function)
{
	FN_TRY(put(req, 200, NULL, NULL, 0));
	/* a named location, for which nginx keeps the method and the body that it has read */
	fn_reply_header(req, "X-Accel-Redirect",
			fn_arena_format(fn_request_arena(req), "@fn-%s", function));
	return NULL;
}

struct fn_error *fn_reply_spool(struct fn_request *req, int status, const char *type,
				struct fn_spool *body)
{
	FN_TRY(put(req, status, type, "", 0));
	fn_request_reply(req)->spool = body;
	return NULL;
}

size_t fn_reply_length(const struct fn_reply *reply)
{
	return reply->spool != NULL ? fn_spool_length(reply->spool) : reply->body.length;
}

static struct fn_error *put_json(struct fn_request *req, int status, const char *type,
				 struct json_object *body)
{
	size_t length;
	const char *text = fn_json_write(body, &length);
	struct fn_error *error = put(req, status, type, text, length);

	fn_json_drop(body);
	return error;
}

struct fn_error *fn_reply_json_status(struct fn_request *req, int status, struct json_object *body)
{
	return put_json(req, status, "application/json", body);
}

struct fn_error *fn_reply_json(struct fn_request *req, struct json_object *body)
{
	return fn_reply_json_status(req, 200, body);
}

/* RFC 9110, 5.6.2: names may come from SQL. */
static bool is_header_name(const char *name)
{
	return *name != '\0' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789!#$%&'*+-.^_`|~")] == '\0';
}

/* How many bytes there are until a control character. */
static size_t count_plain(const char *text)
{
	size_t count = 0;

	while ((unsigned char)text[count] >= 0x20 && text[count] != 0x7f)
		count++;
	return count;
}

void fn_reply_header(struct fn_request *req, const char *name, const char *value)
{
	struct fn_buf *headers = &fn_request_reply(req)->headers;

	if (!is_header_name(name))
		return;
	fn_buf_text(headers, name);
	fn_buf_text(headers, ": ");
	while (*value != '\0') {
		size_t plain = count_plain(value);

		fn_buf_add(headers, value, plain);
		value += plain;
		value += *value != '\0'; /* no header of somebody else's making */
	}
	fn_buf_text(headers, "\r\n");
}

void fn_reply_drop_header(struct fn_request *req, const char *name)
{
	struct fn_buf *headers = &fn_request_reply(req)->headers;
	size_t length = strlen(name), kept = 0;

	if (headers->full)
		return; /* cut somewhere, and an error anyway */
	for (size_t at = 0, next; at < headers->length; at = next) {
		const char *line = headers->bytes + at;

		next = (size_t)(strstr(line, "\r\n") - headers->bytes) + 2;
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			continue;
		memmove(headers->bytes + kept, line, next - at);
		kept += next - at;
	}
	headers->length = kept;
	if (headers->bytes != NULL)
		headers->bytes[kept] = '\0';
}

static bool is_success_shape(enum fn_shape shape)
{
	return shape == FN_ERRORS_SUCCESS || shape == FN_ERRORS_AS_200;
}

static int wire_status(enum fn_shape shape, const struct fn_error *error)
{
	int status = error->message->status;
	bool business = status >= 400 && status < 500 && status != 401 &&
			error->message != &fn_message_bad_json && status != 405 && status != 413;

	if (business && (shape == FN_ERRORS_AS_200 || shape == FN_ERRORS_MESSAGE))
		return 200;
	/* a body that is no good is the client's fault, and no buyer's */
	if (business && shape == FN_ERRORS_PAYMENT && status != 400 && status != 422)
		return 200;
	return status;
}

/* GoTrue's words for what every function may say (wire.md 2.2). */
static const char *auth_code(const struct fn_message *message)
{
	if (message == &fn_message_internal)
		return "unexpected_failure";
	return message == &fn_message_too_large ? "request_entity_too_large" : message->code;
}

/* GoTrue's own (wire.md 2.2): clients that name an API version get {code,message} and the version
 * back in a header; older ones {code: status, error_code, msg}. */
static struct json_object *auth_body(struct fn_request *req, const struct fn_error *error)
{
	const char *version = fn_request_header(req, "X-Supabase-Api-Version");
	const struct fn_message *message = error->message;

	fn_reply_header(req, "X-Sb-Error-Code", auth_code(message));
	if (version != NULL && strlen(version) == API_VERSION_DATE &&
	    strcmp(version, "2024-01-01") >= 0) {
		fn_reply_header(req, "X-Supabase-Api-Version", "2024-01-01");
		return FN_OBJECT(fn_json_string("code", auth_code(message)),
				 fn_json_string("message", message->en));
	}
	return FN_OBJECT(fn_json_int("code", message->status),
			 fn_json_string("error_code", auth_code(message)),
			 fn_json_string("msg", message->en));
}

static struct fn_member detail_member(const struct fn_error *error, const char *name)
{
	return fn_json_value(name, fn_json_share(fn_json_get(error->detail, name)));
}

static void put_header(const char *name, struct json_object *value, void *req)
{
	if (fn_json_text(value) != NULL)
		fn_reply_header(req, name, fn_json_text(value));
}

/* PostgREST's own (rest.md 10); clients read all four keys. */
static struct json_object *rest_body(struct fn_request *req, const struct fn_error *error)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *code = error->message->code;

	fn_reply_header(req, "Proxy-Status", fn_arena_format(arena, "PostgREST; error=%s", code));
	if (strcmp(code, "PGRST301") == 0 || strcmp(code, "PGRST303") == 0)
		fn_reply_header(req, "WWW-Authenticate",
				fn_arena_format(arena,
						"Bearer error=\"invalid_token\", "
						"error_description=\"%s\"",
						error->message->en));
	else if (error->message->status == 401)
		fn_reply_header(req, "WWW-Authenticate", "Bearer");
	fn_json_each(fn_json_get(error->detail, "headers"), put_header, req);
	return FN_OBJECT(fn_json_string("code", code), detail_member(error, "details"),
			 detail_member(error, "hint"),
			 fn_json_string("message", error->message->en));
}

static struct json_object *error_body(struct fn_request *req, enum fn_shape shape,
				      const struct fn_error *error)
{
	const struct fn_message *message = error->message;
	const char *text = fn_request_say(req, message->fr, message->en);
	struct json_object *body;

	if (shape == FN_ERRORS_AUTH)
		return auth_body(req, error); /* GoTrue speaks English; clients match on it */
	if (shape == FN_ERRORS_REST)
		return rest_body(req, error); /* so does PostgREST */
	if (shape == FN_ERRORS_PLAIN)
		return FN_OBJECT(fn_json_string("code", message->code),
				 fn_json_string("message", text));
	body = FN_OBJECT(fn_json_bool("success", false));
	if (shape == FN_ERRORS_PAYMENT) {
		fn_json_set(body, fn_json_string("status", "ERROR"));
		fn_json_set(body, fn_json_string("error", text));
	}
	fn_json_set(body, fn_json_string(is_success_shape(shape) ? "error" : "message", text));
	fn_json_set(body, fn_json_string("code", message->code));
	return body;
}

static void add_member(const char *name, struct json_object *value, void *body)
{
	fn_json_set(body, fn_json_value(name, fn_json_share(value)));
}

int fn_reply_error(struct fn_request *req, enum fn_shape shape, const struct fn_error *error)
{
	struct fn_reply *reply = fn_request_reply(req);
	struct json_object *body;
	int status = wire_status(shape, error);
	char seconds[16];

	fn_reply_clear(reply); /* whatever the handler had begun */
	body = error_body(req, shape, error);
	if (shape != FN_ERRORS_REST)
		fn_json_each(error->detail, add_member, body);
	if (error->retry_after > 0) {
		(void)snprintf(seconds, sizeof(seconds), "%d", error->retry_after);
		fn_reply_header(req, "Retry-After", seconds);
	}
	for (const char *const *pair = error->headers; pair != NULL && *pair != NULL; pair += 2)
		fn_reply_header(req, pair[0], pair[1]);
	if (error->platform)
		fn_reply_header(req, "X-Fn-Platform", "1"); /* nginx maps it (decisions 14) */
	(void)put_json(req, status,
		       shape == FN_ERRORS_REST ? "application/json; charset=utf-8"
					       : "application/json",
		       body);
	return status;
}

void fn_reply_clear(struct fn_reply *reply)
{
	reply->status = 0;
	fn_buf_clear(&reply->headers);
	fn_buf_clear(&reply->body);
	reply->spool = NULL;
}

void fn_reply_free(struct fn_reply *reply)
{
	fn_buf_free(&reply->headers);
	fn_buf_free(&reply->body);
}
