/* fnd_plan.c: what to do about one function's workers. Pure: no clock, no system call. */
#include "fnd_plan.h"

#include <string.h>

enum {
	TICK_MS = 1000,
	TICK_MIN_MS = 5,       /* for absurdly small hard limits */
	START_HOPE_MS = 1000,  /* a start that takes longer no longer keeps others from starting */
	START_LIMIT_MS = 5000, /* longer than connect_timeout of the database (3 s) */
	END_LIMIT_MS = 5000,   /* libfcgi's closing waits are far shorter */
	/* A worker says BUSY before it accepts: its connection may still be counted as waiting. So
	 * long that is believed; the second when it shows that it has no request yet. */
	FRESH_US = 300,
	NAMELESS_MS = 50,
	LOOK_AGAIN_US = 500,
	WAIT_FIRST_MS = 100,
	WAIT_MAX_MS = 10000,
};

uint64_t fnd_plan_wait(unsigned failures)
{
	uint64_t wait = WAIT_FIRST_MS;

	while (failures > 1 && wait < WAIT_MAX_MS) {
		wait *= 2;
		failures--;
	}
	return (wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS) * FND_MS;
}

/* A worker of another process wrote `since`: it may be later than the clock that was read before.
 */
static uint64_t age(const struct fnd_plan_input *in, uint64_t since)
{
	return in->now > since ? in->now - since : 0;
}

static void check_by(struct fnd_plan *plan, uint64_t time)
{
	if (plan->check_at == 0 || time < plan->check_at)
		plan->check_at = time;
}

static bool serves(const struct fnd_plan_slot *slot)
{
	return slot->taken && slot->serves && !slot->told && !slot->killed;
}

static void count(const struct fnd_plan_slot *slot, struct fnd_plan *plan)
{
	plan->leaving += slot->told || slot->killed;
	if (!serves(slot))
		return;
	plan->live++;
	plan->idle += slot->state == FN_SLOT_IDLE;
	plan->busy += slot->state == FN_SLOT_BUSY;
	plan->starting += slot->state == FN_SLOT_STARTING || slot->state == FN_SLOT_EMPTY;
}

/* SIGKILL when `limit` has passed since `since`, else a look at that time. */
static enum fnd_action kill_after(const struct fnd_plan_input *in, struct fnd_plan *plan,
				  uint64_t since, uint64_t limit, enum fnd_action action)
{
	if (age(in, since) >= limit)
		return action;
	check_by(plan, since + limit);
	return FND_KEEP;
}

/* A slot becomes busy or idle without a word to fnd: the next look is early enough for the hard
 * limit to be exact, and not much too late for retiring. */
static void look_again(const struct fnd_plan_input *in, const struct fnd_plan_slot *slot,
		       struct fnd_plan *plan)
{
	uint64_t tick = slot->hard_limit / 2;

	tick = tick < TICK_MS * FND_MS ? tick : TICK_MS * FND_MS;
	tick = tick > TICK_MIN_MS * FND_MS ? tick : TICK_MIN_MS * FND_MS;
	check_by(plan, in->now + tick);
}

static enum fnd_action judge(const struct fnd_plan_input *in, const struct fnd_plan_slot *slot,
			     struct fnd_plan *plan)
{
	if (slot->killed)
		return FND_KEEP;
	if (slot->state == FN_SLOT_BUSY || slot->state == FN_SLOT_IDLE)
		look_again(in, slot, plan);
	if (slot->state == FN_SLOT_BUSY)
		return kill_after(in, plan, slot->since, slot->hard_limit, FND_OVER_LIMIT);
	if (slot->told) /* a request may have ended after it was told */
		return kill_after(in, plan,
				  slot->since > slot->told_at ? slot->since : slot->told_at,
				  END_LIMIT_MS * FND_MS, FND_STUCK_END);
	if (slot->state != FN_SLOT_IDLE)
		return kill_after(in, plan, slot->since, START_LIMIT_MS * FND_MS, FND_STUCK_START);
	return FND_KEEP;
}

/* The one that is idle for the longest, if that is long enough. */
static int oldest_idle(const struct fnd_plan_input *in, struct fnd_plan *plan, uint64_t timeout)
{
	int oldest = -1;

	for (int i = 0; i < FN_SLOTS_MAX; i++) {
		const struct fnd_plan_slot *slot = &in->slots[i];

		if (!serves(slot) || slot->state != FN_SLOT_IDLE || plan->action[i] != FND_KEEP)
			continue;
		if (age(in, slot->since) < timeout)
			check_by(plan, slot->since + timeout);
		else if (oldest < 0 || slot->since < in->slots[oldest].since)
			oldest = i;
	}
	return oldest;
}

static bool retire_one(const struct fnd_plan_input *in, struct fnd_plan *plan, uint64_t timeout)
{
	int oldest = oldest_idle(in, plan, timeout);

	if (oldest < 0)
		return false;
	plan->action[oldest] = FND_RETIRE;
	plan->live--;
	plan->idle--;
	plan->leaving++;
	return true;
}

static void retire(const struct fnd_plan_input *in, struct fnd_plan *plan)
{
	while (plan->live > in->min && retire_one(in, plan, in->idle_timeout))
		;
}

static unsigned hopeful_starts(const struct fnd_plan_input *in)
{
	unsigned hopeful = 0;

	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		const struct fnd_plan_slot *slot = &in->slots[i];

		hopeful += serves(slot) &&
			   (slot->state == FN_SLOT_STARTING || slot->state == FN_SLOT_EMPTY) &&
			   age(in, slot->since) < START_HOPE_MS * FND_MS;
	}
	return hopeful;
}

static bool is_accepting(const struct fnd_plan_input *in, const struct fnd_plan_slot *slot)
{
	uint64_t limit = slot->nameless ? NAMELESS_MS * FND_MS : FRESH_US * FND_US;

	return serves(slot) && slot->state == FN_SLOT_BUSY && age(in, slot->since) < limit;
}

static unsigned count_accepting(const struct fnd_plan_input *in)
{
	unsigned accepting = 0;

	for (size_t i = 0; i < FN_SLOTS_MAX; i++)
		accepting += is_accepting(in, &in->slots[i]);
	return accepting;
}

/* Nobody is idle and a connection waits: one start for each that no worker is about to take. */
static void spawn_for_queue(const struct fnd_plan_input *in, struct fnd_plan *plan)
{
	unsigned accepting = count_accepting(in), room = in->max - plan->live, waiting = 1;

	if (in->queue > 0 && in->queue <= accepting) {
		check_by(plan, in->now + LOOK_AGAIN_US * FND_US);
		return;
	}
	if (in->queue > 0)
		waiting = in->queue - accepting;
	plan->spawn = waiting < room ? waiting : room;
}

static void spawn(const struct fnd_plan_input *in, struct fnd_plan *plan)
{
	unsigned starting = hopeful_starts(in);

	if (!in->may_spawn)
		return;
	plan->wanted = plan->live < in->max;
	if (in->now < in->not_before) {
		check_by(plan, in->not_before);
		return;
	}
	/* a new worker finds what waits; when there is no room for it, somebody makes room */
	if (in->stranded && plan->idle > 0 && (plan->live < in->max || retire_one(in, plan, 0)))
		plan->spawn = 1;
	else if (plan->live < in->min)
		plan->spawn = in->min - plan->live;
	else if (!plan->wanted || plan->idle > 0)
		return;
	else if (starting > 0)
		check_by(plan, in->now + START_HOPE_MS * FND_MS);
	else if (in->readable)
		spawn_for_queue(in, plan);
	else
		plan->watch = true;
}

void fnd_plan_make(const struct fnd_plan_input *in, struct fnd_plan *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		if (!in->slots[i].taken)
			continue;
		count(&in->slots[i], ret);
		ret->action[i] = judge(in, &in->slots[i], ret);
	}
	retire(in, ret);
	spawn(in, ret);
}
