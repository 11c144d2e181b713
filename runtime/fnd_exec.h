/* fnd_exec.h: starting a function's program with exactly the descriptors it shall have. */
#ifndef FND_EXEC_H
#define FND_EXEC_H

#include <stdbool.h>
#include <sys/types.h>

#include "rt_why.h"

enum { FND_EXEC_FDS = 7 }; /* 0 to FN_FD_WAKE of fn_board.h */

struct fnd_exec {
	const char *path, *name;
	bool check;            /* run `NAME --check` */
	int fds[FND_EXEC_FDS]; /* -1: /dev/null for 0 and 1, closed above */
};

/* -1 with a reason. What goes wrong after the fork is said on the program's stderr, exit 127. */
pid_t fnd_exec(const struct fnd_exec *what, struct rt_why *why);

#endif
