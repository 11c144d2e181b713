/* provider.h: one request to a stand-in of a provider: recorded, answered as the control endpoint
 * asked, else as the provider would. */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "fn.h"
#include "record.h"

struct provider_call {
	struct fn_request *req;
	const char *provider;
	struct behaviour behaviour;
	int64_t number; /* in the record */
};

/* Records the request and does what was asked for instead of an answer. True when the reply is made
 * already; else the provider goes on, and ends with provider_reply(). */
bool provider_begin(struct provider_call *call, struct fn_request *req, const char *provider,
		    const char *to, const char *body);
/* id: of what was accepted; NULL when the request is refused. Damages the reply when that was asked
 * for. Takes the body. */
struct fn_error *provider_reply(struct provider_call *call, int status, struct json_object *body,
				const char *id);
/* The credentials of "Basic" or "Bearer"; NULL when there are none. */
const char *provider_basic(struct fn_request *req);
const char *provider_bearer(struct fn_request *req);
/* `length` random hex digits after a prefix. */
const char *provider_id(struct fn_arena *arena, const char *prefix, size_t bytes);

#endif
