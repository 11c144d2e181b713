/* fnd_socket.c: listening unix sockets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fnd_function.h"

/* A full backlog is an immediate EAGAIN for nginx; the kernel cuts it at net.core.somaxconn. */
enum { BACKLOG = 4096 };

static bool bind_path(int listener, const char *path, struct rt_why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t mask = umask(0177);
	bool fine;

	memcpy(address.sun_path, path, strlen(path) + 1); /* the caller has measured it */
	(void)unlink(path);
	fine = bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0;
	(void)umask(mask);
	return fine || rt_refuse(why, "bind %s: %s", path, strerror(errno));
}

static bool open_to_group(const char *path, bool for_group, struct rt_why *why)
{
	if (for_group && fnd.has_group && chown(path, (uid_t)-1, fnd.group) != 0)
		return rt_refuse(why, "%s: cannot give it to group %u: %s", path,
				 (unsigned)fnd.group, strerror(errno));
	return chmod(path, 0660) == 0 || rt_refuse(why, "chmod %s: %s", path, strerror(errno));
}

/* Under another name first: whoever finds the right one finds it listening and with its mode. */
static bool listen_there(int listener, const char *path, bool for_group, struct rt_why *why)
{
	char beside[RT_PATH_MAX];

	rt_path(beside, "%s~", path);
	if (strlen(beside) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return rt_refuse(why,
				 "%s: longer than the 106 bytes of a unix socket: choose a "
				 "shorter --run directory",
				 path);
	if (!bind_path(listener, beside, why) || !open_to_group(beside, for_group, why))
		return false;
	if (listen(listener, BACKLOG) != 0 || rename(beside, path) != 0)
		return rt_refuse(why, "listen on %s: %s", path, strerror(errno));
	return true;
}

int fnd_socket_listen(const char *path, bool for_group, struct rt_why *why)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (listener < 0)
		(void)rt_refuse(why, "socket: %s", strerror(errno));
	else if (!listen_there(listener, path, for_group, why))
		rt_close(&listener);
	return listener;
}
