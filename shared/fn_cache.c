/* fn_cache.c: removes files that nginx keeps as CACHE_DIR/FUNCTION/HASH (nginx/cache-path.conf.in).
 */
#include "fn_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Takes the descriptor of a function's folder. */
static size_t empty_folder(int descriptor)
{
	DIR *folder = descriptor >= 0 ? fdopendir(descriptor) : NULL;
	const struct dirent *entry;
	size_t count = 0;

	if (folder == NULL) {
		if (descriptor >= 0)
			(void)close(descriptor);
		return 0;
	}
	while ((entry = readdir(folder)) != NULL) { /* nginx may remove one at the same moment */
		if (entry->d_type == DT_REG && unlinkat(dirfd(folder), entry->d_name, 0) == 0)
			count++;
	}
	(void)closedir(folder);
	return count;
}

static int open_folder(int above, const char *name)
{
	return openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

size_t fn_cache_forget(const char *directory, const char *function)
{
	DIR *all = opendir(directory);
	const struct dirent *entry;
	size_t count = 0;

	if (all == NULL)
		return 0;
	while ((entry = readdir(all)) != NULL) {
		if (entry->d_name[0] != '.' &&
		    (function == NULL || strcmp(entry->d_name, function) == 0))
			count += empty_folder(open_folder(dirfd(all), entry->d_name));
	}
	(void)closedir(all);
	return count;
}
