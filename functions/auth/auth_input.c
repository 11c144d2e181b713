/* auth_input.c: reading requests by the rules of the auth API. */
#include <string.h>

#include "auth.h"

struct fn_error *auth_input_end(struct fn_fields *f)
{
	struct fn_error *error = fn_field_end(f);

	if (error != NULL)
		error->message = &auth_bad_field;
	return error;
}

const char *auth_email(struct fn_fields *f, enum fn_need need)
{
	const char *text = fn_field_secret(f, "email", need, AUTH_EMAIL_MAX), *email;

	if (text == NULL)
		return NULL;
	email = fn_text_email(fn_request_arena(f->req), text);
	if (email != NULL && strlen(email) == strlen(text))
		return email;
	fn_field_complain(f, "email", "not a valid e-mail address");
	return NULL;
}

static struct fn_error *too_weak(struct fn_request *req)
{
	struct fn_error *error = auth_fail_with(req, &auth_weak_password,
						"Password should be at least %d characters.",
						(int)fn_conf_int("PASSWORD_MIN_LENGTH"));
	struct json_object *reasons = fn_json_array();

	fn_json_append(reasons, fn_json_from_text("length"));
	error->detail =
		fn_json_keep(fn_request_arena(req),
			     FN_OBJECT(
				     fn_json_value("weak_password",
						   FN_OBJECT(fn_json_value("reasons", reasons)))));
	return error;
}

struct fn_error *auth_check_password(struct fn_request *req, const char *password)
{
	if (strlen(password) > AUTH_PASSWORD_MAX)
		return fn_fail(req, &auth_long_password);
	if (strlen(password) < (size_t)fn_conf_int("PASSWORD_MIN_LENGTH"))
		return too_weak(req);
	return NULL;
}

/* What the API itself says about a person may not be overwritten by them. */
static bool is_ours(const char *name)
{
	static const char *const names[] = {"sub", "email", "email_verified", "phone_verified"};

	for (size_t i = 0; i < FN_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void copy_member(const char *name, struct json_object *value, void *into)
{
	if (!is_ours(name))
		fn_json_set(into, fn_json_value(name, fn_json_share(value)));
}

struct json_object *auth_data(struct fn_fields *f)
{
	struct json_object *data = fn_field_object(f, "data", FN_OPTIONAL), *copy;

	if (data == NULL)
		return NULL;
	copy = fn_json_keep(fn_request_arena(f->req), fn_json_object(NULL, 0));
	fn_json_each(data, copy_member, copy);
	return copy;
}

struct fn_error *auth_check_size(struct fn_request *req, int64_t bytes)
{
	if (bytes <= fn_conf_int("USER_METADATA_MAX"))
		return NULL;
	return fn_fail_because(req, &auth_large_data, "user metadata of %lld bytes",
			       (long long)bytes);
}
