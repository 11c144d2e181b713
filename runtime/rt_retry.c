/* rt_retry.c: what becomes of a job after a call. */
#include "rt_retry.h"

enum { SECOND_MS = 1000, SHIFT_MAX = 10 /* 2^10 s is past the maximum already */ };

enum rt_verdict rt_retry_verdict(int status, int attempts, int max_attempts)
{
	if (status >= 200 && status <= 299)
		return RT_JOB_DONE;
	if (status == 422 || attempts >= max_attempts)
		return RT_JOB_DEAD;
	return RT_JOB_AGAIN;
}

int64_t rt_retry_delay(int attempts, int retry_after_s, uint32_t random)
{
	int shift = attempts < 0 ? 0 : attempts < SHIFT_MAX ? attempts : SHIFT_MAX;
	int64_t delay = (int64_t)SECOND_MS << shift;

	if (delay < (int64_t)retry_after_s * SECOND_MS)
		delay = (int64_t)retry_after_s * SECOND_MS;
	delay += delay / 4 * (int64_t)random / UINT32_MAX;
	return delay < RT_RETRY_MAX_MS ? delay : RT_RETRY_MAX_MS;
}
