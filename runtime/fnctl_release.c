/* fnctl_release.c: laying releases down, and asking fnd to switch to them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "fnctl.h"
#include "rt_function.h"
#include "rt_release.h"

enum { ANSWER_S = 300 /* others' deploys and drains come first */, ARENA_MAX = 1 << 20 };

static void find_files(const char *name, char bin[static RT_PATH_MAX], char ini[static RT_PATH_MAX])
{
	if (fnctl.bin != NULL)
		rt_path(bin, "%s", fnctl.bin);
	else
		rt_path(bin, "%s/%s", fnctl.bin_dir, name);
	if (fnctl.ini != NULL)
		rt_path(ini, "%s", fnctl.ini);
	else
		rt_path(ini, "%s/%s/function.ini", fnctl.ini_dir, name);
}

/* Two deploys of one function at a time would confuse each other's releases. -1 after saying why.
 */
static int lock(const char *name)
{
	char path[RT_PATH_MAX];
	struct rt_why why;
	int fd;

	if (!rt_function_name_is_good(name)) {
		(void)fnctl_fail(FNCTL_BAD_FILES,
				 "%s: a function's name has a-z, 0-9, - and _, at most 63", name);
		return -1;
	}
	if (!rt_release_prepare(fnctl.functions_dir, name, &why)) {
		(void)fnctl_fail(FNCTL_BAD_FILES, "%s", why.text);
		return -1;
	}
	rt_path(path, "%s/%s", fnctl.functions_dir, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		(void)fnctl_fail(FNCTL_BAD_FILES, "%s: %s", path, strerror(errno));
		rt_close(&fd);
	}
	return fd;
}

/* With the lock held. */
static bool make_release(const char *name, struct rt_release *release)
{
	char bin[RT_PATH_MAX], ini[RT_PATH_MAX];
	struct rt_function checked;
	struct rt_why why;

	find_files(name, bin, ini);
	if (fnctl.ini != NULL && access(ini, F_OK) != 0)
		(void)rt_refuse(&why, "%s: %s", ini, strerror(errno));
	else if (access(bin, F_OK) != 0)
		(void)rt_refuse(&why, "%s: %s: build it with `make`, or name it with --bin", bin,
				strerror(errno));
	else if (rt_function_read(&checked, ini, &why) &&
		 rt_release_make(fnctl.functions_dir, name, bin, ini, release, &why))
		return true;
	(void)fnctl_fail(FNCTL_BAD_FILES, "%s", why.text);
	return false;
}

static enum fnctl_exit install_locked(const char *name)
{
	struct rt_release release;
	struct rt_why why;

	if (!make_release(name, &release))
		return FNCTL_BAD_FILES;
	if (!rt_release_switch(fnctl.functions_dir, name, release.id, &why))
		return fnctl_fail(FNCTL_BAD_FILES, "%s", why.text);
	rt_release_prune(fnctl.functions_dir, name);
	(void)printf("%s: release %s installed\n", name, release.id);
	return FNCTL_DONE;
}

enum fnctl_exit fnctl_install(const char *name)
{
	enum fnctl_exit status;
	int held;

	if (fnctl_reaches_fnd())
		return fnctl_fail(FNCTL_REFUSED,
				  "fnd runs at %s: it would not notice; use `fnctl deploy %s`",
				  fnctl.socket, name);
	held = lock(name);
	status = held < 0 ? FNCTL_BAD_FILES : install_locked(name);
	rt_close(&held);
	return status;
}

static void show(const char *name, const struct json_object *answer)
{
	const char *release = fn_json_get_text(answer, "release");
	const char *before = fn_json_get_text(answer, "before");
	const char *warning = fn_json_get_text(answer, "warning");
	long long draining = (long long)fn_json_get_integer(answer, "draining", 0);

	if (fn_json_get_bool(answer, "unchanged", false)) {
		(void)printf("%s: release %s serves already: nothing to do\n", name, release);
		return;
	}
	(void)printf("%s: release %s serves with %lld workers after %.1f ms (before: %s)\n", name,
		     release, (long long)fn_json_get_integer(answer, "workers", 0),
		     (double)fn_json_get_integer(answer, "us", 0) / 1000.0,
		     before != NULL ? before : "none");
	if (draining > 0)
		(void)printf("%s: %lld workers of before finish the request in hand\n", name,
			     draining);
	if (warning != NULL)
		(void)fprintf(stderr, "fnctl: warning: %s\n", warning);
}

static enum fnctl_exit change(const char *cmd, const char *name, const char *release)
{
	struct fn_arena *arena = fn_arena_new(ARENA_MAX);
	struct json_object *question =
		FN_OBJECT(fn_json_string("cmd", cmd), fn_json_string("name", name));
	const struct json_object *answer;
	enum fnctl_exit status = FNCTL_DONE;

	if (release != NULL)
		fn_json_set(question, fn_json_string("release", release));
	answer = fnctl_ask(arena, question, ANSWER_S);
	if (answer == NULL)
		status = FNCTL_NO_FND;
	else if (!fnctl_agreed(answer))
		status = FNCTL_REFUSED;
	else
		show(name, answer);
	fn_arena_free(arena);
	return status;
}

static enum fnctl_exit deploy_locked(const char *name)
{
	struct rt_release release;
	enum fnctl_exit status;

	if (!make_release(name, &release))
		return FNCTL_BAD_FILES;
	status = change("deploy", name, release.id);
	if (status == FNCTL_DONE)
		rt_release_prune(fnctl.functions_dir, name);
	else if (release.made && status == FNCTL_REFUSED)
		rt_release_unmake(fnctl.functions_dir, name, release.id);
	return status;
}

enum fnctl_exit fnctl_deploy(const char *name)
{
	enum fnctl_exit status;
	int held;

	if (!fnctl_reaches_fnd())
		return fnctl_fail(FNCTL_NO_FND,
				  "fnd does not answer at %s: start it with `make up`, or lay the "
				  "release down for its next start with `fnctl install %s`",
				  fnctl.socket, name);
	held = lock(name);
	status = held < 0 ? FNCTL_BAD_FILES : deploy_locked(name);
	rt_close(&held);
	return status;
}

enum fnctl_exit fnctl_change(const char *cmd, const char *name)
{
	if (!rt_function_name_is_good(name))
		return fnctl_fail(FNCTL_WRONG_USE, "%s: not the name of a function", name);
	return change(cmd, name, NULL);
}
