/* rt_ask.h: asking fnd to do something without standing still until it is done. */
#ifndef RT_ASK_H
#define RT_ASK_H

#include <stdbool.h>
#include <stddef.h>

/* Asks for a new generation of a function, with the settings of now. A descriptor that becomes
 * readable when fnd has answered, to be closed; -1 when fnd is not there. */
int rt_ask_restart(const char *run_dir, const char *function);

/* Reads the answer, which is there. True: the new generation serves. Else ret_why says why not. */
bool rt_ask_answer(int descriptor, char *ret_why, size_t size);

#endif
