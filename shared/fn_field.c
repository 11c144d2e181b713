/* fn_field.c: typed readers of a JSON object sent by a client. */
#include "fn_field.h"

#include <string.h>

#include "fn_json.h"
#include "temba_phone.h"

struct fn_error *fn_field_begin(struct fn_request *req, struct fn_fields *ret)
{
	struct fn_bytes body = fn_request_body(req);
	const char *why = NULL;

	*ret = (struct fn_fields){.req = req};
	if (body.length == 0)
		return NULL;
	ret->object = fn_json_parse(fn_request_arena(req), body.bytes, body.length, &why);
	if (ret->object == NULL)
		return fn_fail_because(req, &fn_message_bad_json, "body: %s", why);
	if (fn_json_type(ret->object) != FN_JSON_OBJECT)
		return fn_fail_because(req, &fn_message_bad_json, "body: not an object");
	return NULL;
}

struct fn_fields fn_field_of(struct fn_request *req, struct json_object *object)
{
	return (struct fn_fields){.req = req, .object = object};
}

void fn_field_complain(struct fn_fields *f, const char *name, const char *why)
{
	if (f->complaints == NULL)
		f->complaints = fn_json_keep(fn_request_arena(f->req), fn_json_object(NULL, 0));
	if (fn_json_get(f->complaints, name) == NULL)
		fn_json_set(f->complaints, fn_json_string(name, why));
}

static void complain(struct fn_fields *f, const char *name, const char *fr, const char *en)
{
	fn_field_complain(f, name, fn_request_say(f->req, fr, en));
}

/* The member, or NULL when absent or null; complains when it had to be there. */
static struct json_object *find(struct fn_fields *f, const char *name, enum fn_need need)
{
	struct json_object *value = fn_json_get(f->object, name);

	if (value == NULL && need == FN_REQUIRED)
		complain(f, name, "obligatoire", "required");
	return value;
}

/* A string that fits, or NULL. */
static const char *find_text(struct fn_fields *f, const char *name, enum fn_need need, size_t max)
{
	struct json_object *value = find(f, name, need);
	const char *text = fn_json_text(value);

	if (value == NULL)
		return NULL;
	if (text == NULL) {
		complain(f, name, "doit être un texte", "must be a text");
		return NULL;
	}
	if (strlen(text) > max) {
		complain(f, name, "trop long", "too long");
		return NULL;
	}
	return text;
}

const char *fn_field_secret(struct fn_fields *f, const char *name, enum fn_need need, size_t max)
{
	const char *text = find_text(f, name, need, max);

	if (text != NULL && *text == '\0') {
		if (need == FN_REQUIRED)
			complain(f, name, "obligatoire", "required");
		return NULL;
	}
	return text;
}

const char *fn_field_text(struct fn_fields *f, const char *name, enum fn_need need, size_t max)
{
	const char *text = find_text(f, name, need, max);

	if (text == NULL)
		return NULL;
	text = fn_text_trim(fn_request_arena(f->req), text);
	if (*text != '\0')
		return text;
	if (need == FN_REQUIRED)
		complain(f, name, "obligatoire", "required");
	return NULL;
}

bool fn_field_uuid(struct fn_fields *f, const char *name, enum fn_need need, struct fn_uuid *ret)
{
	const char *text = fn_field_text(f, name, need, 64);

	*ret = (struct fn_uuid){0};
	if (text == NULL)
		return false;
	if (fn_text_uuid(text, ret))
		return true;
	complain(f, name, "identifiant invalide", "not a valid id");
	return false;
}

const char *fn_field_email(struct fn_fields *f, const char *name, enum fn_need need)
{
	const char *text = fn_field_text(f, name, need, 320), *email;

	if (text == NULL)
		return NULL;
	email = fn_text_email(fn_request_arena(f->req), text);
	if (email == NULL)
		complain(f, name, "adresse e-mail invalide", "not a valid e-mail address");
	return email;
}

const char *fn_field_phone(struct fn_fields *f, const char *name, enum fn_need need)
{
	const char *text = fn_field_text(f, name, need, 64), *phone;

	if (text == NULL)
		return NULL;
	phone = temba_phone(fn_request_arena(f->req), text);
	if (phone == NULL)
		complain(f, name, "numéro de téléphone invalide", "not a valid phone number");
	return phone;
}

int64_t fn_field_int(struct fn_fields *f, const char *name, enum fn_need need, int64_t min,
		     int64_t max)
{
	struct json_object *value = find(f, name, need);
	int64_t number = fn_json_integer(value);

	if (value == NULL)
		return 0;
	if (fn_json_type(value) != FN_JSON_INTEGER) {
		complain(f, name, "doit être un nombre entier", "must be a whole number");
		return 0;
	}
	if (number < min || number > max) {
		complain(f, name, "hors limites", "out of range");
		return 0;
	}
	return number;
}

bool fn_field_bool(struct fn_fields *f, const char *name, bool otherwise)
{
	struct json_object *value = find(f, name, FN_OPTIONAL);

	if (value == NULL)
		return otherwise;
	if (fn_json_type(value) == FN_JSON_BOOL)
		return fn_json_true(value);
	complain(f, name, "doit être vrai ou faux", "must be true or false");
	return otherwise;
}

struct json_object *fn_field_object(struct fn_fields *f, const char *name, enum fn_need need)
{
	struct json_object *value = find(f, name, need);

	if (value == NULL || fn_json_type(value) == FN_JSON_OBJECT)
		return value;
	complain(f, name, "doit être un objet", "must be an object");
	return NULL;
}

struct fn_error *fn_field_end(struct fn_fields *f)
{
	struct fn_error *error;

	if (f->complaints == NULL)
		return NULL;
	error = fn_fail(f->req, &fn_message_bad_fields);
	error->detail =
		fn_json_keep(fn_request_arena(f->req),
			     FN_OBJECT(fn_json_value("fields", fn_json_share(f->complaints))));
	return error;
}
