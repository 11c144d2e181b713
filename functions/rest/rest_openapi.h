/* rest_openapi.h: the description of the API: what the catalog holds of one schema as a Swagger 2.0
 * document, in the words that PostgREST uses. */
#ifndef REST_OPENAPI_H
#define REST_OPENAPI_H

#include "rest_catalog.h"

struct json_object;

/* Where clients reach the API. */
struct rest_openapi_server {
	const char *scheme; /* "http" or "https" */
	const char *host;   /* with its port */
	const char *path;   /* "/" or "/rest/v1" */
};
/* False when it is not http(s)://host[:port][/path]. */
bool rest_openapi_server(struct fn_arena *arena, const char *url, struct rest_openapi_server *ret);

struct rest_openapi {
	struct fn_arena *arena;
	const struct rest_catalog *catalog;
	const char *schema;
	const char *comment; /* of the schema: title, then description; NULL = none */
	/* what is shown: {"name": true} and {"oid": true}; of the rest not even the name */
	const struct json_object *relations, *functions;
	const struct rest_openapi_server *server;
	bool security; /* says how a token is sent */
};

/* Owned by the arena. */
struct json_object *rest_openapi(const struct rest_openapi *about);

#endif
