/* fn_time.h: clocks. Wall time may be moved by tests (TEST_CLOCK_OFFSET); monotonic time never is.
 */
#ifndef FN_TIME_H
#define FN_TIME_H

#include <stdint.h>

#include "fn_arena.h"

/* Seconds since 1970, plus the test offset. */
int64_t fn_time_now(void);
/* Nanoseconds of a clock that only goes forward; the same in all processes of the machine. */
uint64_t fn_time_monotonic(void);
/* RFC 3339 in UTC with milliseconds: 2026-01-31T08:00:00.000Z. Real time, without the test offset.
 */
const char *fn_time_stamp(char into[static 32]);
/* Only in tests. */
void fn_time_offset(int64_t seconds);

#endif
