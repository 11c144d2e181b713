/* fnctl.h: the operator's command: what it was asked, and its parts. */
#ifndef FNCTL_H
#define FNCTL_H

#include "fn_json.h"
#include "rt_files.h"

/* Also in the usage text. */
enum fnctl_exit {
	FNCTL_DONE = 0,
	FNCTL_REFUSED = 1,   /* fnd said no; what served before still does */
	FNCTL_NO_FND = 3,    /* it does not answer */
	FNCTL_BAD_FILES = 4, /* a binary, a function.ini or a directory */
	FNCTL_WRONG_USE = 64,
};

struct fnctl {
	char state[RT_PATH_MAX], functions_dir[RT_PATH_MAX], socket[RT_PATH_MAX];
	const char *bin, *ini;         /* of one function, or NULL */
	const char *bin_dir, *ini_dir; /* where the files of functions lie */
	bool json;
};

extern struct fnctl fnctl;

/* Says why on stderr; returns the status. */
enum fnctl_exit fnctl_fail(enum fnctl_exit status, const char *format, ...) FN_PRINTF(2, 3);

/* ---- fnctl_client.c ---- */
/* Is somebody there? */
bool fnctl_reaches_fnd(void);
/* Sends the question (taken) and waits for the answer, at most so many seconds (0 = for ever). NULL
 * after saying why. */
struct json_object *fnctl_ask(struct fn_arena *arena, struct json_object *question, int seconds);
/* "ok" of an answer; a refusal is shown. */
bool fnctl_agreed(const struct json_object *answer);

/* ---- fnctl_release.c ---- */
enum fnctl_exit fnctl_install(const char *name);
enum fnctl_exit fnctl_deploy(const char *name);
/* cmd: rollback or restart */
enum fnctl_exit fnctl_change(const char *cmd, const char *name);

/* ---- fnctl_status.c ---- */
enum fnctl_exit fnctl_status(void);

#endif
