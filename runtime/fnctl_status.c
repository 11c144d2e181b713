/* fnctl_status.c: what every function does, as a table or as JSON. */
#include <stdio.h>
#include <string.h>

#include "fnctl.h"

enum { ANSWER_S = 10, ARENA_MAX = 32 << 20, NOTE_MAX = 600 };

static long long number(const struct json_object *object, const char *name)
{
	return (long long)fn_json_get_integer(object, name, 0);
}

/* The one thing about a function that an operator should read first. */
static void note(const struct json_object *f, char into[static NOTE_MAX])
{
	const char *problem = fn_json_get_text(f, "problem");
	const char *death = fn_json_get_text(f, "last_death");
	const char *link = fn_json_get_text(fn_json_get(f, "links"), "current");
	const char *release = fn_json_get_text(f, "release");

	into[0] = '\0';
	if (problem != NULL)
		(void)snprintf(into, NOTE_MAX, "%s", problem);
	else if (number(f, "wait_ms") > 0)
		(void)snprintf(into, NOTE_MAX, "%lld failed starts: next in %.1f s",
			       number(f, "failed_starts"), (double)number(f, "wait_ms") / 1000.0);
	else if (link != NULL && release != NULL && strcmp(link, release) != 0)
		(void)snprintf(into, NOTE_MAX, "drift: the link `current` says %s", link);
	else if (death != NULL)
		(void)snprintf(into, NOTE_MAX, "last death: %s", death);
}

static void show_one(const struct json_object *f)
{
	const struct json_object *workers = fn_json_get(f, "workers");
	const char *release = fn_json_get_text(f, "release");
	long long queue = fn_json_get_integer(f, "queue", -1);
	char text[NOTE_MAX], waiting[24] = "?";

	if (queue >= 0)
		(void)snprintf(waiting, sizeof(waiting), "%lld", queue);
	note(f, text);
	(void)printf("%-28s %-8s %-12s %4lld %4lld %4lld %5s %9lld %8lld %6lld  %s\n",
		     fn_json_get_text(f, "name"), fn_json_get_text(f, "state"),
		     release != NULL ? release : "-", number(workers, "idle"),
		     number(workers, "busy"), number(workers, "max"), waiting, number(f, "served"),
		     number(f, "restarts"), number(f, "shed"), text);
}

static void show(struct json_object *answer)
{
	const struct json_object *list = fn_json_get(answer, "functions");

	if (fnctl.json) {
		(void)puts(fn_json_write(answer, NULL));
		return;
	}
	(void)printf("%-28s %-8s %-12s %4s %4s %4s %5s %9s %8s %6s  %s\n", "FUNCTION", "STATE",
		     "RELEASE", "IDLE", "BUSY", "MAX", "QUEUE", "SERVED", "RESTARTS", "SHED",
		     "NOTE");
	for (size_t i = 0; i < fn_json_length(list); i++)
		show_one(fn_json_at(list, i));
}

enum fnctl_exit fnctl_status(void)
{
	struct fn_arena *arena = fn_arena_new(ARENA_MAX);
	struct json_object *answer =
		fnctl_ask(arena, FN_OBJECT(fn_json_string("cmd", "status")), ANSWER_S);
	enum fnctl_exit status = FNCTL_NO_FND;

	if (answer != NULL)
		status = fnctl_agreed(answer) ? FNCTL_DONE : FNCTL_REFUSED;
	if (status == FNCTL_DONE)
		show(answer);
	fn_arena_free(arena);
	return status;
}
