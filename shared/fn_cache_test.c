/* fn_cache_test.c: what is removed, and what is not. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fn_cache.h"
#include "unit.h"

static char top[] = "/tmp/fn_cache_test_XXXXXX";

static const char *path_of(const char *name)
{
	static char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void put(const char *name)
{
	int descriptor = open(path_of(name), O_WRONLY | O_CREAT, 0600);

	assert_true(descriptor >= 0);
	(void)close(descriptor);
}

static bool is_there(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

static int start(void **state)
{
	(void)state;
	return mkdtemp(top) != NULL && mkdir(path_of("lists"), 0700) == 0 &&
			       mkdir(path_of("other"), 0700) == 0
		       ? 0
		       : 1;
}

static int finish(void **state)
{
	(void)state;
	(void)fn_cache_forget(top, NULL);
	(void)unlink(path_of("link"));
	(void)unlink(path_of("beside"));
	(void)rmdir(path_of("elsewhere"));
	(void)rmdir(path_of("lists"));
	(void)rmdir(path_of("other"));
	return rmdir(top);
}

static void forgets_what_one_function_answered(void **state)
{
	(void)state;
	put("lists/a");
	put("lists/b");
	put("other/c");
	assert_int_equal(fn_cache_forget(top, "lists"), 2);
	assert_false(is_there("lists/a"));
	assert_false(is_there("lists/b"));
	assert_true(is_there("other/c"));
	assert_int_equal(fn_cache_forget(top, "lists"), 0);
}

static void forgets_all_of_them(void **state)
{
	(void)state;
	put("lists/a");
	put("other/c");
	assert_int_equal(fn_cache_forget(top, NULL), 2);
	assert_true(is_there("lists")); /* nginx goes on with its folder */
	assert_false(is_there("other/c"));
}

static void stays_in_the_folders_of_the_cache(void **state)
{
	(void)state;
	put("beside");
	assert_int_equal(mkdir(path_of("elsewhere"), 0700), 0);
	put("elsewhere/kept");
	assert_int_equal(symlink("elsewhere", path_of("link")), 0);
	assert_int_equal(fn_cache_forget(top, "link"), 0);
	assert_int_equal(fn_cache_forget(top, ".."), 0);
	assert_true(is_there("elsewhere/kept"));
	assert_int_equal(fn_cache_forget(top, "elsewhere"), 1);
	assert_true(is_there("beside"));
}

static void a_cache_that_is_not_there_is_empty(void **state)
{
	(void)state;
	assert_int_equal(fn_cache_forget(path_of("nowhere"), NULL), 0);
	assert_int_equal(fn_cache_forget(top, "nobody"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forgets_what_one_function_answered),
		cmocka_unit_test(forgets_all_of_them),
		cmocka_unit_test(stays_in_the_folders_of_the_cache),
		cmocka_unit_test(a_cache_that_is_not_there_is_empty),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
