/* provider.c: behaviours that all stand-ins share.
 *
 *	ok                    as the provider, after delay_ms
 *	slow                  the same, but the wait comes after the idempotency key was taken
 *	error500, error429    refused, nothing is sent
 *	stall                 silent for delay_ms (30 s), then 503, nothing is sent
 *	garbage               a success that is no JSON, nothing is sent
 *	huge                  a success of 5 MB, nothing is sent
 *	truncated             sent, but the reply is cut in two
 *	timeout_after_accept  sent, then silent for delay_ms (30 s) */
#include "provider.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "database.h"
#include "fn_crypto.h"
#include "fn_die.h"

enum { SILENCE_MS = 30000, HUGE_BYTES = 5 << 20 };

static bool is_mode(const struct provider_call *call, const char *mode)
{
	return strcmp(call->behaviour.mode, mode) == 0;
}

static void wait_for(int64_t delay_ms)
{
	(void)poll(NULL, 0, (int)delay_ms);
}

static void silence(const struct provider_call *call)
{
	wait_for(call->behaviour.delay_ms > 0 ? call->behaviour.delay_ms : SILENCE_MS);
}

static void answer(struct provider_call *call, int status, const char *type, const char *bytes,
		   size_t length)
{
	record_result(call->number, status, false, NULL);
	(void)fn_reply_bytes(call->req, status, type, bytes, length);
}

static void answer_text(struct provider_call *call, int status, const char *type, const char *text)
{
	answer(call, status, type, text, strlen(text));
}

static void answer_huge(struct provider_call *call)
{
	char *bytes = malloc(HUGE_BYTES);

	if (bytes == NULL)
		fn_die(71, "out of memory");
	memset(bytes, ' ', HUGE_BYTES); /* white space before JSON: only the size is wrong */
	answer(call, 200, "application/json", bytes, HUGE_BYTES);
	free(bytes);
}

static const char *method_name(const struct fn_request *req)
{
	return fn_request_method(req) == FN_POST ? "POST" : "GET";
}

/* In one transaction: a write costs more in its beginning and end than in itself. */
static void note(struct provider_call *call, const char *to, const char *body)
{
	database_begin();
	call->behaviour = record_next_behaviour(call->provider);
	call->number = record_request(
		&(struct record){.provider = call->provider,
				 .method = method_name(call->req),
				 .path = fn_request_path(call->req),
				 .to = to,
				 .body = body,
				 .key = fn_request_header(call->req, "Idempotency-Key"),
				 .mode = call->behaviour.mode});
	database_commit();
}

bool provider_begin(struct provider_call *call, struct fn_request *req,
		    const struct provider *provider, const char *to, const char *body)
{
	*call = (struct provider_call){.req = req, .provider = provider->name};
	note(call, to, body);
	if (is_mode(call, "error500")) {
		answer_text(call, 500, "application/json", provider->error500);
	} else if (is_mode(call, "error429")) {
		fn_reply_header(req, "Retry-After", "1");
		answer_text(call, 429, "application/json", provider->error429);
	} else if (is_mode(call, "garbage")) {
		answer_text(call, 200, "text/html", "<html><body>It works!</body></html>");
	} else if (is_mode(call, "huge")) {
		answer_huge(call);
	} else if (is_mode(call, "stall")) {
		silence(call);
		answer_text(call, 503, "text/plain", "gone");
	} else {
		if (is_mode(call, "ok"))
			wait_for(call->behaviour.delay_ms);
		return false;
	}
	return true;
}

void provider_work(const struct provider_call *call)
{
	if (is_mode(call, "slow"))
		wait_for(call->behaviour.delay_ms);
}

struct fn_error *provider_reply(struct provider_call *call, int status, struct json_object *body,
				const char *id)
{
	size_t length;
	const char *text = fn_json_write(fn_json_keep(fn_request_arena(call->req), body), &length);

	record_result(call->number, status, id != NULL, id);
	if (is_mode(call, "timeout_after_accept"))
		silence(call);
	if (is_mode(call, "truncated"))
		length /= 2;
	return fn_reply_bytes(call->req, status, "application/json", text, length);
}

const char *provider_form(struct fn_request *req, const char *name)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct fn_bytes body = fn_request_body(req);
	const char *at = body.bytes, *end = body.bytes + body.length;

	while (at < end) {
		const char *next = memchr(at, '&', (size_t)(end - at));
		size_t length = (size_t)((next == NULL ? end : next) - at);
		const char *equals = memchr(at, '=', length);
		size_t key = equals == NULL ? length : (size_t)(equals - at);
		const char *found = fn_text_url_decode(arena, at, key, true);

		if (found != NULL && strcmp(found, name) == 0 && equals != NULL)
			return fn_text_url_decode(arena, equals + 1, length - key - 1, true);
		at += length + 1;
	}
	return NULL;
}

static const char *credentials(struct fn_request *req, const char *scheme)
{
	const char *header = fn_request_header(req, "Authorization");
	size_t length = strlen(scheme);

	if (header == NULL || strncasecmp(header, scheme, length) != 0 || header[length] != ' ')
		return NULL;
	return header + length + 1;
}

const char *provider_bearer(struct fn_request *req)
{
	return credentials(req, "Bearer");
}

const char *provider_basic(struct fn_request *req)
{
	const char *text = credentials(req, "Basic");
	size_t length = 0;

	return text == NULL ? NULL
			    : (const char *)fn_crypto_unbase64(fn_request_arena(req), text,
							       strlen(text), &length);
}

struct unknown {
	const char *const *known;
	const char *also, *name;
};

static void look_for(const char *name, struct json_object *value, void *arg)
{
	struct unknown *u = arg;

	(void)value;
	if (u->also != NULL && strcmp(name, u->also) == 0)
		return;
	for (const char *const *known = u->known; *known != NULL; known++) {
		if (strcmp(name, *known) == 0)
			return;
	}
	u->name = name;
}

const char *provider_unknown(const struct json_object *object, const char *const *known,
			     const char *also)
{
	struct unknown u = {.known = known, .also = also};

	fn_json_each(object, look_for, &u);
	return u.name;
}

const char *provider_id(struct fn_arena *arena, const char *prefix, size_t bytes)
{
	uint8_t random[16];

	fn_crypto_random(random, sizeof(random));
	return fn_arena_format(arena, "%s%s", prefix, fn_crypto_hex(arena, random, bytes));
}
