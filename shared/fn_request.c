/* fn_request.c: one piece of work and what is known of it. */
#include "fn_request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fn_crypto.h"
#include "fn_reply.h"

/* One request may hold this much before it counts as out of memory; body_max and row limits keep
 * honest ones far below it. */
enum { CEILING = 16 << 20 };

struct fn_request {
	struct fn_request_parts parts;
	struct fn_arena *arena;
	const char *caller;
	unsigned tries;
	struct fn_reply reply;
};

/* An id from outside goes into logs and replies: only what cannot hurt there. */
static bool is_plain_id(const char *id)
{
	size_t length = id == NULL ? 0 : strlen(id);

	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)id[i]) && strchr("._-", id[i]) == NULL)
			return false;
	}
	return length >= 8 && length <= 64;
}

struct fn_request *fn_request_new(const struct fn_request_parts *parts)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	struct fn_request *req = fn_arena_alloc(arena, sizeof(*req));

	req->arena = arena;
	req->parts = *parts;
	req->parts.id = fn_arena_text(arena, parts->id); /* logged after the wire is closed */
	if (!is_plain_id(parts->id)) {
		uint8_t random[16];

		fn_crypto_random(random, sizeof(random));
		req->parts.id = fn_crypto_hex(arena, random, sizeof(random));
	}
	fn_buf_init(&req->reply.headers, FN_REPLY_HEADERS_MAX);
	fn_buf_init(&req->reply.body, FN_REPLY_MAX);
	return req;
}

void fn_request_free(struct fn_request *req)
{
	if (req == NULL)
		return;
	fn_reply_free(&req->reply);
	fn_arena_free(req->arena); /* req itself lies in it */
}

struct fn_arena *fn_request_arena(struct fn_request *req)
{
	return req->arena;
}

const char *fn_request_id(const struct fn_request *req)
{
	return req->parts.id;
}

enum fn_method fn_request_method(const struct fn_request *req)
{
	static const struct {
		const char *name;
		enum fn_method method;
	} table[] = {{"GET", FN_GET},        {"HEAD", FN_HEAD},   {"POST", FN_POST},
		     {"PUT", FN_PUT},        {"PATCH", FN_PATCH}, {"DELETE", FN_DELETE},
		     {"OPTIONS", FN_OPTIONS}};

	for (size_t i = 0; req->parts.method != NULL && i < FN_COUNT(table); i++) {
		if (strcmp(table[i].name, req->parts.method) == 0)
			return table[i].method;
	}
	return 0;
}

const char *fn_request_path(const struct fn_request *req)
{
	return req->parts.path != NULL ? req->parts.path : "";
}

const char *fn_request_query_text(const struct fn_request *req)
{
	return req->parts.query != NULL ? req->parts.query : "";
}

const char *fn_request_query(struct fn_request *req, const char *name)
{
	const char *at = req->parts.query;

	while (at != NULL && *at != '\0') {
		size_t length = strcspn(at, "&"), key = strcspn(at, "=&");
		const char *found = fn_text_url_decode(req->arena, at, key, true);

		if (found != NULL && strcmp(found, name) == 0) {
			size_t skip = key + (key < length);

			return fn_text_url_decode(req->arena, at + skip, length - skip, true);
		}
		at += length + (at[length] == '&');
	}
	return NULL;
}

const char *fn_request_header(struct fn_request *req, const char *name)
{
	return req->parts.header == NULL ? NULL : req->parts.header(req->parts.from, name);
}

void fn_request_each_header(struct fn_request *req,
			    void (*each)(const char *name, const char *value, void *arg), void *arg)
{
	if (req->parts.each_header != NULL)
		req->parts.each_header(req->parts.from, each, arg);
}

struct fn_bytes fn_request_body(const struct fn_request *req)
{
	return req->parts.body;
}

void fn_request_set_body(struct fn_request *req, struct fn_bytes body)
{
	req->parts.body = body;
}

const char *fn_request_address(const struct fn_request *req)
{
	return req->parts.address != NULL ? req->parts.address : "";
}

/* The weight written in one range of Accept-Language (RFC 9110, 12.4.2), in thousandths; 1000 when
 * none is. What is no weight counts as 0: junk is no preference. */
static int read_weight(const char *range, size_t length)
{
	const char *at = memchr(range, '=', length), *end = range + length;
	int weight = 0;

	if (at == NULL || ++at == end)
		return at == NULL ? 1000 : 0;
	if (*at != '0')
		return *at == '1' ? 1000 : 0;
	at += at + 1 < end && at[1] == '.' ? 2 : 1;
	for (int unit = 100; unit > 0 && at < end && isdigit((unsigned char)*at); unit /= 10)
		weight += (*at++ - '0') * unit;
	return weight;
}

/* The weight of a language; -1 when the header does not name it. */
static int weight_of(const char *header, const char *language)
{
	size_t letters = strlen(language);

	for (const char *at = header; *at != '\0';) {
		size_t length = strcspn(at, ",");
		const char *tag = at + strspn(at, " \t");

		if (strncasecmp(tag, language, letters) == 0 &&
		    !isalnum((unsigned char)tag[letters]))
			return read_weight(at, length);
		at += length + (at[length] == ',');
	}
	return -1;
}

enum fn_language fn_request_language(struct fn_request *req)
{
	const char *header = fn_request_header(req, "Accept-Language");
	int fr, en, others;

	if (header == NULL)
		return FN_FRENCH;
	fr = weight_of(header, "fr");
	en = weight_of(header, "en");
	others = weight_of(header, "*");
	return (en < 0 ? others : en) > (fr < 0 ? others : fr) && en != 0 ? FN_ENGLISH : FN_FRENCH;
}

const char *fn_request_say(struct fn_request *req, const char *fr, const char *en)
{
	return fn_request_language(req) == FN_ENGLISH ? en : fr;
}

bool fn_request_is_internal(const struct fn_request *req)
{
	return req->parts.internal;
}

uint64_t fn_request_deadline(const struct fn_request *req)
{
	return req->parts.deadline;
}

void fn_request_set_caller(struct fn_request *req, const char *id)
{
	req->caller = fn_arena_text(req->arena, id);
}

const char *fn_request_caller(const struct fn_request *req)
{
	return req->caller;
}

void fn_request_count_tries(struct fn_request *req, unsigned tries)
{
	req->tries += tries;
}

unsigned fn_request_tries(const struct fn_request *req)
{
	return req->tries;
}

struct fn_reply *fn_request_reply(struct fn_request *req)
{
	return &req->reply;
}
