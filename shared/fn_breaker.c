/* fn_breaker.c: circuit breakers, one per host and process. */
#include "fn_breaker.h"

#include <stdio.h>
#include <string.h>

/* A function calls one or two providers. */
enum { HOSTS_MAX = 8, NAME_MAX_BYTES = 256 };

static struct entry {
	char host[NAME_MAX_BYTES];
	struct fn_breaker breaker;
	uint64_t used; /* larger = more recently */
} table[HOSTS_MAX];
static uint64_t uses;

bool fn_breaker_allows(const struct fn_breaker *breaker, uint64_t now)
{
	return breaker->open_until == 0 || now >= breaker->open_until;
}

void fn_breaker_report(struct fn_breaker *breaker, bool fault, uint64_t now)
{
	if (!fault) {
		*breaker = (struct fn_breaker){0};
		return;
	}
	breaker->faults++;
	if (breaker->faults >= FN_BREAKER_FAULTS) /* a failed trial opens it again at once */
		breaker->open_until = now + FN_BREAKER_SECONDS * UINT64_C(1000000000);
}

struct fn_breaker *fn_breaker_of(const char *host)
{
	struct entry *entry = &table[0];

	for (size_t i = 0; i < HOSTS_MAX; i++) {
		if (strcmp(table[i].host, host) == 0) {
			table[i].used = ++uses;
			return &table[i].breaker;
		}
		if (table[i].used < entry->used)
			entry = &table[i];
	}
	*entry = (struct entry){.used = ++uses};
	(void)snprintf(entry->host, sizeof(entry->host), "%s", host);
	return &entry->breaker;
}
