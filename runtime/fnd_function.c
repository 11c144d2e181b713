/* fnd_function.c: one function: its socket and scoreboard, and carrying out the plan. */
#include "fnd_function.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fn_die.h"
#include "fn_time.h"
#include "fnd_template.h"
#include "fnd_worker.h"
#include "rt_event.h"

enum {
	REFUSE_AFTER = 2, /* failed starts in a row before waiting clients are sent away */
	REFUSED_AT_ONCE = 64,
};

/* ---- made and freed ---- */

static void wake_ready(struct fnd_watch *watch, uint32_t events)
{
	uint64_t times;

	(void)events;
	(void)!read(watch->fd, &times, sizeof(times));
	FND_OWNER(watch, struct fnd_function, wake)->dirty = true;
}

static void listener_ready(struct fnd_watch *watch, uint32_t events)
{
	struct fnd_function *f = FND_OWNER(watch, struct fnd_function, listener);

	(void)events;
	f->readable = f->dirty = true;
}

static bool make_board(struct fnd_function *f, struct rt_why *why)
{
	void *board;

	f->board_fd = memfd_create("scoreboard", MFD_CLOEXEC);
	if (f->board_fd < 0 || ftruncate(f->board_fd, sizeof(struct fn_board)) != 0)
		return rt_refuse(why, "scoreboard: %s", strerror(errno));
	board = mmap(NULL, sizeof(struct fn_board), PROT_READ | PROT_WRITE, MAP_SHARED, f->board_fd,
		     0);
	if (board == MAP_FAILED)
		return rt_refuse(why, "scoreboard: %s", strerror(errno));
	f->board = board;
	return true;
}

static bool make_wake(struct fnd_function *f, struct rt_why *why)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (wake < 0)
		return rt_refuse(why, "eventfd: %s", strerror(errno));
	fnd_loop_add(&f->wake, wake, EPOLLIN, wake_ready);
	return true;
}

bool fnd_function_listen(struct fnd_function *f, struct rt_why *why)
{
	int listener = fnd_socket_listen(f->socket, true, why);

	if (listener < 0)
		return false;
	fnd_loop_add(&f->listener, listener, 0, listener_ready);
	return true;
}

struct fnd_function *fnd_function_new(const char *name, struct rt_why *why)
{
	struct fnd_function *f = calloc(1, sizeof(*f));

	if (f == NULL)
		fn_die(71, "out of memory");
	memcpy(f->name, name, strlen(name) + 1);
	rt_path(f->socket, "%s/%s.sock", fnd.run, name);
	f->listener.fd = f->wake.fd = f->board_fd = -1;
	f->dirty = true;
	(void)rt_refuse(&f->problem, "it has no release: run `fnctl deploy %s`", name);
	if (fnd.count == FND_FUNCTIONS_MAX)
		(void)rt_refuse(why, "more than %d functions", FND_FUNCTIONS_MAX);
	else if (make_board(f, why) && make_wake(f, why)) {
		fnd.functions[fnd.count++] = f;
		return f;
	}
	fnd_function_free(f);
	return NULL;
}

void fnd_function_unlink(struct fnd_function *f)
{
	(void)unlink(f->socket);
}

void fnd_function_free(struct fnd_function *f)
{
	fnd_generations_free(f);
	fnd_loop_remove(&f->listener);
	fnd_loop_remove(&f->wake);
	if (f->board != NULL)
		(void)munmap(f->board, sizeof(*f->board));
	rt_close(&f->board_fd);
	free(f);
}

struct fnd_function *fnd_function_find(const char *name)
{
	for (size_t i = 0; i < fnd.count; i++) {
		if (strcmp(fnd.functions[i]->name, name) == 0)
			return fnd.functions[i];
	}
	return NULL;
}

/* ---- failed starts ---- */

void fnd_function_failed(struct fnd_function *f)
{
	uint64_t wait;

	f->failures++;
	f->failed_at = fnd.now;
	wait = fnd_plan_wait(f->failures);
	f->not_before = fnd.now + wait;
	f->dirty = true;
	rt_event_end(rt_event_begin(FN_WARN, f->name, 0,
				    "failed start number %u in a row: the next one in %llu ms",
				    f->failures, (unsigned long long)(wait / FND_MS)));
}

/* A finished request of a worker that was started after the last failure. */
static void forgive(struct fnd_function *f)
{
	for (size_t i = 0; i < FN_SLOTS_MAX && f->failures > 0; i++) {
		const struct fnd_worker *w = f->workers[i];

		if (w != NULL && w->asked_at > f->failed_at &&
		    atomic_load(&f->board->slots[i].served) > 0)
			f->failures = 0;
	}
}

/* Nothing will answer for a while: nginx shall say so now rather than after its timeout. */
static bool is_refusing(const struct fnd_function *f, const struct fnd_plan *plan)
{
	if (fnd.stopping || plan->live > 0)
		return false;
	if (f->next != NULL && f->current == NULL)
		return false; /* a first deploy is on its way */
	return f->current == NULL || (f->failures >= REFUSE_AFTER && fnd.now < f->not_before);
}

static void refuse_waiting(const struct fnd_function *f)
{
	for (int i = 0; i < REFUSED_AT_ONCE; i++) {
		int client = accept4(f->listener.fd, NULL, NULL, SOCK_CLOEXEC);

		if (client < 0)
			return;
		(void)close(client); /* unread: nginx sees a reset, answers 502 as JSON */
	}
}

/* ---- the plan ---- */

enum fn_slot_state fnd_slot_state(const struct fnd_function *f, unsigned slot)
{
	return (enum fn_slot_state)atomic_load(&f->board->slots[slot].state);
}

static void read_board(const struct fnd_function *f, struct fnd_plan_input *in)
{
	for (unsigned i = 0; i < FN_SLOTS_MAX; i++) {
		const struct fnd_worker *w = f->workers[i];
		uint64_t hard_limit;

		if (w == NULL)
			continue;
		hard_limit = w->generation->config.hard_limit;
		in->slots[i] = (struct fnd_plan_slot){
			.taken = true,
			.serves = w->generation == f->current,
			.told = w->told_at > 0,
			.killed = w->killed != FND_KEEP,
			.nameless = f->board->slots[i].request_id[0] == '\0',
			.state = fnd_slot_state(f, i),
			.since = atomic_load(&f->board->slots[i].since),
			.told_at = w->told_at,
			.hard_limit = hard_limit,
		};
	}
}

static bool is_stranded(struct fnd_function *f)
{
	if (f->suspect_at == 0 || fnd.now < f->suspect_at)
		return false;
	f->suspect_at = 0;
	return fnd_queue_depth(f->listener.fd) > 0;
}

static void read_input(struct fnd_function *f, struct fnd_plan_input *in)
{
	int depth = f->readable ? fnd_queue_depth(f->listener.fd) : -1;

	*in = (struct fnd_plan_input){
		.now = fn_time_monotonic(),
		.may_spawn = !fnd.stopping && f->current != NULL && f->current->phase == FND_READY,
		.readable = f->readable && depth != 0, /* 0: somebody was faster */
		.queue = depth > 0 ? (unsigned)depth : 0,
		.stranded = is_stranded(f),
		.not_before = f->not_before,
	};
	if (f->current != NULL) {
		in->min = fnd.stopping ? 0 : f->current->config.min;
		in->max = f->current->config.max;
		in->idle_timeout = f->current->config.idle_timeout;
	}
	read_board(f, in);
}

void fnd_function_look(const struct fnd_function *f, struct fnd_plan *ret)
{
	struct fnd_plan_input in = {.now = fnd.now, .idle_timeout = UINT64_MAX};

	read_board(f, &in);
	fnd_plan_make(&in, ret);
}

static void end_workers(struct fnd_function *f, const struct fnd_plan *plan)
{
	for (size_t i = 0; i < FN_SLOTS_MAX; i++) {
		if (plan->action[i] == FND_KEEP)
			continue;
		if (plan->action[i] == FND_RETIRE)
			fnd_worker_tell(f->workers[i]);
		else
			fnd_worker_kill(f->workers[i], plan->action[i]);
	}
}

static void start_workers(struct fnd_function *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (!fnd_worker_ask(f->current))
			return;
	}
}

void fnd_function_step(struct fnd_function *f)
{
	struct fnd_plan_input in;
	struct fnd_plan plan;
	bool refusing, was_wanted;

	f->dirty = false;
	f->check_at = 0;
	fnd_generations_step(f);
	forgive(f);
	read_input(f, &in);
	f->readable = false;
	fnd_plan_make(&in, &plan);
	end_workers(f, &plan);
	start_workers(f, plan.spawn);
	refusing = is_refusing(f, &plan);
	if (refusing && in.readable)
		refuse_waiting(f);
	fnd_loop_change(&f->listener, refusing || plan.watch ? EPOLLIN : 0);
	was_wanted = atomic_exchange(&f->board->wanted, plan.wanted) != 0;
	if (plan.wanted && !was_wanted) /* the last one may have become busy before it could know */
		f->dirty = true;
	if (f->suspect_at > 0 && (plan.check_at == 0 || f->suspect_at < plan.check_at))
		plan.check_at = f->suspect_at;
	if (plan.check_at > 0 && (f->check_at == 0 || plan.check_at < f->check_at))
		f->check_at = plan.check_at;
}
