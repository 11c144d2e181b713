/* fn_apikey.h: opaque API keys, as hosted projects hand them out (sb_publishable_...,
 * sb_secret_...): each stands for a role and is no token. The secret API_KEYS says which there are:
 * {"sb_publishable_...":"anon","sb_secret_...":"service_role"}. Without it there are none. */
#ifndef FN_APIKEY_H
#define FN_APIKEY_H

#include <stdbool.h>

/* Reads the keys from the settings; an unreadable or weak one ends the process (78). */
void fn_apikey_init(void);
/* An opaque key, known or not: it must never reach a decoder of tokens. */
bool fn_apikey_is(const char *text);
/* The role that a key stands for; NULL when it is not ours. Lives as long as the process. */
const char *fn_apikey_role(const char *key);

#endif
