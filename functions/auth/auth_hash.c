/* auth_hash.c: at most two password hashes at a time, so that reading oneself stays fast while many
 * sign in. Places are record locks on a memory file that all workers inherit: the kernel gives them
 * back when a worker dies, whatever it died of.
 *
 * Two places to hash, six to wait. Whoever finds no place is told so at once: then more than six
 * hashes of about 30 ms wait already, and the other workers of the pool (function.ini: max) stay
 * free for requests that need no hash. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "auth.h"

enum { HASHERS = 2, PLACES = 8, SYSTEM_ERROR = 71 };

static int places = -1; /* bytes 0 and 1: hashing; byte HASHERS + n: place n is taken */
static int my_place, my_hasher;

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

/* One of the two turns: a free one at once, else the wait for the one that falls to the place. */
static int take_turn(int place)
{
	for (int i = 0; i < HASHERS; i++) {
		if (lock_byte(F_SETLK, F_WRLCK, i) == 0)
			return i;
	}
	if (lock_byte(F_SETLKW, F_WRLCK, place % HASHERS) != 0)
		fn_die(SYSTEM_ERROR, "lock: %s", strerror(errno));
	return place % HASHERS;
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
		my_hasher = take_turn(my_place);
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
	(void)lock_byte(F_SETLK, F_UNLCK, my_hasher);
	(void)lock_byte(F_SETLK, F_UNLCK, HASHERS + my_place);
}
