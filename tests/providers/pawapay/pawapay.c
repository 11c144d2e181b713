/* pawapay: stands in for pawaPay's Merchant API v2: which requests there are, who may call, and the
 * answers that deposits and refunds share. */
#include <string.h>

#include "../signing_keys.h"
#include "pawapay_http.h"

enum { BODY_MAX = 64 << 10 };

static const struct provider provider = {
	.name = "pawapay",
	.error500 = "{\"failureReason\":{\"failureCode\":\"UNKNOWN_ERROR\",\"failureMessage\":"
		    "\"Unable to process request due to an unknown problem.\"}}",
	.error429 = "{\"failureReason\":{\"failureCode\":\"TOO_MANY_REQUESTS\",\"failureMessage\":"
		    "\"Too many requests.\"}}",
};

/* ---- answers ---- */

struct fn_error *pawapay_answer(struct pawapay_call *p, int status, struct json_object *body,
				const char *accepted)
{
	return provider_reply(&p->call, status, body, accepted);
}

static struct json_object *head(const struct pawapay_call *p, const char *status)
{
	struct json_object *body = fn_json_object(NULL, 0);

	if (p->id_given != NULL)
		fn_json_set(body, fn_json_string(p->id_name, p->id_given));
	fn_json_set(body, fn_json_string("status", status));
	return body;
}

static struct fn_member reason(const char *code, const char *message)
{
	return fn_json_value("failureReason", FN_OBJECT(fn_json_string("failureCode", code),
							fn_json_string("failureMessage", message)));
}

struct fn_error *pawapay_reject(struct pawapay_call *p, int status, const char *code,
				const char *message)
{
	struct json_object *body = head(p, "REJECTED");

	fn_json_set(body, reason(code, message));
	return pawapay_answer(p, status, body, NULL);
}

struct fn_error *pawapay_accept(struct pawapay_call *p, const char *status, int64_t created,
				const char *next_step)
{
	struct json_object *body = head(p, status);

	if (next_step != NULL)
		fn_json_set(body, fn_json_string("nextStep", next_step));
	fn_json_set(body, fn_json_string("created", pawapay_time(p->arena, created)));
	return pawapay_answer(p, 200, body, strcmp(status, "ACCEPTED") == 0 ? p->id_given : NULL);
}

struct fn_error *pawapay_show(struct pawapay_call *p, const char *kind)
{
	struct stored payment;

	if (!store_find(p->arena, kind, p->id, &payment))
		return pawapay_answer(p, 200, FN_OBJECT(fn_json_string("status", "NOT_FOUND")),
				      NULL);
	return pawapay_answer(p, 200,
			      FN_OBJECT(fn_json_string("status", "FOUND"),
					fn_json_value("data", fn_json_share(payment.document))),
			      NULL);
}

struct fn_error *pawapay_resend(struct pawapay_call *p, const char *kind)
{
	struct stored payment;

	if (!store_find(p->arena, kind, p->id, &payment))
		return pawapay_reject(p, 200, "NOT_FOUND",
				      fn_arena_format(p->arena, "%s with ID %s not found",
						      p->id_name, p->id));
	if (!pawapay_is_final(payment.status))
		return pawapay_reject(p, 200, "INVALID_STATE",
				      fn_arena_format(p->arena,
						      "%s with ID %s has not finished processing",
						      p->id_name, p->id));
	database_begin();
	pawapay_callback(p->arena, &payment);
	database_commit();
	return pawapay_answer(p, 200, head(p, "ACCEPTED"), p->id);
}

/* ---- requests ---- */

static struct fn_error *show_deposit(struct pawapay_call *p)
{
	return pawapay_show(p, "deposit");
}

static struct fn_error *resend_deposit(struct pawapay_call *p)
{
	return pawapay_resend(p, "deposit");
}

static struct fn_error *show_refund(struct pawapay_call *p)
{
	return pawapay_show(p, "deposit_refund");
}

static struct fn_error *resend_refund(struct pawapay_call *p)
{
	return pawapay_resend(p, "deposit_refund");
}

static struct fn_error *show_keys(struct pawapay_call *p)
{
	return pawapay_answer(p, 200, signing_keys_public(p->arena), NULL);
}

static const struct route {
	enum fn_method method;
	const char *path; /* one that ends with a slash is followed by an id */
	const char *id_name;
	bool has_body;
	struct fn_error *(*handle)(struct pawapay_call *p);
} routes[] = {
	{FN_POST, "/v2/deposits", "depositId", true, pawapay_deposits},
	{FN_POST, "/v2/deposits/resend-callback/", "depositId", false, resend_deposit},
	{FN_GET, "/v2/deposits/", "depositId", false, show_deposit},
	{FN_POST, "/v2/refunds", "refundId", true, pawapay_refunds},
	{FN_POST, "/v2/refunds/resend-callback/", "refundId", false, resend_refund},
	{FN_POST, "/v2/refunds/fail-enqueued/", "refundId", false, pawapay_cancel_enqueued},
	{FN_GET, "/v2/refunds/", "refundId", false, show_refund},
	{FN_GET, "/v2/active-conf", NULL, false, pawapay_active_conf},
	{FN_GET, "/v2/availability", NULL, false, pawapay_availability},
	{FN_POST, "/v2/predict-provider", NULL, true, pawapay_predict},
	{FN_GET, "/v2/public-key/http", NULL, false, show_keys},
};

static const struct route *find_route(enum fn_method method, const char *path, const char **ret_id)
{
	for (size_t i = 0; i < FN_COUNT(routes); i++) {
		const struct route *route = &routes[i];
		size_t length = strlen(route->path);
		bool takes_id = route->path[length - 1] == '/';

		*ret_id = takes_id ? path + length : NULL;
		if (method == route->method &&
		    (takes_id ? strncmp(path, route->path, length) == 0 && path[length] != '\0' &&
					strchr(path + length, '/') == NULL
			      : strcmp(path, route->path) == 0))
			return route;
	}
	return NULL;
}

/* NULL when the caller may go on. *ret_refused tells apart "may" and "was answered". */
static struct fn_error *authenticate(struct pawapay_call *p, bool *ret_refused)
{
	const char *bearer = provider_bearer(p->call.req);

	*ret_refused = true;
	if (bearer == NULL)
		return pawapay_reject(p, 401, "NO_AUTHENTICATION",
				      "The API token is missing from the request.");
	if (strcmp(bearer, fn_conf_text("PAWAPAY_API_KEY")) != 0)
		return pawapay_reject(p, 403, "AUTHENTICATION_ERROR",
				      "The API token in the request is invalid.");
	*ret_refused = false;
	return NULL;
}

static const char *phone_of(const struct json_object *body)
{
	const char *phone =
		fn_json_get_text(fn_json_get(fn_json_get(body, "payer"), "accountDetails"),
				 "phoneNumber");

	return phone != NULL ? phone : fn_json_get_text(body, "phoneNumber");
}

static struct fn_error *pawapay(struct fn_request *req)
{
	struct fn_bytes bytes = fn_request_body(req);
	struct pawapay_call p = {.arena = fn_request_arena(req), .id_name = ""};
	const char *why = NULL;
	const struct route *route = find_route(fn_request_method(req), fn_request_path(req), &p.id);
	struct fn_error *error;
	bool refused;

	p.body = bytes.length > 0 ? fn_json_parse(p.arena, bytes.bytes, bytes.length, &why) : NULL;
	if (route != NULL && route->id_name != NULL) {
		p.id_name = route->id_name;
		p.id_given = p.id != NULL ? p.id : fn_json_get_text(p.body, p.id_name);
	}
	if (provider_begin(&p.call, req, &provider, phone_of(p.body),
			   p.body == NULL ? NULL : fn_json_write(p.body, NULL)))
		return NULL;
	error = authenticate(&p, &refused);
	if (refused)
		return error;
	if (route == NULL)
		return pawapay_answer(&p, 404,
				      FN_OBJECT(fn_json_int("status", 404),
						fn_json_string("error", "Not Found"),
						fn_json_string("path", fn_request_path(req))),
				      NULL);
	if (route->has_body && fn_json_type(p.body) != FN_JSON_OBJECT)
		return pawapay_reject(&p, 400, "INVALID_INPUT",
				      "We are unable to parse the body of the request.");
	return route->handle(&p);
}

const struct fn_function fn_function = {
	.name = "pawapay",
	.mount = "/pawapay",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_PLAIN,
	.handle = pawapay,
};
