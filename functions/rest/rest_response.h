/* rest_response.h: what SQL has to say about the answer (rest.md 9, From SQL). */
#ifndef REST_RESPONSE_H
#define REST_RESPONSE_H

#include "fn_error.h"

struct json_object;

/* Puts response.headers (a JSON array of objects with one name and text each) and response.status
 * into the reply that was made, in the place of its own. NULL = not set. 500 PGRST111, PGRST112. */
FN_CHECKED struct fn_error *rest_response(struct fn_request *req, const char *headers,
					  const char *status);

/* The headers of an error that SQL raised: an object of texts, NULL = none. For fn_error. */
const char *const *rest_response_error_headers(struct fn_request *req,
					       const struct json_object *headers);

#endif
