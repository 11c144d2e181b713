/* rt_why.h: a sentence that tells the operator why something was refused. */
#ifndef RT_WHY_H
#define RT_WHY_H

#include <stdbool.h>

#include "fn_macros.h"

enum { RT_WHY_MAX = 1200 };

struct rt_why {
	char text[RT_WHY_MAX];
};

/* Writes the sentence; returns false, so that a refusal is one statement. */
bool rt_refuse(struct rt_why *why, const char *format, ...) FN_PRINTF(2, 3);

#endif
