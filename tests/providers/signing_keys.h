/* signing_keys.h: the key pairs that pawaPay signs callbacks with: made by whoever needs one first,
 * kept in the stand-ins' file, known by HTTP_EC_P256_KEY:number. */
#ifndef SIGNING_KEYS_H
#define SIGNING_KEYS_H

#include "fn_arena.h"
#include "fn_json.h"
#include "sign.h"

/* The one that signs now: the newest. */
struct sign_key signing_keys_newest(struct fn_arena *arena);
/* From now on a new one signs; the old ones are still shown. */
void signing_keys_rotate(struct fn_arena *arena);
/* [{"id","key"}], as the public-key endpoint shows them. The caller owns it. */
struct json_object *signing_keys_public(struct fn_arena *arena);

#endif
