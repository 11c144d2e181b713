/* fnd_start.c: everything between the command line and the loop, in the order in which it must be.
 */
#include "fnd_start.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fn_time.h"
#include "fnd_control.h"
#include "fnd_deploy.h"
#include "fnd_template.h"
#include "rt_event.h"

enum { BACKLOG_WANTED = 4096 };

static void give_to(const struct passwd *user, const char *path)
{
	(void)!chown(path, user->pw_uid, user->pw_gid);
}

static bool make_directories(const struct passwd *user, struct rt_why *why)
{
	char log[RT_PATH_MAX];

	rt_path(log, "%s/log", fnd.state);
	if (!rt_make_directory(fnd.functions_dir, 0755, why) ||
	    !rt_make_directory(fnd.run, 0755, why) || !rt_make_directory(log, 0755, why))
		return false;
	if (user != NULL) {
		give_to(user, fnd.functions_dir);
		give_to(user, fnd.run);
		give_to(user, log);
	}
	return true;
}

/* The sockets' group stays among the user's own, or the sockets could not be given to it. */
static bool become(const struct passwd *user, struct rt_why *why)
{
	gid_t groups[2] = {user->pw_gid, fnd.group};

	if (setgroups(fnd.has_group ? 2 : 1, groups) != 0 || setgid(user->pw_gid) != 0 ||
	    setuid(user->pw_uid) != 0)
		return rt_refuse(why, "--user %s: %s", fnd.user, strerror(errno));
	if (user->pw_uid != 0 && setuid(0) == 0)
		return rt_refuse(why, "--user %s: could become root again", fnd.user);
	return true;
}

/* Held open until the end: the kernel lets go of it however fnd ends. */
static int lock(struct rt_why *why)
{
	char path[RT_PATH_MAX], pid[24] = "";
	int fd, length;

	rt_path(path, "%s/fnd.lock", fnd.run);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		(void)rt_refuse(why, "%s: %s", path, strerror(errno));
		return FND_WRONG_SETTINGS;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)!read(fd, pid, sizeof(pid) - 1);
		pid[strcspn(pid, "\n")] = '\0';
		(void)rt_refuse(
			why,
			"another fnd (pid %s) runs on %s: stop it with `fnctl stop`, or give "
			"this one its own --state or --run",
			pid, fnd.run);
		(void)close(fd);
		return FND_LOCKED;
	}
	length = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	(void)!ftruncate(fd, 0);
	(void)!write(fd, pid, (size_t)length);
	return 0;
}

static void raise_file_limit(void)
{
	struct rlimit all;

	(void)getrlimit(RLIMIT_NOFILE, &fnd.files);
	all = fnd.files;
	all.rlim_cur = all.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &all);
}

static void check_backlog(void)
{
	struct fn_buf text;
	struct rt_why why;

	fn_buf_init(&text, 64);
	if (rt_read_file("/proc/sys/net/core/somaxconn", &text, &why) &&
	    strtol(text.bytes, NULL, 10) < BACKLOG_WANTED)
		fn_log(FN_WARN,
		       "net.core.somaxconn is %ld: more than so many waiting requests are refused; "
		       "set it to %d",
		       strtol(text.bytes, NULL, 10), BACKLOG_WANTED);
	fn_buf_free(&text);
}

/* A function that is refused keeps its socket, and does not keep the others from starting. */
static bool add_function(const char *name, struct rt_why *why)
{
	char release[RT_RELEASE_ID + 1];
	struct fnd_function *f;

	if (!rt_function_name_is_good(name) ||
	    !rt_release_linked(fnd.functions_dir, name, "current", release))
		return true;
	f = fnd_function_new(name, why);
	if (f == NULL)
		return false;
	f->current = fnd_generation_new(f, release, &f->problem);
	if (f->current == NULL)
		rt_event_end(rt_event_begin(FN_ERROR, name, 0, "refused: %s", f->problem.text));
	else
		f->problem.text[0] = '\0';
	return true;
}

static bool add_functions(struct rt_why *why)
{
	struct dirent **entries;
	int count = scandir(fnd.functions_dir, &entries, NULL, alphasort);
	bool fine = true;

	if (count < 0)
		return rt_refuse(why, "%s: %s", fnd.functions_dir, strerror(errno));
	for (int i = 0; i < count; i++) {
		fine = fine && add_function(entries[i]->d_name, why);
		free(entries[i]);
	}
	free(entries);
	return fine && fnd_budget_fits(NULL, why);
}

static bool listen_for_all(struct rt_why *why)
{
	for (size_t i = 0; i < fnd.count; i++) {
		if (!fnd_function_listen(fnd.functions[i], why))
			return false;
	}
	return true;
}

static bool open_log(struct rt_why *why)
{
	char log[RT_PATH_MAX];

	rt_path(log, "%s/log", fnd.state);
	return fnd_log_open(fnd.log_to_stdout ? NULL : log, why);
}

int fnd_start(struct rt_why *why)
{
	const struct passwd *user = fnd.user != NULL ? getpwnam(fnd.user) : NULL;
	int status;

	if (fnd.user != NULL && (user == NULL || geteuid() != 0)) {
		(void)rt_refuse(why, "--user %s: %s", fnd.user,
				user == NULL ? "no such user"
					     : "only root can become another user");
		return FND_WRONG_SETTINGS;
	}
	if (!make_directories(user, why) || (user != NULL && !become(user, why)))
		return FND_WRONG_SETTINGS;
	status = lock(why);
	if (status != 0)
		return status;
	fn_log_init("fnd");
	raise_file_limit();
	fnd_loop_init();
	fnd.now = fn_time_monotonic();
	if (!open_log(why) || !add_functions(why))
		return FND_WRONG_SETTINGS;
	if (!listen_for_all(why)) /* from here on clients wait in our queues */
		return FND_WRONG_SETTINGS;
	fnd_pids_end_orphans();
	check_backlog();
	return fnd_control_open(why) ? 0 : FND_SYSTEM;
}
