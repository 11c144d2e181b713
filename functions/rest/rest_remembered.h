/* rest_remembered.h: who the last tokens were. Reading a token's claims costs more than most
 * queries, and a page sends the same one with each of its requests. */
#ifndef REST_REMEMBERED_H
#define REST_REMEMBERED_H

#include <stdbool.h>
#include <stdint.h>

#include "rest_auth.h"

/* True when this very token was accepted here less than a minute ago and has not ended since; what
 * is filled in lives until the next call of rest_remember(). */
bool rest_remembered(const char *token, struct rest_identity *ret);
/* exp: in seconds; 0 = it has no end. Copies what it keeps. */
void rest_remember(const char *token, const struct rest_identity *identity, int64_t exp);

#endif
