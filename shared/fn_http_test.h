/* fn_http_test.h: a small HTTP server for tests of outbound calls, which answers, refuses, drips,
 * floods and falls silent as the path says. */
#ifndef FN_HTTP_TEST_H
#define FN_HTTP_TEST_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct counts {
	unsigned connections, requests;
};

static void say(int client, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		bytes += sent;
		length -= (size_t)sent;
	}
}

static void answer(int client, int status, const char *headers, const char *body)
{
	char text[4096];
	int length =
		snprintf(text, sizeof(text), "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n%s\r\n%s",
			 status, strlen(body), headers, body);

	say(client, text, (size_t)length);
}

static void flood(int client, const char *head, const char *piece, unsigned times)
{
	say(client, head, strlen(head));
	while (times-- > 0)
		say(client, piece, strlen(piece));
}

/* Waits until the client has gone, sending a byte every 20 ms when it drips. */
static void hold(int client, bool drip)
{
	char byte;

	while (recv(client, &byte, 1, MSG_PEEK | (drip ? MSG_DONTWAIT : 0)) != 0) {
		if (!drip)
			continue;
		if (send(client, "x", 1, MSG_NOSIGNAL) != 1)
			return;
		(void)poll(NULL, 0, 20);
	}
}

/* False when the connection is to be closed. */
static bool misbehave(int client, const char *path)
{
	static char kilobyte[1025];

	memset(kilobyte, 'x', sizeof(kilobyte) - 1);
	if (strcmp(path, "/mute") == 0)
		hold(client, false);
	else if (strcmp(path, "/drip") == 0) {
		flood(client, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "", 0);
		hold(client, true);
	} else if (strcmp(path, "/huge") == 0)
		flood(client, "HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n", kilobyte,
		      10240);
	else if (strcmp(path, "/headers") == 0)
		flood(client, "HTTP/1.1 200 OK\r\n",
		      "X-Filler: 0123456789012345678901234567890\r\n", 9000);
	else if (strcmp(path, "/cut") == 0)
		flood(client, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "short", 1);
	else if (strcmp(path, "/garbage") == 0)
		flood(client, "\x16\x03\x01 this is no HTTP\r\n\r\n", "", 0);
	else if (strcmp(path, "/reset") == 0) {
		struct linger now = {.l_onoff = 1};

		(void)setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	}
	return false;
}

static bool serve(int client, const char *request, unsigned number)
{
	char path[64] = "";

	(void)sscanf(request, "%*s %63s", path);
	if (strncmp(path, "/status/", 8) == 0)
		answer(client, (int)strtol(path + 8, NULL, 10), "", "{}");
	else if (strcmp(path, "/flaky") == 0)
		answer(client, number < 3 ? 503 : 200, "", "");
	else if (strcmp(path, "/redirect") == 0)
		answer(client, 302, "Location: /echo\r\n", "");
	else if (strcmp(path, "/later") == 0)
		answer(client, 429, "Retry-After: 7\r\n", "");
	else if (strcmp(path, "/echo") == 0)
		answer(client, 200, "Content-Type: Text/Plain; charset=utf-8\r\n", request);
	else
		return misbehave(client, path);
	return true;
}

/* Reads a head and as much body as it names. */
static bool read_request(int client, char *into, size_t size)
{
	size_t length = 0, wanted = 0;

	for (;;) {
		ssize_t got = recv(client, into + length, size - 1 - length, 0);
		const char *end, *named;

		if (got <= 0)
			return false;
		length += (size_t)got;
		into[length] = '\0';
		end = strstr(into, "\r\n\r\n");
		if (end == NULL)
			continue;
		named = strcasestr(into, "Content-Length: ");
		wanted = (size_t)(end - into) + 4 +
			 (named == NULL ? 0 : strtoul(named + 16, NULL, 10));
		if (length >= wanted)
			return true;
	}
}

static void be_server(int listener, struct counts *counts)
{
	static char request[16384];

	for (;;) {
		int client = accept(listener, NULL, NULL);

		counts->connections++;
		while (read_request(client, request, sizeof(request))) {
			counts->requests++;
			if (!serve(client, request, counts->requests))
				break;
		}
		(void)close(client);
	}
}

#endif
