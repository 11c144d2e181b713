/* rest_error.h: refusals in the shape of the data API: {"code","details","hint","message"}
 * (contract rest.md 10). */
#ifndef REST_ERROR_H
#define REST_ERROR_H

#include "fn_error.h"

struct json_object;

/* Texts are copied; details and hint may be NULL. */
struct fn_error *rest_fail(struct fn_request *req, int status, const char *code,
			   const char *message, const char *details, const char *hint);
/* details is any JSON value (the candidates of PGRST201 and 203); taken. */
struct fn_error *rest_fail_json(struct fn_request *req, int status, const char *code,
				const char *message, struct json_object *details, const char *hint);
/* 404 for what the catalog does not have. No hint: other names are nobody's business. */
struct fn_error *rest_no_relation(struct fn_request *req, const char *schema, const char *name);
struct fn_error *rest_no_function(struct fn_request *req, const char *schema, const char *name);

#endif
