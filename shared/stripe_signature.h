/* stripe_signature.h: whether a webhook is Stripe's: Stripe-Signature over the raw body
 * (docs.stripe.com/webhooks#verify-manually, wire.md 6). */
#ifndef STRIPE_SIGNATURE_H
#define STRIPE_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_text.h"

enum { STRIPE_TOLERANCE_SECONDS = 300 };

/* header: the value of Stripe-Signature, NULL when it is missing. secrets: one, or several
 * separated by commas while they change. now: seconds since 1970. The time it takes tells nothing
 * of the right signature. On false says why, for the log, in *ret_why. */
FN_CHECKED bool stripe_signed(struct fn_arena *arena, const char *header, struct fn_bytes body,
			      const char *secrets, int64_t now, const char **ret_why);

#endif
