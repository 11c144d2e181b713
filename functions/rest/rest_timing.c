/* rest_timing.c: Server-Timing. */
#include "rest_timing.h"

#include "fn_reply.h"
#include "fn_time.h"

enum { MICROSECOND = 1000, TENTH = 100 * MICROSECOND };

void rest_timing_start(struct rest_timing *timing, bool on)
{
	*timing = (struct rest_timing){.on = on};
	if (on)
		timing->at = fn_time_monotonic();
}

void rest_timing_mark(struct rest_timing *timing, enum rest_step_timed step)
{
	uint64_t now;

	if (!timing->on)
		return;
	now = fn_time_monotonic();
	timing->took_place[step] = true;
	timing->spent[step] += now - timing->at;
	timing->at = now;
}

void rest_timing_put(struct fn_request *req, const struct rest_timing *timing)
{
	static const char *const names[] = {[REST_TIMED_JWT] = "jwt",
					    [REST_TIMED_PARSE] = "parse",
					    [REST_TIMED_PLAN] = "plan",
					    [REST_TIMED_TRANSACTION] = "transaction",
					    [REST_TIMED_RESPONSE] = "response"};
	const char *list = NULL;

	for (size_t i = 0; timing->on && i < REST_TIMED_STEPS; i++) {
		unsigned long long tenths = (timing->spent[i] + TENTH / 2) / TENTH;

		if (timing->took_place[i])
			list = fn_arena_format(fn_request_arena(req), "%s%s%s;dur=%llu.%llu",
					       list == NULL ? "" : list, list == NULL ? "" : ", ",
					       names[i], tenths / 10, tenths % 10);
	}
	if (list != NULL)
		fn_reply_header(req, "Server-Timing", list);
}
