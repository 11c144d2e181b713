/* twilio: stands in for Twilio's Messages resource: credentials, validation, error codes, the list
 * of messages, and the magic numbers of its test credentials. */
#include <ctype.h>
#include <string.h>

#include "../provider.h"

enum { BODY_MAX = 64 << 10, TEXT_MAX = 1600, LIST_MAX = 1000 };

static const struct provider provider = {
	.name = "twilio",
	.error500 = "{\"status\":500,\"code\":20500,\"message\":\"Internal Server Error\"}",
	.error429 = "{\"status\":429,\"code\":20429,\"message\":\"Too Many Requests\"}",
};

static const char version[] = "/2010-04-01/Accounts/";

struct message {
	const char *to, *from, *body;
};

static struct json_object *refusal(int status, int code, const char *text, struct fn_arena *arena)
{
	return FN_OBJECT(fn_json_int("code", code), fn_json_string("message", text),
			 fn_json_string("more_info",
					fn_arena_format(arena,
							"https://www.twilio.com/docs/errors/%d",
							code)),
			 fn_json_int("status", status));
}

static struct fn_error *refuse(struct provider_call *call, int status, int code, const char *text)
{
	return provider_reply(call, status,
			      refusal(status, code, text, fn_request_arena(call->req)), NULL);
}

/* ---- input ---- */

/* "/2010-04-01/Accounts/SID/Messages.json" */
static bool is_our_path(struct fn_request *req)
{
	const char *path = fn_request_path(req), *sid = fn_conf_text("TWILIO_ACCOUNT_SID");
	size_t skip = sizeof(version) - 1, length = strlen(sid);

	return strncmp(path, version, skip) == 0 && strncmp(path + skip, sid, length) == 0 &&
	       strcmp(path + skip + length, "/Messages.json") == 0;
}

static bool is_authentic(struct fn_request *req)
{
	const char *given = provider_basic(req);
	const char *wanted =
		fn_arena_format(fn_request_arena(req), "%s:%s", fn_conf_text("TWILIO_ACCOUNT_SID"),
				fn_conf_text("TWILIO_AUTH_TOKEN"));

	return given != NULL && strcmp(given, wanted) == 0;
}

static bool is_e164(const char *number)
{
	size_t length = strlen(number);

	return length >= 8 && length <= 16 && number[0] == '+' && number[1] != '0' &&
	       strspn(number + 1, "0123456789") == length - 1;
}

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* NULL when the message would be taken. */
static struct fn_error *check(struct provider_call *call, const struct message *m,
			      bool *ret_refused)
{
	static const struct {
		const char *to;
		int code;
		const char *text;
	} magic[] = {
		{"+15005550001", 21211, "The 'To' number is not a valid phone number."},
		{"+15005550002", 21612, "The 'To' number is not currently reachable via SMS."},
		{"+15005550003", 21408, "Permission to send an SMS has not been enabled."},
		{"+15005550004", 21610, "Attempt to send to unsubscribed recipient."},
		{"+15005550009", 21614, "'To' number is not a valid mobile number."},
	};

	*ret_refused = true;
	if (m->to == NULL || *m->to == '\0')
		return refuse(call, 400, 21604, "A 'To' phone number is required.");
	if (m->from == NULL || *m->from == '\0')
		return refuse(call, 400, 21603, "A 'From' phone number is required.");
	if (m->body == NULL || *m->body == '\0')
		return refuse(call, 400, 21602, "Message body is required.");
	if (!is_e164(m->to))
		return refuse(call, 400, 21211, "Invalid 'To' Phone Number");
	if (strcmp(m->from, fn_conf_text("TWILIO_PHONE_NUMBER")) != 0)
		return refuse(call, 400, 21659, "'From' is not a Twilio phone number.");
	if (characters(m->body) > TEXT_MAX)
		return refuse(call, 400, 21617, "The concatenated message body exceeds the limit.");
	for (size_t i = 0; i < FN_COUNT(magic); i++) {
		if (strcmp(m->to, magic[i].to) == 0)
			return refuse(call, 400, magic[i].code, magic[i].text);
	}
	*ret_refused = false;
	return NULL;
}

/* ---- answers ---- */

static struct json_object *message_json(const char *sid, const char *to, const char *body,
					const char *at, const char *status)
{
	return FN_OBJECT(fn_json_string("account_sid", fn_conf_text("TWILIO_ACCOUNT_SID")),
			 fn_json_string("api_version", "2010-04-01"), fn_json_string("body", body),
			 fn_json_string("date_created", at), fn_json_string("date_sent", NULL),
			 fn_json_string("direction", "outbound-api"),
			 fn_json_string("error_code", NULL), fn_json_string("error_message", NULL),
			 fn_json_string("from", fn_conf_text("TWILIO_PHONE_NUMBER")),
			 fn_json_string("num_segments", "1"), fn_json_string("price", NULL),
			 fn_json_string("sid", sid), fn_json_string("status", status),
			 fn_json_string("to", to));
}

static struct fn_error *list_messages(struct provider_call *call, const char *to)
{
	struct fn_arena *arena = fn_request_arena(call->req);
	struct json_object *known =
		fn_json_keep(arena,
			     fn_json_trusted(record_accepted(arena, call->provider, to, LIST_MAX)));
	struct json_object *list = fn_json_array();

	for (size_t i = 0; i < fn_json_length(known); i++) {
		const struct json_object *line = fn_json_at(known, i);
		const struct json_object *asked = fn_json_get(line, "body");

		fn_json_append(list, message_json(fn_json_get_text(line, "reply_id"),
						  fn_json_get_text(asked, "To"),
						  fn_json_get_text(asked, "Body"),
						  fn_json_get_text(line, "at"), "delivered"));
	}
	return provider_reply(call, 200,
			      FN_OBJECT(fn_json_value("messages", list), fn_json_int("page", 0),
					fn_json_int("page_size", LIST_MAX),
					fn_json_string("next_page_uri", NULL)),
			      NULL);
}

static struct fn_error *create_message(struct provider_call *call, const struct message *m)
{
	struct fn_arena *arena = fn_request_arena(call->req);
	const char *sid = provider_id(arena, "SM", 16);
	struct fn_error *error;
	bool refused;

	error = check(call, m, &refused);
	if (refused)
		return error;
	return provider_reply(call, 201, message_json(sid, m->to, m->body, NULL, "queued"), sid);
}

static struct fn_error *twilio(struct fn_request *req)
{
	struct message m = {provider_form(req, "To"), provider_form(req, "From"),
			    provider_form(req, "Body")};
	bool is_list = fn_request_method(req) == FN_GET;
	const char *to = is_list ? fn_request_query(req, "To") : m.to;
	struct json_object *asked =
		fn_json_keep(fn_request_arena(req),
			     FN_OBJECT(fn_json_string("To", to), fn_json_string("From", m.from),
				       fn_json_string("Body", m.body)));
	struct provider_call call;

	if (provider_begin(&call, req, &provider, to, fn_json_write(asked, NULL)))
		return NULL;
	if (!is_authentic(req))
		return refuse(&call, 401, 20003, "Authenticate");
	if (!is_our_path(req))
		return refuse(&call, 404, 20404, "The requested resource was not found");
	return is_list ? list_messages(&call, to) : create_message(&call, &m);
}

const struct fn_function fn_function = {
	.name = "twilio",
	.mount = "/twilio",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_PLAIN,
	.handle = twilio,
};
