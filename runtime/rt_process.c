/* rt_process.c: who a process is and how it ended. */
#include "rt_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { FIELD_START = 22 }; /* of /proc/PID/stat, see proc(5) */

bool rt_process_start(pid_t pid, unsigned long long *ret_start)
{
	char path[64], text[1024];
	const char *at;
	size_t length;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	length = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[length] = '\0';
	at = strrchr(text, ')'); /* the name in brackets may hold anything */
	for (int field = 2; at != NULL && field < FIELD_START; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return false;
	*ret_start = strtoull(at + 1, NULL, 10);
	return true;
}

const char *rt_process_end(int status, char into[static RT_END_MAX])
{
	const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

	if (name != NULL)
		(void)snprintf(into, RT_END_MAX, "SIG%s", name);
	else if (WIFSIGNALED(status))
		(void)snprintf(into, RT_END_MAX, "signal %d", WTERMSIG(status));
	else
		(void)snprintf(into, RT_END_MAX, "exit %d", WEXITSTATUS(status));
	return into;
}
