/* fnd_template.h: generations of a function and their template processes. */
#ifndef FND_TEMPLATE_H
#define FND_TEMPLATE_H

#include "fnd_function.h"

enum { FND_START_LIMIT_S = 5 }; /* from exec to READY; a check may take as long */

/* Reads function.ini and the settings; refuses when something is missing. Not yet started. */
struct fnd_generation *fnd_generation_new(struct fnd_function *f, const char *release,
					  struct rt_why *why);
/* Executes the template. False: said, and counted as a failed start of the current generation. */
bool fnd_template_start(struct fnd_generation *g, struct fn_buf *capture);
/* SIGTERM; it holds no request, so SIGKILL follows soon. */
void fnd_template_end(struct fnd_generation *g);
void fnd_template_buried(struct fnd_generation *g, int status);
/* Reads what the template said; also before a child is called unknown. */
void fnd_template_hear(struct fnd_generation *g);

/* Limits of time, the start of what is down, and freeing of what is over. */
void fnd_generations_step(struct fnd_function *f);
unsigned fnd_generation_workers(const struct fnd_generation *g);
/* Frees them all, with nothing running any more. */
void fnd_generations_free(struct fnd_function *f);

#endif
