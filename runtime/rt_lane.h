/* rt_lane.h: how many calls of one kind may be under way, so that a provider that hangs cannot take
 * all places. A lane is a function and the kind of its work ("send-notice/transfer_pending_sms"):
 * each fault halves what the lane may have, down to one call; each success gives one back. A
 * function always leaves one place to the other functions, and a lane one place to its function's
 * other lanes, as far as there are enough. */
#ifndef RT_LANE_H
#define RT_LANE_H

#include <stdbool.h>
#include <stddef.h>

#include "fn_buf.h"

enum { RT_LANES_MAX = 64, RT_LANE_NAME_MAX = 127 };

struct rt_lane {
	char name[RT_LANE_NAME_MAX + 1]; /* FUNCTION/KIND */
	unsigned running, limit;
};

struct rt_lanes {
	struct rt_lane lane[RT_LANES_MAX];
	size_t count;
	unsigned most, lane_most; /* calls of one function, of one lane, at a time */
};

/* concurrency: places in all. */
void rt_lanes_init(struct rt_lanes *lanes, unsigned concurrency);
void rt_lane_started(struct rt_lanes *lanes, const char *name);
void rt_lane_finished(struct rt_lanes *lanes, const char *name, bool fault);
/* Names of lanes, and of functions, that may start nothing now; comma-separated. */
void rt_lanes_full(const struct rt_lanes *lanes, struct fn_buf *into);

#endif
