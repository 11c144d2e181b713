/* fn_spool_test.c: bytes come back as they went in, wherever they lay meanwhile. */
#include "fn_spool.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit.h"

enum { NO_END = 1 << 30 };

static struct fn_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = fn_arena_new(64 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

/* Files of spools that this process holds; each must have lost its name. */
static unsigned files(void)
{
	DIR *all = opendir("/proc/self/fd");
	unsigned count = 0;

	for (struct dirent *entry; (entry = readdir(all)) != NULL;) {
		char target[300];
		ssize_t length = readlinkat(dirfd(all), entry->d_name, target, sizeof(target) - 1);

		target[length > 0 ? length : 0] = '\0';
		if (strstr(target, "/temba-spool-") == NULL)
			continue;
		assert_non_null(strstr(target, " (deleted)"));
		count++;
	}
	(void)closedir(all);
	return count;
}

/* The byte at each place tells which place it is. */
static char byte_at(size_t place)
{
	return (char)(place * 31 >> 3);
}

static void fill(struct fn_spool *spool, size_t length, size_t piece)
{
	char *bytes = malloc(piece);

	for (size_t at = 0; at < length; at += piece) {
		size_t size = piece < length - at ? piece : length - at;

		for (size_t i = 0; i < size; i++)
			bytes[i] = byte_at(at + i);
		fn_spool_add(spool, bytes, size);
	}
	free(bytes);
}

static void assert_holds(struct fn_spool *spool, size_t length, size_t room)
{
	char *bytes = malloc(room);
	size_t at = 0;

	assert_int_equal(fn_spool_state(spool), FN_SPOOL_SOUND);
	assert_int_equal(fn_spool_length(spool), length);
	for (size_t got; (got = fn_spool_read(spool, at, bytes, room)) > 0; at += got) {
		for (size_t i = 0; i < got; i++) {
			if (bytes[i] != byte_at(at + i))
				fail_msg("another byte at %zu", at + i);
		}
	}
	assert_int_equal(at, length);
	assert_int_equal(fn_spool_read(spool, length + 5, bytes, room), 0);
	free(bytes);
}

static void gives_back_what_it_was_given(void **state)
{
	static const size_t lengths[] = {0,
					 1,
					 FN_SPOOL_MEMORY - 1,
					 FN_SPOOL_MEMORY,
					 FN_SPOOL_MEMORY + 1,
					 (size_t)3 * FN_SPOOL_MEMORY + 7};
	static const size_t pieces[] = {13, 4096, FN_SPOOL_MEMORY - 1, FN_SPOOL_MEMORY,
					(size_t)2 * FN_SPOOL_MEMORY};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(lengths); i++) {
		for (size_t j = 0; j < FN_COUNT(pieces); j++) {
			struct fn_spool *spool = fn_spool_new(arena, NO_END);

			fill(spool, lengths[i], pieces[j]);
			assert_holds(spool, lengths[i], 16 << 10);
			assert_holds(spool, lengths[i], lengths[i] + 1);
		}
	}
}

static void needs_no_file_for_little(void **state)
{
	struct fn_spool *spool = fn_spool_new(arena, NO_END);

	(void)state;
	fill(spool, FN_SPOOL_MEMORY - 1, 100);
	assert_int_equal(files(), 0);
	fn_spool_text(spool, "more");
	assert_int_equal(files(), 1);
	fn_arena_free(arena);
	assert_int_equal(files(), 0);
	arena = fn_arena_new(1 << 20);
}

static void begins_anew(void **state)
{
	struct fn_spool *spool = fn_spool_new(arena, 2 << 20);

	(void)state;
	fill(spool, 1 << 20, 1000);
	fn_spool_clear(spool);
	assert_holds(spool, 0, 100);
	fill(spool, 700 << 10, 999);
	assert_holds(spool, 700 << 10, 1 << 20);
	fill(spool, 2 << 20, 1000);
	assert_int_equal(fn_spool_state(spool), FN_SPOOL_FULL);
	fn_spool_clear(spool);
	fill(spool, 100, 10);
	assert_holds(spool, 100, 100);
}

static void holds_no_more_than_it_may(void **state)
{
	struct fn_spool *spool = fn_spool_new(arena, 10);

	(void)state;
	fn_spool_text(spool, "0123456789");
	assert_int_equal(fn_spool_state(spool), FN_SPOOL_SOUND);
	fn_spool_text(spool, "");
	assert_int_equal(fn_spool_state(spool), FN_SPOOL_SOUND);
	fn_spool_text(spool, "x");
	assert_int_equal(fn_spool_state(spool), FN_SPOOL_FULL);
	assert_int_equal(fn_spool_length(spool), 10);
	fn_spool_text(spool, "");
	assert_int_equal(fn_spool_state(spool), FN_SPOOL_FULL);
}

static void fill_a_small_disk(void *arg)
{
	struct rlimit limit = {512 << 10, 512 << 10};
	struct fn_spool *spool = fn_spool_new(arena, NO_END);

	(void)arg;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	fill(spool, 1 << 20, 1000);
	if (fn_spool_state(spool) != FN_SPOOL_BROKEN ||
	    strcmp(fn_spool_why(spool), "temporary file: File too large") != 0)
		_exit(1);
	_exit(0);
}

static void says_when_the_disk_is_full(void **state)
{
	static struct unit_end end;

	(void)state;
	unit_run_child(fill_a_small_disk, NULL, &end);
	assert_int_equal(end.status, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(gives_back_what_it_was_given),
		TEST(needs_no_file_for_little),
		TEST(begins_anew),
		TEST(holds_no_more_than_it_may),
		TEST(says_when_the_disk_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
