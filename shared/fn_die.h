/* fn_die.h: the end of a process that cannot go on. Below everything else: it allocates nothing, so
 * that "out of memory" can be said. */
#ifndef FN_DIE_H
#define FN_DIE_H

#include "fn_macros.h"

/* Shown in the line; fn_log_init() passes it on. */
void fn_die_name(const char *name);
/* Logs one JSON line and ends the process with the status of sysexits.h: 78 = configuration, 70 =
 * our bug, 71 = the system. */
void fn_die(int status, const char *format, ...) FN_PRINTF(2, 3) FN_NORETURN;

#endif
