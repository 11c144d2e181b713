/* record.h: what the stand-ins of the providers share: every request they got, how they are to
 * behave, and the idempotency keys they saw. One SQLite file (PROVIDERS_DB), any number of workers.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_text.h"

struct record {
	const char *provider, *method, *path;
	const char *to;   /* the recipient as it was sent; NULL when none can be read */
	const char *body; /* JSON: what was asked */
	const char *key;  /* idempotency key, or NULL */
	const char *mode; /* how it was answered */
};

/* Written before anything else happens; returns its number. */
int64_t record_request(const struct record *record);
/* What it came to: accepted = in the real world the message would go out now. */
void record_result(int64_t number, int status, bool accepted, const char *reply_id);
/* A JSON array, newest first. provider, to: NULL = all. */
const char *record_list(struct fn_arena *arena, const char *provider, const char *to,
			int64_t limit);
/* The accepted ones to `to`, newest first, as a JSON array of {"reply_id","at","body"}. */
const char *record_accepted(struct fn_arena *arena, const char *provider, const char *to,
			    int64_t limit);
/* Forgets everything but the signing keys. */
void record_reset(void);

struct behaviour {
	char mode[24];
	int64_t delay_ms;
};
/* count < 0: until told otherwise. */
void record_set_behaviour(const char *provider, const char *mode, int64_t count, int64_t delay_ms);
/* How the next request is to be answered ("ok" by default); counts it. */
struct behaviour record_next_behaviour(const char *provider);

enum key_state { KEY_NEW, KEY_IN_USE, KEY_OTHER_BODY, KEY_DONE };
/* Takes the key for this body, or says what became of it. *ret_id: the first answer's id. */
enum key_state record_take_key(struct fn_arena *arena, const char *provider, const char *key,
			       const char *fingerprint, const char **ret_id);
/* id NULL: the request failed and the key is free again. */
void record_settle_key(const char *provider, const char *key, const char *id);

#endif
