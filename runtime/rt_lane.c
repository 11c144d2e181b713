/* rt_lane.c: how many calls of one kind may be under way. */
#include "rt_lane.h"

#include <stdio.h>
#include <string.h>

#include "fn_die.h"

void rt_lanes_init(struct rt_lanes *lanes, unsigned concurrency)
{
	unsigned most = concurrency > 1 ? concurrency - 1 : 1;

	*lanes = (struct rt_lanes){.most = most, .lane_most = most > 1 ? most - 1 : 1};
}

/* The lane of that name; an idle one makes room when the table is full. There are fewer calls than
 * lanes, so one is always idle. */
static struct rt_lane *find(struct rt_lanes *lanes, const char *name)
{
	struct rt_lane *lane = NULL;

	for (size_t i = 0; i < lanes->count; i++) {
		if (strcmp(lanes->lane[i].name, name) == 0)
			return &lanes->lane[i];
		if (lanes->lane[i].running == 0)
			lane = &lanes->lane[i];
	}
	if (lanes->count < RT_LANES_MAX)
		lane = &lanes->lane[lanes->count++];
	if (lane == NULL)
		fn_die(70, "all %d lanes are in use", RT_LANES_MAX);
	*lane = (struct rt_lane){.limit = lanes->lane_most};
	(void)snprintf(lane->name, sizeof(lane->name), "%s", name);
	return lane;
}

void rt_lane_started(struct rt_lanes *lanes, const char *name)
{
	find(lanes, name)->running++;
}

void rt_lane_finished(struct rt_lanes *lanes, const char *name, bool fault)
{
	struct rt_lane *lane = find(lanes, name);

	lane->running--;
	if (fault)
		lane->limit = lane->limit > 1 ? lane->limit / 2 : 1;
	else if (lane->limit < lanes->lane_most)
		lane->limit++;
}

static void add_name(struct fn_buf *into, const char *name, size_t length)
{
	if (into->length > 0)
		fn_buf_text(into, ",");
	fn_buf_add(into, name, length);
}

static size_t function_length(const struct rt_lane *lane)
{
	return strcspn(lane->name, "/");
}

/* Calls of the lane's function over all its lanes. */
static unsigned running_of(const struct rt_lanes *lanes, const struct rt_lane *lane)
{
	size_t length = function_length(lane);
	unsigned running = 0;

	for (size_t i = 0; i < lanes->count; i++) {
		const struct rt_lane *other = &lanes->lane[i];

		if (function_length(other) == length &&
		    strncmp(other->name, lane->name, length) == 0)
			running += other->running;
	}
	return running;
}

void rt_lanes_full(const struct rt_lanes *lanes, struct fn_buf *into)
{
	fn_buf_clear(into);
	fn_buf_text(into, "");
	for (size_t i = 0; i < lanes->count; i++) {
		const struct rt_lane *lane = &lanes->lane[i];

		if (lane->running == 0)
			continue;
		if (lane->running >= lane->limit)
			add_name(into, lane->name, strlen(lane->name));
		if (running_of(lanes, lane) >= lanes->most)
			add_name(into, lane->name, function_length(lane));
	}
}
