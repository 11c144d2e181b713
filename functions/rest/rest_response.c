/* rest_response.c: headers and status that SQL has set. */
#include "rest_response.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fn_json.h"
#include "fn_reply.h"
#include "rest_error.h"

struct header_reader {
	struct fn_request *req;
	void (*each)(struct fn_request *req, const char *name, const char *value);
	bool sound;
};

/* Those that fn_serve and nginx make, or read as orders. */
static bool is_ours(const char *name)
{
	static const char *const ours[] = {"Status", "Content-Length", "Transfer-Encoding",
					   "Connection", "X-Fn-Platform"};

	for (size_t i = 0; i < FN_COUNT(ours); i++) {
		if (strcasecmp(name, ours[i]) == 0)
			return true;
	}
	return strncasecmp(name, "X-Accel-", 8) == 0;
}

/* RFC 9110, 5.6.2 */
static bool is_token(const char *name)
{
	size_t length = strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return length > 0 && name[length] == '\0';
}

static void read_sql_header(const char *name, struct json_object *value, void *arg)
{
	struct header_reader *reader = arg;
	const char *text = fn_json_text(value);

	if (text == NULL || !is_token(name))
		reader->sound = false;
	else if (!is_ours(name))
		reader->each(reader->req, name, text);
}

static void drop_header(struct fn_request *req, const char *name, const char *value)
{
	(void)value;
	fn_reply_drop_header(req, name);
}

/* Calls each() for all of them; false when they are not what they should be. */
static bool read_sql_headers(struct header_reader reader, const struct json_object *list)
{
	if (fn_json_type(list) != FN_JSON_ARRAY)
		return false;
	for (size_t i = 0; reader.sound && i < fn_json_length(list); i++) {
		const struct json_object *one = fn_json_at(list, i);

		reader.sound = fn_json_type(one) == FN_JSON_OBJECT && fn_json_length(one) == 1;
		fn_json_each(one, read_sql_header, &reader);
	}
	return reader.sound;
}

/* They stand in the place of the answer's own; the same name may come twice (Set-Cookie). */
static struct fn_error *put_sql_headers(struct fn_request *req, const char *headers)
{
	struct json_object *list;
	const char *why;

	if (headers == NULL)
		return NULL;
	list = fn_json_parse(fn_request_arena(req), headers, strlen(headers), &why);
	if (read_sql_headers((struct header_reader){req, drop_header, true}, list) &&
	    read_sql_headers((struct header_reader){req, fn_reply_header, true}, list))
		return NULL;
	return rest_fail(req, 500, "PGRST111",
			 "response.headers guc must be a JSON array composed of objects with a "
			 "single key and a string value",
			 NULL, NULL);
}

static struct fn_error *put_sql_status(struct fn_request *req, const char *text)
{
	char *end;
	long number;

	if (text == NULL)
		return NULL;
	number = strtol(text, &end, 10);
	if (end == text || *end != '\0' || number < 200 || number > 599)
		return rest_fail(req, 500, "PGRST112",
				 "response.status guc must be a valid status code", NULL, NULL);
	fn_request_reply(req)->status = (int)number;
	return NULL;
}

struct fn_error *rest_response(struct fn_request *req, const char *headers, const char *status)
{
	FN_TRY(put_sql_headers(req, headers));
	return put_sql_status(req, status);
}

struct pairs {
	const char **list;
	size_t count;
};

static void add_pair(const char *name, struct json_object *value, void *arg)
{
	struct pairs *pairs = arg;

	if (fn_json_text(value) == NULL || !is_token(name) || is_ours(name))
		return;
	pairs->list[pairs->count++] = name;
	pairs->list[pairs->count++] = fn_json_text(value);
}

const char *const *rest_response_error_headers(struct fn_request *req,
					       const struct json_object *headers)
{
	struct pairs pairs = {0};

	if (fn_json_type(headers) != FN_JSON_OBJECT)
		return NULL;
	pairs.list = fn_arena_alloc(fn_request_arena(req),
				    (2 * fn_json_length(headers) + 1) * sizeof(*pairs.list));
	fn_json_each(headers, add_pair, &pairs);
	return pairs.list;
}
