/* auth_session.c: opening sessions, showing them to clients, and the audit log. */
#include <arpa/inet.h>
#include <string.h>

#include "auth.h"
#include "auth.sql.h"
#include "fn_crypto.h"
#include "fn_time.h"

enum { AGENT_MAX = 200 };

/* The client's program as it names itself, cut; NULL when it is no text. */
static const char *agent_of(struct fn_request *req)
{
	const char *agent = fn_request_header(req, "User-Agent");
	size_t length = agent == NULL ? 0 : strnlen(agent, AGENT_MAX);

	while (length > 0 && !fn_text_is_utf8(agent, length))
		length--; /* a character cut in two, or bytes that are no text at all */
	return length == 0 ? NULL : fn_arena_copy(fn_request_arena(req), agent, length);
}

/* NULL when the request came from no address (work of our own). */
static const char *address_of(struct fn_request *req)
{
	const char *address = fn_request_address(req);
	uint8_t bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, address, bytes) == 1 || inet_pton(AF_INET6, address, bytes) == 1
		       ? address
		       : NULL;
}

struct fn_error *auth_open_session(struct fn_tx *tx, const struct fn_uuid *person,
				   const char *method, struct auth_session *ret)
{
	struct fn_request *req = fn_tx_request(tx);
	struct fn_arena *arena = fn_request_arena(req);

	ret->id = fn_crypto_uuid();
	ret->amr = fn_arena_format(arena, "[{\"method\":\"%s\",\"timestamp\":%lld}]", method,
				   (long long)fn_time_now());
	ret->refresh_token = auth_refresh_token(arena, &ret->id, 0);
	return fn_db_run(tx, &sql_open_session,
			 FN_ARGS(fn_arg_uuid(&ret->id), fn_arg_uuid(person), fn_arg_text(ret->amr),
				 fn_arg_text(agent_of(req)), fn_arg_text(address_of(req)),
				 fn_arg_text(auth_refresh_hash(arena, ret->refresh_token))),
			 NULL);
}

struct json_object *auth_session_json(struct fn_request *req, const struct auth_person *person,
				      const struct auth_session *session)
{
	int64_t now = fn_time_now(), lifetime = fn_conf_int("JWT_EXP");

	return FN_OBJECT(fn_json_string("access_token",
					auth_access_token(req, person, session, now)),
			 fn_json_string("token_type", "bearer"),
			 fn_json_int("expires_in", lifetime),
			 fn_json_int("expires_at", now + lifetime),
			 fn_json_string("refresh_token", session->refresh_token),
			 fn_json_value("user", fn_json_share(person->json)));
}

struct fn_error *auth_log(struct fn_tx *tx, const char *action, const struct fn_uuid *person,
			  const struct fn_uuid *session)
{
	struct fn_request *req = fn_tx_request(tx);

	return fn_db_run(tx, &sql_log,
			 FN_ARGS(fn_arg_uuid(person), fn_arg_uuid(session), fn_arg_text(action),
				 fn_arg_text(address_of(req)), fn_arg_text(agent_of(req))),
			 NULL);
}

struct fn_error *auth_reply(struct fn_request *req, struct json_object *body)
{
	fn_reply_header(req, "Cache-Control", "no-store");
	return fn_reply_json(req, body);
}
