/* fnd_options.c: what fnd is told on its command line and by its environment. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fnd.h"

enum { WRONG_USE = 64, DEFAULT_LENGTH = 200 };

static const char usage[] =
	"fnd: the functions daemon: holds the functions' sockets and runs their workers.\n"
	"\n"
	"  --state DIR        releases, settings, secrets, logs (STATE_DIR, else var)\n"
	"  --functions DIR    releases; default STATE/functions\n"
	"  --run DIR          sockets, lock and pids (RUN_DIR, else STATE/run)\n"
	"  --socket PATH      of fnctl (FND_SOCKET, else RUN/fnd.sock)\n"
	"  --config FILE      documented defaults: STATE/default.ini, else config/temba.ini\n"
	"  --group NAME       of the functions' sockets, which have mode 0660: nginx's group\n"
	"  --user NAME        become this user; only as root\n"
	"  --foreground-log   functions' lines to stdout and fnd's own to stderr, instead of\n"
	"                     all to STATE/log/functions.log (opened again on SIGHUP)\n"
	"\n"
	"The environment counts where no option says otherwise, and only without --state and "
	"--run.\n"
	"fnd stays in the foreground. SIGTERM: finish the requests in hand, then leave; again: "
	"now.\n"
	"Exit: 0 stopped, 64 wrong use, 71 the system refused, 75 another fnd runs there,\n"
	"78 the settings or a directory are not right.\n";

static void wrong(const char *what, const char *value)
{
	(void)fprintf(stderr, "fnd: %s: %s\n", what, value);
	exit(WRONG_USE);
}

static void set_path(char into[static RT_PATH_MAX], const char *option, const char *value)
{
	if (strlen(value) == 0 || strlen(value) > DEFAULT_LENGTH)
		wrong(option, "a path of 1 to 200 bytes");
	rt_path(into, "%s", value);
}

static void set_group(const char *name)
{
	const struct group *group = getgrnam(name);

	if (group == NULL)
		wrong("no such group", name);
	else
		fnd.group = group->gr_gid;
	fnd.has_group = true;
}

static void take(int option, const char *value)
{
	switch (option) {
	case 's':
		set_path(fnd.state, "--state", value);
		return;
	case 'f':
		set_path(fnd.functions_dir, "--functions", value);
		return;
	case 'r':
		set_path(fnd.run, "--run", value);
		return;
	case 'k':
		set_path(fnd.socket, "--socket", value);
		return;
	case 'c':
		set_path(fnd.config, "--config", value);
		return;
	case 'g':
		set_group(value);
		return;
	case 'u':
		fnd.user = value;
		return;
	case 'l':
		fnd.log_to_stdout = true;
		return;
	case 'h':
		(void)fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		(void)fputs("fnd --help shows the options\n", stderr);
		exit(WRONG_USE);
	}
}

/* Names of one stack must not lead a second one, whose directories were given, into the first. */
static const char *inherited(bool given, const char *name)
{
	return given ? NULL : rt_environment(name);
}

static void fill_config(void)
{
	char beside[RT_PATH_MAX];

	rt_path(beside, "%s/default.ini", fnd.state);
	if (access(beside, R_OK) == 0)
		rt_path(fnd.config, "%s", beside);
	else if (access("config/temba.ini", R_OK) == 0)
		rt_path(fnd.config, "config/temba.ini");
}

static void fill_defaults(void)
{
	bool given = fnd.state[0] != '\0' || fnd.run[0] != '\0';
	const char *state = inherited(given, "STATE_DIR"), *run = inherited(given, "RUN_DIR");
	const char *socket = inherited(given, "FND_SOCKET");

	if (fnd.state[0] == '\0')
		set_path(fnd.state, "STATE_DIR", state != NULL ? state : "var");
	if (fnd.functions_dir[0] == '\0')
		rt_path(fnd.functions_dir, "%s/functions", fnd.state);
	if (fnd.run[0] == '\0' && run != NULL)
		set_path(fnd.run, "RUN_DIR", run);
	else if (fnd.run[0] == '\0')
		rt_path(fnd.run, "%s/run", fnd.state);
	if (fnd.socket[0] == '\0' && socket != NULL)
		set_path(fnd.socket, "FND_SOCKET", socket);
	else if (fnd.socket[0] == '\0')
		rt_path(fnd.socket, "%s/fnd.sock", fnd.run);
	if (fnd.config[0] == '\0')
		fill_config();
}

void fnd_options(int argc, char **argv)
{
	static const struct option options[] = {
		{"state", required_argument, NULL, 's'},
		{"functions", required_argument, NULL, 'f'},
		{"run", required_argument, NULL, 'r'},
		{"socket", required_argument, NULL, 'k'},
		{"config", required_argument, NULL, 'c'},
		{"group", required_argument, NULL, 'g'},
		{"user", required_argument, NULL, 'u'},
		{"foreground-log", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take(option, optarg);
	if (optind < argc)
		wrong("what is this", argv[optind]);
	fill_defaults();
}
