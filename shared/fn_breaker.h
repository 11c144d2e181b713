/* fn_breaker.h: a circuit breaker: after several faults in a row nobody is called for a while, then
 * one call tries whether the other side is back. Times are monotonic nanoseconds. */
#ifndef FN_BREAKER_H
#define FN_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { FN_BREAKER_FAULTS = 5, FN_BREAKER_SECONDS = 30 };

struct fn_breaker {
	unsigned faults;     /* in a row */
	uint64_t open_until; /* 0 = closed */
};

/* True when a call may be made: closed, or open for long enough that one may try. */
bool fn_breaker_allows(const struct fn_breaker *breaker, uint64_t now);
/* What came of a call that was allowed. */
void fn_breaker_report(struct fn_breaker *breaker, bool fault, uint64_t now);

/* The breaker of a host, made when first asked for. The table is small and forgets the host that
 * was asked for least recently. */
struct fn_breaker *fn_breaker_of(const char *host);

#endif
