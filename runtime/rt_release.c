/* rt_release.c: releases of a function on disk. */
#include "rt_release.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fn_crypto.h"
#include "fn_die.h"

enum { BINARY_MAX = 256 << 20, INI_MAX = 64 << 10 };

bool rt_release_id_is_good(const char *id)
{
	return strlen(id) == RT_RELEASE_ID && strspn(id, "0123456789abcdef") == RT_RELEASE_ID;
}

bool rt_release_linked(const char *functions, const char *name, const char *link,
		       char ret_id[static RT_RELEASE_ID + 1])
{
	char path[RT_PATH_MAX], id[RT_PATH_MAX];

	rt_path(path, "%s/%s/%s", functions, name, link);
	if (!rt_link_name(path, id) || !rt_release_id_is_good(id))
		return false;
	memcpy(ret_id, id, RT_RELEASE_ID + 1);
	return true;
}

/* What root makes must belong to the user that fnd runs as, who owns what it lies in. */
static void hand_over(const char *like, const char *path)
{
	struct stat owner;

	if (geteuid() == 0 && stat(like, &owner) == 0)
		(void)!lchown(path, owner.st_uid, owner.st_gid);
}

static bool make_directory(const char *functions, const char *path, struct rt_why *why)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return rt_refuse(why, "mkdir %s: %s", path, strerror(errno));
	(void)chmod(path, 0755); /* whatever the umask: the user that fnd runs as must get in */
	hand_over(functions, path);
	return true;
}

static void name_release(const struct fn_buf *binary, const struct fn_buf *ini,
			 char id[static RT_RELEASE_ID + 1])
{
	uint8_t both[2 * FN_SHA256_SIZE], hash[FN_SHA256_SIZE];

	fn_crypto_sha256(binary->bytes, binary->length, both);
	fn_crypto_sha256(ini->length > 0 ? ini->bytes : "", ini->length, both + FN_SHA256_SIZE);
	fn_crypto_sha256(both, sizeof(both), hash);
	for (size_t i = 0; i < RT_RELEASE_ID / 2; i++)
		(void)snprintf(id + 2 * i, 3, "%02x", hash[i]);
}

static bool write_part(const char *functions, const char *directory, const char *name,
		       const struct fn_buf *bytes, mode_t mode, struct rt_why *why)
{
	char path[RT_PATH_MAX];

	rt_path(path, "%s/%s", directory, name);
	if (!rt_write_file(path, bytes, mode, true, why))
		return false;
	hand_over(functions, path);
	return true;
}

/* Written beside its place and renamed: a release is there whole or not at all. */
static bool lay_down(const char *functions, const char *name, const struct fn_buf *binary,
		     const struct fn_buf *ini, struct rt_release *ret, struct rt_why *why)
{
	char place[RT_PATH_MAX], beside[RT_PATH_MAX];
	struct rt_why ignored;

	rt_path(place, "%s/%s/releases/%s", functions, name, ret->id);
	if (access(place, F_OK) == 0)
		return true;
	rt_path(beside, "%s/%s/releases/.new%d", functions, name, (int)getpid());
	if (!make_directory(functions, beside, why))
		return false;
	if (write_part(functions, beside, name, binary, 0755, why) &&
	    (ini->bytes == NULL || write_part(functions, beside, "function.ini", ini, 0644, why))) {
		if (rename(beside, place) == 0) {
			ret->made = true;
			return true;
		}
		(void)rt_refuse(why, "%s: %s", place, strerror(errno));
	}
	(void)rt_remove_directory(beside, &ignored);
	return false;
}

static bool read_parts(const char *binary_path, const char *ini_path, struct fn_buf *binary,
		       struct fn_buf *ini, struct rt_why *why)
{
	if (!rt_read_file(binary_path, binary, why))
		return false;
	if (binary->length < 4 || memcmp(binary->bytes, "\177ELF", 4) != 0)
		return rt_refuse(why, "%s: not a program (ELF)", binary_path);
	if (access(ini_path, F_OK) != 0 && errno == ENOENT)
		return true;
	return rt_read_file(ini_path, ini, why);
}

bool rt_release_prepare(const char *functions, const char *name, struct rt_why *why)
{
	bool is_new = access(functions, F_OK) != 0;
	char path[RT_PATH_MAX];

	if (!rt_make_directory(functions, 0755, why))
		return false;
	rt_path(path, "%s/..", functions);
	if (is_new)
		hand_over(path, functions);
	rt_path(path, "%s/%s", functions, name);
	if (!make_directory(functions, path, why))
		return false;
	rt_path(path, "%s/%s/releases", functions, name);
	return make_directory(functions, path, why);
}

bool rt_release_make(const char *functions, const char *name, const char *binary_path,
		     const char *ini_path, struct rt_release *ret, struct rt_why *why)
{
	struct fn_buf binary, ini;
	bool fine;

	*ret = (struct rt_release){0};
	fn_buf_init(&binary, BINARY_MAX);
	fn_buf_init(&ini, INI_MAX);
	fine = read_parts(binary_path, ini_path, &binary, &ini, why);
	if (fine) {
		name_release(&binary, &ini, ret->id);
		fine = rt_release_prepare(functions, name, why) &&
		       lay_down(functions, name, &binary, &ini, ret, why);
	}
	fn_buf_free(&binary);
	fn_buf_free(&ini);
	return fine;
}

void rt_release_unmake(const char *functions, const char *name, const char *id)
{
	char path[RT_PATH_MAX];
	struct rt_why ignored;

	rt_path(path, "%s/%s/releases/%s", functions, name, id);
	(void)rt_remove_directory(path, &ignored);
}

static bool point(const char *functions, const char *name, const char *link, const char *id,
		  struct rt_why *why)
{
	char path[RT_PATH_MAX], target[RT_PATH_MAX];

	rt_path(path, "%s/%s/%s", functions, name, link);
	rt_path(target, "releases/%s", id);
	if (!rt_swap_link(path, target, why))
		return false;
	hand_over(functions, path);
	return true;
}

bool rt_release_switch(const char *functions, const char *name, const char *id, struct rt_why *why)
{
	char current[RT_RELEASE_ID + 1];

	if (rt_release_linked(functions, name, "current", current)) {
		if (strcmp(current, id) == 0)
			return true;
		if (!point(functions, name, "previous", current, why))
			return false;
	}
	return point(functions, name, "current", id, why);
}

/* ---- the last 20 ---- */

struct kept {
	char id[RT_RELEASE_ID + 1];
	struct timespec made;
};

static int newest_first(const void *left, const void *right)
{
	const struct kept *a = left, *b = right;

	if (a->made.tv_sec != b->made.tv_sec)
		return a->made.tv_sec < b->made.tv_sec ? 1 : -1;
	return (a->made.tv_nsec < b->made.tv_nsec) - (a->made.tv_nsec > b->made.tv_nsec);
}

static size_t list_releases(DIR *directory, struct kept **ret)
{
	const struct dirent *entry;
	struct stat what;
	size_t count = 0;

	*ret = NULL;
	while ((entry = readdir(directory)) != NULL) {
		if (!rt_release_id_is_good(entry->d_name) ||
		    fstatat(dirfd(directory), entry->d_name, &what, 0) != 0)
			continue;
		*ret = reallocarray(*ret, count + 1, sizeof(**ret));
		if (*ret == NULL)
			fn_die(71, "out of memory");
		memcpy((*ret)[count].id, entry->d_name, RT_RELEASE_ID + 1);
		(*ret)[count++].made = what.st_mtim;
	}
	return count;
}

void rt_release_prune(const char *functions, const char *name)
{
	char path[RT_PATH_MAX], current[RT_RELEASE_ID + 1] = "", previous[RT_RELEASE_ID + 1] = "";
	struct kept *list;
	DIR *directory;
	size_t count;

	rt_path(path, "%s/%s/releases", functions, name);
	directory = opendir(path);
	if (directory == NULL)
		return;
	count = list_releases(directory, &list);
	(void)closedir(directory);
	if (count > 0)
		qsort(list, count, sizeof(*list), newest_first);
	(void)rt_release_linked(functions, name, "current", current);
	(void)rt_release_linked(functions, name, "previous", previous);
	for (size_t i = RT_RELEASES_KEPT; i < count; i++) {
		if (strcmp(list[i].id, current) != 0 && strcmp(list[i].id, previous) != 0)
			rt_release_unmake(functions, name, list[i].id);
	}
	free(list);
}
