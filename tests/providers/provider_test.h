/* provider_test.h: what tests of the stand-ins share: an arena and a file of their own. */
#ifndef PROVIDER_TEST_H
#define PROVIDER_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fn_conf.h"
#include "unit.h"

static struct fn_arena *arena;
static char directory[] = "/tmp/providers.XXXXXX";
static char file[64];

static int begin_test(void **state)
{
	(void)state;
	arena = fn_arena_new(16 << 20);
	if (mkdtemp(directory) == NULL)
		return 1;
	(void)snprintf(file, sizeof(file), "%s/providers.db", directory);
	fn_conf_set("PROVIDERS_DB", file);
	fn_conf_set("PROVIDERS_SETTLE_MS", "0");
	fn_conf_set("PAWAPAY_API_URL", "http://127.0.0.1:1/pawapay");
	fn_conf_set("STRIPE_API_URL", "http://127.0.0.1:1/stripe");
	return 0;
}

static int end_test(void **state)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char path[80];

	(void)state;
	fn_arena_free(arena);
	for (size_t i = 0; i < FN_COUNT(endings); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", file, endings[i]);
		(void)unlink(path);
	}
	(void)rmdir(directory);
	return 0;
}

#endif
