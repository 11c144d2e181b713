/* mailer.h: mail through Resend's API. */
#ifndef MAILER_H
#define MAILER_H

#include <stdbool.h>

#include "delivery.h"
#include "fn_request.h"

struct mail {
	const char *to, *subject, *html, *text;
	const char *key; /* idempotency key, at most 256 characters: one key, one mail, for 24 h */
};

/* False for addresses under @temba.temp, the made-up domain of accounts that have only a phone. */
bool mailer_can_reach(const char *address);

/* An address that cannot be reached is REFUSED without a call. */
struct delivery mailer_send(struct fn_request *req, const struct mail *mail);

#endif
