/* fn_prepared.h: which texts the connection has prepared as statements. Bounded: the text unused
 * for the longest makes room. For fn_pq.c alone. */
#ifndef FN_PREPARED_H
#define FN_PREPARED_H

#include <stdbool.h>
#include <stdint.h>

enum { FN_PREPARED_MAX = 128, FN_PREPARED_NAME = 32 };

struct fn_prepared {
	char *text;                  /* owned; NULL = free */
	char name[FN_PREPARED_NAME]; /* of the statement on the server */
	uint64_t used;               /* when, in calls of fn_prepared_find() */
	bool prepared;               /* the server has said so */
};

/* The text's place, or the one to put it in: then its `text` is another one, or NULL. */
struct fn_prepared *fn_prepared_find(const char *text);
/* Takes the place for this text, under a name of its own; what was there is forgotten. */
void fn_prepared_take(struct fn_prepared *place, const char *text);
void fn_prepared_forget(struct fn_prepared *place);
/* A new connection knows none of them. */
void fn_prepared_forget_all(void);

#endif
