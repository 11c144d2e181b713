/* auth_user.c: GET /user and PUT /user: the signed-in person reads and changes themselves. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"
#include "fn_password.h"

struct update {
	struct fn_request *req;
	struct fn_caller caller;
	const char *password, *current; /* the new one; the old one, when the client sends it */
	struct json_object *data;
	const char *stored; /* hash of the password that the new one replaces */
	const char *hash;   /* of the new one */
	struct auth_person person;
};

static struct fn_error *read_self(struct fn_tx *tx, void *arg)
{
	struct update *u = arg;

	return auth_read_caller(tx, &u->caller, &u->person);
}

struct fn_error *auth_get_user(struct fn_request *req)
{
	struct update u = {.req = req};

	FN_TRY(auth_caller(req, &u.caller));
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, read_self, &u));
	return auth_reply(req, fn_json_share(u.person.json));
}

/* Forms send the address back unchanged; a new one needs proof, which is not offered yet. */
static bool changes_contact(const struct update *u, const char *email, const char *phone)
{
	if (email != NULL && strcmp(email, u->person.email) != 0)
		return true;
	return phone != NULL && strcmp(phone + (*phone == '+'), u->person.phone) != 0;
}

static struct fn_error *read_input(struct update *u)
{
	struct fn_fields f;
	const char *email, *phone;

	FN_TRY(fn_field_begin(u->req, &f));
	email = auth_email(&f, FN_OPTIONAL);
	phone = fn_field_secret(&f, "phone", FN_OPTIONAL, 64);
	u->password = fn_field_secret(&f, "password", FN_OPTIONAL, 4096);
	u->current = fn_field_secret(&f, "current_password", FN_OPTIONAL, 4096);
	u->data = auth_data(&f);
	if (fn_field_object(&f, "app_metadata", FN_OPTIONAL) != NULL)
		return fn_fail(u->req, &auth_not_admin);
	FN_TRY(auth_input_end(&f));
	if (changes_contact(u, email, phone))
		return fn_fail(u->req, &auth_no_change_yet);
	return u->password != NULL ? auth_check_password(u->req, u->password) : NULL;
}

static struct fn_error *count_and_read(struct fn_tx *tx, void *arg)
{
	struct update *u = arg;

	FN_TRY(auth_count_address(tx, "USER_UPDATES_PER_ADDRESS"));
	FN_TRY(auth_read_caller(tx, &u->caller, &u->person));
	u->stored = u->person.password;
	return NULL;
}

/* Outside any transaction: hashing takes long. */
static struct fn_error *hash_password(struct update *u)
{
	bool wrong, same;

	if (u->password == NULL)
		return NULL;
	FN_TRY(auth_hash_begin(u->req));
	wrong = u->current != NULL && !fn_password_matches(u->stored, u->current);
	same = !wrong && u->stored != NULL && fn_password_matches(u->stored, u->password);
	if (!wrong && !same)
		u->hash = fn_password_hash(fn_request_arena(u->req), u->password);
	auth_hash_end();
	if (wrong)
		return fn_fail(u->req, &auth_bad_credentials);
	return same ? fn_fail(u->req, &auth_same_password) : NULL;
}

static struct fn_error *change(struct fn_tx *tx, void *arg)
{
	struct update *u = arg;
	const char *data = u->data != NULL ? fn_json_write(u->data, NULL) : NULL;
	struct fn_row row;

	FN_TRY(auth_read_caller(tx, &u->caller, &u->person)); /* it may have ended meanwhile */
	FN_TRY(fn_db_one(tx, &sql_update_person,
			 FN_ARGS(fn_arg_uuid(&u->caller.id), fn_arg_text(data),
				 fn_arg_text(u->hash), fn_arg_text(u->stored)),
			 &row));
	if (!fn_row_found(&row)) /* another request changed the password meanwhile */
		return fn_fail(u->req, &auth_bad_credentials);
	if (u->data != NULL)
		FN_TRY(auth_check_size(u->req, fn_col_int(&row, 0)));
	if (u->hash != NULL)
		FN_TRY(fn_db_run(tx, &sql_end_sessions,
				 FN_ARGS(fn_arg_uuid(&u->caller.id),
					 fn_arg_uuid(&u->caller.session), fn_arg_text("others")),
				 NULL));
	FN_TRY(auth_log(tx, u->hash != NULL ? "user_updated_password" : "user_modified",
			&u->caller.id, &u->caller.session));
	return auth_read_caller(tx, &u->caller, &u->person);
}

struct fn_error *auth_put_user(struct fn_request *req)
{
	struct update u = {.req = req};

	FN_TRY(auth_caller(req, &u.caller));
	FN_TRY(fn_db_transaction_keep(req, FN_READ_COMMITTED, count_and_read, &u));
	FN_TRY(read_input(&u));
	if (u.data != NULL || u.password != NULL) {
		FN_TRY(hash_password(&u));
		FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, change, &u));
	}
	return auth_reply(req, fn_json_share(u.person.json));
}
