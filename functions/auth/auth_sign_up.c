/* auth_sign_up.c: POST /signup. A session at once (decisions 18); the mail that proves the address
 * is queued in the same transaction as the account. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"
#include "fn_crypto.h"
#include "fn_password.h"

struct sign_up {
	struct fn_request *req;
	const char *email, *password, *redirect;
	struct json_object *data; /* NULL when none was sent */
	const char *metadata, *hash;
	struct fn_uuid id;
	struct auth_session session; /* settled by create() */
	struct auth_person person;
};

static struct fn_error *read_input(struct fn_request *req, struct sign_up *s)
{
	struct fn_fields f;
	const char *phone;

	FN_TRY(fn_field_begin(req, &f));
	s->email = auth_email(&f, FN_OPTIONAL);
	s->password = fn_field_secret(&f, "password", FN_OPTIONAL, 4096);
	phone = fn_field_secret(&f, "phone", FN_OPTIONAL, 64);
	s->data = auth_data(&f);
	FN_TRY(auth_input_end(&f));
	if (s->email == NULL)
		return fn_fail(req, phone != NULL ? &auth_no_phone_sign_up : &auth_no_anonymous);
	if (s->password == NULL) {
		fn_field_complain(&f, "password", "required");
		return auth_input_end(&f);
	}
	s->redirect = fn_request_query(req, "redirect_to");
	return auth_check_password(req, s->password);
}

/* What the API says of a new person: what they sent, and the address that they have yet to prove.
 */
static struct fn_error *make_metadata(struct sign_up *s)
{
	struct fn_arena *arena = fn_request_arena(s->req);
	struct json_object *all =
		s->data != NULL ? s->data : fn_json_keep(arena, fn_json_object(NULL, 0));
	size_t length;

	fn_json_set(all, fn_json_uuid("sub", &s->id));
	fn_json_set(all, fn_json_string("email", s->email));
	fn_json_set(all, fn_json_bool("email_verified", false));
	fn_json_set(all, fn_json_bool("phone_verified", false));
	s->metadata = fn_json_write(all, &length);
	return auth_check_size(s->req, (int64_t)length);
}

/* Before the costly hash. That an address is taken shows anyway: sign-up must say it. */
static struct fn_error *look(struct fn_tx *tx, void *arg)
{
	struct sign_up *s = arg;
	struct fn_row row;

	FN_TRY(auth_count_address(tx, "SIGN_UPS_PER_ADDRESS"));
	FN_TRY(fn_db_one(tx, &sql_find_person, FN_ARGS(fn_arg_text(s->email)), &row));
	return fn_row_found(&row) ? fn_fail(s->req, &auth_exists) : NULL;
}

static struct fn_error *add_person(struct fn_tx *tx, struct sign_up *s)
{
	struct fn_error *error = fn_db_run(tx, &sql_add_person,
					   FN_ARGS(fn_arg_uuid(&s->id), fn_arg_text(s->email),
						   fn_arg_text(s->hash), fn_arg_text(s->metadata),
						   fn_arg_bool(auth_has_mailbox(s->email))),
					   NULL);

	if (fn_db_violates(error, "users_email_key")) /* somebody was faster */
		return fn_fail(s->req, &auth_exists);
	return error;
}

static struct fn_error *create(struct fn_tx *tx, void *arg)
{
	struct sign_up *s = arg;

	FN_TRY(add_person(tx, s));
	FN_TRY(fn_db_run(tx, &sql_add_identity,
			 FN_ARGS(fn_arg_uuid(&s->id), fn_arg_text(s->metadata)), NULL));
	FN_TRY(auth_open_session(tx, &s->id, "password", &s->session));
	FN_TRY(auth_log(tx, "user_signedup", &s->id, &s->session.id));
	if (auth_has_mailbox(s->email)) {
		int64_t wait;

		FN_TRY(auth_count_mail(tx, s->email, &wait)); /* the first mail always goes */
		FN_TRY(auth_send_link(tx, &s->id, s->email, s->redirect));
	}
	return auth_read_person(tx, &s->id, &s->session.id, &s->person);
}

struct fn_error *auth_sign_up(struct fn_request *req)
{
	struct sign_up s = {.req = req, .id = fn_crypto_uuid()};

	if (fn_conf_bool("DISABLE_SIGNUP"))
		return fn_fail(req, &auth_sign_up_off);
	FN_TRY(read_input(req, &s));
	FN_TRY(make_metadata(&s));
	FN_TRY(fn_db_transaction_keep(req, FN_READ_COMMITTED, look, &s));
	FN_TRY(auth_hash_begin(req));
	s.hash = fn_password_hash(fn_request_arena(req), s.password);
	auth_hash_end();
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, create, &s));
	return auth_reply(req, auth_session_json(req, &s.person, &s.session));
}
