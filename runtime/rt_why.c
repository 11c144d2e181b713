/* rt_why.c: a sentence that tells the operator why something was refused. */
#include "rt_why.h"

#include <stdarg.h>
#include <stdio.h>

bool rt_refuse(struct rt_why *why, const char *format, ...)
{
	char text[RT_WHY_MAX]; /* apart: a caller may pass why->text as an argument */
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)snprintf(why->text, sizeof(why->text), "%s", text);
	return false;
}
