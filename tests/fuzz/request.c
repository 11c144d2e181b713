/* request.c: fuzz target for all that is text in a request: query, headers, ids, addresses, codes,
 * and what is written back into headers and pages. The input is lines: id, method, query,
 * Accept-Language, X-Supabase-Api-Version, and one text for the readers of text. */
#include <string.h>
#include <strings.h>

#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_reply.h"
#include "fuzz.h"

enum line { ID, METHOD, QUERY, LANGUAGE, VERSION, TEXT, LINES };

static const char *const parameters[] = {"a", "grant_type", "redirect_to", ""};
static const struct fn_message refusal = {409, "refused", "Non", "No"};

static const char *find_header(void *from, const char *name)
{
	const char *const *lines = from;

	if (strcasecmp(name, "Accept-Language") == 0)
		return lines[LANGUAGE];
	return strcasecmp(name, "X-Supabase-Api-Version") == 0 ? lines[VERSION] : NULL;
}

/* Each line as a string; the last one goes to the end. NUL bytes end a line, as they do in libfcgi.
 */
static void split(struct fn_arena *arena, const char *bytes, size_t size, const char *lines[LINES])
{
	for (size_t i = 0; i < LINES; i++) {
		const char *end = i == TEXT ? NULL : memchr(bytes, '\n', size);
		size_t length = end == NULL ? size : (size_t)(end - bytes);

		lines[i] = fn_arena_copy(arena, bytes, length);
		bytes += length + (end != NULL);
		size -= length + (end != NULL);
	}
}

static void check_id(const char *id)
{
	demand(strlen(id) >= 8 && strlen(id) <= 64);
	demand(strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-") ==
	       strlen(id));
}

static void check_query(struct fn_request *req)
{
	for (size_t i = 0; i < FN_COUNT(parameters); i++) {
		const char *value = fn_request_query(req, parameters[i]);

		demand(value == NULL || fn_text_is_utf8(value, strlen(value)));
	}
}

/* Nobody makes a header line of his own. */
static void check_header(struct fn_request *req, const char *text)
{
	const struct fn_buf *headers = &fn_request_reply(req)->headers;
	const char *end;

	fn_reply_clear(fn_request_reply(req));
	fn_reply_header(req, "Location", text);
	if (headers->full)
		return;
	end = strstr(headers->bytes, "\r\n");
	demand(end != NULL && end[2] == '\0');
	demand(strpbrk(headers->bytes, "\r\n") == end);
}

static void check_error(struct fn_request *req, enum fn_shape shape)
{
	const struct fn_buf *body = &fn_request_reply(req)->body;
	const char *why = NULL;

	(void)fn_reply_error(req, shape, fn_fail(req, &refusal));
	demand(fn_json_parse(fn_request_arena(req), body->bytes, body->length, &why) != NULL);
}

static void check_urls_and_pages(struct fn_arena *arena, const char *text)
{
	const char *encoded = fn_text_url_encode(arena, text), *decoded;
	bool is_utf8 = fn_text_is_utf8(text, strlen(text));

	demand(strpbrk(encoded, "&=+?#/ \"<>\r\n") == NULL);
	decoded = fn_text_url_decode(arena, encoded, strlen(encoded), true);
	demand(is_utf8 ? decoded != NULL && strcmp(decoded, text) == 0 : decoded == NULL);
	decoded = fn_text_url_decode(arena, text, strlen(text), false);
	demand(decoded == NULL || fn_text_is_utf8(decoded, strlen(decoded)));
	demand(strpbrk(fn_text_html(arena, text), "<>\"'") == NULL);
	demand(strlen(fn_text_trim(arena, text)) <= strlen(text));
}

static void check_codes(struct fn_arena *arena, const char *text)
{
	size_t length = 0;
	const uint8_t *bytes = fn_crypto_unbase64url(arena, text, strlen(text), &length);
	struct fn_uuid id;

	if (bytes != NULL) /* one text for each value */
		demand(strcmp(fn_crypto_base64url(arena, bytes, length), text) == 0);
	bytes = fn_crypto_unbase64(arena, text, strlen(text), &length);
	demand(bytes == NULL || length <= strlen(text));
	if (fn_text_uuid(text, &id))
		demand(strcasecmp(id.text, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fn_arena *arena = fn_arena_new(16 << 20);
	const char *lines[LINES];
	struct fn_request_parts parts = {.header = find_header, .from = lines};
	struct fn_request *req;
	enum fn_language language;

	split(arena, (const char *)data, size, lines);
	parts.id = lines[ID];
	parts.method = lines[METHOD];
	parts.query = lines[QUERY];
	req = fn_request_new(&parts);
	check_id(fn_request_id(req));
	demand((fn_request_method(req) & (fn_request_method(req) - 1U)) == 0);
	check_query(req);
	language = fn_request_language(req);
	demand(language == FN_FRENCH || language == FN_ENGLISH);
	check_header(req, lines[TEXT]);
	for (enum fn_shape shape = FN_ERRORS_SUCCESS; shape <= FN_ERRORS_REST; shape++)
		check_error(req, shape);
	check_urls_and_pages(arena, lines[TEXT]);
	check_codes(arena, lines[TEXT]);
	fn_request_free(req);
	fn_arena_free(arena);
	return 0;
}
