/* fnd_log.h: collecting the log lines of templates and workers, each through a pipe of its own. */
#ifndef FND_LOG_H
#define FND_LOG_H

#include <stdint.h>
#include <sys/types.h>

#include "fn_buf.h"
#include "rt_why.h"

struct fnd_pipe {
	int fd;                 /* -1 = not in use */
	const char *fn;         /* whose lines; outlives the pipe */
	pid_t pid;              /* 0 while it is not known */
	unsigned skipped;       /* so often its lines were left for later, to know the pid */
	struct fn_buf line;     /* the beginning of a line whose end is still to come */
	bool cut;               /* that line is too long: skip to its end */
	struct fn_buf *capture; /* gets a copy of every line, for a deploy's report; or NULL */
};

/* Opens the sink: LOG_DIR/functions.log, where fnd's own lines go then too, or stdout (NULL). */
bool fnd_log_open(const char *directory, struct rt_why *why);
/* The file again under its name, after somebody moved it away. */
void fnd_log_reopen(void);
/* What was collected goes out in one piece. False: something is left, the reader is slow. */
bool fnd_log_flush(void);
/* Listens to the pipes again after a pause; returns when to be called for that, 0 = no need. */
uint64_t fnd_log_step(void);

/* A new pipe; *ret_end is for the process, non-blocking, to be closed here afterwards. */
bool fnd_pipe_open(struct fnd_pipe *pipe, const char *fn, int *ret_end, struct rt_why *why);
/* Reads what is left and closes. Fine on one that was never opened. */
void fnd_pipe_close(struct fnd_pipe *pipe);

#endif
