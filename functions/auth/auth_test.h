/* auth_test.h: settings and keys for the unit tests of this function. */
#ifndef AUTH_TEST_H
#define AUTH_TEST_H

#include <string.h>

#include "auth.h"
#include "fake_db.h"
#include "fn_function.h"
#include "fn_json.h"
#include "fn_sign.h"
#include "fn_time.h"
#include "unit.h"

#define ANA     "11111111-1111-4111-8111-111111111111"
#define SESSION "22222222-2222-4222-8222-222222222222"

static struct fn_arena *arena;
static const char *anon_key, *ana_token; /* a project key; a living session of Ana */

/* Everything that function.ini names, with keys made for this run. */
static inline int auth_test_start(void **state)
{
	static const char *const settings[][2] = {
		{"API_URL", "http://api.test"},
		{"SITE_URL", "https://site.test/start"},
		{"JWT_ISSUERS", ""},
		{"JWT_EXP", "3600"},
		{"REFRESH_REUSE_INTERVAL", "10"},
		{"REDIRECT_ALLOW_LIST",
		 "https://*.temba.test/**, temba://claim/*, https://app.test/back"},
		{"DISABLE_SIGNUP", "false"},
		{"PASSWORD_MIN_LENGTH", "8"},
		{"USER_METADATA_MAX", "1800"},
		{"MAIL_LINK_LIFETIME", "86400"},
		{"MAIL_INTERVAL", "60"},
		{"SIGN_UPS_PER_ADDRESS", "30"},
		{"SIGN_INS_PER_ADDRESS", "150"},
		{"VERIFICATIONS_PER_ADDRESS", "30"},
		{"RESENDS_PER_ADDRESS", "30"},
		{"USER_UPDATES_PER_ADDRESS", "30"},
		{"REFRESH_TOKEN_KEY", "0123456789abcdef0123456789abcdef"},
		{"LINK_TOKEN_KEY", "fedcba9876543210fedcba9876543210"},
	};
	const char *pem, *kid;
	struct json_object *claims;

	(void)state;
	arena = fn_arena_new(16 << 20);
	for (size_t i = 0; i < FN_COUNT(settings); i++)
		fn_conf_set(settings[i][0], settings[i][1]);
	pem = fn_sign_new_key(arena);
	kid = fn_sign_kid(arena, pem);
	fn_conf_set("JWT_PRIVATE_KEY", pem);
	fn_conf_set("JWKS", fn_arena_format(arena, "{\"keys\":[%s,{\"kty\":\"oct\",\"k\":\"%s\"}]}",
					    fn_json_write(fn_sign_jwk(arena, pem, kid), NULL),
					    "c2VjcmV0IG9mIGFuIGltcG9ydGVkIHByb2plY3QsIGxvbmc"));
	claims = fn_json_keep(arena, FN_OBJECT(fn_json_string("iss", "supabase"),
					       fn_json_string("role", "anon"),
					       fn_json_int("exp", fn_time_now() + 3600)));
	anon_key = fn_sign_token(arena, pem, kid, claims);
	claims = fn_json_keep(arena, FN_OBJECT(fn_json_string("iss", "http://api.test/auth/v1"),
					       fn_json_string("aud", "authenticated"),
					       fn_json_string("role", "authenticated"),
					       fn_json_string("sub", ANA),
					       fn_json_string("session_id", SESSION),
					       fn_json_int("exp", fn_time_now() + 3600)));
	ana_token = fn_sign_token(arena, pem, kid, claims);
	fn_auth_init();
	fn_function.init();
	return 0;
}

static inline int auth_test_stop(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

/* Asks as Ana's client; the answer is in *ret, the caller frees it. */
static inline int auth_test_ask(const char *method, const char *path, const char *query,
				const char *body, struct fn_request **ret)
{
	static struct unit_request like;

	like = (struct unit_request){.method = method,
				     .path = path,
				     .query = query,
				     .body = body,
				     .headers = {{"apikey", anon_key},
						 {"Authorization",
						  fn_arena_format(arena, "Bearer %s", ana_token)},
						 {"X-Supabase-Api-Version", "2024-01-01"}}};
	*ret = unit_request(&like);
	return fn_function_run(&fn_function, *ret, NULL);
}

/* A member of the reply that is a text, or NULL. Lives as long as the request. */
static inline const char *auth_test_text(struct fn_request *req, const char *name)
{
	const char *text = unit_reply_text(req), *why;

	return fn_json_get_text(fn_json_parse(fn_request_arena(req), text, strlen(text), &why),
				name);
}

/* What read_person answers about Ana next. password: a hash, or NULL. */
struct auth_test_person {
	const char *password;
	bool blocked, deleted, no_session;
};
static inline void auth_test_lay_person(struct auth_test_person p)
{
	FAKE_ROW("auth.read_person", ANA, "ana@example.org", "", p.password, p.blocked ? "t" : "f",
		 p.deleted ? "t" : "f", p.no_session ? "f" : "t", "f", "{\"provider\":\"email\"}",
		 "{\"name\":\"Ana\"}", "[]", "2026-01-02 03:04:05.678901", "2026-01-02 03:04:05",
		 NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
}

#endif
