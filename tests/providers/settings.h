/* settings.h: how the stand-ins behave beyond a single request: one JSON object a name, merged by
 * the control endpoint. README.md lists the members.
 *
 *	webhooks.stripe, webhooks.pawapay    where webhooks go, how late, how often, forged
 *	stripe, pawapay                      when payments end by themselves, refunds, closed
 *operators fx                                   the rate of each source */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "fn_arena.h"
#include "fn_json.h"

/* An empty object when nothing was said. Owned by the arena. */
struct json_object *settings_read(struct fn_arena *arena, const char *name);
/* Members of `json` replace those that stand there, null takes one away. */
void settings_merge(const char *name, const char *json);
/* A text of a list such as "closed". */
bool settings_lists(const struct json_object *settings, const char *member, const char *text);
/* When what begins now ends by itself: NONE = when somebody says so. */
int64_t settings_due(struct fn_arena *arena, const char *provider);

#endif
