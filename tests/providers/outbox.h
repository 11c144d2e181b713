/* outbox.h: webhooks that are to be delivered. A stand-in answers at once; the courier takes them
 * from here, retries until 2xx, and signs each try anew. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_arena.h"

/* Queues one webhook, in as many copies, as late and with as many forgeries as the settings ask
 * for; none at all when they say `drop`. object: the id it speaks of; what: its type or status. */
void outbox_post(struct fn_arena *arena, const char *provider, const char *object, const char *what,
		 const char *body);

/* One, as it is; forged: how it is false, NULL = not at all. */
void outbox_put(const char *provider, const char *object, const char *what, const char *body,
		const char *forged, int64_t due);
/* An earlier one once more; false when there is none of that number. */
bool outbox_again(int64_t number);
/* Whether there is such a forgery: signature, amount, old, unsigned. */
bool outbox_is_forgery(const char *kind);

/* The body with every amount in it replaced by 1: what a forger would like. */
const char *outbox_cheapen(struct fn_arena *arena, const char *body);
/* Compact JSON over several lines, indented by two, as Stripe sends it. */
const char *outbox_indent(struct fn_arena *arena, const char *json);

#endif
