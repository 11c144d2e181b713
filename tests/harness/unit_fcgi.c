/* unit_fcgi.c: FastCGI 1.0 in raw bytes, from the client's side. */
#include "unit_fcgi.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	VERSION = 1,
	REQUEST_ID = 1,
	HEADER = 8,
	CONTENT_MAX = 65535,
	BYTES_MAX = 64 << 20,
	PATIENCE_MS = 10000
};

/* ---- saying ---- */

void unit_fcgi_record(struct fn_buf *into, unsigned type, const void *content, size_t length)
{
	const char *bytes = content;

	do {
		size_t part = length < CONTENT_MAX ? length : CONTENT_MAX;
		const unsigned char header[HEADER] = {VERSION,
						      (unsigned char)type,
						      0,
						      REQUEST_ID,
						      (unsigned char)(part >> 8),
						      (unsigned char)(part & 255),
						      0,
						      0};

		fn_buf_add(into, header, HEADER);
		fn_buf_add(into, bytes, part);
		bytes += part;
		length -= part;
	} while (length > 0);
}

void unit_fcgi_begin(struct fn_buf *into)
{
	static const unsigned char responder[8] = {0, 1};

	unit_fcgi_record(into, UNIT_FCGI_BEGIN, responder, sizeof(responder));
}

static void add_length(struct fn_buf *into, size_t length)
{
	const unsigned char bytes[4] = {(unsigned char)(length >> 24 | 0x80),
					(unsigned char)(length >> 16), (unsigned char)(length >> 8),
					(unsigned char)length};

	if (length < 128)
		fn_buf_add(into, &bytes[3], 1);
	else
		fn_buf_add(into, bytes, 4);
}

void unit_fcgi_param(struct fn_buf *into, const char *name, const char *value)
{
	add_length(into, strlen(name));
	add_length(into, strlen(value));
	fn_buf_text(into, name);
	fn_buf_text(into, value);
}

void unit_fcgi_request(struct fn_buf *into, const struct unit_header *params, const char *body,
		       size_t length)
{
	struct fn_buf pairs;
	bool has_length = false;
	char number[24];

	fn_buf_init(&pairs, BYTES_MAX);
	for (; params->name != NULL; params++) {
		unit_fcgi_param(&pairs, params->name, params->value);
		has_length = has_length || strcmp(params->name, "CONTENT_LENGTH") == 0;
	}
	(void)snprintf(number, sizeof(number), "%zu", length);
	if (!has_length)
		unit_fcgi_param(&pairs, "CONTENT_LENGTH", number);
	unit_fcgi_begin(into);
	unit_fcgi_record(into, UNIT_FCGI_PARAMS, pairs.bytes, pairs.length);
	unit_fcgi_record(into, UNIT_FCGI_PARAMS, "", 0);
	if (length > 0)
		unit_fcgi_record(into, UNIT_FCGI_STDIN, body, length);
	unit_fcgi_record(into, UNIT_FCGI_STDIN, "", 0);
	fn_buf_free(&pairs);
}

int unit_fcgi_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (descriptor < 0 ||
	    connect(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0)
		fail_msg("connect %s: %s", path, strerror(errno));
	return descriptor;
}

bool unit_fcgi_send(int descriptor, const struct fn_buf *bytes)
{
	for (size_t sent = 0; sent < bytes->length;) {
		ssize_t part =
			send(descriptor, bytes->bytes + sent, bytes->length - sent, MSG_NOSIGNAL);

		if (part < 0)
			return false;
		sent += (size_t)part;
	}
	return true;
}

/* ---- hearing ---- */

static void read_until_closed(int descriptor, struct fn_buf *into)
{
	struct pollfd ready = {.fd = descriptor, .events = POLLIN};
	char bytes[16384];
	ssize_t length;

	do {
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			fail_msg("no answer for %d ms", PATIENCE_MS);
		length = read(descriptor, bytes, sizeof(bytes));
		fn_buf_add(into, bytes, length > 0 ? (size_t)length : 0);
	} while (length > 0);
}

/* Puts the output of all records together. */
static void unpack(const struct fn_buf *raw, struct unit_fcgi_reply *ret)
{
	const unsigned char *at = (const unsigned char *)raw->bytes;
	size_t left = raw->length;

	while (left >= HEADER) {
		size_t content = (size_t)at[4] << 8 | at[5], whole = HEADER + content + at[6];

		if (whole > left)
			fail_msg("the last record is cut");
		if (at[1] == UNIT_FCGI_STDOUT)
			fn_buf_add(&ret->text, at + HEADER, content);
		ret->ended = ret->ended || at[1] == UNIT_FCGI_END;
		at += whole;
		left -= whole;
	}
	assert_int_equal(left, 0);
}

void unit_fcgi_hear(int descriptor, struct unit_fcgi_reply *ret)
{
	struct fn_buf raw;
	char status[256];

	fn_buf_init(&raw, BYTES_MAX);
	*ret = (struct unit_fcgi_reply){.body = ""};
	fn_buf_init(&ret->text, BYTES_MAX);
	fn_buf_text(&ret->text, "");
	read_until_closed(descriptor, &raw);
	(void)close(descriptor);
	unpack(&raw, ret);
	fn_buf_free(&raw);
	ret->body = strstr(ret->text.bytes, "\r\n\r\n");
	ret->body = ret->body == NULL ? "" : ret->body + 4;
	ret->length =
		*ret->body == '\0' ? 0 : ret->text.length - (size_t)(ret->body - ret->text.bytes);
	if (unit_fcgi_header(ret, "Status", status) != NULL)
		ret->status = (int)strtol(status, NULL, 10);
}

const char *unit_fcgi_header(const struct unit_fcgi_reply *reply, const char *name,
			     char into[static 256])
{
	size_t length = strlen(name);

	for (const char *at = reply->text.bytes; *at != '\0' && *at != '\r';) {
		size_t line = strcspn(at, "\r");

		if (strncasecmp(at, name, length) == 0 && strncmp(at + length, ": ", 2) == 0) {
			(void)snprintf(into, 256, "%.*s", (int)(line - length - 2),
				       at + length + 2);
			return into;
		}
		at += line + (at[line] == '\0' ? 0 : 2);
	}
	return NULL;
}

void unit_fcgi_forget(struct unit_fcgi_reply *reply)
{
	fn_buf_free(&reply->text);
}

void unit_fcgi_ask(const char *path, const struct unit_header *params, const char *body,
		   struct unit_fcgi_reply *ret)
{
	struct fn_buf bytes;
	int descriptor = unit_fcgi_connect(path);

	fn_buf_init(&bytes, BYTES_MAX);
	unit_fcgi_request(&bytes, params, body, strlen(body));
	(void)unit_fcgi_send(descriptor, &bytes); /* it may have answered before it read all */
	fn_buf_free(&bytes);
	unit_fcgi_hear(descriptor, ret);
}
