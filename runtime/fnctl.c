/* fnctl.c: the operator's command: what runs, new releases, back to the last one. */
#include "fnctl.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_log.h"
#include "rt_settings.h"

enum { ARENA_MAX = 1 << 20, OPTION_MAX = 200 };

struct fnctl fnctl = {.bin_dir = "build/release/bin", .ini_dir = "functions"};

static const char usage[] =
	"fnctl: what the functions daemon fnd does, and what it shall do.\n"
	"\n"
	"  fnctl status [--json]      every function: release, workers, queue, restarts\n"
	"  fnctl deploy NAME...       a new release takes over; no request is lost, and a build\n"
	"                             that does not start changes nothing\n"
	"  fnctl rollback NAME        the release before; again: forward\n"
	"  fnctl restart NAME...      the same release with the settings and secrets of now\n"
	"  fnctl install NAME...      lay releases down while fnd does not run\n"
	"  fnctl stop                 fnd finishes the requests in hand and leaves\n"
	"\n"
	"  --bin FILE, --ini FILE     of one function, instead of\n"
	"  --bin-dir DIR              DIR/NAME; default build/release/bin\n"
	"  --ini-dir DIR              DIR/NAME/function.ini; default functions\n"
	"  --state DIR                of fnd (STATE_DIR, else var)\n"
	"  --functions DIR            releases; default STATE/functions\n"
	"  --socket PATH              of fnd (FND_SOCKET, else STATE/run/fnd.sock)\n"
	"\n"
	"Exit: 0 done, or nothing to do; 1 fnd refused and what served before still does (status:\n"
	"some function is not ready); 3 fnd does not answer; 4 a file is not right; 64 wrong "
	"use.\n";

enum fnctl_exit fnctl_fail(enum fnctl_exit status, const char *format, ...)
{
	va_list args;

	(void)fputs("fnctl: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputs("\n", stderr);
	return status;
}

static void set_path(char into[static RT_PATH_MAX], const char *value)
{
	if (strlen(value) == 0 || strlen(value) > OPTION_MAX)
		exit((int)fnctl_fail(FNCTL_WRONG_USE, "a path has 1 to %d bytes", OPTION_MAX));
	rt_path(into, "%s", value);
}

static void take(int option, const char *value)
{
	switch (option) {
	case 's':
		set_path(fnctl.state, value);
		return;
	case 'f':
		set_path(fnctl.functions_dir, value);
		return;
	case 'k':
		set_path(fnctl.socket, value);
		return;
	case 'b':
		fnctl.bin = value;
		return;
	case 'i':
		fnctl.ini = value;
		return;
	case 'B':
		fnctl.bin_dir = value;
		return;
	case 'I':
		fnctl.ini_dir = value;
		return;
	case 'j':
		fnctl.json = true;
		return;
	case 'h':
		(void)fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		exit((int)fnctl_fail(FNCTL_WRONG_USE, "`fnctl --help` shows the options"));
	}
}

/* Without --state the environment says where; with it, its socket is that of another fnd. */
static void fill_defaults(void)
{
	bool given = fnctl.state[0] != '\0';
	const char *state = given ? NULL : rt_environment("STATE_DIR");
	const char *run = given ? NULL : rt_environment("RUN_DIR");
	const char *socket = given ? NULL : rt_environment("FND_SOCKET");

	if (!given)
		set_path(fnctl.state, state != NULL ? state : "var");
	if (fnctl.functions_dir[0] == '\0')
		rt_path(fnctl.functions_dir, "%s/functions", fnctl.state);
	if (fnctl.socket[0] != '\0')
		return;
	if (socket != NULL)
		set_path(fnctl.socket, socket);
	else if (run != NULL)
		rt_path(fnctl.socket, "%s/fnd.sock", run);
	else
		rt_path(fnctl.socket, "%s/run/fnd.sock", fnctl.state);
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{"state", required_argument, NULL, 's'},
		{"functions", required_argument, NULL, 'f'},
		{"socket", required_argument, NULL, 'k'},
		{"bin", required_argument, NULL, 'b'},
		{"ini", required_argument, NULL, 'i'},
		{"bin-dir", required_argument, NULL, 'B'},
		{"ini-dir", required_argument, NULL, 'I'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take(option, optarg);
	fill_defaults();
}

static enum fnctl_exit stop(void)
{
	struct fn_arena *arena = fn_arena_new(ARENA_MAX);
	const struct json_object *answer =
		fnctl_ask(arena, FN_OBJECT(fn_json_string("cmd", "stop")), 0);
	enum fnctl_exit status = FNCTL_NO_FND;

	if (answer != NULL)
		status = fnctl_agreed(answer) ? FNCTL_DONE : FNCTL_REFUSED;
	fn_arena_free(arena);
	return status;
}

static enum fnctl_exit rollback(const char *name)
{
	return fnctl_change("rollback", name);
}

static enum fnctl_exit restart(const char *name)
{
	return fnctl_change("restart", name);
}

/* The first failure is the status; what comes after it is done all the same. */
static enum fnctl_exit each(enum fnctl_exit (*command)(const char *name), char **names)
{
	enum fnctl_exit status = FNCTL_DONE;

	if (*names == NULL)
		return fnctl_fail(FNCTL_WRONG_USE, "which function? `fnctl --help`");
	if (names[1] != NULL && (fnctl.bin != NULL || fnctl.ini != NULL))
		return fnctl_fail(FNCTL_WRONG_USE, "--bin and --ini are for one function");
	for (; *names != NULL; names++) {
		enum fnctl_exit one = command(*names);

		if (status == FNCTL_DONE)
			status = one;
	}
	return status;
}

static enum fnctl_exit run(const char *command, char **names)
{
	static const struct {
		const char *name;
		enum fnctl_exit (*run)(const char *name);
	} commands[] = {
		{"deploy", fnctl_deploy},
		{"rollback", rollback},
		{"restart", restart},
		{"install", fnctl_install},
	};

	for (size_t i = 0; i < FN_COUNT(commands); i++) {
		if (strcmp(commands[i].name, command) == 0)
			return each(commands[i].run, names);
	}
	if (*names != NULL)
		return fnctl_fail(FNCTL_WRONG_USE, "what is `%s`? `fnctl --help`", *names);
	if (strcmp(command, "status") == 0)
		return fnctl_status();
	if (strcmp(command, "stop") == 0)
		return stop();
	return fnctl_fail(FNCTL_WRONG_USE, "no such command: %s (`fnctl --help`)", command);
}

int main(int argc, char **argv)
{
	fn_log_init("fnctl");
	read_options(argc, argv);
	if (optind >= argc) {
		(void)fputs(usage, stderr);
		return FNCTL_WRONG_USE;
	}
	return (int)run(argv[optind], argv + optind + 1);
}
