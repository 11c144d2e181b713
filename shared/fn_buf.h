/* fn_buf.h: a growing byte buffer that is told its maximum when it is made. */
#ifndef FN_BUF_H
#define FN_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "fn_macros.h"

/* Once something did not fit, `full` stays set and nothing more is added: check it once, at the
 * end. */
struct fn_buf {
	char *bytes; /* always NUL-terminated after the first addition; owned by the buffer */
	size_t length, capacity, max;
	bool full;
};

void fn_buf_init(struct fn_buf *buf, size_t max);
void fn_buf_add(struct fn_buf *buf, const void *bytes, size_t length);
void fn_buf_text(struct fn_buf *buf, const char *text);
void fn_buf_format(struct fn_buf *buf, const char *format, ...) FN_PRINTF(2, 3);
/* Keeps the memory for the next use. */
void fn_buf_clear(struct fn_buf *buf);
void fn_buf_free(struct fn_buf *buf);

#endif
