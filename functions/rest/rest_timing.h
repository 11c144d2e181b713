/* rest_timing.h: how long the steps of a request took, for the Server-Timing header. Costs a look
 * at the clock for each step, and nothing while it is off. */
#ifndef REST_TIMING_H
#define REST_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_request.h"

/* In the order of the header. */
enum rest_step_timed {
	REST_TIMED_JWT,
	REST_TIMED_PARSE,
	REST_TIMED_PLAN,
	REST_TIMED_TRANSACTION,
	REST_TIMED_RESPONSE,
	REST_TIMED_STEPS,
};

struct rest_timing {
	bool on;
	uint64_t at; /* when the last step ended */
	bool took_place[REST_TIMED_STEPS];
	uint64_t spent[REST_TIMED_STEPS]; /* nanoseconds */
};

void rest_timing_start(struct rest_timing *timing, bool on);
/* What was done since the last mark, or since the start, was this step. */
void rest_timing_mark(struct rest_timing *timing, enum rest_step_timed step);
/* Adds the header: milliseconds of each step that took place. */
void rest_timing_put(struct fn_request *req, const struct rest_timing *timing);

#endif
