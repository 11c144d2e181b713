/* rt_event.h: log lines of the runtime with fields of their own, in the form of fn_log.h. */
#ifndef RT_EVENT_H
#define RT_EVENT_H

#include <sys/types.h>

#include "fn_json.h"
#include "fn_log.h"

/* A line about function `fn`; pid 0 = none. The caller may add members before rt_event_end(). */
struct json_object *rt_event_begin(enum fn_level level, const char *fn, pid_t pid,
				   const char *format, ...) FN_PRINTF(4, 5);
/* Writes it to stderr in one piece and drops it. */
void rt_event_end(struct json_object *line);

/* Every byte that is not printable ASCII becomes '?': for text that nobody vouches for. */
void rt_event_clean(char *text);

#endif
