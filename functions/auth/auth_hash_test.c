/* auth_hash_test.c: two hash at a time, six wait, and the dead hold nothing. */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth_test.h"

enum { CROWD = 8, BUSY = 103 };

/* What the children of a test tell it. */
static struct shared {
	_Atomic int hashing, most, done;
} * shared;

static int start(void **state)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return shared == MAP_FAILED ? 1 : auth_test_start(state);
}

static struct fn_request *request(void)
{
	static struct unit_request like = {.method = "POST"};

	return unit_request(&like);
}

/* A child that begins, tells, waits for a byte (or its death) and ends. */
static pid_t hash_until_told(const int go[2], const int ready[2])
{
	pid_t pid = fork();
	struct fn_error *error;
	char byte;

	if (pid != 0)
		return pid;
	(void)close(go[1]);
	error = auth_hash_begin(request());
	if (error != NULL)
		_exit(error->message->status == 503 && error->retry_after == 1 ? BUSY : 1);
	if (++shared->hashing > shared->most)
		shared->most = shared->hashing;
	(void)!write(ready[1], "x", 1);
	(void)!read(go[0], &byte, 1);
	shared->hashing--;
	shared->done++;
	auth_hash_end();
	_exit(0);
}

static void wait_for(int descriptor, int bytes)
{
	char byte;

	for (int i = 0; i < bytes; i++)
		assert_int_equal(read(descriptor, &byte, 1), 1);
}

static void lets_two_hash_and_the_rest_wait_their_turn(void **state)
{
	int go[2], ready[2], status;

	(void)state;
	*shared = (struct shared){0};
	assert_int_equal(pipe(go) | pipe(ready), 0);
	for (int i = 0; i < CROWD; i++)
		assert_true(hash_until_told(go, ready) > 0);
	(void)close(go[0]);
	wait_for(ready[0], 2);
	for (int i = 0; i < CROWD; i++) { /* each end lets the next one begin */
		(void)!write(go[1], "x", 1);
		if (i < CROWD - 2)
			wait_for(ready[0], 1);
	}
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	assert_int_equal(shared->done, CROWD);
	assert_int_equal(shared->most, 2);
	(void)(close(go[1]) | close(ready[0]) | close(ready[1]));
}

/* Takes a place and a turn, and dies when told without giving them back. */
static pid_t die_in_turn(const int ready[2])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (auth_hash_begin(request()) != NULL)
		_exit(1);
	(void)!write(ready[1], "x", 1);
	for (;;)
		(void)pause();
}

static void takes_the_turn_of_a_dead_worker(void **state)
{
	struct fn_request *req = request();
	int ready[2], status;
	pid_t dead[2];

	(void)state;
	assert_int_equal(pipe(ready), 0);
	for (int i = 0; i < 2; i++)
		dead[i] = die_in_turn(ready);
	wait_for(ready[0], 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(dead[i], SIGKILL), 0);
		assert_int_equal(waitpid(dead[i], &status, 0), dead[i]);
	}
	assert_null(auth_hash_begin(req)); /* would wait for ever if the dead held anything */
	auth_hash_end();
	fn_request_free(req);
	(void)(close(ready[0]) | close(ready[1]));
}

/* One more than there are places: whoever comes last is refused while all others hold or wait. */
static void refuses_at_once_when_all_places_are_taken(void **state)
{
	int go[2], ready[2], status;

	(void)state;
	*shared = (struct shared){0};
	assert_int_equal(pipe(go) | pipe(ready), 0);
	for (int i = 0; i < CROWD + 1; i++)
		assert_true(hash_until_told(go, ready) > 0);
	assert_true(wait(&status) > 0);
	assert_int_equal(WEXITSTATUS(status), BUSY);
	assert_int_equal(shared->done, 0);
	(void)(close(go[0]) | close(go[1])); /* everybody reads the end, and goes */
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	assert_int_equal(shared->done, CROWD);
	(void)(close(ready[0]) | close(ready[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_two_hash_and_the_rest_wait_their_turn),
		cmocka_unit_test(takes_the_turn_of_a_dead_worker),
		cmocka_unit_test(refuses_at_once_when_all_places_are_taken),
	};

	return cmocka_run_group_tests(tests, start, auth_test_stop);
}
