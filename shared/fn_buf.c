/* fn_buf.c: a growing byte buffer with a maximum. */
#include "fn_buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"

enum { FIRST = 512 };

void fn_buf_init(struct fn_buf *buf, size_t max)
{
	*buf = (struct fn_buf){.max = max};
}

/* Room for `length` more bytes and the NUL. */
static bool reserve(struct fn_buf *buf, size_t length)
{
	size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST;
	char *bytes;

	if (buf->full || length > buf->max - buf->length) {
		buf->full = true;
		return false;
	}
	while (capacity < buf->length + length + 1)
		capacity *= 2;
	if (capacity == buf->capacity)
		return true;
	bytes = realloc(buf->bytes, capacity);
	if (bytes == NULL)
		fn_die(71, "out of memory");
	buf->bytes = bytes;
	buf->capacity = capacity;
	return true;
}

void fn_buf_add(struct fn_buf *buf, const void *bytes, size_t length)
{
	if (!reserve(buf, length))
		return;
	if (length > 0)
		memcpy(buf->bytes + buf->length, bytes, length);
	buf->length += length;
	buf->bytes[buf->length] = '\0';
}

void fn_buf_text(struct fn_buf *buf, const char *text)
{
	fn_buf_add(buf, text, strlen(text));
}

void fn_buf_format(struct fn_buf *buf, const char *format, ...)
{
	va_list args, again;
	size_t room = buf->capacity - buf->length;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(room > 0 ? buf->bytes + buf->length : NULL, room, format, args);
	va_end(args);
	if (length >= 0 && reserve(buf, (size_t)length)) {
		if ((size_t)length >= room) /* it did not fit */
			(void)vsnprintf(buf->bytes + buf->length, (size_t)length + 1, format,
					again);
		buf->length += (size_t)length;
	} else if (room > 0) {
		buf->bytes[buf->length] = '\0';
	}
	va_end(again);
}

void fn_buf_clear(struct fn_buf *buf)
{
	buf->length = 0;
	buf->full = false;
	if (buf->bytes != NULL)
		buf->bytes[0] = '\0';
}

void fn_buf_free(struct fn_buf *buf)
{
	free(buf->bytes);
	fn_buf_init(buf, buf->max);
}
