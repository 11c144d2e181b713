/* rt_self.h: settings of a program that runs by itself and is no worker of fnd's (fnq). */
#ifndef RT_SELF_H
#define RT_SELF_H

#include "rt_function.h"

/* Reads what `self` says it needs, through the same layers and the same sealed file as a
 * function's; fn_conf has it then. config NULL: no file of the operator's. Ends the process (78)
 * with a sentence when something is missing or wrong. */
void rt_self_load(const struct rt_function *self, const char *name, const char *config,
		  const char *state);

#endif
