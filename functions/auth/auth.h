/* auth.h: the steps of the auth function and what they share. auth.c holds the routes; each of the
 * other files is one story (signing up, signing in, refreshing ...) or one thing they all need. */
#ifndef AUTH_H
#define AUTH_H

#include "fn.h"

/* ---- auth_messages.c: what this function refuses, in the words that clients match on ---- */
extern const struct fn_message auth_bad_field, auth_no_bearer, auth_bad_jwt, auth_bad_credentials,
	auth_bad_grant, auth_not_confirmed, auth_banned, auth_exists, auth_weak_password,
	auth_long_password, auth_same_password, auth_no_anonymous, auth_no_phone_sign_up,
	auth_no_phone, auth_sign_up_off, auth_no_change_yet, auth_not_admin, auth_no_session,
	auth_no_user, auth_session_expired, auth_token_unknown, auth_token_used, auth_bad_link,
	auth_too_often, auth_mail_too_often, auth_large_data, auth_busy;
/* The same refusal with a number in its text, which the person reads in English. */
struct fn_error *auth_fail_with(struct fn_request *req, const struct fn_message *message,
				const char *text, ...) FN_PRINTF(3, 4);

/* ---- auth_input.c: reading requests by the rules of the auth API ---- */
enum { AUTH_PASSWORD_MAX = 72, AUTH_EMAIL_MAX = 255 };
/* 400 validation_failed that names the fields, where others answer 422. */
FN_CHECKED struct fn_error *auth_input_end(struct fn_fields *f);
/* Lower case, not trimmed: an address with spaces around it is ill-formed. NULL when absent or bad.
 */
const char *auth_email(struct fn_fields *f, enum fn_need need);
/* A new password: long enough, and not longer than 72 bytes. */
FN_CHECKED struct fn_error *auth_check_password(struct fn_request *req, const char *password);
/* "data" of sign-up and update, without the members that are ours; NULL when absent. */
struct json_object *auth_data(struct fn_fields *f);
/* A text of jsonb size that would make tokens too large. */
FN_CHECKED struct fn_error *auth_check_size(struct fn_request *req, int64_t bytes);

/* ---- auth_person.c ---- */
struct auth_person {
	struct fn_uuid id;
	const char *email, *phone; /* "" when none */
	const char *password;      /* stored hash, or NULL */
	bool blocked, deleted, session_lives, anonymous;
	struct json_object *app_metadata, *user_metadata; /* the arena's */
	struct json_object *json; /* as the API shows them; the arena's. NULL: nobody */
};
/* session: NULL, or one to ask about (session_lives). */
FN_CHECKED struct fn_error *auth_read_person(struct fn_tx *tx, const struct fn_uuid *id,
					     const struct fn_uuid *session,
					     struct auth_person *ret);
/* The caller of a route for people: 401 without bearer, 403 for a bad one, then person and session.
 */
FN_CHECKED struct fn_error *auth_caller(struct fn_request *req, struct fn_caller *ret);
FN_CHECKED struct fn_error *auth_read_caller(struct fn_tx *tx, const struct fn_caller *caller,
					     struct auth_person *ret);

/* ---- auth_session.c ---- */
struct auth_session {
	struct fn_uuid id;
	const char *amr;           /* JSON: how and when the person signed in */
	const char *refresh_token; /* the current one */
};
FN_CHECKED struct fn_error *auth_open_session(struct fn_tx *tx, const struct fn_uuid *person,
					      const char *method, struct auth_session *ret);
/* The session object of the API, with a new access token; the caller's to give away. */
struct json_object *auth_session_json(struct fn_request *req, const struct auth_person *person,
				      const struct auth_session *session);
/* One line of the audit log. session may be NULL. */
FN_CHECKED struct fn_error *auth_log(struct fn_tx *tx, const char *action,
				     const struct fn_uuid *person, const struct fn_uuid *session);
FN_CHECKED struct fn_error *auth_reply(struct fn_request *req, struct json_object *body);

/* ---- auth_token.c: the two kinds of tokens ---- */
void auth_token_init(void);
const char *auth_access_token(struct fn_request *req, const struct auth_person *person,
			      const struct auth_session *session, int64_t now);
/* The refresh token of a session and a counter: derived, so that it can be handed out again. */
const char *auth_refresh_token(struct fn_arena *arena, const struct fn_uuid *session,
			       int64_t counter);
/* SHA-256 in hex: what the database keeps of it. */
const char *auth_refresh_hash(struct fn_arena *arena, const char *token);
/* False when the text has not the form of a refresh token. *ret_genuine: we made it. */
bool auth_read_refresh_token(struct fn_arena *arena, const char *token, struct fn_uuid *ret_session,
			     int64_t *ret_counter, bool *ret_genuine);
/* The public keys of JWKS, without shared secrets. */
struct json_object *auth_public_keys(void);

/* ---- auth_hash.c: passwords, at most two at a time ---- */
void auth_hash_init(void);
/* 503 when too many wait already. Every call that returns NULL is followed by auth_hash_end(). */
FN_CHECKED struct fn_error *auth_hash_begin(struct fn_request *req);
void auth_hash_end(void);

/* ---- auth_limit.c: how often ---- */
/* One more request of this kind from the client's address: 429 past the limit of the setting (0 =
 * none) in five minutes. In a transaction that keeps what it counted. */
FN_CHECKED struct fn_error *auth_count_address(struct fn_tx *tx, const char *setting);
/* A mail to this address, known or not: seconds to wait (setting MAIL_INTERVAL), or 0, and it
 * counts. */
FN_CHECKED struct fn_error *auth_count_mail(struct fn_tx *tx, const char *email, int64_t *ret_wait);

/* ---- auth_mail.c ---- */
/* Makes a link and queues its mail in this transaction; nothing for addresses that nobody reads. */
FN_CHECKED struct fn_error *auth_send_link(struct fn_tx *tx, const struct fn_uuid *person,
					   const char *email, const char *redirect);
bool auth_has_mailbox(const char *email);

/* ---- auth_redirect.c ---- */
/* `wanted` when it is on the allow-list, else SITE_URL; without fragment. */
const char *auth_redirect_target(struct fn_arena *arena, const char *wanted);

/* ---- the routes ---- */
struct fn_error *auth_sign_up(struct fn_request *req);
struct fn_error *auth_token_grant(struct fn_request *req);
struct fn_error *auth_sign_in(struct fn_request *req, struct fn_fields *f);
struct fn_error *auth_refresh(struct fn_request *req, struct fn_fields *f);
struct fn_error *auth_get_user(struct fn_request *req);
struct fn_error *auth_put_user(struct fn_request *req);
struct fn_error *auth_logout(struct fn_request *req);
struct fn_error *auth_verify_link(struct fn_request *req);
struct fn_error *auth_verify_token(struct fn_request *req);
struct fn_error *auth_resend(struct fn_request *req);
struct fn_error *auth_settings(struct fn_request *req);
struct fn_error *auth_health(struct fn_request *req);
struct fn_error *auth_jwks(struct fn_request *req);

#endif
