/* unit_worker.h: a real worker in a child process, on a unix socket of its own, with a scoreboard.
 */
#ifndef UNIT_WORKER_H
#define UNIT_WORKER_H

#include <sys/types.h>

#include "fn_board.h"
#include "fn_serve.h"
#include "unit.h"

enum { UNIT_PATIENCE_MS = 10000 };

struct unit_worker {
	pid_t pid; /* 0 once its end was seen */
	char directory[32], path[64];
	int listener, wake, log;
	struct fn_board *board; /* shared with the worker, which has slot 0 */
};

/* Makes socket, board and eventfd, but no process yet. */
void unit_worker_prepare(struct unit_worker *w);
/* Forks a worker that serves like this (board and slot are filled in), and waits until it is idle.
 */
void unit_worker_start(struct unit_worker *w, const struct fn_serve *like);
/* Waits until slot 0 is in this state. */
void unit_worker_await(const struct unit_worker *w, enum fn_slot_state state);
/* Waits for its end: exit status, or 1000 + the signal. */
int unit_worker_end(struct unit_worker *w);
/* True while the process runs. */
bool unit_worker_lives(struct unit_worker *w);
/* How often it wrote to the eventfd since the last look. */
uint64_t unit_worker_woken(const struct unit_worker *w);
/* What it has said on stderr. */
const char *unit_worker_said(const struct unit_worker *w);
/* Ends what still runs and removes what was made. */
void unit_worker_clean(struct unit_worker *w);

#endif
