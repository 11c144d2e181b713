/* rt_process.h: who a process is and how it ended. */
#ifndef RT_PROCESS_H
#define RT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

enum { RT_END_MAX = 32 };

/* In clock ticks since boot: with the pid it names one process for ever. False when it is gone. */
bool rt_process_start(pid_t pid, unsigned long long *ret_start);
/* "SIGSEGV" or "exit 78", from a status of waitpid(). */
const char *rt_process_end(int status, char into[static RT_END_MAX]);

#endif
