/* settings.c: fuzz target for files that operators write: temba.ini, function.ini, and single
 * values against the table of settings. The first byte says which. Whatever comes in is taken, or
 * refused with one line that names where. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../runtime/rt_function.h"
#include "../../runtime/rt_settings.h"
#include "fn_conf.h"
#include "fuzz.h"

enum { TEMBA = 't', FUNCTION = 'f', VALUE = 'v' };

static int file;
static char path[64];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	file = memfd_create("settings", MFD_CLOEXEC);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	demand(file >= 0);
	return 0;
}

static void write_file(const uint8_t *data, size_t size)
{
	demand(ftruncate(file, 0) == 0);
	demand(pwrite(file, data, size, 0) == (ssize_t)size);
}

static void read_settings(void)
{
	struct rt_settings settings;
	struct rt_why why = {0};
	bool fine = rt_settings_load(&settings, path, "/nowhere", &why);

	demand(fine == (why.text[0] == '\0'));
	for (size_t i = 0; fine && i < settings.count; i++) {
		const struct rt_setting *s = &settings.list[i];

		demand(s->value == NULL || fn_conf_complaint(s->entry, s->value) == NULL);
		demand(s->value == NULL || !s->entry->secret);
	}
	rt_settings_free(&settings);
}

static void read_function(void)
{
	struct rt_function function;
	struct rt_why why = {0};
	bool fine = rt_function_read(&function, path, &why);

	demand(fine == (why.text[0] == '\0'));
	if (!fine)
		return;
	demand(function.min <= function.max && function.max > 0);
	demand(function.max <= RT_WORKERS_MAX && function.hard_limit > 0);
}

/* NAME\0VALUE: the table never takes a number that is out of bounds. */
static void read_value(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 2);
	const struct fn_conf_entry *entry;
	const char *value;

	demand(text != NULL);
	memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	value = text + strlen(text) + 1;
	entry = fn_conf_find(text);
	if (entry != NULL && fn_conf_complaint(entry, value) == NULL && entry->kind == FN_CONF_INT)
		demand(strtoll(value, NULL, 10) >= entry->min &&
		       strtoll(value, NULL, 10) <= entry->max);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	write_file(data + 1, size - 1);
	if (data[0] == TEMBA)
		read_settings();
	else if (data[0] == FUNCTION)
		read_function();
	else if (data[0] == VALUE)
		read_value(data + 1, size - 1);
	return 0;
}
