/* pawapay_signature.h: whether a callback comes from pawaPay: HTTP message signatures (RFC 9421)
 * over the digest of the raw body (RFC 9530). */
#ifndef PAWAPAY_SIGNATURE_H
#define PAWAPAY_SIGNATURE_H

#include "fn_pubkey.h"
#include "fn_text.h"

enum { PAWAPAY_SKEW_SECONDS = 300 };

/* The request as its sender meant it. Authority and path are our own, not what the request says:
 * pawaPay signs for all of its merchants with the same keys, and what it told one of them must not
 * count when it is passed on to us. */
struct pawapay_message {
	const char *method, *authority, *path;
	const char *(*header)(void *from, const char *name); /* NULL when absent */
	void *from;
	struct fn_bytes body;
};

enum pawapay_verdict {
	PAWAPAY_GENUINE,
	PAWAPAY_UNSIGNED, /* no signature, or none that can be read */
	PAWAPAY_FORGED,   /* it does not hold: another body, key, address or time */
	PAWAPAY_NO_KEYS,  /* the keys cannot be had now: nobody knows */
};

/* The key of that name; NULL when there is none, with *ret_away when nobody could be asked. */
struct pawapay_keys {
	const struct fn_pubkey *(*find)(void *from, const char *id, bool *ret_away);
	void *from;
};

/* now: seconds since 1970. *ret_why: English, for the log; NULL when genuine. Of several signatures
 * one that holds is enough. */
enum pawapay_verdict pawapay_verify(struct fn_arena *arena, const struct pawapay_message *message,
				    const struct pawapay_keys *keys, int64_t now,
				    const char **ret_why);

#endif
