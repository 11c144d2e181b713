/* control: what the stand-ins were asked, what they hold, and how they are to behave. A function of
 * its own, so that it answers while they are silent. README.md tells what each address takes.
 *
 *	GET  /control/requests                       what was asked, newest first
 *	POST /control/behaviour                      how the next requests are answered
 *	GET  /control/payments, POST /control/payments[/ID]    what is true; what becomes of it
 *	GET  /control/deliveries, POST the same      webhooks sent and to be sent; one more
 *	GET  /control/webhooks, POST the same        how webhooks are delivered; so stripe, pawapay,
 *fx POST /control/reset */
#include "control.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT = 100, LIMIT_MAX = 10000, COUNT_MAX = 1000000, DELAY_MAX_MS = 100000 };

static const char *const behaving[] = {"twilio", "resend", "stripe",       "pawapay",
				       "fx",     "xe",     "exchangerate", "fixer"};

struct fn_error *control_refuse(struct fn_request *req, int status, const char *why)
{
	return fn_reply_json_status(req, status,
				    FN_OBJECT(fn_json_bool("success", false),
					      fn_json_string("error", why)));
}

int64_t control_limit(struct fn_request *req)
{
	const char *text = fn_request_query(req, "limit");
	long limit = text == NULL ? LIMIT : strtol(text, NULL, 10);

	return limit > 0 && limit <= LIMIT_MAX ? limit : LIMIT;
}

struct fn_error *control_done(struct fn_request *req, struct fn_member more)
{
	struct json_object *body = FN_OBJECT(fn_json_bool("success", true));

	if (more.name != NULL)
		fn_json_set(body, more);
	return fn_reply_json(req, body);
}

static struct fn_error *list(struct fn_request *req)
{
	const char *text = record_list(fn_request_arena(req), fn_request_query(req, "provider"),
				       fn_request_query(req, "to"), control_limit(req));

	return fn_reply_bytes(req, 200, "application/json", text, strlen(text));
}

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (text != NULL && strcmp(text, list[i]) == 0)
			return true;
	}
	return false;
}

static struct fn_error *behave(struct fn_request *req)
{
	static const char *const modes[] = {"ok",        "slow",  "error500",
					    "error429",  "stall", "garbage",
					    "truncated", "huge",  "timeout_after_accept"};
	const char *provider, *mode;
	int64_t count, delay_ms;
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	provider = fn_field_text(&f, "provider", FN_REQUIRED, 20);
	mode = fn_field_text(&f, "mode", FN_REQUIRED, 23);
	count = fn_field_int(&f, "count", FN_OPTIONAL, 0, COUNT_MAX);
	delay_ms = fn_field_int(&f, "delay_ms", FN_OPTIONAL, 0, DELAY_MAX_MS);
	if (provider != NULL && !is_one_of(provider, behaving, FN_COUNT(behaving)))
		fn_field_complain(&f, "provider", "no such provider");
	if (mode != NULL && !is_one_of(mode, modes, FN_COUNT(modes)))
		fn_field_complain(&f, "mode", "no such mode");
	FN_TRY(fn_field_end(&f));
	/* without a count: until told otherwise */
	count = count > 0 ? count : -1;
	if (provider != NULL && strcmp(provider, "fx") == 0) {
		record_set_behaviour("xe", mode, count, delay_ms);
		record_set_behaviour("exchangerate", mode, count, delay_ms);
		record_set_behaviour("fixer", mode, count, delay_ms);
	} else {
		record_set_behaviour(provider, mode, count, delay_ms);
	}
	return control_done(req, (struct fn_member){0});
}

static struct fn_error *post(struct fn_request *req, const char *path)
{
	if (strcmp(path, "/behaviour") == 0)
		return behave(req);
	if (strcmp(path, "/payments") == 0)
		return control_settle(req, "");
	if (strncmp(path, "/payments/", 10) == 0)
		return control_settle(req, path + 10);
	if (strcmp(path, "/deliveries") == 0)
		return control_deliver(req);
	if (strcmp(path, "/reset") == 0) {
		record_reset();
		return control_done(req, (struct fn_member){0});
	}
	return control_settings(req, path + 1);
}

static struct fn_error *control(struct fn_request *req)
{
	const char *path = fn_request_path(req);

	if (*path != '/')
		return fn_fail(req, &fn_message_not_found);
	if (fn_request_method(req) == FN_POST)
		return post(req, path);
	if (strcmp(path, "/requests") == 0)
		return list(req);
	if (strcmp(path, "/payments") == 0)
		return control_payments(req);
	if (strcmp(path, "/deliveries") == 0)
		return control_deliveries(req);
	return control_settings(req, path + 1);
}

const struct fn_function fn_function = {
	.name = "control",
	.mount = "/control",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = 64 << 10,
	.errors = FN_ERRORS_PLAIN,
	.handle = control,
};
