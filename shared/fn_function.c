/* fn_function.c: running one request through an endpoint's table: checks, handler, error rendering.
 */
#include "fn_function.h"

#include "fn_json.h"

static struct fn_error *check_request(const struct fn_function *function, struct fn_request *req)
{
	/* an internal function must look like none at all to whoever found a way around nginx */
	if (function->auth == FN_AUTH_INTERNAL && !fn_request_is_internal(req))
		return fn_fail(req, &fn_message_not_found);
	if ((fn_request_method(req) & function->methods) == 0)
		return fn_fail(req, &fn_message_method);
	if (fn_request_body(req).length > function->body_max)
		return fn_fail(req, &fn_message_too_large);
	return NULL;
}

static struct fn_error *run(const struct fn_function *function, struct fn_request *req)
{
	const struct fn_reply *reply = fn_request_reply(req);

	FN_TRY(check_request(function, req));
	FN_TRY(function->handle(req));
	if (reply->status == 0)
		return fn_fail_because(req, &fn_message_internal, "the handler did not reply");
	if (reply->headers.full)
		return fn_fail_because(req, &fn_message_internal, "too many headers");
	/* a protected endpoint that forgot to ask who is calling must not answer */
	if ((function->auth == FN_AUTH_USER || function->auth == FN_AUTH_APIKEY) &&
	    reply->status < 300 && fn_request_caller(req) == NULL)
		return fn_fail_because(req, &fn_message_internal,
				       "the handler did not authenticate");
	return NULL;
}

int fn_function_run(const struct fn_function *function, struct fn_request *req,
		    const struct fn_error **ret_error)
{
	const struct fn_error *error = run(function, req);

	if (ret_error != NULL)
		*ret_error = error;
	if (error != NULL)
		return fn_reply_error(req, function->errors, error);
	return fn_request_reply(req)->status;
}
