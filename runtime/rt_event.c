/* rt_event.c: log lines of the runtime with fields of their own. */
#include "rt_event.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "fn_buf.h"
#include "fn_time.h"
#include "rt_why.h"

enum { LINE_MAX_BYTES = 64 << 10 };

struct json_object *rt_event_begin(enum fn_level level, const char *fn, pid_t pid,
				   const char *format, ...)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	struct json_object *line;
	char stamp[32], text[RT_WHY_MAX + 200];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	rt_event_clean(text);
	line = FN_OBJECT(fn_json_string("ts", fn_time_stamp(stamp)),
			 fn_json_string("level", names[level]), fn_json_string("fn", fn));
	if (pid > 0)
		fn_json_set(line, fn_json_int("pid", pid));
	fn_json_set(line, fn_json_string("msg", text));
	fn_json_set(line, fn_json_string("from", "fnd"));
	return line;
}

void rt_event_end(struct json_object *line)
{
	static struct fn_buf bytes = {.max = LINE_MAX_BYTES};

	fn_buf_clear(&bytes);
	fn_buf_text(&bytes, fn_json_write(line, NULL));
	fn_buf_add(&bytes, "\n", 1);
	(void)!write(STDERR_FILENO, bytes.bytes, bytes.length);
	fn_json_drop(line);
}

void rt_event_clean(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
	}
}
