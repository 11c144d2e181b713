/* auth_sign_in.c: POST /token?grant_type=password. Unknown people and wrong passwords get the same
 * answer after the same time. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"
#include "fn_password.h"

enum { CHECKS_MAX = 3 };

struct sign_in {
	struct fn_request *req;
	const char *email, *password;
	struct fn_uuid id;
	const char *stored;  /* the hash that the password was checked against; NULL: nobody */
	const char *renewed; /* a hash of today's kind, when the stored one is not */
	bool overtaken;      /* the stored hash was replaced while it was checked */
	unsigned checks;     /* made before this one */
	struct auth_session session;
	struct auth_person person;
};

static struct fn_error *read_input(struct fn_fields *f, struct sign_in *s)
{
	const char *phone;

	s->email = auth_email(f, FN_OPTIONAL);
	s->password = fn_field_secret(f, "password", FN_OPTIONAL, 4096);
	phone = fn_field_secret(f, "phone", FN_OPTIONAL, 64);
	FN_TRY(auth_input_end(f));
	if (s->email == NULL && phone != NULL)
		return fn_fail(f->req, &auth_no_phone);
	if (s->email == NULL)
		fn_field_complain(f, "email", "required");
	FN_TRY(auth_input_end(f));
	/* no password, or one that nobody may have: wrong, and for every address alike */
	if (s->password == NULL || strlen(s->password) > AUTH_PASSWORD_MAX)
		return fn_fail(f->req, &auth_bad_credentials);
	return NULL;
}

static struct fn_error *look(struct fn_tx *tx, void *arg)
{
	struct sign_in *s = arg;
	struct fn_row row;

	s->stored = s->renewed = NULL;
	if (s->checks == 0) /* the next ones are still the same sign-in */
		FN_TRY(auth_count_address(tx, "SIGN_INS_PER_ADDRESS"));
	FN_TRY(fn_db_one(tx, &sql_find_person, FN_ARGS(fn_arg_text(s->email)), &row));
	if (fn_row_found(&row)) {
		s->id = fn_col_uuid(&row, 0);
		s->stored = fn_col_text(&row, 1);
	}
	return NULL;
}

/* Outside any transaction: it takes long. */
static struct fn_error *check_password(struct sign_in *s)
{
	bool matches;

	FN_TRY(auth_hash_begin(s->req));
	matches = fn_password_matches(s->stored, s->password);
	if (matches && fn_password_is_old(s->stored))
		s->renewed = fn_password_hash(fn_request_arena(s->req), s->password);
	auth_hash_end();
	return matches ? NULL : fn_fail(s->req, &auth_bad_credentials);
}

static struct fn_error *enter(struct fn_tx *tx, void *arg)
{
	struct sign_in *s = arg;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_mark_sign_in,
			 FN_ARGS(fn_arg_uuid(&s->id), fn_arg_text(s->stored),
				 fn_arg_text(s->renewed)),
			 &row));
	s->overtaken = !fn_row_found(&row);
	if (s->overtaken) /* deleted, another password, or the same one hashed anew */
		return fn_fail(s->req, &auth_bad_credentials);
	if (!fn_col_bool(&row, 0))
		return fn_fail(s->req, &auth_not_confirmed);
	FN_TRY(fn_db_run(tx, &sql_mark_identity, FN_ARGS(fn_arg_uuid(&s->id)), NULL));
	FN_TRY(auth_open_session(tx, &s->id, "password", &s->session));
	FN_TRY(auth_log(tx, "login", &s->id, &s->session.id));
	FN_TRY(auth_read_person(tx, &s->id, &s->session.id, &s->person));
	return s->person.blocked ? fn_fail(s->req, &auth_banned) : NULL;
}

/* Right, but below today's rules: clients may ask for a better one. */
static void add_weakness(struct json_object *session, const char *password)
{
	struct json_object *reasons;

	if (strlen(password) >= (size_t)fn_conf_int("PASSWORD_MIN_LENGTH"))
		return;
	reasons = fn_json_array();
	fn_json_append(reasons, fn_json_from_text("length"));
	fn_json_set(session,
		    fn_json_value("weak_password",
				  FN_OBJECT(fn_json_string("message", "Password is too short"),
					    fn_json_value("reasons", reasons))));
}

static struct fn_error *check_and_enter(struct sign_in *s)
{
	s->overtaken = false;
	FN_TRY(fn_db_transaction_keep(s->req, FN_READ_COMMITTED, look, s));
	FN_TRY(check_password(s));
	return fn_db_transaction(s->req, FN_READ_COMMITTED, enter, s);
}

struct fn_error *auth_sign_in(struct fn_request *req, struct fn_fields *f)
{
	struct sign_in s = {.req = req};
	struct json_object *session;
	struct fn_error *error;

	FN_TRY(read_input(f, &s));
	/* of several sign-ins with an old hash one renews it: the others check against that */
	do {
		error = check_and_enter(&s);
	} while (s.overtaken && ++s.checks < CHECKS_MAX);
	if (error != NULL)
		return error;
	session = auth_session_json(req, &s.person, &s.session);
	add_weakness(session, s.password);
	return auth_reply(req, session);
}
