/* stripe_replay.h: the first answer to an idempotency key, given again for a day. */
#ifndef STRIPE_REPLAY_H
#define STRIPE_REPLAY_H

#include "fn_arena.h"

enum stripe_replay {
	STRIPE_REPLAY_NEW,   /* taken: stripe_replay_settle() must follow */
	STRIPE_REPLAY_BUSY,  /* the first request is under way */
	STRIPE_REPLAY_OTHER, /* the key came with other parameters */
	STRIPE_REPLAY_PATH,  /* the key came to another address */
	STRIPE_REPLAY_DONE,
};

struct stripe_replay_answer {
	const char *path;    /* of the first request */
	const char *request; /* its id */
	int status;
	const char *body;
};

enum stripe_replay stripe_replay_take(struct fn_arena *arena, const char *key, const char *path,
				      const char *fingerprint, const char *request,
				      struct stripe_replay_answer *ret);
/* body NULL: nothing was begun, and the key is free again. */
void stripe_replay_settle(const char *key, int status, const char *body);

#endif
