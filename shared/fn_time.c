/* fn_time.c: clocks. */
#include "fn_time.h"

#include <stdio.h>
#include <time.h>

static int64_t offset;

int64_t fn_time_now(void)
{
	return (int64_t)time(NULL) + offset;
}

void fn_time_offset(int64_t seconds)
{
	offset = seconds;
}

uint64_t fn_time_monotonic(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

const char *fn_time_stamp(char into[static 32])
{
	struct timespec t;
	struct tm utc;
	size_t length;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	(void)gmtime_r(&t.tv_sec, &utc);
	length = strftime(into, 32, "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(into + length, 32 - length, ".%03ldZ", t.tv_nsec / 1000000);
	return into;
}
