/* fn_password.h: password hashes. New ones are argon2id (19 MiB, 2 passes, 1 lane: OWASP's own
 * row); $2a$ $2b$ $2y$ of an imported project are accepted (reliability.md 4.7). Slow on purpose.
 */
#ifndef FN_PASSWORD_H
#define FN_PASSWORD_H

#include <stdbool.h>

#include "fn_arena.h"

const char *fn_password_hash(struct fn_arena *arena, const char *password);
/* stored NULL or "": spends the time of an argon2id check and answers false, so that unknown people
 * cannot be told from wrong passwords by the clock. */
bool fn_password_matches(const char *stored, const char *password);
/* True when the hash is not of today's kind and cost and should be made anew at sign-in. */
bool fn_password_is_old(const char *stored);

#endif
