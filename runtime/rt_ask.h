/* rt_ask.h: telling fnd to do something, without waiting for what comes of it: fnd logs that. */
#ifndef RT_ASK_H
#define RT_ASK_H

#include <stdbool.h>

/* A new generation of a function, with the settings of now. False when fnd is not there. */
bool rt_ask_restart(const char *run_dir, const char *function);

#endif
