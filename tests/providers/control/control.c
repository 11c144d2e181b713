/* control: what the stand-ins were asked, and how they are to answer. A function of its own, so
 *that it answers while they are silent.
 *
 *	GET  /control/requests?provider=twilio&to=%2B226...&limit=100   newest first
 *	POST /control/behaviour {"provider":"twilio","mode":"stall","count":3,"delay_ms":5000}
 *	POST /control/reset */
#include <stdlib.h>
#include <string.h>

#include "../provider.h"

enum { LIMIT = 100, LIMIT_MAX = 10000, COUNT_MAX = 1000000, DELAY_MAX_MS = 100000 };

static struct fn_error *list(struct fn_request *req)
{
	const char *limit = fn_request_query(req, "limit");
	long most = limit == NULL ? LIMIT : strtol(limit, NULL, 10);
	const char *text = record_list(fn_request_arena(req), fn_request_query(req, "provider"),
				       fn_request_query(req, "to"),
				       most > 0 && most <= LIMIT_MAX ? most : LIMIT);

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
	static const char *const providers[] = {"twilio", "resend"};
	static const char *const modes[] = {"ok",       "error500",
					    "error429", "stall",
					    "garbage",  "truncated",
					    "huge",     "timeout_after_accept"};
	const char *provider, *mode;
	int64_t count, delay_ms;
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	provider = fn_field_text(&f, "provider", FN_REQUIRED, 20);
	mode = fn_field_text(&f, "mode", FN_REQUIRED, 23);
	count = fn_field_int(&f, "count", FN_OPTIONAL, 0, COUNT_MAX);
	delay_ms = fn_field_int(&f, "delay_ms", FN_OPTIONAL, 0, DELAY_MAX_MS);
	if (provider != NULL && !is_one_of(provider, providers, FN_COUNT(providers)))
		fn_field_complain(&f, "provider", "twilio or resend");
	if (mode != NULL && !is_one_of(mode, modes, FN_COUNT(modes)))
		fn_field_complain(&f, "mode", "no such mode");
	FN_TRY(fn_field_end(&f));
	/* without a count: until told otherwise */
	record_set_behaviour(provider, mode, count > 0 ? count : -1, delay_ms);
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true)));
}

static struct fn_error *control(struct fn_request *req)
{
	const char *path = fn_request_path(req);
	bool posts = fn_request_method(req) == FN_POST;

	if (!posts && strcmp(path, "/requests") == 0)
		return list(req);
	if (posts && strcmp(path, "/behaviour") == 0)
		return behave(req);
	if (posts && strcmp(path, "/reset") == 0) {
		record_reset();
		return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true)));
	}
	return fn_fail(req, &fn_message_not_found);
}

const struct fn_function fn_function = {
	.name = "control",
	.mount = "/control",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = 4096,
	.errors = FN_ERRORS_PLAIN,
	.handle = control,
};
