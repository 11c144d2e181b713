/* fn_log.c: one JSON object a line on stderr. */
#include "fn_log.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fn_die.h"
#include "fn_json.h"
#include "fn_time.h"

enum { LINE_MAX_BYTES = 16 << 10, TEXT_MAX = 2000 };

static const char *program = "?";
static unsigned dropped; /* lines that the reader of a full pipe never got */
static bool torn;        /* it got the beginning of the last one: the next starts a new line */

void fn_log_init(const char *name)
{
	program = name;
	fn_die_name(name);
}

/* Drops a character that was cut in two at the end; what is still no text then becomes '?'. */
static void make_utf8(char *text, size_t length)
{
	for (size_t cut = 0; cut <= 3 && cut <= length; cut++) {
		if (fn_text_is_utf8(text, length - cut)) {
			text[length - cut] = '\0';
			return;
		}
	}
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] >= 0x80)
			text[i] = '?';
	}
}

/* A string value, cut and made valid UTF-8: what comes from outside may be neither. */
static struct fn_member text_member(const char *name, const char *text)
{
	char clean[TEXT_MAX + 1];
	size_t length;

	if (text == NULL)
		return fn_json_string(name, NULL);
	length = strnlen(text, TEXT_MAX);
	memcpy(clean, text, length);
	clean[length] = '\0';
	make_utf8(clean, length);
	return fn_json_string(name, clean);
}

/* One write(2) a line, so that lines of several processes never mix. A full pipe drops the line: a
 * request must not wait for whoever reads the log. Takes the object. */
static void put_line(struct json_object *line)
{
	size_t length, start = torn ? 1 : 0;
	const char *text;
	char bytes[LINE_MAX_BYTES];
	ssize_t written;

	if (dropped > 0)
		fn_json_set(line, fn_json_int("dropped", dropped));
	text = fn_json_write(line, &length);
	if (length > sizeof(bytes) - 2)
		length = sizeof(bytes) - 2;
	bytes[0] = '\n';
	memcpy(bytes + start, text, length);
	length += start;
	bytes[length++] = '\n';
	written = write(STDERR_FILENO, bytes, length);
	if (written == (ssize_t)length) {
		dropped = 0;
		torn = false;
	} else if (written > 0 || errno == EAGAIN) {
		dropped++;
		torn = torn || written > 0;
	}
	fn_json_drop(line);
}

static struct json_object *begin_line(const char *level)
{
	char stamp[32];

	return FN_OBJECT(fn_json_string("ts", fn_time_stamp(stamp)), fn_json_string("level", level),
			 fn_json_string("fn", program), fn_json_int("pid", getpid()));
}

FN_PRINTF(3, 0)
static void log_text(const char *request_id, enum fn_level level, const char *format, va_list args)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	struct json_object *line = begin_line(names[level]);
	char text[TEXT_MAX];

	(void)vsnprintf(text, sizeof(text), format, args);
	if (request_id != NULL)
		fn_json_set(line, text_member("request_id", request_id));
	fn_json_set(line, text_member("msg", text));
	put_line(line);
}

void fn_log(enum fn_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_text(NULL, level, format, args);
	va_end(args);
}

void fn_log_request(struct fn_request *req, enum fn_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_text(fn_request_id(req), level, format, args);
	va_end(args);
}

void fn_log_access(struct fn_request *req, const struct fn_log_line *entry)
{
	struct json_object *line = begin_line(entry->status >= 500 ? "error" : "info");

	fn_json_set(line, text_member("request_id", fn_request_id(req)));
	if (fn_request_caller(req) != NULL)
		fn_json_set(line, text_member("caller", fn_request_caller(req)));
	fn_json_set(line, fn_json_int("status", entry->status));
	if (entry->wire != entry->status)
		fn_json_set(line, fn_json_int("wire", entry->wire));
	if (entry->code != NULL)
		fn_json_set(line, text_member("code", entry->code));
	if (entry->cause != NULL)
		fn_json_set(line, text_member("cause", entry->cause));
	fn_json_set(line, fn_json_int("run_us", (int64_t)entry->run_us));
	fn_json_set(line, fn_json_int("queue_us", (int64_t)entry->queue_us));
	fn_json_set(line, fn_json_int("bytes", (int64_t)entry->bytes));
	if (fn_request_tries(req) > 1)
		fn_json_set(line, fn_json_int("tries", fn_request_tries(req)));
	put_line(line);
}
