/* fn_die.c: the end of a process that cannot go on. */
#include "fn_die.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "fn_time.h"

enum { TEXT_MAX = 1000, LINE_MAX_BYTES = 1400 };

static const char *program = "?";

void fn_die_name(const char *name)
{
	program = name;
}

/* The library that writes JSON needs memory, of which there may be none: what would have to be
 * escaped is replaced instead. */
static void tame(char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"')
			*text = '\'';
		else if (byte < ' ' || byte == '\\' || byte > '~')
			*text = '?';
	}
}

void fn_die(int status, const char *format, ...)
{
	char text[TEXT_MAX], line[LINE_MAX_BYTES], stamp[32];
	va_list args;
	int length;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tame(text);
	length = snprintf(
		line, sizeof(line),
		"{\"ts\":\"%s\",\"level\":\"error\",\"fn\":\"%s\",\"pid\":%d,\"msg\":\"%s\"}\n",
		fn_time_stamp(stamp), program, (int)getpid(), text);
	if (length > 0)
		(void)!write(STDERR_FILENO, line, (size_t)length);
	_exit(status);
}
