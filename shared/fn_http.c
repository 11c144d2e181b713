/* fn_http.c: outbound calls. One handle per process, made at the first call (after the fork) and
 * reused, so that connections to a provider are kept (reliability.md 4.4). */
#include "fn_http.h"

#include <assert.h>
#include <ctype.h>
#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fn_address.h"
#include "fn_breaker.h"
#include "fn_buf.h"
#include "fn_conf.h"
#include "fn_crypto.h"
#include "fn_db.h"
#include "fn_die.h"
#include "fn_time.h"

enum {
	CONNECT_TIMEOUT_MS = 3000, /* covers TLS too: a mute peer costs this and no more */
	HEADERS_MAX = 64 << 10,    /* this libcurl has no limit of its own */
	FIRST_PAUSE_MS = 100,
	RETRY_AFTER_MAX = 24 * 3600,
};

/* One try. */
struct attempt {
	struct fn_buf body;
	size_t header_bytes;
	bool to_loopback; /* then nothing else may be reached, and else never loopback */
	bool bad_address; /* the guard refused the resolved address */
};

struct target {
	const char *host, *key; /* key: host:port, the breaker's */
	bool is_https, is_loopback;
};

static CURL *handle;

/* ---- where the call goes ---- */

static const char *part(struct fn_arena *arena, CURLU *url, CURLUPart which, unsigned flags)
{
	char *text = NULL;
	const char *copy = "";

	if (curl_url_get(url, which, &text, flags) == CURLUE_OK)
		copy = fn_arena_text(arena, text);
	curl_free(text);
	return copy;
}

/* NULL, or why this URL is not called. */
static const char *read_target(struct fn_arena *arena, const char *text, struct target *ret)
{
	CURLU *url = curl_url();
	const char *why = NULL, *scheme;

	if (url == NULL)
		fn_die(71, "out of memory");
	if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
		curl_url_cleanup(url);
		return "malformed URL";
	}
	scheme = part(arena, url, CURLUPART_SCHEME, 0);
	ret->host = part(arena, url, CURLUPART_HOST, 0);
	ret->key = fn_arena_format(arena, "%s:%s", ret->host,
				   part(arena, url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
	ret->is_https = strcmp(scheme, "https") == 0;
	ret->is_loopback = fn_conf_has("HTTP_LOOPBACK") && fn_conf_bool("HTTP_LOOPBACK") &&
			   fn_address_names_loopback(ret->host);
	if (!ret->is_https && !(ret->is_loopback && strcmp(scheme, "http") == 0))
		why = "only https is called";
	curl_url_cleanup(url);
	return why;
}

/* Runs on the resolved address, just before the connection: neither a spelling of a number nor a
 * DNS answer gets around it. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct attempt *a = arg;

	(void)purpose;
	if (a->to_loopback ? fn_address_is_loopback(&address->addr)
			   : fn_address_is_public(&address->addr))
		return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	a->bad_address = true;
	return CURL_SOCKET_BAD;
}

/* ---- what comes back ---- */

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct attempt *a = arg;

	fn_buf_add(&a->body, bytes, size * count);
	return a->body.full ? 0 : size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct attempt *a = arg;

	(void)bytes;
	a->header_bytes += size * count;
	return a->header_bytes > HEADERS_MAX ? 0 : size * count;
}

static const char *media_type(struct fn_arena *arena)
{
	const char *header = NULL;
	char *type;

	(void)curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &header);
	if (header == NULL)
		return "";
	type = fn_arena_copy(arena, header, strcspn(header, "; \t"));
	for (char *c = type; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return type;
}

static const char *failure(struct fn_arena *arena, const struct target *to, CURLcode code,
			   const struct attempt *a)
{
	const char *what = curl_easy_strerror(code);

	if (a->bad_address)
		what = "its address is not a public one";
	else if (a->body.full)
		what = "the answer is too large";
	else if (a->header_bytes > HEADERS_MAX)
		what = "the answer's headers are too large";
	return fn_arena_format(arena, "%s: %s", to->host, what);
}

static struct fn_http_answer read_answer(struct fn_arena *arena, const struct target *to,
					 CURLcode code, const struct attempt *a)
{
	struct fn_http_answer answer = {.type = "", .body = {"", 0}};
	curl_off_t seconds = 0;
	long status = 0;

	if (code != CURLE_OK) {
		answer.why = failure(arena, to, code, a);
		answer.unsent = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT;
		return answer;
	}
	(void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds);
	answer.status = (int)status;
	answer.type = media_type(arena);
	answer.retry_after = (int)(seconds > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : seconds);
	if (a->body.length > 0) {
		answer.body.bytes = fn_arena_copy(arena, a->body.bytes, a->body.length);
		answer.body.length = a->body.length;
	}
	return answer;
}

/* ---- one try ---- */

#define SET(option, value) (void)curl_easy_setopt(handle, (option), (value))

static void set_method(const struct fn_http_call *call)
{
	if (strcmp(call->method, "GET") == 0)
		return;
	SET(CURLOPT_CUSTOMREQUEST, call->method);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.length);
	SET(CURLOPT_POSTFIELDS, call->body.length > 0 ? call->body.bytes : "");
}

static void set_limits(const struct target *to, struct attempt *a, long timeout_ms)
{
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROTOCOLS_STR, to->is_https ? "https" : "http");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, ""); /* the environment must not choose one */
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	SET(CURLOPT_TIMEOUT_MS, timeout_ms);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, a);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, a);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, a);
}

static struct curl_slist *header_list(const struct fn_http_call *call)
{
	/* no waiting for "100 Continue" */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (const char *const *header = call->headers; header != NULL && *header != NULL;
	     header++) {
		struct curl_slist *longer;

		assert(strpbrk(*header, "\r\n") == NULL);
		longer = list == NULL ? NULL : curl_slist_append(list, *header);
		if (longer == NULL)
			fn_die(71, "out of memory");
		list = longer;
	}
	return list;
}

static struct fn_http_answer call_once(struct fn_request *req, const struct target *to,
				       const struct fn_http_call *call, long timeout_ms)
{
	struct attempt a = {.to_loopback = to->is_loopback};
	struct curl_slist *headers = header_list(call);
	struct fn_http_answer answer;
	CURLcode code;

	fn_buf_init(&a.body, FN_HTTP_ANSWER_MAX);
	curl_easy_reset(handle); /* keeps connections */
	SET(CURLOPT_URL, call->url);
	SET(CURLOPT_USERAGENT, "Temba");
	SET(CURLOPT_HTTPHEADER, headers);
	set_limits(to, &a, timeout_ms);
	set_method(call);
	if (call->user != NULL) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, call->user);
		SET(CURLOPT_PASSWORD, call->password != NULL ? call->password : "");
	}
	code = curl_easy_perform(handle);
	answer = read_answer(fn_request_arena(req), to, code, &a);
	curl_slist_free_all(headers);
	fn_buf_free(&a.body);
	return answer;
}

/* ---- all tries ---- */

static long time_left(uint64_t end)
{
	uint64_t now = fn_time_monotonic();

	return now >= end ? 0 : (long)((end - now) / 1000000);
}

/* When the call must be over, in monotonic nanoseconds. */
static uint64_t end_of(const struct fn_request *req, const struct fn_http_call *call)
{
	long timeout = call->timeout_ms > 0 ? call->timeout_ms : FN_HTTP_TIMEOUT_MS;
	uint64_t end = fn_time_monotonic() + (uint64_t)timeout * 1000000;
	uint64_t deadline = fn_request_deadline(req);

	return deadline != 0 && deadline < end ? deadline : end;
}

/* 100, 200, 400 ms, less a random part, so that workers do not come back together. */
static bool pause_before(unsigned try, uint64_t end)
{
	long pause = (long)FIRST_PAUSE_MS << (try < 6 ? try : 6);
	uint16_t random;

	fn_crypto_random(&random, sizeof(random));
	pause -= pause * (long)random / 2 / UINT16_MAX;
	if (time_left(end) <= pause)
		return false;
	(void)poll(NULL, 0, (int)pause);
	return true;
}

static bool is_fault(const struct fn_http_answer *answer)
{
	return answer->status == 0 || answer->status >= 500;
}

static struct fn_http_answer no_answer(struct fn_request *req, const char *host, const char *why)
{
	const char *text = fn_arena_format(fn_request_arena(req), "%s%s%s", host,
					   *host == '\0' ? "" : ": ", why);

	return (struct fn_http_answer){.type = "", .body = {"", 0}, .why = text, .unsent = true};
}

static void open_handle(void)
{
	if (handle != NULL)
		return;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		handle = curl_easy_init();
	if (handle == NULL)
		fn_die(71, "libcurl does not start");
}

struct fn_http_answer fn_http_do(struct fn_request *req, const struct fn_http_call *call)
{
	uint64_t end = end_of(req, call);
	unsigned tries = call->idempotent ? call->retries + 1 : 1;
	struct fn_http_answer answer;
	struct fn_breaker *breaker;
	struct target to;
	bool unsent = true;
	const char *why;

	/* a provider that hangs must not hold row locks */
	assert(!fn_db_in_transaction());
	why = read_target(fn_request_arena(req), call->url, &to);
	if (why != NULL)
		return no_answer(req, "", why);
	open_handle();
	breaker = fn_breaker_of(to.key);
	for (unsigned try = 0;; try++) {
		long left = time_left(end);

		if (!fn_breaker_allows(breaker, fn_time_monotonic())) {
			answer =
				no_answer(req, to.host, "not called, it failed too often just now");
			answer.retry_after = FN_BREAKER_SECONDS; /* sooner would be of no use */
			answer.unsent = unsent;
			return answer;
		}
		if (left == 0) {
			answer = no_answer(req, to.host, "no time left");
			answer.unsent = unsent;
			return answer;
		}
		answer = call_once(req, &to, call, left);
		unsent = unsent && answer.unsent;
		answer.unsent = unsent;
		fn_breaker_report(breaker, is_fault(&answer), fn_time_monotonic());
		if (!is_fault(&answer) || try + 1 >= tries || !pause_before(try, end))
			return answer;
	}
}
