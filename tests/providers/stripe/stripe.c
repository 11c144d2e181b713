/* stripe: stands in for Stripe's API: who may call, which requests there are, idempotency keys. */
#include <string.h>

#include "stripe_form.h"
#include "stripe_http.h"
#include "stripe_replay.h"

enum { BODY_MAX = 64 << 10, KEY_MAX = 255 };

static const struct provider provider = {
	.name = "stripe",
	.error500 =
		"{\"error\":{\"message\":\"An unknown error occurred\",\"type\":\"api_error\"}}",
	.error429 =
		"{\"error\":{\"code\":\"rate_limit\",\"message\":\"Request rate limit exceeded.\","
		"\"type\":\"invalid_request_error\"}}",
};

static const struct route {
	enum fn_method method;
	const char *path; /* * is an id */
	struct stripe_answer (*handle)(struct stripe_call *s);
	bool for_browsers; /* the publishable key will do */
} routes[] = {
	{FN_POST, "/v1/payment_intents", stripe_create_intent, false},
	{FN_GET, "/v1/payment_intents", stripe_list_intents, false},
	{FN_GET, "/v1/payment_intents/*", stripe_get_intent, true},
	{FN_POST, "/v1/payment_intents/*", stripe_update_intent, false},
	{FN_POST, "/v1/payment_intents/*/confirm", stripe_confirm_intent, true},
	{FN_POST, "/v1/payment_intents/*/cancel", stripe_cancel_intent, false},
	{FN_POST, "/v1/refunds", stripe_create_refund, false},
	{FN_GET, "/v1/refunds", stripe_list_refunds, false},
	{FN_GET, "/v1/refunds/*", stripe_get_refund, false},
	{FN_POST, "/v1/refunds/*", stripe_update_refund, false},
	{FN_GET, "/v1/charges", stripe_list_charges, false},
	{FN_GET, "/v1/charges/*", stripe_get_charge, false},
	{FN_GET, "/v1/events", stripe_list_events, false},
	{FN_GET, "/v1/events/*", stripe_get_event, false},
	{FN_GET, "/v1/disputes", stripe_list_disputes, false},
	{FN_GET, "/v1/disputes/*", stripe_get_dispute, false},
	{FN_POST, "/v1/disputes/*", stripe_update_dispute, false},
	{FN_POST, "/v1/disputes/*/close", stripe_close_dispute, false},
};

/* ---- where it goes ---- */

static bool fits(struct fn_arena *arena, const char *pattern, const char *path, const char **ret_id)
{
	size_t before = strcspn(pattern, "*"), length;

	*ret_id = NULL;
	if (pattern[before] == '\0')
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, before) != 0)
		return false;
	length = strcspn(path + before, "/");
	*ret_id = fn_arena_copy(arena, path + before, length);
	return length > 0 && strcmp(pattern + before + 1, path + before + length) == 0;
}

static const struct route *find_route(struct stripe_call *s)
{
	const char *path = fn_request_path(s->call.req);

	for (size_t i = 0; i < FN_COUNT(routes); i++) {
		if (routes[i].method == fn_request_method(s->call.req) &&
		    fits(s->arena, routes[i].path, path, &s->id))
			return &routes[i];
	}
	return NULL;
}

static const struct stripe_refusal *refuse(struct stripe_call *s, int status, const char *code,
					   const char *message)
{
	struct stripe_refusal *r = fn_arena_alloc(s->arena, sizeof(*r));

	*r = (struct stripe_refusal){.status = status,
				     .type = "invalid_request_error",
				     .code = code,
				     .message = message};
	return r;
}

/* ---- who calls ---- */

static const char *key_of(struct fn_request *req)
{
	const char *bearer = provider_bearer(req), *basic = provider_basic(req);

	if (bearer != NULL)
		return bearer;
	return basic == NULL ? NULL
			     : fn_arena_copy(fn_request_arena(req), basic, strcspn(basic, ":"));
}

static const struct stripe_refusal *authenticate(struct stripe_call *s)
{
	const char *key = key_of(s->call.req);
	size_t length = key == NULL ? 0 : strlen(key);

	if (length == 0)
		return refuse(s, 401, NULL,
			      "You did not provide an API key. You need to provide your API key "
			      "in the Authorization header, using Bearer auth (e.g. "
			      "'Authorization: Bearer YOUR_SECRET_KEY').");
	s->is_publishable = strncmp(key, "pk_test_", 8) == 0;
	if (!s->is_publishable && strcmp(key, fn_conf_text("STRIPE_SECRET_KEY")) != 0)
		return refuse(s, 401, NULL,
			      fn_arena_format(s->arena, "Invalid API Key provided: %.8s****%s", key,
					      length < 12 ? "" : key + length - 4));
	return NULL;
}

/* 2024-06-20, or with a name behind it as newer ones have. */
static const struct stripe_refusal *check_version(struct stripe_call *s)
{
	const char *version = fn_request_header(s->call.req, "Stripe-Version");
	static const char form[] = "dddd-dd-dd";

	fn_reply_header(s->call.req, "Stripe-Version", version == NULL ? STRIPE_VERSION : version);
	for (size_t i = 0; version != NULL && i < sizeof(form) - 1; i++) {
		if (form[i] == 'd' ? version[i] < '0' || version[i] > '9' : version[i] != form[i])
			return refuse(s, 400, NULL,
				      fn_arena_format(s->arena, "Invalid Stripe API version: %s",
						      version));
	}
	return NULL;
}

static const struct stripe_refusal *check(struct stripe_call *s, const struct route *route)
{
	const struct stripe_refusal *refusal = authenticate(s);
	struct fn_request *req = s->call.req;

	if (refusal == NULL)
		refusal = check_version(s);
	if (refusal != NULL)
		return refusal;
	if (route == NULL)
		return refuse(s, 404, NULL,
			      fn_arena_format(s->arena, "Unrecognized request URL (%s: %s).",
					      fn_request_method(req) == FN_POST ? "POST" : "GET",
					      fn_request_path(req)));
	if (s->is_publishable && !route->for_browsers)
		return refuse(s, 401, "secret_key_required",
			      "This API call cannot be made with a publishable API key. Please "
			      "use a secret API key.");
	if (s->form == NULL)
		return refuse(s, 400, NULL, "Invalid request: the parameters cannot be read.");
	return NULL;
}

/* ---- answers ---- */

static struct fn_error *reply(struct stripe_call *s, const struct stripe_answer *answer)
{
	const struct stripe_refusal *r = answer->refusal;

	if (r == NULL)
		return provider_reply(&s->call, 200, answer->body, answer->accepted);
	if (r->status == 402 || r->status == 409)
		fn_reply_header(s->call.req, "Stripe-Should-Retry",
				r->status == 409 ? "true" : "false");
	return provider_reply(&s->call, r->status, stripe_error(s->arena, r), NULL);
}

static struct stripe_answer run(struct stripe_call *s, const struct route *route)
{
	struct stripe_answer answer;

	if (route->method == FN_GET) {
		answer = route->handle(s);
	} else {
		database_begin();
		answer = route->handle(s);
		database_commit();
	}
	if (answer.refusal == NULL)
		stripe_expand(s, answer.body);
	return answer;
}

/* ---- idempotency keys ---- */

static const struct stripe_refusal *key_misused(struct stripe_call *s, enum stripe_replay state,
						const char *key, const char *first_path)
{
	struct stripe_refusal *r = fn_arena_alloc(s->arena, sizeof(*r));

	*r = (struct stripe_refusal){.status = 400, .type = "idempotency_error"};
	if (state == STRIPE_REPLAY_BUSY) {
		r->status = 409;
		r->code = "idempotency_key_in_use";
		r->message = fn_arena_format(
			s->arena,
			"There is currently another in-progress request using this Idempotent "
			"Key (that probably means you submitted twice, and the other request is "
			"still going through): %s. Please try again later.",
			key);
	} else if (state == STRIPE_REPLAY_PATH) {
		r->message = fn_arena_format(
			s->arena,
			"Keys for idempotent requests can only be used for the same endpoint "
			"they were first used for ('%s' vs '%s'). Try using a key other than "
			"'%s' if you meant to execute a different request.",
			fn_request_path(s->call.req), first_path, key);
	} else {
		r->message = fn_arena_format(
			s->arena,
			"Keys for idempotent requests can only be used with the same parameters "
			"they were first used with. Try using a key other than '%s' if you meant "
			"to execute a different request.",
			key);
	}
	return r;
}

static const char *fingerprint(struct stripe_call *s)
{
	struct fn_bytes body = fn_request_body(s->call.req);

	return stripe_form_fingerprint(s->arena, body.bytes, body.length);
}

/* What the first request came to, 402 and 500 included. What was refused before anything began is
 * not kept. */
static void keep(struct stripe_call *s, const char *key, const struct stripe_answer *answer)
{
	int status = answer->refusal == NULL ? 200 : answer->refusal->status;
	struct json_object *body = answer->body;

	if (answer->refusal != NULL)
		body = fn_json_keep(s->arena, stripe_error(s->arena, answer->refusal));
	if (status == 200 || status == 402)
		stripe_replay_settle(key, status, fn_json_write(body, NULL));
	else
		stripe_replay_settle(key, 0, NULL);
}

static struct fn_error *replay(struct stripe_call *s, const struct stripe_replay_answer *first)
{
	fn_reply_header(s->call.req, "Idempotent-Replayed", "true");
	fn_reply_header(s->call.req, "Original-Request", first->request);
	return provider_reply(&s->call, first->status, fn_json_trusted(first->body), NULL);
}

static struct fn_error *run_once(struct stripe_call *s, const struct route *route, const char *key,
				 const char *request)
{
	struct stripe_replay_answer first = {0};
	struct stripe_answer answer;
	enum stripe_replay state;

	fn_reply_header(s->call.req, "Idempotency-Key", key);
	if (strlen(key) > KEY_MAX)
		return reply(s, &(struct stripe_answer){
					.refusal = refuse(s, 400, NULL,
							  "Idempotency keys have at most 255 "
							  "characters.")});
	state = stripe_replay_take(s->arena, key, fn_request_path(s->call.req), fingerprint(s),
				   request, &first);
	if (state == STRIPE_REPLAY_DONE)
		return replay(s, &first);
	if (state != STRIPE_REPLAY_NEW)
		return reply(s, &(struct stripe_answer){
					.refusal = key_misused(s, state, key, first.path)});
	provider_work(&s->call);
	answer = run(s, route);
	keep(s, key, &answer);
	return reply(s, &answer);
}

/* A 500 is a first result like any other: who tries again with the same key gets it again. */
static void keep_failure(struct stripe_call *s, const char *key, const char *request)
{
	struct stripe_replay_answer first;

	if (key != NULL && strcmp(s->call.behaviour.mode, "error500") == 0 &&
	    stripe_replay_take(s->arena, key, fn_request_path(s->call.req), fingerprint(s), request,
			       &first) == STRIPE_REPLAY_NEW)
		stripe_replay_settle(key, 500, provider.error500);
}

static struct fn_error *stripe(struct fn_request *req)
{
	struct stripe_call s = {.arena = fn_request_arena(req)};
	struct fn_bytes body = fn_request_body(req);
	bool posts = fn_request_method(req) == FN_POST;
	const char *query = fn_request_query_text(req), *text = posts ? body.bytes : query;
	const char *key = posts ? fn_request_header(req, "Idempotency-Key") : NULL;
	const char *id = stripe_id(s.arena, "req_");
	const struct stripe_refusal *refusal;
	struct stripe_answer answer;
	const struct route *route;

	fn_reply_header(req, "Request-Id", id);
	s.form = stripe_form_read(s.arena, text, posts ? body.length : strlen(query));
	if (provider_begin(&s.call, req, &provider,
			   fn_json_get_text(fn_json_get(s.form, "metadata"), "order_id"),
			   s.form == NULL ? NULL : fn_json_write(s.form, NULL))) {
		keep_failure(&s, key, id);
		return NULL;
	}
	route = find_route(&s);
	refusal = check(&s, route);
	if (refusal != NULL)
		return reply(&s, &(struct stripe_answer){.refusal = refusal});
	stripe_event_cause(id, key);
	if (key != NULL)
		return run_once(&s, route, key, id);
	answer = run(&s, route);
	return reply(&s, &answer);
}

const struct fn_function fn_function = {
	.name = "stripe",
	.mount = "/stripe",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_PLAIN,
	.handle = stripe,
};
