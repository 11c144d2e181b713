/* fnd_control.c: the socket of fnctl: one JSON object a line, one answer each. */
#include "fnd_control.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fn_die.h"
#include "fnd_deploy.h"
#include "rt_event.h"

enum { CLIENTS_MAX = 64, QUESTION_MAX = 4096, ANSWER_MAX = 8 << 20, ARENA_MAX = 1 << 20 };

struct fnd_client {
	struct fnd_watch watch;
	struct fnd_client *older;
	struct fn_buf in, out;
	bool asked; /* its answer is still to come */
	bool waits; /* for the end of fnd */
};

static struct fnd_watch listener = {.fd = -1};
static struct fnd_client *clients;
static size_t client_count;

static void drop(struct fnd_client *client)
{
	struct fnd_client **link = &clients;

	while (*link != client)
		link = &(*link)->older;
	*link = client->older;
	client_count--;
	fnd_deploy_forget_client(client);
	fnd_loop_remove(&client->watch);
	fn_buf_free(&client->in);
	fn_buf_free(&client->out);
	free(client);
}

/* ---- answers ---- */

/* False: the client is gone. */
static bool send_some(struct fnd_client *client)
{
	ssize_t sent = send(client->watch.fd, client->out.bytes, client->out.length,
			    MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	if (sent > 0) {
		client->out.length -= (size_t)sent;
		memmove(client->out.bytes, client->out.bytes + sent, client->out.length);
	}
	fnd_loop_change(&client->watch,
			client->out.length > 0 ? (uint32_t)(EPOLLIN | EPOLLOUT) : EPOLLIN);
	return true;
}

void fnd_control_answer(struct fnd_client *client, struct json_object *answer)
{
	size_t length;
	const char *text = fn_json_write(answer, &length);

	if (client != NULL) {
		client->asked = false;
		fn_buf_add(&client->out, text, length);
		fn_buf_text(&client->out, "\n");
		(void)send_some(client); /* a client that left is noticed by its descriptor */
	}
	fn_json_drop(answer);
}

void fnd_control_refuse(struct fnd_client *client, const char *why, const char *output)
{
	struct json_object *answer =
		FN_OBJECT(fn_json_bool("ok", false), fn_json_string("error", why));
	char clean[2048];

	if (output != NULL) {
		strncpy(clean, output, sizeof(clean) - 1);
		clean[sizeof(clean) - 1] = '\0';
		for (char *at = clean; *at != '\0'; at++)
			*at = (*at < 0x20 && *at != '\n') || *at > 0x7e ? '?' : *at;
		fn_json_set(answer, fn_json_string("output", clean));
	}
	fnd_control_answer(client, answer);
}

/* ---- questions ---- */

static void command_on_function(struct fnd_client *client, enum fnd_job_kind kind,
				const struct json_object *question)
{
	const char *name = fn_json_get_text(question, "name");
	const char *release = fn_json_get_text(question, "release");

	if (name == NULL || !rt_function_name_is_good(name))
		fnd_control_refuse(client, "name: not the name of a function", NULL);
	else if (kind == FND_DEPLOY && (release == NULL || !rt_release_id_is_good(release)))
		fnd_control_refuse(client, "release: not the id of a release", NULL);
	else
		fnd_deploy_ask(kind, name, kind == FND_DEPLOY ? release : NULL, client);
}

static void command(struct fnd_client *client, const struct json_object *question)
{
	static const char *const on_function[] =
		{[FND_DEPLOY] = "deploy", [FND_ROLLBACK] = "rollback", [FND_RESTART] = "restart"};
	const char *cmd = fn_json_get_text(question, "cmd");

	client->asked = true;
	if (cmd != NULL && strcmp(cmd, "status") == 0) {
		fnd_control_answer(client, fnd_status());
		return;
	}
	if (cmd != NULL && strcmp(cmd, "stop") == 0) {
		client->waits = true;
		fnd_stop();
		return;
	}
	for (size_t i = 0; cmd != NULL && i < FN_COUNT(on_function); i++) {
		if (strcmp(cmd, on_function[i]) == 0) {
			command_on_function(client, (enum fnd_job_kind)i, question);
			return;
		}
	}
	fnd_control_refuse(client, "cmd: one of status, deploy, rollback, restart, stop", NULL);
}

static void take_line(struct fnd_client *client, const char *line, size_t length)
{
	struct fn_arena *arena = fn_arena_new(ARENA_MAX);
	const char *why;
	const struct json_object *question = fn_json_parse(arena, line, length, &why);

	if (question == NULL)
		fnd_control_refuse(client, "not one JSON object on a line", NULL);
	else
		command(client, question);
	fn_arena_free(arena);
}

static void take_lines(struct fnd_client *client)
{
	char *end;

	while (!client->asked && client->in.length > 0 &&
	       (end = memchr(client->in.bytes, '\n', client->in.length)) != NULL) {
		size_t length = (size_t)(end - client->in.bytes);

		take_line(client, client->in.bytes, length);
		client->in.length -= length + 1;
		memmove(client->in.bytes, end + 1, client->in.length);
	}
}

static void client_ready(struct fnd_watch *watch, uint32_t events)
{
	struct fnd_client *client = FND_OWNER(watch, struct fnd_client, watch);
	char bytes[QUESTION_MAX];
	ssize_t got = recv(watch->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)events;
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		drop(client);
		return;
	}
	if (got > 0)
		fn_buf_add(&client->in, bytes, (size_t)got);
	take_lines(client);
	if (client->in.full || (client->out.length > 0 && !send_some(client)))
		drop(client);
}

/* Root, the user that fnd runs as, and that user's own group. */
static bool may_command(int fd)
{
	struct ucred who;
	socklen_t length = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 &&
	       (who.uid == 0 || who.uid == geteuid() || who.gid == getegid());
}

static void listener_ready(struct fnd_watch *watch, uint32_t events)
{
	int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct fnd_client *client;

	(void)events;
	if (fd < 0)
		return;
	if (client_count >= CLIENTS_MAX || !may_command(fd)) {
		(void)close(fd);
		return;
	}
	client = calloc(1, sizeof(*client));
	if (client == NULL)
		fn_die(71, "out of memory");
	fn_buf_init(&client->in, QUESTION_MAX);
	fn_buf_init(&client->out, ANSWER_MAX);
	client->older = clients;
	clients = client;
	client_count++;
	fnd_loop_add(&client->watch, fd, EPOLLIN, client_ready);
}

bool fnd_control_open(struct rt_why *why)
{
	int fd = fnd_socket_listen(fnd.socket, false, why);

	if (fd < 0)
		return false;
	fnd_loop_add(&listener, fd, EPOLLIN, listener_ready);
	return true;
}

void fnd_control_close(void)
{
	(void)unlink(fnd.socket);
	fnd_loop_remove(&listener);
	while (clients != NULL) {
		if (clients->waits)
			fnd_control_answer(clients, FN_OBJECT(fn_json_bool("ok", true)));
		drop(clients);
	}
}
