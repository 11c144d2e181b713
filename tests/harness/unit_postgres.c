/* unit_postgres.c: a PostgreSQL server private to one test program. */
#include "unit_postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define BINARIES "/usr/lib/postgresql/15/bin/"

static const char initdb_program[] = BINARIES "initdb", postgres_program[] = BINARIES "postgres",
		  psql_program[] = BINARIES "psql", pg_isready_program[] = BINARIES "pg_isready";

enum { PATIENCE_MS = 60000 };

static const char *const environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC", NULL};
static char directory[32], data[64], log_path[64], url[160];
static pid_t server;

/* PostgreSQL refuses to run as root. */
static void become_postgres(void)
{
	const struct passwd *user = getuid() == 0 ? getpwnam("postgres") : NULL;

	if (user != NULL && (initgroups("postgres", user->pw_gid) != 0 ||
			     setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
		_exit(126);
}

static pid_t start_program(const char *const *argv)
{
	pid_t pid, parent = getpid();

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int log;

		become_postgres();
		(void)prctl(PR_SET_PDEATHSIG, SIGQUIT); /* it must not outlive a test that dies */
		log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		(void)dup2(log, STDOUT_FILENO);
		(void)dup2(log, STDERR_FILENO);
		if (getppid() == parent)
			unit_exec(argv, environment);
		_exit(127);
	}
	assert_true(pid > 0);
	return pid;
}

static bool is_installed(void)
{
	if (access(postgres_program, X_OK) != 0 || access(initdb_program, X_OK) != 0)
		print_message("skipped: PostgreSQL 15 is not installed (postgresql-15)\n");
	else if (getuid() == 0 && getpwnam("postgres") == NULL)
		print_message("skipped: running as root, and there is no user postgres\n");
	else
		return true;
	return false;
}

static void make_directory(void)
{
	const struct passwd *user = getuid() == 0 ? getpwnam("postgres") : NULL;

	(void)snprintf(directory, sizeof(directory), "/tmp/unit-postgres-XXXXXX");
	if (mkdtemp(directory) == NULL ||
	    (user != NULL && chown(directory, user->pw_uid, user->pw_gid) != 0))
		fail_msg("%s: %s", directory, strerror(errno));
	(void)snprintf(data, sizeof(data), "%s/data", directory);
	(void)snprintf(log_path, sizeof(log_path), "%s/log", directory);
	(void)snprintf(url, sizeof(url), "host=%s dbname=postgres user=postgres connect_timeout=5",
		       directory);
}

static bool answers(void)
{
	const char *const argv[] = {pg_isready_program, "-q", "-h", directory, NULL};

	return unit_run_program(argv, environment, NULL) == 0;
}

bool unit_postgres_start(void)
{
	const char *const initdb[] =
		{initdb_program, "-D",        data, "-U",   "postgres",         "-A",
		 "trust",        "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", NULL};
	const char *const postgres[] = {postgres_program,
					"-D",
					data,
					"-k",
					directory,
					"-c",
					"listen_addresses=",
					"-F",
					"-c",
					"max_connections=20",
					NULL};
	int status = 0;

	if (!is_installed())
		return false;
	make_directory();
	if (waitpid(start_program(initdb), &status, 0) < 0 || status != 0)
		fail_msg("initdb failed: see %s/log", directory);
	server = start_program(postgres);
	for (unsigned waited = 0; !answers(); waited += 20) {
		if (waited > PATIENCE_MS || waitpid(server, NULL, WNOHANG) != 0)
			fail_msg("the server does not answer: see %s/log", directory);
		(void)poll(NULL, 0, 20);
	}
	return true;
}

void unit_postgres_stop(void)
{
	const char *const remove[] = {"/bin/rm", "-rf", directory, NULL};

	if (server > 0) {
		(void)kill(server, SIGINT); /* fast shutdown */
		(void)waitpid(server, NULL, 0);
		server = 0;
	}
	if (directory[0] != '\0')
		(void)unit_run_program(remove, environment, NULL);
}

const char *unit_postgres_url(void)
{
	return url;
}

const char *unit_postgres_sql(const char *sql)
{
	static char text[UNIT_TEXT_MAX];
	const char *const argv[] = {psql_program, "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url,
				    "-c",         sql,     NULL};
	size_t length;

	if (unit_run_program(argv, environment, text) != 0)
		fail_msg("psql failed: %s", sql);
	length = strlen(text);
	if (length > 0)
		text[length - 1] = '\0';
	return text;
}

pid_t unit_postgres_begin_sql(const char *sql)
{
	const char *const argv[] = {psql_program, "-XqAt", "-d", url, "-c", sql, NULL};

	return start_program(argv);
}
