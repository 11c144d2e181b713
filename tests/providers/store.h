/* store.h: what the providers hold: deposits, intents, charges, refunds, disputes and events, each
 * as the document that its provider shows and the few values that others ask for. */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "database.h"
#include "fn_json.h"

/* Kinds: deposit, deposit_refund of pawaPay; payment_intent, charge, refund, dispute, event of
 * Stripe. */
struct stored {
	const char *kind, *id, *provider;
	const char *parent; /* refund -> deposit, charge -> intent, refund and dispute -> charge */
	const char *status; /* in the provider's word */
	int64_t amount;     /* in the smallest unit */
	const char *currency;
	int64_t refunded;
	const char *reference; /* the order, as far as it was told */
	const char *payer;     /* phone or card number */
	struct json_object *document;
	const char *plan; /* outcomes to come, separated by spaces (settle.h); NULL = none */
	int64_t due;      /* when the next one comes; NONE = when somebody says so */
	int64_t created;
};

/* False when there is none. All in the arena. */
bool store_find(struct fn_arena *arena, const char *kind, const char *id, struct stored *ret);
/* An object that is of any of the kinds that payments have, never an event. */
bool store_find_any(struct fn_arena *arena, const char *id, struct stored *ret);
/* False, and nothing is changed, when it is there already. */
bool store_add(const struct stored *object);
/* Writes status, refunded, payer, document, plan and due. */
void store_keep(const struct stored *object);

/* Which documents a list shows, newest first. */
struct store_list {
	const char *kind;
	const char *parent, *status; /* NULL = any */
	const char *after;           /* the id that the list begins below; NULL = the newest */
	int64_t limit;
};
/* An array of documents; *ret_more: there are others beyond the limit. The caller owns it. */
struct json_object *store_documents(const struct store_list *list, bool *ret_more);

#endif
