/* hello: greets whoever calls. The one to copy when you write a function. */
#include <string.h>

#include "fn.h"

enum { NAME_MAX_BYTES = 100 };

static const struct fn_message no_name = {422, "name_required", "Comment vous appelez-vous ?",
					  "What is your name?"};

static struct fn_error *hello(struct fn_request *req)
{
	const char *name = fn_request_query(req, "name"); /* GET hello?name=Ana */
	struct fn_fields input;
	const char *text; /* lives until the reply is sent, as all of this does */

	FN_TRY(fn_field_begin(req, &input)); /* POST {"name":"Ana"}; 400 when it is no JSON */
	if (name == NULL)
		name = fn_field_text(&input, "name", FN_OPTIONAL, NAME_MAX_BYTES);
	FN_TRY(fn_field_end(&input)); /* 422 that names every bad field */
	if (name == NULL || *name == '\0' || strlen(name) > NAME_MAX_BYTES)
		return fn_fail(req, &no_name);
	text = fn_arena_format(fn_request_arena(req), "%s, %s!",
			       fn_request_say(req, "Bonjour", "Hello"), name);
	return fn_reply_json(req, FN_OBJECT(fn_json_bool("success", true),
					    fn_json_string("message", text)));
}

const struct fn_function fn_function = {
	.name = "hello",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = 1024,
	.errors = FN_ERRORS_SUCCESS,
	.handle = hello,
};
