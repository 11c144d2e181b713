/* sign.h: signatures of webhooks: Stripe's HMAC, pawaPay's HTTP message signatures (RFC 9421). */
#ifndef SIGN_H
#define SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_text.h"

/* The value of Stripe-Signature for this body at that second: one v1 for each secret. */
const char *sign_stripe(struct fn_arena *arena, const char *const *secrets, size_t count,
			struct fn_bytes body, int64_t at);

struct sign_key {
	const char *id; /* HTTP_EC_P256_KEY:1 */
	const char *private_pem, *public_pem;
};

/* A new P-256 key pair without an id. */
struct sign_key sign_new_key(struct fn_arena *arena);

struct sign_request {
	const char *authority, *path, *type; /* of the request that carries the body */
	struct fn_bytes body;
	int64_t at_us; /* microseconds since 1970 */
	bool is_raw;   /* r and s as RFC 9421 says; else DER, as pawaPay does */
};
struct signature { /* values of headers */
	const char *digest, *date, *input, *signature;
};
struct signature sign_request(struct fn_arena *arena, const struct sign_key *key,
			      const struct sign_request *request);

#endif
