/* auth_verify.c: the link of the confirmation mail comes back: GET /verify by a browser, POST
 * /verify by a client. It is good once; it proves the address that it was sent to, and signs in. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"
#include "temba_link.h"

enum { TOKEN_MAX = 200 };

struct proof {
	struct fn_request *req;
	const char *token;
	const char *email; /* the address that the client says it is for, or NULL */
	struct fn_uuid link;
	struct auth_session session; /* settled by prove() */
	struct auth_person person;
};

/* The proof is of the address that the mail went to: not of one that was entered since. */
static struct fn_error *mark_proven(struct fn_tx *tx, struct proof *p)
{
	const char *email = p->person.email;
	struct fn_arg args[] = {fn_arg_uuid(&p->person.id), fn_arg_text(email)};
	struct fn_error *error = fn_db_run(tx, &sql_prove_address, args, 2, NULL);

	if (fn_db_violates(error, "people_verified_email")) /* proven by another account */
		return fn_fail_because(p->req, &auth_bad_link, "the address belongs to another");
	if (error != NULL)
		return error;
	FN_TRY(fn_db_run(tx, &sql_use_link, FN_ARGS(fn_arg_uuid(&p->link)), NULL));
	FN_TRY(fn_db_run(tx, &sql_confirm_person, args, 2, NULL));
	return fn_db_run(tx, &sql_confirm_identity, args, 2, NULL);
}

/* Whose link it is, if it is good. */
static struct fn_error *find_link(struct fn_tx *tx, struct proof *p)
{
	const char *hash = temba_link_hash(fn_request_arena(p->req), p->token), *sent_to;
	struct fn_uuid person;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_lock_link, FN_ARGS(fn_arg_text(hash)), &row));
	if (!fn_row_found(&row) || fn_col_bool(&row, 3))
		return fn_fail_because(p->req, &auth_bad_link, "%s",
				       fn_row_found(&row) ? "spent or too old" : "unknown");
	p->link = fn_col_uuid(&row, 0);
	person = fn_col_uuid(&row, 1);
	sent_to = fn_col_text(&row, 2);
	FN_TRY(auth_read_person(tx, &person, NULL, &p->person));
	if (p->person.json == NULL || p->person.deleted || strcmp(sent_to, p->person.email) != 0 ||
	    (p->email != NULL && strcmp(sent_to, p->email) != 0))
		return fn_fail_because(p->req, &auth_bad_link, "for another address");
	return p->person.blocked ? fn_fail(p->req, &auth_banned) : NULL;
}

static struct fn_error *count(struct fn_tx *tx, void *arg)
{
	(void)arg;
	return auth_count_address(tx, "VERIFICATIONS_PER_ADDRESS");
}

static struct fn_error *prove(struct fn_tx *tx, void *arg)
{
	struct proof *p = arg;

	FN_TRY(find_link(tx, p));
	FN_TRY(mark_proven(tx, p));
	FN_TRY(auth_open_session(tx, &p->person.id, "otp", &p->session));
	FN_TRY(auth_log(tx, "user_confirmed", &p->person.id, &p->session.id));
	return auth_read_person(tx, &p->person.id, &p->session.id, &p->person);
}

/* Of the types that the API knows, only these have links so far; the others find none. */
static struct fn_error *check_type(struct fn_request *req, const char *type)
{
	static const char *const known[] = {"invite",       "magiclink", "recovery",
					    "email_change", "sms",       "phone_change"};

	if (type != NULL && (strcmp(type, "signup") == 0 || strcmp(type, "email") == 0))
		return NULL;
	for (size_t i = 0; type != NULL && i < FN_COUNT(known); i++) {
		if (strcmp(type, known[i]) == 0)
			return fn_fail(req, &auth_bad_link);
	}
	return auth_fail_with(req, &auth_bad_field, "Verify requires a verification type");
}

static struct fn_error *run(struct proof *p, const char *type)
{
	FN_TRY(fn_db_transaction_keep(p->req, FN_READ_COMMITTED, count, p));
	FN_TRY(check_type(p->req, type));
	return fn_db_transaction(p->req, FN_READ_COMMITTED, prove, p);
}

struct fn_error *auth_verify_token(struct fn_request *req)
{
	struct proof p = {.req = req};
	struct fn_fields f;
	const char *type, *hash;

	FN_TRY(fn_field_begin(req, &f));
	type = fn_field_text(&f, "type", FN_OPTIONAL, 32);
	hash = fn_field_secret(&f, "token_hash", FN_OPTIONAL, TOKEN_MAX);
	p.token = fn_field_secret(&f, "token", FN_OPTIONAL, TOKEN_MAX);
	p.email = auth_email(&f, FN_OPTIONAL);
	FN_TRY(auth_input_end(&f));
	if (hash != NULL ? p.email != NULL || p.token != NULL : p.email == NULL || p.token == NULL)
		return auth_fail_with(
			req, &auth_bad_field,
			"Verify requires either a token hash, or a token and an email");
	p.token = hash != NULL ? hash : p.token;
	FN_TRY(run(&p, type));
	return auth_reply(req, auth_session_json(req, &p.person, &p.session));
}

/* ---- the browser's way: everything travels in the fragment, which no server sees ---- */

static struct fn_error *send_to(struct fn_request *req, const char *fragment)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *target = auth_redirect_target(arena, fn_request_query(req, "redirect_to"));

	fn_reply_header(req, "Cache-Control", "no-store");
	fn_reply_header(req, "Referrer-Policy", "no-referrer");
	fn_reply_header(req, "Location", fn_arena_format(arena, "%s#%s", target, fragment));
	return fn_reply_bytes(req, 303, NULL, NULL, 0);
}

static struct fn_error *send_back(struct fn_request *req, const struct fn_error *error)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *text = error->message == &auth_bad_link ? "Email link is invalid or has expired"
							    : error->message->en;

	return send_to(req,
		       fn_arena_format(arena,
				       "error=access_denied&error_code=%s&error_description=%s",
				       error->message->code, fn_text_url_encode(arena, text)));
}

struct fn_error *auth_verify_link(struct fn_request *req)
{
	struct proof p = {.req = req, .token = fn_request_query(req, "token")};
	const char *type = fn_request_query(req, "type");
	struct json_object *session;
	struct fn_error *error;

	if (p.token == NULL || *p.token == '\0' || strlen(p.token) > TOKEN_MAX)
		error = fn_fail(req, &auth_bad_link);
	else
		error = run(&p, type);
	/* the link is still good after a fault of ours: loading the page again helps */
	if (error != NULL && error->message->status >= 500)
		return error;
	if (error != NULL)
		return send_back(req, error);
	session =
		fn_json_keep(fn_request_arena(req), auth_session_json(req, &p.person, &p.session));
	return send_to(
		req, fn_arena_format(
			     fn_request_arena(req),
			     "access_token=%s&expires_at=%lld&expires_in=%lld&refresh_token=%s&sb=&"
			     "token_type=bearer&type=%s",
			     fn_json_get_text(session, "access_token"),
			     (long long)fn_json_get_integer(session, "expires_at", 0),
			     (long long)fn_json_get_integer(session, "expires_in", 0),
			     p.session.refresh_token, type));
}
