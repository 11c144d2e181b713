/* fn_auth_test.c: who may pass as whom, by the two headers that clients send. */
#include "fn_auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "fn_conf.h"
#include "fn_json.h"
#include "fn_sign.h"
#include "fn_time.h"

#define ANA     "11111111-1111-4111-8111-111111111111"
#define SESSION "22222222-2222-4222-8222-222222222222"
#define PERSON                                                                                     \
	"\"role\":\"authenticated\",\"aud\":\"authenticated\",\"sub\":\"" ANA                      \
	"\",\"session_id\":\"" SESSION "\",\"email\":\"ana@example.org\","                         \
	"\"iss\":\"http://api.test/auth/v1\""
#define PUBLISHABLE "sb_publishable_0123456789abcdef"
#define SECRET      "sb_secret_0123456789abcdef"
#define ODD         "sb_secret_of_another_role_123"
#define KEY(role)   "\"role\":\"" role "\",\"iss\":\"supabase\""

static struct world {
	struct fn_arena *arena;
	const char *pem, *kid, *api_pem, *api_kid;
	const char *ana, *anon, *service;
} w;

struct headers {
	const char *authorization, *apikey;
};

static const char *find_header(void *from, const char *name)
{
	const struct headers *headers = from;

	if (strcasecmp(name, "authorization") == 0)
		return headers->authorization;
	return strcasecmp(name, "apikey") == 0 ? headers->apikey : NULL;
}

/* A token with these members that never ends. */
static const char *endless(const char *pem, const char *kid, const char *members)
{
	const char *text = fn_arena_format(w.arena, "{%s}", members);

	return fn_sign_token(w.arena, pem, kid, fn_json_keep(w.arena, fn_json_trusted(text)));
}

/* A token with these members, good for an hour. */
static const char *token(const char *pem, const char *kid, const char *members)
{
	const char *text = fn_arena_format(w.arena, "{%s,\"exp\":%lld}", members,
					   (long long)fn_time_now() + 3600);

	return fn_sign_token(w.arena, pem, kid, fn_json_keep(w.arena, fn_json_trusted(text)));
}

static const char *session(const char *members)
{
	return token(w.pem, w.kid, members);
}

static int set_up(void **state)
{
	(void)state;
	w.arena = fn_arena_new(16 << 20);
	w.pem = fn_sign_new_key(w.arena);
	w.api_pem = fn_sign_new_key(w.arena);
	w.kid = fn_sign_kid(w.arena, w.pem);
	w.api_kid = fn_sign_kid(w.arena, w.api_pem);
	fn_conf_set("API_URL", "http://api.test");
	fn_conf_set("JWT_ISSUERS", "https://old.example/auth/v1 https://older.example/auth/v1");
	fn_conf_set("JWKS",
		    fn_arena_format(w.arena, "{\"keys\":[%s,%s]}",
				    fn_json_write(fn_sign_jwk(w.arena, w.pem, w.kid), NULL),
				    fn_json_write(fn_sign_jwk(w.arena, w.api_pem, w.api_kid),
						  NULL)));
	fn_conf_set("API_KEYS", "{\"" PUBLISHABLE "\":\"anon\",\"" SECRET
				"\":\"service_role\",\"" ODD "\":\"postgres\"}");
	fn_auth_init();
	w.ana = session(PERSON);
	w.anon = token(w.api_pem, w.api_kid, KEY("anon"));
	w.service = token(w.api_pem, w.api_kid, KEY("service_role"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_arena_free(w.arena);
	return 0;
}

enum { USER, ANY, KEY_ONLY };

/* Asks with these headers; the code of the refusal, or the role that passed. */
static const char *ask(int what, const char *authorization, const char *apikey,
		       struct fn_caller *ret)
{
	struct headers headers = {authorization, apikey};
	struct fn_request_parts parts = {.method = "POST", .header = find_header, .from = &headers};
	struct fn_request *req = fn_request_new(&parts);
	struct fn_caller caller;
	struct fn_error *error;
	const char *answer;

	if (what == USER)
		error = fn_auth_user(req, &caller);
	else
		error = what == ANY ? fn_auth_any(req, &caller) : fn_auth_key(req, &caller);
	answer = fn_arena_text(w.arena, error != NULL ? error->message->code : caller.role);
	assert_int_equal(error == NULL, fn_request_caller(req) != NULL);
	caller.claims = NULL; /* of the request */
	if (ret != NULL)
		*ret = caller;
	fn_request_free(req);
	return answer;
}

static const char *bearer(const char *text)
{
	return fn_arena_format(w.arena, "Bearer %s", text);
}

#define assert_user(authorization, apikey, answer)                                                 \
	assert_string_equal(ask(USER, authorization, apikey, NULL), answer)
#define assert_any(authorization, apikey, answer)                                                  \
	assert_string_equal(ask(ANY, authorization, apikey, NULL), answer)

static void knows_a_person_by_the_bearer(void **state)
{
	struct fn_caller caller;

	(void)state;
	assert_string_equal(ask(USER, bearer(w.ana), w.anon, &caller), "authenticated");
	assert_string_equal(caller.id.text, ANA);
	assert_string_equal(caller.session.text, SESSION);
	assert_user(bearer(w.ana), NULL, "authenticated");
	assert_user(bearer(w.ana), "whatever", "authenticated");
}

static void reads_the_scheme_in_any_case(void **state)
{
	(void)state;
	assert_user(fn_arena_format(w.arena, "bearer %s", w.ana), NULL, "authenticated");
	assert_user(fn_arena_format(w.arena, "BEARER   %s ", w.ana), NULL, "authenticated");
	assert_user(fn_arena_format(w.arena, "Bearer%s", w.ana), NULL, "no_session");
	assert_user(fn_arena_format(w.arena, "Basic %s", w.ana), NULL, "no_session");
	assert_user(w.ana, NULL, "no_session");
}

static void takes_no_project_key_for_a_person(void **state)
{
	(void)state;
	assert_user(NULL, NULL, "no_session");
	assert_user(NULL, w.service, "no_session");
	assert_user(bearer(w.anon), w.anon, "no_session");
	assert_user(bearer(w.anon), NULL, "invalid_session");
	assert_user(bearer(w.service), w.anon, "invalid_session");
}

static void lets_the_apikey_decide_when_the_bearer_says_nothing_more(void **state)
{
	(void)state;
	assert_any(NULL, w.anon, "anon");
	assert_any(bearer(w.anon), w.anon, "anon");
	assert_any(bearer(w.service), w.service, "service_role");
	assert_any("Basic dXNlcg==", w.anon, "anon");
}

static void lets_a_genuine_bearer_decide_over_the_apikey(void **state)
{
	(void)state;
	assert_any(bearer(w.ana), w.anon, "authenticated");
	assert_any(bearer(w.service), w.anon, "service_role");
	assert_any(bearer(w.anon), w.service, "anon");
	assert_any(bearer(w.anon), NULL, "anon");
}

static void never_reads_a_bad_bearer_as_anon(void **state)
{
	static const char *const bad[] = {"Bearer",     "Bearer ",
					  "Bearer x",   "Bearer a.b.c",
					  "Bearer ...", "Bearer sb_publishable_abcdefgh",
					  "Bearer null"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		assert_any(bad[i], w.anon, "invalid_session");
		assert_user(bad[i], w.anon, "invalid_session");
	}
	assert_any(fn_arena_format(w.arena, "Bearer %sx", w.ana), w.anon, "invalid_session");
}

static void refuses_missing_and_foreign_keys(void **state)
{
	(void)state;
	assert_any(NULL, NULL, "no_api_key");
	assert_any(NULL, "", "no_api_key");
	assert_any(NULL, "sb_publishable_abcdefgh", "no_api_key");
	assert_any("Bearer sb_secret_x", "sb_secret_x", "no_api_key");
	/* a person's token is no key, on either side */
	assert_any(NULL, w.ana, "no_api_key");
	assert_any(bearer(w.ana), w.ana, "no_api_key");
	assert_user(bearer(w.ana), w.ana, "no_session");
}

static void takes_an_opaque_key_for_the_role_it_stands_for(void **state)
{
	struct fn_caller caller;

	(void)state;
	assert_string_equal(ask(ANY, NULL, PUBLISHABLE, &caller), "anon");
	assert_string_equal(caller.id.text, "");
	assert_any(bearer(PUBLISHABLE), PUBLISHABLE, "anon");
	assert_any(bearer(SECRET), SECRET, "service_role");
	assert_any(bearer(w.ana), PUBLISHABLE, "authenticated");
	assert_user(bearer(w.ana), PUBLISHABLE, "authenticated");
	assert_string_equal(ask(KEY_ONLY, bearer(w.ana), SECRET, NULL), "service_role");
}

static void refuses_an_opaque_key_anywhere_else(void **state)
{
	(void)state;
	assert_any(NULL, PUBLISHABLE "0", "no_api_key");
	assert_any(NULL, "sb_publishable_0123456789abcde", "no_api_key");
	assert_any(NULL, ODD, "no_api_key"); /* a role that no client may have here */
	assert_any(bearer(SECRET), NULL, "invalid_session");
	assert_any(bearer(SECRET), w.anon, "invalid_session");
	assert_any(bearer(SECRET), PUBLISHABLE, "invalid_session");
	assert_user(bearer(SECRET), NULL, "invalid_session");
	assert_user(bearer(SECRET), SECRET, "no_session");
}

static void lets_project_keys_live_for_ever_and_sessions_not(void **state)
{
	(void)state;
	assert_any(NULL, endless(w.api_pem, w.api_kid, KEY("anon")), "anon");
	assert_any(NULL, endless(w.api_pem, w.api_kid, KEY("service_role")), "service_role");
	assert_user(bearer(endless(w.pem, w.kid, PERSON)), NULL, "invalid_session");
}

static void asks_for_a_key_beside_the_bearer(void **state)
{
	(void)state;
	assert_string_equal(ask(KEY_ONLY, bearer(w.ana), w.anon, NULL), "anon");
	assert_string_equal(ask(KEY_ONLY, bearer(w.service), NULL, NULL), "no_api_key");
	assert_string_equal(ask(KEY_ONLY, NULL, w.ana, NULL), "no_api_key");
}

static void refuses_claims_that_name_nobody(void **state)
{
	static const char *const members[] = {
		/* roles that no client may have */
		"\"role\":\"postgres\",\"iss\":\"supabase\"",
		"\"role\":\"supabase_admin\",\"iss\":\"supabase\"",
		"\"role\":[\"service_role\"],\"iss\":\"supabase\"",
		"\"iss\":\"supabase\"",
		/* between a key and a person */
		KEY("service_role") ",\"sub\":\"" ANA "\"",
		KEY("anon") ",\"session_id\":\"" SESSION "\"",
		KEY("authenticated") ",\"aud\":\"authenticated\"",
		"\"role\":\"anon\",\"iss\":\"http://api.test/auth/v1\"",
		/* a person without a session, of another audience or issuer */
		"\"role\":\"authenticated\",\"aud\":\"authenticated\",\"sub\":\"" ANA
		"\",\"iss\":\"http://api.test/auth/v1\"",
		"\"role\":\"authenticated\",\"aud\":\"authenticated\",\"sub\":\"x\",\"session_id\":"
		"\"" SESSION "\",\"iss\":\"http://api.test/auth/v1\"",
		"\"role\":\"authenticated\",\"aud\":\"storage\",\"sub\":\"" ANA
		"\",\"session_id\":\"" SESSION "\",\"iss\":\"http://api.test/auth/v1\"",
		"\"role\":\"authenticated\",\"sub\":\"" ANA "\",\"session_id\":\"" SESSION
		"\",\"iss\":\"http://api.test/auth/v1\"",
		"\"role\":\"authenticated\",\"aud\":\"authenticated\",\"sub\":\"" ANA
		"\",\"session_id\":\"" SESSION "\",\"iss\":\"http://other.test/auth/v1\"",
		"\"role\":\"authenticated\",\"aud\":\"authenticated\",\"sub\":\"" ANA
		"\",\"session_id\":\"" SESSION "\"",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(members); i++) {
		assert_any(bearer(session(members[i])), w.anon, "invalid_session");
		assert_any(NULL, session(members[i]), "no_api_key");
	}
}

static void accepts_listed_issuers_and_audiences_in_a_list(void **state)
{
	(void)state;
	assert_user(bearer(session("\"role\":\"authenticated\",\"aud\":[\"x\",\"authenticated\"],"
				   "\"sub\":\"" ANA "\",\"session_id\":\"" SESSION
				   "\",\"iss\":\"https://older.example/auth/v1\"")),
		    NULL, "authenticated");
	assert_user(bearer(session(
			    "\"role\":\"authenticated\",\"aud\":\"authenticated\",\"sub\":\"" ANA
			    "\",\"session_id\":\"" SESSION "\",\"iss\":\"https://old.example\"")),
		    NULL, "invalid_session");
}

static void forgets_nothing_but_the_signature_check(void **state)
{
	(void)state;
	/* verified and remembered; then time goes on past exp and its half minute of skew */
	assert_user(bearer(w.ana), NULL, "authenticated");
	assert_user(bearer(w.ana), NULL, "authenticated");
	fn_time_offset(3600 + 31);
	assert_user(bearer(w.ana), NULL, "invalid_session");
	fn_time_offset(0);
	assert_user(bearer(w.ana), NULL, "authenticated");
}

static void remembers_whole_tokens_only(void **state)
{
	char *changed = fn_arena_text(w.arena, w.ana);
	char *payload = strchr(changed, '.') + 1;

	(void)state;
	assert_user(bearer(w.ana), NULL, "authenticated");
	*payload = *payload == 'e' ? 'f' : 'e';
	assert_user(bearer(changed), NULL, "invalid_session");
	assert_user(bearer(w.ana), NULL, "authenticated");
}

/* More people than it has room for push each other out, and are checked again. */
static void knows_more_people_than_it_remembers(void **state)
{
	enum { PEOPLE = 400, ROUNDS = 2 };
	const char *tokens[PEOPLE];

	(void)state;
	for (size_t i = 0; i < PEOPLE; i++)
		tokens[i] = session(fn_arena_format(w.arena, "%s,\"n\":%zu", PERSON, i));
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < PEOPLE; i++)
			assert_user(bearer(tokens[i]), NULL, "authenticated");
	}
}

static void passes_only_the_job_runner_as_internal(void **state)
{
	struct fn_request_parts parts = {.method = "POST"};
	struct fn_request *outside = fn_request_new(&parts), *inside;

	(void)state;
	parts.internal = true;
	inside = fn_request_new(&parts);
	assert_int_equal(fn_auth_internal(outside)->message->status, 404);
	assert_null(fn_auth_internal(inside));
	fn_request_free(outside);
	fn_request_free(inside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_a_person_by_the_bearer),
		cmocka_unit_test(reads_the_scheme_in_any_case),
		cmocka_unit_test(takes_no_project_key_for_a_person),
		cmocka_unit_test(lets_the_apikey_decide_when_the_bearer_says_nothing_more),
		cmocka_unit_test(lets_a_genuine_bearer_decide_over_the_apikey),
		cmocka_unit_test(never_reads_a_bad_bearer_as_anon),
		cmocka_unit_test(refuses_missing_and_foreign_keys),
		cmocka_unit_test(takes_an_opaque_key_for_the_role_it_stands_for),
		cmocka_unit_test(refuses_an_opaque_key_anywhere_else),
		cmocka_unit_test(lets_project_keys_live_for_ever_and_sessions_not),
		cmocka_unit_test(asks_for_a_key_beside_the_bearer),
		cmocka_unit_test(refuses_claims_that_name_nobody),
		cmocka_unit_test(accepts_listed_issuers_and_audiences_in_a_list),
		cmocka_unit_test(forgets_nothing_but_the_signature_check),
		cmocka_unit_test(remembers_whole_tokens_only),
		cmocka_unit_test(knows_more_people_than_it_remembers),
		cmocka_unit_test(passes_only_the_job_runner_as_internal),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
