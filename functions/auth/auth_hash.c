/* auth_hash.c: at most two password hashes at a time, so that reading oneself stays fast while many
 * sign in. Places are record locks on a memory file that all workers inherit: the kernel gives them
 * back when a worker dies, whatever it died of.
 *
 * Two places to hash, six to wait. Whoever finds no place is told so at once: then more than six
 * hashes of about 30 ms wait already, and the other workers of the pool (function.ini: max) stay
 * free for requests that need no hash. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "auth.h"
#include "fn_die.h"

/* Bytes of the file: a turn for each hasher, a place for each who hashes or waits, the gate. */
enum { HASHERS = 2, PLACES = 8, GATE = HASHERS + PLACES, SYSTEM_ERROR = 71 };

static int places = -1;
static int my_place, my_turn;

void auth_hash_init(void)
{
	places = memfd_create("password places", MFD_CLOEXEC);
	if (places < 0)
		fn_die(SYSTEM_ERROR, "memfd: %s", strerror(errno));
}

static int lock_byte(int command, short kind, int byte)
{
	struct flock lock = {.l_type = kind, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
	int result;

	do {
		result = fcntl(places, command, &lock);
	} while (result != 0 && errno == EINTR);
	return result;
}

/* A free place, or -1. */
static int take_place(void)
{
	for (int i = 0; i < PLACES; i++) {
		if (lock_byte(F_SETLK, F_WRLCK, HASHERS + i) == 0)
			return i;
	}
	return -1;
}

/* The first turn that comes free. Whoever waits stands in line at the gate, and the first in line
 * looks at both turns every millisecond: a lock cannot be waited for in two places. */
static int take_turn(void)
{
	int turn = -1;

	if (lock_byte(F_SETLKW, F_WRLCK, GATE) != 0)
		fn_die(SYSTEM_ERROR, "lock: %s", strerror(errno));
	while (turn < 0) {
		for (int i = 0; i < HASHERS && turn < 0; i++)
			turn = lock_byte(F_SETLK, F_WRLCK, i) == 0 ? i : -1;
		if (turn < 0)
			(void)poll(NULL, 0, 1);
	}
	(void)lock_byte(F_SETLK, F_UNLCK, GATE);
	return turn;
}

/* Hashing is work in bulk: whoever wakes for a short request goes first. A refusal does no harm. */
static void schedule_as(int policy)
{
	struct sched_param none = {0};

	(void)sched_setscheduler(0, policy, &none);
}

struct fn_error *auth_hash_begin(struct fn_request *req)
{
	struct fn_error *error;

	my_place = take_place();
	if (my_place >= 0) {
		my_turn = take_turn();
		schedule_as(SCHED_BATCH);
		return NULL;
	}
	error = fn_fail_because(req, &auth_busy, "%d hashes run or wait", PLACES);
	error->retry_after = 1;
	return error;
}

void auth_hash_end(void)
{
	schedule_as(SCHED_OTHER);
	(void)lock_byte(F_SETLK, F_UNLCK, my_turn);
	(void)lock_byte(F_SETLK, F_UNLCK, HASHERS + my_place);
}
