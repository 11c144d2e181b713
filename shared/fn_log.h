/* fn_log.h: one JSON object a line on stderr. Never tokens, bodies, codes, whole phone numbers or
 * addresses: ids only. Strings from outside are escaped and cut. */
#ifndef FN_LOG_H
#define FN_LOG_H

#include "fn_macros.h"
#include "fn_request.h"

enum fn_level { FN_DEBUG, FN_INFO, FN_WARN, FN_ERROR };

/* name: the function, or fnd, fnq. Shown in every line. */
void fn_log_init(const char *name);
void fn_log(enum fn_level level, const char *format, ...) FN_PRINTF(2, 3);
/* With the request's id. */
void fn_log_request(struct fn_request *req, enum fn_level level, const char *format, ...)
	FN_PRINTF(3, 4);

/* The access line of a request. */
struct fn_log_line {
	int status, wire; /* honest status, status on the wire */
	const char *code, *cause;
	uint64_t run_us, queue_us;
	size_t bytes;
};
void fn_log_access(struct fn_request *req, const struct fn_log_line *line);

#endif
