/* fn_prepared.c: texts that were prepared on the connection, and under which names. */
#include "fn_prepared.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_die.h"

static struct fn_prepared places[FN_PREPARED_MAX];
static uint64_t finds;

void fn_prepared_forget(struct fn_prepared *place)
{
	free(place->text);
	*place = (struct fn_prepared){0};
}

void fn_prepared_forget_all(void)
{
	for (size_t i = 0; i < FN_PREPARED_MAX; i++)
		fn_prepared_forget(&places[i]);
}

struct fn_prepared *fn_prepared_find(const char *text)
{
	struct fn_prepared *place = &places[0];

	finds++;
	for (size_t i = 0; i < FN_PREPARED_MAX; i++) {
		struct fn_prepared *p = &places[i];

		if (p->text != NULL && strcmp(p->text, text) == 0) {
			place = p;
			break;
		}
		if (p->used < place->used)
			place = p;
	}
	place->used = finds;
	return place;
}

void fn_prepared_take(struct fn_prepared *place, const char *text)
{
	uint64_t used = place->used;

	fn_prepared_forget(place);
	place->used = used;
	place->text = strdup(text);
	if (place->text == NULL)
		fn_die(71, "out of memory");
	(void)snprintf(place->name, sizeof(place->name), "step%llu", (unsigned long long)used);
}
