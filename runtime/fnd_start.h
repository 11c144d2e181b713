/* fnd_start.h: everything between the command line and the loop. */
#ifndef FND_START_H
#define FND_START_H

#include "fnd.h"

enum { FND_SYSTEM = 71, FND_LOCKED = 75, FND_WRONG_SETTINGS = 78 }; /* sysexits.h */

/* 0, or the status to exit with and why. */
int fnd_start(struct rt_why *why);

#endif
