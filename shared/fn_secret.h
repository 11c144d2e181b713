/* fn_secret.h: callers who show a shared secret in a header of its own (functions.md 1.8). */
#ifndef FN_SECRET_H
#define FN_SECRET_H

#include <stdbool.h>

#include "fn_request.h"

/* Whether the header is the secret of that name; the time it takes tells nothing of it. A secret
 * that is not set lets nobody in. The function's function.ini has to hand it over. */
bool fn_secret_given(struct fn_request *req, const char *header, const char *secret);

#endif
