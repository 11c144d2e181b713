/* stripe.h: cards through Stripe's API, version 2024-06-20. A request that changes something
 * carries an idempotency key of ours: asking twice does it once. Never inside a transaction. */
#ifndef STRIPE_H
#define STRIPE_H

#include "fn_json.h"
#include "fn_request.h"

enum stripe_heard {
	STRIPE_UNKNOWN, /* silence, a fault or nonsense: it may have been done; read its state */
	STRIPE_ANSWERED,
	STRIPE_REFUSED, /* nothing was done, and repeating it as it is will not help */
	STRIPE_LATER,   /* nothing was done: our key is wrong, or we ask too often */
};
struct stripe_answer {
	enum stripe_heard heard;
	int status;               /* 0: none */
	struct json_object *body; /* NULL when it is no JSON; owned by the request's arena */
	const char *code, *type;  /* of a refusal, in Stripe's words; NULL: none */
	const char *cause;        /* English, for the log; NULL when answered */
	int retry_after;
};
struct stripe_call {
	const char *method, *path; /* "POST", "/v1/refunds" */
	const char *form;          /* stripe_form(); NULL: none */
	const char *key;           /* idempotency key; NULL: none */
	long timeout_ms;           /* 0 = 5 s */
};
struct stripe_answer stripe_do(struct fn_request *req, const struct stripe_call *call);

struct stripe_pair {
	const char *name, *value; /* value NULL: left out */
};
/* a=b&c=d, encoded. */
const char *stripe_form(struct fn_arena *arena, const struct stripe_pair *pairs, size_t count);

/* A payment intent as Stripe shows it. */
struct stripe_intent {
	const char *id, *secret; /* secret: for the buyer's browser alone */
	const char *status;
	int64_t received;     /* in Stripe's units of the currency */
	char currency[4];     /* capitals */
	const char *payment;  /* our id of it, in metadata; NULL: none */
	const char *failure;  /* code of the last decline; NULL: none */
	const char *declined; /* decline_code of it; NULL: none */
};
/* False when the document is no payment intent. */
FN_CHECKED bool stripe_intent_of(const struct json_object *document, struct stripe_intent *ret);

#endif
