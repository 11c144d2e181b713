/* fnd_worker.h: the workers of a function: asking for them, ending them, burying them. */
#ifndef FND_WORKER_H
#define FND_WORKER_H

#include "fnd_function.h"

/* Asks the template for one. False: no slot, or the asking failed (said, and counted). */
bool fnd_worker_ask(struct fnd_generation *g);
/* The template's answers. */
void fnd_worker_spawned(struct fnd_generation *g, const struct fn_control *message);
void fnd_worker_refused(struct fnd_generation *g, const struct fn_control *message);
/* Answers that will not come, because the template died. */
void fnd_worker_forget_asked(struct fnd_generation *g);

/* SIGTERM: finish the request in hand and leave. */
void fnd_worker_tell(struct fnd_worker *w);
/* To all of a generation. */
void fnd_workers_tell(struct fnd_generation *g);
void fnd_worker_kill(struct fnd_worker *w, enum fnd_action why);
/* The slot is free again. */
void fnd_worker_release(struct fnd_function *f, unsigned slot);

/* ---- fnd_reap.c ---- */
/* Buries every child that ended. */
void fnd_reap(void);
/* Says how a worker ended, counts it, and frees its slot. */
void fnd_worker_bury(struct fnd_function *f, unsigned slot, int status);
/* A child that ended before anybody knew it; true when there was one. */
bool fnd_reap_stray(pid_t pid, int *ret_status);
/* A living child that is nobody's; 0 when there is none. */
pid_t fnd_reap_unknown_child(void);

#endif
