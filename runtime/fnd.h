/* fnd.h: the daemon's own state: where it works and what it is about to do. */
#ifndef FND_H
#define FND_H

#include <sys/resource.h>
#include <sys/types.h>

#include "rt_files.h"
#include "rt_settings.h"

struct fnd_function;

enum { FND_FUNCTIONS_MAX = 2048 };

struct fnd {
	char state[RT_PATH_MAX], functions_dir[RT_PATH_MAX], run[RT_PATH_MAX];
	char socket[RT_PATH_MAX]; /* of fnctl */
	char config[RT_PATH_MAX]; /* "" = none */
	const char *user;         /* to become when started as root; NULL = stay */
	gid_t group;              /* of the functions' sockets */
	bool has_group, log_to_stdout;
	struct rlimit files; /* as it was found: functions get this one back */

	uint64_t now; /* monotonic, once a turn of the loop */
	struct fnd_function *functions[FND_FUNCTIONS_MAX];
	size_t count;
	bool stopping, reopen_log, finished;
	bool processes_changed; /* fnd.pids must be written */
};

extern struct fnd fnd;

/* fnd_options.c: fills `fnd` or ends the process. */
void fnd_options(int argc, char **argv);
/* fnd_stop.c: told to stop, by a signal or by fnctl; a second time means now. */
void fnd_stop(void);
/* Sets `finished` when nothing is left running. */
void fnd_stop_step(void);

/* fnd_pids.c: RUN_DIR/fnd.pids, so that others can end what a killed fnd left. */
void fnd_pids_write(void);
/* Ends what an earlier fnd left behind; before anything is started. */
void fnd_pids_end_orphans(void);

/* fnd_queue.c: how many connections wait on the listening socket; -1 = unknown. */
int fnd_queue_depth(int listener);

#endif
