/* rest_role.h: where in a token the role stands: PGRST_JWT_ROLE_CLAIM_KEY, a path such as .role,
 * .app.roles[0], ."https://x.y/roles"[1] or .roles[?(@ == "editor")]; the last picks, out of a
 * list, the first text that is (==), is not (!=), begins with (^==), ends with (==^) or holds (*==)
 * it. */
#ifndef REST_ROLE_H
#define REST_ROLE_H

#include <stdbool.h>

struct json_object;

/* Can it be read as such a path? */
bool rest_role_path_is_good(const char *path);
/* The role in these claims; NULL when the path leads nowhere. What is no text counts as its JSON.
 * Lives as long as the claims. */
const char *rest_role_find(struct json_object *claims, const char *path);

#endif
