/* fnd_deploy.h: a new generation takes over from the one that serves, and no request is lost:
 * deploy, rollback and restart. One at a time, in the order of asking, because each may need the
 * database connections of one function twice. */
#ifndef FND_DEPLOY_H
#define FND_DEPLOY_H

#include "fnd_control.h"
#include "fnd_function.h"

enum fnd_job_kind {
	FND_DEPLOY,   /* to a release that lies on disk */
	FND_ROLLBACK, /* to the previous one; its template is still warm */
	FND_RESTART,  /* the same release with the settings of now */
};

/* The client gets its answer when it is done; release only for FND_DEPLOY. */
void fnd_deploy_ask(enum fnd_job_kind kind, const char *name, const char *release,
		    struct fnd_client *client);
void fnd_deploy_forget_client(const struct fnd_client *client);
/* Goes on with the one at hand. 0, or the time of the next look. */
uint64_t fnd_deploy_step(void);
/* fnd stops: everything that was asked is refused. */
void fnd_deploy_end(void);

/* Told by fnd_reap.c. */
bool fnd_deploy_check_ended(pid_t pid, int status);
bool fnd_deploy_is_check(pid_t pid);
void fnd_deploy_worker_ended(const struct fnd_generation *g);

/* Do all functions fit the database, with `changed` (may be NULL) for its function's current one?
 */
bool fnd_budget_fits(const struct fnd_generation *changed, struct rt_why *why);

#endif
