/* provider.h: one request to a stand-in of a provider: recorded, answered as the control endpoint
 * asked, else as the provider would. */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "fn.h"
#include "record.h"

/* What a provider says, in JSON, when it fails and when it has had enough. */
struct provider {
	const char *name;
	const char *error500, *error429;
};

struct provider_call {
	struct fn_request *req;
	const char *provider;
	struct behaviour behaviour;
	int64_t number; /* in the record */
};

/* Records the request and does what was asked for instead of an answer. True when the reply is made
 * already; else the provider goes on, and ends with provider_reply(). */
bool provider_begin(struct provider_call *call, struct fn_request *req,
		    const struct provider *provider, const char *to, const char *body);
/* Waits, when that was asked for, where the provider is at work and holds an idempotency key. */
void provider_work(const struct provider_call *call);
/* id: of what was accepted; NULL when the request is refused. Damages the reply when that was asked
 * for. Takes the body. */
struct fn_error *provider_reply(struct provider_call *call, int status, struct json_object *body,
				const char *id);
/* The value of one field of a form in the body; NULL when it is not there. */
const char *provider_form(struct fn_request *req, const char *name);
/* The credentials of "Basic" or "Bearer"; NULL when there are none. */
const char *provider_basic(struct fn_request *req);
const char *provider_bearer(struct fn_request *req);
/* The name of a member that is not among the known ones (ended by NULL) and is not `also` (or
 * NULL); NULL when all are. */
const char *provider_unknown(const struct json_object *object, const char *const *known,
			     const char *also);
/* `bytes` random bytes in hex after a prefix. */
const char *provider_id(struct fn_arena *arena, const char *prefix, size_t bytes);

#endif
