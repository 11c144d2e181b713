/* rt_retry.h: what becomes of a job after a call. */
#ifndef RT_RETRY_H
#define RT_RETRY_H

#include <stdint.h>

enum { RT_RETRY_MAX_MS = 15 * 60 * 1000 };

enum rt_verdict { RT_JOB_DONE, RT_JOB_AGAIN, RT_JOB_DEAD };

/* status: of the function's reply, 0 = there was none. attempts: made so far, this one included.
 * 2xx is done. 422 says that no repetition will help: the payload is wrong or the other side
 * refused it for good. All else is tried again until there have been enough. */
enum rt_verdict rt_retry_verdict(int status, int attempts, int max_attempts);

/* Milliseconds until the next try: 2^attempts seconds or what the function asked for, whichever is
 * longer, and up to a quarter more so that jobs that failed together do not come back together;
 * never above RT_RETRY_MAX_MS. */
int64_t rt_retry_delay(int attempts, int retry_after_s, uint32_t random);

#endif
