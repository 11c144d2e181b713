/* fnq_cache.c: when to let nginx forget lists that have changed. At once; and a second time,
 * because an answer that was read before the change may be stored after the first. */
#include "fnq_cache.h"

#include <stdbool.h>
#include <stddef.h>

#include "fn_cache.h"
#include "fn_conf.h"

static const uint64_t apart = 500 * UINT64_C(1000000), /* an import changes things for minutes */
	later = 1000 * UINT64_C(1000000);

static uint64_t due, last;
static bool is_first;

void fnq_cache_changed(uint64_t now)
{
	due = last != 0 && now < last + apart ? last + apart : now;
	is_first = true;
}

uint64_t fnq_cache_due(void)
{
	return due;
}

void fnq_cache_continue(uint64_t now)
{
	if (due == 0 || now < due)
		return;
	(void)fn_cache_forget(fn_conf_text("CACHE_DIR"), NULL);
	last = now;
	due = is_first ? now + later : 0;
	is_first = false;
}
