/* rt_event.c: log lines of the runtime with fields of their own. */
#include "rt_event.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fn_time.h"
#include "rt_why.h"

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
	size_t length;
	const char *text = fn_json_write(line, &length);
	struct iovec parts[2] = {{(void *)(uintptr_t)text, length}, {(char[]){'\n'}, 1}};

	(void)!writev(STDERR_FILENO, parts, 2);
	fn_json_drop(line);
}

void rt_event_clean(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
	}
}
