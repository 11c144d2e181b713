/* auth_person.c: one person: who is asking, the row, and the object that the API shows. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"

/* Columns of read_person.sql. */
enum {
	ID,
	EMAIL,
	PHONE,
	PASSWORD,
	BLOCKED,
	DELETED,
	SESSION_LIVES,
	ANONYMOUS,
	APP_METADATA,
	USER_METADATA,
	IDENTITIES,
	FIRST_TIME,
	NEW_EMAIL = FIRST_TIME + 13,
	NEW_PHONE,
};

/* Members that are times, in the order of the statement. */
static const char *const times[NEW_EMAIL - FIRST_TIME] = {
	"created_at",
	"updated_at",
	"email_confirmed_at",
	"phone_confirmed_at",
	"confirmed_at",
	"invited_at",
	"confirmation_sent_at",
	"recovery_sent_at",
	"email_change_sent_at",
	"phone_change_sent_at",
	"reauthentication_sent_at",
	"last_sign_in_at",
	"banned_until",
};

/* 2025-01-02 03:04:05.678901 -> 2025-01-02T03:04:05.678901Z */
static struct fn_member time_member(struct fn_arena *arena, const char *name, const char *time)
{
	char *text = fn_arena_format(arena, "%sZ", time), *space = strchr(text, ' ');

	if (space != NULL)
		*space = 'T';
	return fn_json_string(name, text);
}

/* Unset times are left out; clients take a member that is there for true. */
static struct json_object *show(struct fn_arena *arena, const struct fn_row *row,
				const struct auth_person *person)
{
	struct json_object *json =
		fn_json_keep(arena, FN_OBJECT(fn_json_uuid("id", &person->id),
					      fn_json_string("aud", "authenticated"),
					      fn_json_string("role", "authenticated"),
					      fn_json_string("email", person->email),
					      fn_json_string("phone", person->phone)));

	for (size_t i = 0; i < FN_COUNT(times); i++) {
		const char *time = fn_col_text(row, FIRST_TIME + i);

		if (time != NULL)
			fn_json_set(json, time_member(arena, times[i], time));
	}
	if (!fn_col_is_null(row, NEW_EMAIL))
		fn_json_set(json, fn_json_string("new_email", fn_col_text(row, NEW_EMAIL)));
	if (!fn_col_is_null(row, NEW_PHONE))
		fn_json_set(json, fn_json_string("new_phone", fn_col_text(row, NEW_PHONE)));
	fn_json_set(json, fn_json_value("app_metadata", fn_json_share(person->app_metadata)));
	fn_json_set(json, fn_json_value("user_metadata", fn_json_share(person->user_metadata)));
	fn_json_set(json,
		    fn_json_value("identities", fn_json_trusted(fn_col_text(row, IDENTITIES))));
	fn_json_set(json, fn_json_bool("is_anonymous", person->anonymous));
	return json;
}

struct fn_error *auth_read_person(struct fn_tx *tx, const struct fn_uuid *id,
				  const struct fn_uuid *session, struct auth_person *ret)
{
	struct fn_arena *arena = fn_request_arena(fn_tx_request(tx));
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_read_person, FN_ARGS(fn_arg_uuid(id), fn_arg_uuid(session)),
			 &row));
	*ret = (struct auth_person){0}; /* not before: id may point into it */
	if (!fn_row_found(&row))
		return NULL;
	ret->id = fn_col_uuid(&row, ID);
	ret->email = fn_col_text(&row, EMAIL);
	ret->phone = fn_col_text(&row, PHONE);
	ret->password = fn_col_text(&row, PASSWORD);
	ret->blocked = fn_col_bool(&row, BLOCKED);
	ret->deleted = fn_col_bool(&row, DELETED);
	ret->session_lives = fn_col_bool(&row, SESSION_LIVES);
	ret->anonymous = fn_col_bool(&row, ANONYMOUS);
	ret->app_metadata = fn_json_keep(arena, fn_json_trusted(fn_col_text(&row, APP_METADATA)));
	ret->user_metadata = fn_json_keep(arena, fn_json_trusted(fn_col_text(&row, USER_METADATA)));
	ret->json = show(arena, &row, ret);
	return NULL;
}

struct fn_error *auth_caller(struct fn_request *req, struct fn_caller *ret)
{
	struct fn_error *error = fn_auth_user(req, ret);

	if (error != NULL)
		error->message = fn_request_header(req, "Authorization") == NULL ? &auth_no_bearer
										 : &auth_bad_jwt;
	return error;
}

struct fn_error *auth_read_caller(struct fn_tx *tx, const struct fn_caller *caller,
				  struct auth_person *ret)
{
	struct fn_request *req = fn_tx_request(tx);

	FN_TRY(auth_read_person(tx, &caller->id, &caller->session, ret));
	if (ret->json == NULL || ret->deleted)
		return fn_fail(req, &auth_no_user);
	if (!ret->session_lives)
		return fn_fail(req, &auth_no_session);
	if (ret->blocked) {
		struct fn_message *banned = fn_arena_alloc(fn_request_arena(req), sizeof(*banned));

		*banned = auth_banned;
		banned->status = 403; /* 400 is for those who only try to come in */
		return fn_fail(req, banned);
	}
	return NULL;
}
