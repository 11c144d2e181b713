/* temba_phone.h: one canonical form of phone numbers, used everywhere (contract functions.md 1.6).
 */
#ifndef TEMBA_PHONE_H
#define TEMBA_PHONE_H

#include <stdbool.h>

#include "fn_arena.h"

/* E.164 with a leading '+', or NULL when the text is no phone number. */
const char *temba_phone(struct fn_arena *arena, const char *text);
/* Whether a canonical number has as many digits as its country's have; true for countries that we
 * do not know. */
bool temba_phone_is_whole(const char *phone);
/* For logs and hints: "+226****78". */
const char *temba_phone_masked(struct fn_arena *arena, const char *phone);

#endif
