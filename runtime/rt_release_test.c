/* rt_release_test.c: releases on disk, the connection budget, and how processes are named. */
#include "rt_release.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rt_budget.h"
#include "rt_process.h"

static char base[] = "/tmp/temba-release-XXXXXX";
static char functions[RT_PATH_MAX], binary[RT_PATH_MAX], ini[RT_PATH_MAX];
static struct rt_why why;

static void write_text(const char *path, const char *text)
{
	struct fn_buf bytes;

	fn_buf_init(&bytes, 1 << 20);
	fn_buf_text(&bytes, text);
	assert_true(rt_write_file(path, &bytes, 0644, false, &why));
	fn_buf_free(&bytes);
}

static struct rt_release make(const char *program, const char *tuning)
{
	struct rt_release release;

	write_text(binary, program);
	write_text(ini, tuning);
	if (!rt_release_make(functions, "echo", binary, ini, &release, &why))
		fail_msg("%s", why.text);
	return release;
}

static void the_id_is_made_of_both_files(void **state)
{
	struct rt_release one = make("\177ELF one", "[scale]\n");

	(void)state;
	assert_true(rt_release_id_is_good(one.id));
	assert_true(one.made);
	assert_false(make("\177ELF one", "[scale]\n").made); /* there already */
	assert_string_equal(make("\177ELF one", "[scale]\n").id, one.id);
	assert_string_not_equal(make("\177ELF two", "[scale]\n").id, one.id);
	assert_string_not_equal(make("\177ELF one", "[limits]\n").id, one.id);
	/* where one file ends and the other begins matters */
	assert_string_not_equal(make("\177ELF one[", "scale]\n").id, one.id);
}

static void what_is_laid_down_can_be_run_by_another_user(void **state)
{
	struct rt_release release = make("\177ELF run", "[scale]\n");
	char path[RT_PATH_MAX];
	struct stat what;

	(void)state;
	rt_path(path, "%s/echo/releases/%s", functions, release.id);
	assert_int_equal(stat(path, &what), 0);
	assert_int_equal(what.st_mode & 0777, 0755);
	rt_path(path, "%s/echo/releases/%s/echo", functions, release.id);
	assert_int_equal(stat(path, &what), 0);
	assert_int_equal(what.st_mode & 0777, 0755);
	rt_path(path, "%s/echo/releases/%s/function.ini", functions, release.id);
	assert_int_equal(stat(path, &what), 0);
	assert_int_equal(what.st_mode & 0777, 0644);
}

static void switching_remembers_what_was_current(void **state)
{
	struct rt_release one = make("\177ELF 1", ""), two = make("\177ELF 2", "");
	char id[RT_RELEASE_ID + 1];

	(void)state;
	assert_true(rt_release_switch(functions, "echo", one.id, &why));
	assert_true(rt_release_linked(functions, "echo", "current", id));
	assert_string_equal(id, one.id);
	assert_false(rt_release_linked(functions, "echo", "previous", id));
	assert_true(rt_release_switch(functions, "echo", two.id, &why));
	assert_true(rt_release_switch(functions, "echo", two.id, &why)); /* again: no change */
	assert_true(rt_release_linked(functions, "echo", "current", id));
	assert_string_equal(id, two.id);
	assert_true(rt_release_linked(functions, "echo", "previous", id));
	assert_string_equal(id, one.id);
}

static void refuses_what_is_no_program(void **state)
{
	struct rt_release release;

	(void)state;
	write_text(binary, "#!/bin/sh\n");
	assert_false(rt_release_make(functions, "echo", binary, ini, &release, &why));
	assert_non_null(strstr(why.text, "not a program"));
	assert_false(rt_release_make(functions, "echo", "/nowhere/echo", ini, &release, &why));
	assert_non_null(strstr(why.text, "/nowhere/echo: No such file"));
}

static void keeps_the_last_twenty_and_whatever_is_linked(void **state)
{
	char program[32], path[RT_PATH_MAX];
	struct rt_release first = make("\177ELF first", ""), release;
	unsigned there = 0;

	(void)state;
	assert_true(rt_release_switch(functions, "echo", first.id, &why));
	for (int i = 0; i < 30; i++) {
		struct timespec times[2] = {{.tv_sec = 2000000000 + i}, {.tv_sec = 2000000000 + i}};

		(void)snprintf(program, sizeof(program), "\177ELF many %d", i);
		release = make(program, "");
		rt_path(path, "%s/echo/releases/%s", functions, release.id);
		assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	}
	rt_release_prune(functions, "echo");
	for (int i = 0; i < 30; i++) {
		(void)snprintf(program, sizeof(program), "\177ELF many %d", i);
		there += !make(program, "").made;
		if (i >= 10)
			assert_false(make(program, "").made);
	}
	assert_int_equal(there, RT_RELEASES_KEPT);
	assert_false(make("\177ELF first", "").made); /* old, but current */
}

static void the_budget_counts_the_largest_twice_and_shows_its_sum(void **state)
{
	static const struct rt_budget list[] = {{"auth", 12}, {"echo", 0}, {"scan", 8}};
	int64_t all = 12 + 8 + 12 + RT_BUDGET_RUNNER + RT_BUDGET_RESERVE;

	(void)state;
	assert_true(rt_budget_fits(list, 3, all, &why));
	assert_true(rt_budget_fits(list, 3, 0, &why)); /* unknown */
	assert_false(rt_budget_fits(list, 3, all - 1, &why));
	assert_non_null(strstr(why.text, "has 36 connections"));
	assert_non_null(strstr(why.text, "37 may be needed: auth 12 + scan 8 + the largest again"));
	assert_null(strstr(why.text, "echo"));
}

static void ends_have_names(void **state)
{
	char text[RT_END_MAX];

	(void)state;
	assert_string_equal(rt_process_end(SIGSEGV, text), "SIGSEGV");
	assert_string_equal(rt_process_end(SIGKILL | 0x80, text), "SIGKILL"); /* with a core */
	assert_string_equal(rt_process_end(78 << 8, text), "exit 78");
	assert_string_equal(rt_process_end(0, text), "exit 0");
}

static void a_process_is_known_by_its_start(void **state)
{
	unsigned long long ours = 0, childs = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	assert_true(rt_process_start(getpid(), &ours));
	assert_true(rt_process_start(child, &childs));
	assert_true(ours > 0 && childs >= ours);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_false(rt_process_start(child, &childs));
}

static int set_up(void **state)
{
	(void)state;
	if (mkdtemp(base) == NULL)
		return 1;
	rt_path(functions, "%s/functions", base);
	rt_path(binary, "%s/binary", base);
	rt_path(ini, "%s/ini", base);
	return 0;
}

static int fresh(void **state)
{
	char command[RT_PATH_MAX];
	pid_t child = fork();
	int status = 1;

	(void)state;
	rt_path(command, "%s", functions);
	if (child == 0) {
		(void)execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(1);
	}
	return waitpid(child, &status, 0) != child || status != 0;
}

static int tear_down(void **state)
{
	return fresh(state) + (rt_remove_directory(base, &why) ? 0 : 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_id_is_made_of_both_files, fresh),
		cmocka_unit_test_setup(what_is_laid_down_can_be_run_by_another_user, fresh),
		cmocka_unit_test_setup(switching_remembers_what_was_current, fresh),
		cmocka_unit_test_setup(refuses_what_is_no_program, fresh),
		cmocka_unit_test_setup(keeps_the_last_twenty_and_whatever_is_linked, fresh),
		cmocka_unit_test(the_budget_counts_the_largest_twice_and_shows_its_sum),
		cmocka_unit_test(ends_have_names),
		cmocka_unit_test(a_process_is_known_by_its_start),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
