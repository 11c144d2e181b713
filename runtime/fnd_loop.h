/* fnd_loop.h: waiting for descriptors, over epoll. */
#ifndef FND_LOOP_H
#define FND_LOOP_H

#include <stdint.h>

/* Lives inside what it belongs to; fd -1 = not in use. */
struct fnd_watch {
	int fd;
	uint32_t events;
	void (*ready)(struct fnd_watch *watch, uint32_t events);
};

/* What a watch lies in. */
#define FND_OWNER(watch, type, member) ((type *)(void *)((char *)(watch)-offsetof(type, member)))

void fnd_loop_init(void);
/* Takes the descriptor. */
void fnd_loop_add(struct fnd_watch *watch, int fd, uint32_t events,
		  void (*ready)(struct fnd_watch *watch, uint32_t events));
void fnd_loop_change(struct fnd_watch *watch, uint32_t events);
/* Closes the descriptor too; events of it that were already fetched are dropped. */
void fnd_loop_remove(struct fnd_watch *watch);
/* Waits until the time (0 = for ever) and calls whoever is ready. */
void fnd_loop_turn(uint64_t until);

#endif
