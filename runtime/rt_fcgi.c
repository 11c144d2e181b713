/* rt_fcgi.c: a FastCGI client for one request over one unix connection. Whatever comes back is
 * bounded and checked: a function that went wrong must not take its caller with it. */
#include "rt_fcgi.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fn_buf.h"
#include "fn_die.h"

/* FastCGI specification, section 8. */
enum {
	VERSION = 1,
	BEGIN_REQUEST = 1,
	END_REQUEST = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6,
	STDERR = 7,
	RESPONDER = 1,
	REQUEST_COMPLETE = 0,
	HEADER_LENGTH = 8,
	END_LENGTH = 8,
	CONTENT_MAX = 65535,
	REQUEST_ID = 1,
};

struct rt_fcgi {
	int descriptor;
	struct fn_buf request; /* what is to be sent, ready-made */
	size_t sent;
	struct fn_buf records; /* what came and is not taken apart yet */
	struct fn_buf output;  /* the contents of STDOUT records */
	bool ended;
	struct rt_fcgi_reply reply;
	const char *why;
};

/* ---- the request ---- */

static void add_record(struct fn_buf *to, uint8_t type, const void *content, size_t length)
{
	const uint8_t header[HEADER_LENGTH] = {
		VERSION, type, 0, REQUEST_ID, (uint8_t)(length >> 8), (uint8_t)length, 0, 0,
	};

	fn_buf_add(to, header, sizeof(header));
	fn_buf_add(to, content, length);
}

/* A stream is any number of records and an empty one at its end. */
static void add_stream(struct fn_buf *to, uint8_t type, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t piece = length < CONTENT_MAX ? length : CONTENT_MAX;

		add_record(to, type, bytes, piece);
		bytes += piece;
		length -= piece;
	}
	add_record(to, type, "", 0);
}

static void add_length(struct fn_buf *to, size_t length)
{
	const uint8_t bytes[4] = {(uint8_t)(length >> 24 | 0x80), (uint8_t)(length >> 16),
				  (uint8_t)(length >> 8), (uint8_t)length};

	if (length < 0x80)
		fn_buf_add(to, &bytes[3], 1);
	else
		fn_buf_add(to, bytes, sizeof(bytes));
}

static void add_param(struct fn_buf *to, const char *name, const char *value)
{
	add_length(to, strlen(name));
	add_length(to, strlen(value));
	fn_buf_text(to, name);
	fn_buf_text(to, value);
}

static void write_request(struct fn_buf *to, const struct rt_fcgi_param *params, size_t count,
			  const char *body, size_t length)
{
	static const uint8_t begin[8] = {0, RESPONDER, 0 /* close afterwards */};
	struct fn_buf list;
	char digits[24];

	fn_buf_init(&list, RT_FCGI_REQUEST_MAX);
	add_param(&list, "GATEWAY_INTERFACE", "CGI/1.1");
	(void)snprintf(digits, sizeof(digits), "%zu", length);
	add_param(&list, "CONTENT_LENGTH", digits);
	for (size_t i = 0; i < count; i++)
		add_param(&list, params[i].name, params[i].value);
	add_record(to, BEGIN_REQUEST, begin, sizeof(begin));
	add_stream(to, PARAMS, list.bytes, list.length);
	add_stream(to, STDIN, body, length);
	to->full |= list.full;
	fn_buf_free(&list);
}

/* ---- the connection ---- */

static const char *start_connection(struct rt_fcgi *call, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path))
		return "the socket's path is too long";
	memcpy(address.sun_path, path, strlen(path));
	call->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (call->descriptor < 0)
		return "no more descriptors";
	if (connect(call->descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return NULL;
	switch (errno) {
	case EAGAIN: /* a full backlog; on a unix socket that is said at once */
		return "too many calls wait already";
	case ENOENT:
		return "there is no such function";
	default:
		return "nobody listens";
	}
}

struct rt_fcgi *rt_fcgi_begin(const char *socket_path, const struct rt_fcgi_param *params,
			      size_t count, const char *body, size_t length)
{
	struct rt_fcgi *call = calloc(1, sizeof(*call));

	if (call == NULL)
		fn_die(71, "out of memory");
	call->descriptor = -1;
	fn_buf_init(&call->request, RT_FCGI_REQUEST_MAX);
	fn_buf_init(&call->records, 2 * (size_t)CONTENT_MAX);
	fn_buf_init(&call->output, RT_FCGI_ANSWER_MAX);
	write_request(&call->request, params, count, body, length);
	call->why = call->request.full ? "the request is too large"
				       : start_connection(call, socket_path);
	return call;
}

int rt_fcgi_descriptor(const struct rt_fcgi *call)
{
	return call->descriptor;
}

short rt_fcgi_events(const struct rt_fcgi *call)
{
	return call->sent < call->request.length ? POLLIN | POLLOUT : POLLIN;
}

const struct rt_fcgi_reply *rt_fcgi_reply(const struct rt_fcgi *call)
{
	return &call->reply;
}

const char *rt_fcgi_why(const struct rt_fcgi *call)
{
	return call->why;
}

static void close_connection(struct rt_fcgi *call)
{
	if (call->descriptor >= 0)
		(void)close(call->descriptor);
	call->descriptor = -1;
}

void rt_fcgi_end(struct rt_fcgi *call)
{
	if (call == NULL)
		return;
	close_connection(call);
	fn_buf_free(&call->request);
	fn_buf_free(&call->records);
	fn_buf_free(&call->output);
	free(call);
}

/* ---- the answer ---- */

/* The value of a header line, or NULL. */
static const char *header_value(const char *line, size_t length, const char *name)
{
	size_t skip = strlen(name);

	if (length <= skip || strncasecmp(line, name, skip) != 0 || line[skip] != ':')
		return NULL;
	line += skip + 1;
	return line + strspn(line, " \t");
}

static bool read_number(const char *text, int low, int high, int *ret)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || number < low || number > high)
		return false;
	*ret = (int)number;
	return true;
}

/* "Status: 503 Service Unavailable" CRLF ... CRLF CRLF body. */
static const char *read_reply(struct rt_fcgi *call)
{
	const char *at = call->output.bytes;
	const char *end = at == NULL ? NULL : strstr(at, "\r\n\r\n");

	if (end == NULL)
		return "the answer has no headers";
	call->reply.status = 200;
	while (at < end + 2) {
		size_t length = strcspn(at, "\r\n");
		const char *status = header_value(at, length, "Status");
		const char *seconds = header_value(at, length, "Retry-After");

		if (status != NULL && !read_number(status, 100, 599, &call->reply.status))
			return "the answer has a bad status";
		if (seconds != NULL) /* a date, or nonsense: as if there were none */
			(void)read_number(seconds, 0, 86400, &call->reply.retry_after);
		at += length + 2;
	}
	call->reply.body = end + 4;
	call->reply.length = call->output.length - (size_t)(call->reply.body - call->output.bytes);
	return NULL;
}

/* One whole record. */
static const char *take_record(struct rt_fcgi *call, const uint8_t *record, size_t length)
{
	const uint8_t *content = record + HEADER_LENGTH;

	unsigned id = (unsigned)record[2] << 8 | record[3];

	if (id == 0) /* management records mean nothing here */
		return NULL;
	if (id != REQUEST_ID)
		return "an answer to another request";
	switch (record[1]) {
	case STDOUT:
		fn_buf_add(&call->output, content, length);
		return call->output.full ? "the answer is too large" : NULL;
	case STDERR:
		return NULL;
	case END_REQUEST:
		call->ended = true;
		return length == END_LENGTH && content[4] == REQUEST_COMPLETE
			       ? NULL
			       : "the function did not take the request";
	default:
		return "an unknown record";
	}
}

/* Takes apart what has come; what is left stands at the front again. */
static const char *take_records(struct rt_fcgi *call)
{
	struct fn_buf *from = &call->records;
	size_t at = 0;

	while (!call->ended && from->length - at >= HEADER_LENGTH) {
		const uint8_t *record = (const uint8_t *)from->bytes + at;
		size_t content = (size_t)record[4] << 8 | record[5];
		size_t whole = HEADER_LENGTH + content + record[6];
		const char *why;

		if (record[0] != VERSION)
			return "not FastCGI";
		if (from->length - at < whole)
			break;
		why = take_record(call, record, content);
		if (why != NULL)
			return why;
		at += whole;
	}
	if (at > 0) {
		memmove(from->bytes, from->bytes + at, from->length - at);
		from->length -= at;
	}
	return NULL;
}

/* ---- moving on ---- */

static const char *write_some(struct rt_fcgi *call)
{
	while (call->sent < call->request.length) {
		ssize_t sent = send(call->descriptor, call->request.bytes + call->sent,
				    call->request.length - call->sent, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) /* after EPIPE an answer may still be there to read */
			return errno == EAGAIN || errno == EPIPE || errno == ECONNRESET
				       ? NULL
				       : "the request cannot be sent";
		call->sent += (size_t)sent;
	}
	return NULL;
}

static const char *read_some(struct rt_fcgi *call)
{
	char bytes[16384];

	while (!call->ended) {
		ssize_t got = recv(call->descriptor, bytes, sizeof(bytes), 0);
		const char *why;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return NULL;
		if (got <= 0)
			return "the worker ended without an answer";
		fn_buf_add(&call->records, bytes, (size_t)got);
		why = take_records(call);
		if (why != NULL)
			return why;
	}
	return NULL;
}

enum rt_fcgi_state rt_fcgi_continue(struct rt_fcgi *call)
{
	if (call->why == NULL)
		call->why = write_some(call);
	if (call->why == NULL)
		call->why = read_some(call);
	if (call->why == NULL && call->ended)
		call->why = read_reply(call);
	if (call->why == NULL && !call->ended)
		return RT_FCGI_WAITING;
	close_connection(call);
	return call->why == NULL ? RT_FCGI_DONE : RT_FCGI_FAILED;
}
