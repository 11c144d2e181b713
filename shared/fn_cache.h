/* fn_cache.h: what nginx keeps of the answers of `cached` functions. */
#ifndef FN_CACHE_H
#define FN_CACHE_H

#include <stddef.h>

/* Forgets every answer of this function (NULL = of all of them) kept under `directory`, the setting
 * CACHE_DIR; returns how many. nginx takes a file that is gone for a question it has not met. An
 * answer on its way from a worker is not seen: whoever must be sure comes again a moment later. */
size_t fn_cache_forget(const char *directory, const char *function);

#endif
