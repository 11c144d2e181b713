/* fnd_loop.c: waiting for descriptors, over epoll. */
#include "fnd_loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "fn_die.h"
#include "fn_time.h"
#include "fnd.h"
#include "fnd_plan.h"

enum { BATCH = 64, WAIT_MAX_MS = 60000 };

static int poll_set = -1;
static struct epoll_event batch[BATCH];
static int batch_at, batch_count;

void fnd_loop_init(void)
{
	poll_set = epoll_create1(EPOLL_CLOEXEC);
	if (poll_set < 0)
		fn_die(71, "epoll: %s", strerror(errno));
}

void fnd_loop_add(struct fnd_watch *watch, int fd, uint32_t events,
		  void (*ready)(struct fnd_watch *watch, uint32_t events))
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	*watch = (struct fnd_watch){fd, events, ready};
	if (epoll_ctl(poll_set, EPOLL_CTL_ADD, fd, &event) != 0)
		fn_die(71, "epoll add: %s", strerror(errno));
}

void fnd_loop_change(struct fnd_watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (watch->fd < 0 || watch->events == events)
		return;
	watch->events = events;
	if (epoll_ctl(poll_set, EPOLL_CTL_MOD, watch->fd, &event) != 0)
		fn_die(71, "epoll change: %s", strerror(errno));
}

void fnd_loop_remove(struct fnd_watch *watch)
{
	if (watch->fd < 0)
		return;
	(void)epoll_ctl(poll_set, EPOLL_CTL_DEL, watch->fd, NULL);
	(void)close(watch->fd);
	watch->fd = -1;
	for (int i = batch_at; i < batch_count; i++) {
		if (batch[i].data.ptr == watch)
			batch[i].data.ptr = NULL;
	}
}

/* To the microsecond where the kernel can (5.11), else to the millisecond, never too early. */
static int wait_for_events(uint64_t until)
{
	uint64_t now = fn_time_monotonic(), wait = until > now ? until - now : 0;
	struct timespec limit = {.tv_sec = (time_t)(wait / FND_SECOND),
				 .tv_nsec = (long)(wait % FND_SECOND)};
	int count = epoll_pwait2(poll_set, batch, BATCH, until > 0 ? &limit : NULL, NULL);

	if (count >= 0 || errno != ENOSYS)
		return count;
	wait = (wait + FND_MS - 1) / FND_MS;
	return epoll_wait(poll_set, batch, BATCH,
			  until > 0 ? (int)(wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS) : -1);
}

void fnd_loop_turn(uint64_t until)
{
	batch_count = wait_for_events(until);
	fnd.now = fn_time_monotonic();
	for (batch_at = 0; batch_at < batch_count;) {
		struct epoll_event event = batch[batch_at++];
		struct fnd_watch *watch = event.data.ptr;

		if (watch != NULL)
			watch->ready(watch, event.events);
	}
	batch_count = 0;
}
