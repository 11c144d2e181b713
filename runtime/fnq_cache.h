/* fnq_cache.h: lets nginx forget lists that have changed. */
#ifndef FNQ_CACHE_H
#define FNQ_CACHE_H

#include <stdint.h>

/* The database said so, or may have said so while nobody listened. */
void fnq_cache_changed(uint64_t now);
/* When fnq_cache_continue() has something to do; 0 = nothing. */
uint64_t fnq_cache_due(void);
void fnq_cache_continue(uint64_t now);

#endif
