/* rt_settings.c: the layers of settings and the secret files. */
#include "rt_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fn_die.h"
#include "rt_ini.h"

const char *rt_environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

bool rt_settings_is_ours(const char *name)
{
	return strncmp(name, "FN_", 3) == 0;
}

static struct rt_setting *find(const struct rt_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->count; i++) {
		if (strcmp(settings->list[i].entry->name, name) == 0)
			return &settings->list[i];
	}
	return NULL;
}

static void assign(struct rt_setting *setting, const char *value)
{
	free(setting->value);
	setting->value = strdup(value);
	if (setting->value == NULL)
		fn_die(71, "out of memory");
}

struct layer {
	struct rt_settings *settings;
	const char *path;
};

static const char *take(void *arg, const struct rt_ini_entry *entry)
{
	const struct layer *layer = arg;
	struct rt_setting *setting;

	if (entry->key == NULL || *entry->section != '\0') /* a heading, also [] */
		return "this file has no sections";
	if (entry->continued)
		return "a setting stands on one line";
	setting = find(layer->settings, entry->key);
	if (setting == NULL || rt_settings_is_ours(entry->key))
		return "no such setting: config/temba.ini lists them";
	if (setting->entry->secret)
		return "this is a secret: put it into the file secrets/NAME of the state directory";
	(void)snprintf(setting->from, sizeof(setting->from), "%s:%d", layer->path, entry->line);
	assign(setting, entry->value);
	return fn_conf_complaint(setting->entry, entry->value);
}

static bool load_file(struct rt_settings *settings, const char *path, bool needed,
		      struct rt_why *why)
{
	struct layer layer = {settings, path};

	if (!needed && access(path, F_OK) != 0 && errno == ENOENT)
		return true;
	return rt_ini_read(path, take, &layer, why);
}

static bool load_environment(struct rt_settings *settings, struct rt_why *why)
{
	for (size_t i = 0; i < settings->count; i++) {
		struct rt_setting *setting = &settings->list[i];
		const char *name = setting->entry->name, *value = rt_environment(name), *complaint;

		if (value == NULL || setting->entry->secret || rt_settings_is_ours(name))
			continue;
		complaint = fn_conf_complaint(setting->entry, value);
		if (complaint != NULL)
			return rt_refuse(why, "environment: %s %s", name, complaint);
		(void)snprintf(setting->from, sizeof(setting->from), "environment");
		assign(setting, value);
	}
	return true;
}

bool rt_settings_load(struct rt_settings *ret, const char *config, const char *state,
		      struct rt_why *why)
{
	const struct fn_conf_entry *table = fn_conf_table();
	char path[RT_PATH_MAX];

	memset(ret, 0, sizeof(*ret));
	rt_path(ret->secrets, "%s/secrets", state);
	while (table[ret->count].name != NULL)
		ret->count++;
	ret->list = calloc(ret->count, sizeof(*ret->list));
	if (ret->list == NULL)
		fn_die(71, "out of memory");
	for (size_t i = 0; i < ret->count; i++)
		ret->list[i].entry = &table[i];
	rt_path(path, "%s/temba.ini", state);
	return (config == NULL || load_file(ret, config, true, why)) &&
	       load_file(ret, path, false, why) && load_environment(ret, why);
}

void rt_settings_free(struct rt_settings *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		free(settings->list[i].value);
	free(settings->list);
	memset(settings, 0, sizeof(*settings));
}

const char *rt_settings_text(const struct rt_settings *settings, const char *name)
{
	const struct rt_setting *setting = find(settings, name);

	if (setting == NULL || setting->entry->secret)
		return NULL;
	return setting->value != NULL ? setting->value : setting->entry->otherwise;
}

int64_t rt_settings_int(const struct rt_settings *settings, const char *name)
{
	const char *text = rt_settings_text(settings, name);

	return text == NULL ? 0 : strtoll(text, NULL, 10);
}

static bool check_owner(const char *path, int descriptor, struct rt_why *why)
{
	struct stat what;

	if (fstat(descriptor, &what) != 0)
		return rt_refuse(why, "secret %s: %s", path, strerror(errno));
	if (!S_ISREG(what.st_mode))
		return rt_refuse(why, "secret %s: not a file", path);
	if ((what.st_mode & 07777) != 0400 && (what.st_mode & 07777) != 0600)
		return rt_refuse(why, "secret %s: has mode %04o: run `chmod 0400 %s`", path,
				 (unsigned)(what.st_mode & 07777), path);
	if (what.st_uid != geteuid() && what.st_uid != 0)
		return rt_refuse(why,
				 "secret %s: belongs to user %u, not to the one that fnd runs as",
				 path, (unsigned)what.st_uid);
	return true;
}

bool rt_secret_read(const struct rt_settings *settings, const char *name, struct fn_buf *into,
		    struct rt_why *why)
{
	char path[RT_PATH_MAX];
	int descriptor;
	bool fine;

	rt_path(path, "%s/%s", settings->secrets, name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0)
		return rt_refuse(why, "secret %s: %s%s", path, strerror(errno),
				 errno == ENOENT ? ": put it there with mode 0400" : "");
	fine = check_owner(path, descriptor, why) && rt_read_open_file(descriptor, path, into, why);
	rt_close(&descriptor);
	if (!fine)
		return false;
	if (into->length > 0 && into->bytes[into->length - 1] == '\n')
		into->bytes[--into->length] = '\0';
	if (into->length == 0)
		return rt_refuse(why, "secret %s: is empty", path);
	if (memchr(into->bytes, '\0', into->length) != NULL)
		return rt_refuse(why, "secret %s: holds a NUL byte", path);
	return true;
}

void rt_secret_forget(struct fn_buf *secret)
{
	if (secret->bytes != NULL)
		explicit_bzero(secret->bytes, secret->capacity);
	fn_buf_free(secret);
}
