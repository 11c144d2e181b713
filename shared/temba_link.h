/* temba_link.h: the secret in a link that is sent by mail. It is not stored anywhere: whoever holds
 * LINK_TOKEN_KEY derives it from the id of its row in auth.one_time_tokens, and the row keeps only
 * a hash. `auth` makes the row, `send-notice` writes the mail, `auth` checks what comes back. */
#ifndef TEMBA_LINK_H
#define TEMBA_LINK_H

#include "fn_arena.h"
#include "fn_text.h"

/* base64url(HMAC-SHA256(LINK_TOKEN_KEY, id)): 43 characters. Needs the setting LINK_TOKEN_KEY. */
const char *temba_link_token(struct fn_arena *arena, const struct fn_uuid *id);
/* one_time_tokens.token_hash of a token, genuine or not: SHA-256 in hex. */
const char *temba_link_hash(struct fn_arena *arena, const char *token);
/* API_URL/auth/v1/verify?token=...&type=...&redirect_to=SITE_URL, or to `redirect` unless NULL. */
const char *temba_link_url(struct fn_arena *arena, const struct fn_uuid *id, const char *type,
			   const char *redirect);

#endif
