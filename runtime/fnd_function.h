/* fnd_function.h: one function as fnd sees it: its socket, its scoreboard, its generations (a
 * release with its template process) and its workers. */
#ifndef FND_FUNCTION_H
#define FND_FUNCTION_H

#include "fn_board.h"
#include "fnd.h"
#include "fnd_log.h"
#include "fnd_loop.h"
#include "fnd_plan.h"
#include "rt_function.h"
#include "rt_release.h"

enum fnd_phase {
	FND_DOWN,     /* no template process */
	FND_STARTING, /* executed, not yet READY */
	FND_READY,
	FND_ENDING, /* was told to end */
};

/* Freed when it has no role in its function, no template process and no worker any more. */
struct fnd_generation {
	struct fnd_function *function;
	struct fnd_generation *older; /* list of all */
	struct rt_function config;
	char release[RT_RELEASE_ID + 1];
	int settings; /* sealed memory, for a template that must be started again */
	enum fnd_phase phase;
	pid_t pid;
	unsigned long long born; /* rt_process_start() of pid; 0 = not asked yet */
	uint64_t since;          /* in this phase */
	struct fnd_watch control;
	struct fnd_pipe log;
	bool killed;
};

struct fnd_worker {
	struct fnd_generation *generation;
	pid_t pid;               /* 0: asked for, no answer yet */
	unsigned long long born; /* as of the generation */
	uint64_t asked_at, told_at;
	enum fnd_action killed; /* FND_KEEP: not */
	uint64_t order;         /* of the asking */
	struct fnd_pipe log;
};

struct fnd_function {
	char name[RT_NAME_MAX + 1];
	char socket[RT_PATH_MAX];
	struct fnd_watch listener, wake;
	int board_fd;
	struct fn_board *board;
	struct fnd_worker *workers[FN_SLOTS_MAX];
	struct fnd_generation *generations;               /* newest first */
	struct fnd_generation *current, *previous, *next; /* next: during a deploy */
	bool dirty;                                       /* something happened: look at it */
	bool readable;       /* a connection waits, or did a moment ago */
	uint64_t suspect_at; /* a worker died unasked: look then for connections that it stranded */
	uint64_t check_at;   /* look at it then; 0 = only when something happens */
	/* failed starts in a row */
	unsigned failures;
	uint64_t not_before, failed_at;
	/* since fnd started */
	uint64_t served, restarts, deploys;
	char last_death[96];
	struct rt_why problem; /* why there is no current generation; "" = none */
};

/* With its scoreboard, but without a socket and a generation. NULL with a reason. */
struct fnd_function *fnd_function_new(const char *name, struct rt_why *why);
/* Makes its socket, once. */
bool fnd_function_listen(struct fnd_function *f, struct rt_why *why);
void fnd_function_free(struct fnd_function *f);
struct fnd_function *fnd_function_find(const char *name);
/* Looks at everything and does what is to do. */
void fnd_function_step(struct fnd_function *f);
/* A template or worker failed before its first request: the next start waits. */
void fnd_function_failed(struct fnd_function *f);
void fnd_function_unlink(struct fnd_function *f);
/* What the board says of a slot. */
enum fn_slot_state fnd_slot_state(const struct fnd_function *f, unsigned slot);
/* live, idle, ... of now, for the status; changes nothing. */
void fnd_function_look(const struct fnd_function *f, struct fnd_plan *ret);

/* ---- fnd_socket.c ---- */
/* A listening socket under that name, mode 0660, made whole before it gets the name. -1 = refused.
 */
int fnd_socket_listen(const char *path, bool for_group, struct rt_why *why);

#endif
