/* rt_files.c: the few things that the runtime does with files. */
#include "rt_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fn_die.h"

void rt_path(char into[static RT_PATH_MAX], const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(into, RT_PATH_MAX, format, args);
	va_end(args);
	if (length < 0 || length >= RT_PATH_MAX)
		fn_die(78, "a path is longer than %d bytes: %.80s...", RT_PATH_MAX - 1, into);
}

void rt_close(int *descriptor)
{
	if (*descriptor >= 0)
		(void)close(*descriptor);
	*descriptor = -1;
}

static bool read_all(int descriptor, struct fn_buf *into)
{
	char bytes[16384];
	ssize_t got;

	do {
		got = read(descriptor, bytes, sizeof(bytes));
		if (got > 0)
			fn_buf_add(into, bytes, (size_t)got);
	} while ((got > 0 && !into->full) || (got < 0 && errno == EINTR));
	explicit_bzero(bytes, sizeof(bytes)); /* it may have been a secret */
	return got >= 0;
}

bool rt_read_open_file(int descriptor, const char *path, struct fn_buf *into, struct rt_why *why)
{
	if (!read_all(descriptor, into))
		return rt_refuse(why, "%s: %s", path, strerror(errno));
	return !into->full || rt_refuse(why, "%s: larger than %zu bytes", path, into->max);
}

bool rt_read_file(const char *path, struct fn_buf *into, struct rt_why *why)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	bool fine;

	if (descriptor < 0)
		return rt_refuse(why, "%s: %s", path, strerror(errno));
	fine = rt_read_open_file(descriptor, path, into, why);
	rt_close(&descriptor);
	return fine;
}

static bool write_all(int descriptor, const struct fn_buf *bytes)
{
	for (size_t done = 0; done < bytes->length;) {
		ssize_t put = write(descriptor, bytes->bytes + done, bytes->length - done);

		if (put < 0 && errno != EINTR)
			return false;
		done += put > 0 ? (size_t)put : 0;
	}
	return true;
}

bool rt_write_file(const char *path, const struct fn_buf *bytes, mode_t mode, bool sync,
		   struct rt_why *why)
{
	char beside[RT_PATH_MAX];
	int descriptor;
	bool fine;

	rt_path(beside, "%s.new%d", path, (int)getpid());
	descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (descriptor < 0)
		return rt_refuse(why, "%s: %s", beside, strerror(errno));
	fine = write_all(descriptor, bytes) && fchmod(descriptor, mode) == 0 &&
	       (!sync || fsync(descriptor) == 0);
	rt_close(&descriptor);
	if (fine && rename(beside, path) == 0)
		return true;
	(void)rt_refuse(why, "%s: %s", path, strerror(errno));
	(void)unlink(beside);
	return false;
}

bool rt_make_directory(const char *path, mode_t mode, struct rt_why *why)
{
	char part[RT_PATH_MAX];

	rt_path(part, "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, mode) != 0 && errno != EEXIST)
			return rt_refuse(why, "mkdir %s: %s", part, strerror(errno));
		*slash = '/';
	}
	if (mkdir(part, mode) != 0 && errno != EEXIST)
		return rt_refuse(why, "mkdir %s: %s", part, strerror(errno));
	return true;
}

bool rt_swap_link(const char *path, const char *target, struct rt_why *why)
{
	char beside[RT_PATH_MAX];

	rt_path(beside, "%s.new%d", path, (int)getpid());
	(void)unlink(beside);
	if (symlink(target, beside) == 0 && rename(beside, path) == 0)
		return true;
	(void)rt_refuse(why, "link %s: %s", path, strerror(errno));
	(void)unlink(beside);
	return false;
}

bool rt_link_name(const char *path, char into[static RT_PATH_MAX])
{
	ssize_t length = readlink(path, into, RT_PATH_MAX - 1);
	const char *slash;

	if (length <= 0)
		return false;
	into[length] = '\0';
	slash = strrchr(into, '/');
	if (slash != NULL)
		memmove(into, slash + 1, strlen(slash + 1) + 1);
	return into[0] != '\0';
}

bool rt_remove_directory(const char *path, struct rt_why *why)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	bool fine = true;

	if (directory == NULL)
		return errno == ENOENT || rt_refuse(why, "%s: %s", path, strerror(errno));
	while ((entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fine = unlinkat(dirfd(directory), entry->d_name, 0) == 0 && fine;
	}
	(void)closedir(directory);
	if (fine && rmdir(path) == 0)
		return true;
	return rt_refuse(why, "remove %s: %s", path, strerror(errno));
}
