/* stripe_form.h: Stripe's parameters: a form whose keys nest with brackets. */
#ifndef STRIPE_FORM_H
#define STRIPE_FORM_H

#include "fn_json.h"

/* a[b][c]=1 becomes {"a":{"b":{"c":"1"}}}, a[]=1 and a[0]=1 become {"a":["1"]}; every value is a
 * text. NULL when it cannot be read. Owned by the arena. */
struct json_object *stripe_form_read(struct fn_arena *arena, const char *text, size_t length);
/* The same parameters give the same text, in whatever order they came. */
const char *stripe_form_fingerprint(struct fn_arena *arena, const char *text, size_t length);

#endif
