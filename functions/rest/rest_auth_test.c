/* rest_auth_test.c: which token is whose, and in which words the others are refused. */
#include <string.h>

#include "fn_auth.h"
#include "fn_conf.h"
#include "fn_json.h"
#include "fn_sign.h"
#include "fn_time.h"
#include "rest_auth.h"
#include "unit.h"

#define ANA         "11111111-1111-4111-8111-111111111111"
#define PUBLISHABLE "sb_publishable_0123456789abcdef"
#define SECRET      "sb_secret_0123456789abcdef"

static struct fn_arena *arena;
static const char *pem, *other_pem, *kid;
static struct fn_request *req;
static struct rest_identity identity;
static struct rest_auth_settings settings;

static int begin(void **state)
{
	struct json_object *keys = fn_json_array();

	(void)state;
	arena = fn_arena_new(8 << 20);
	pem = fn_sign_new_key(arena);
	other_pem = fn_sign_new_key(arena);
	kid = fn_sign_kid(arena, pem);
	fn_json_append(keys, fn_json_share(fn_sign_jwk(arena, pem, kid)));
	fn_conf_set("JWKS",
		    fn_json_write(fn_json_keep(arena, FN_OBJECT(fn_json_value("keys", keys))),
				  NULL));
	fn_conf_set("API_KEYS", "{\"" PUBLISHABLE "\":\"anon\",\"" SECRET "\":\"reporter\"}");
	fn_auth_init();
	return 0;
}

static int end(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	req = NULL;
	settings = (struct rest_auth_settings){.anonymous_role = "anon", .role_claim = ".role"};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_request_free(req);
	return 0;
}

static const char *token_of(const char *key, const char *members, int lives)
{
	const char *text = fn_arena_format(arena, "{%s\"exp\":%lld}", members,
					   (long long)fn_time_now() + lives);

	return fn_sign_token(arena, key, kid, fn_json_keep(arena, fn_json_trusted(text)));
}

/* These members and no others. */
static const char *token_with(const char *members)
{
	const char *text = fn_arena_format(arena, "{%s}", members);

	return fn_sign_token(arena, pem, kid, fn_json_keep(arena, fn_json_trusted(text)));
}

static struct fn_error *ask(const char *bearer, const char *apikey)
{
	static struct unit_request like;
	size_t count = 0;

	like = (struct unit_request){.method = "GET"};
	if (bearer != NULL)
		like.headers[count++] =
			(struct unit_header){"Authorization",
					     fn_arena_format(arena, "Bearer %s", bearer)};
	if (apikey != NULL)
		like.headers[count] = (struct unit_header){"apikey", apikey};
	fn_request_free(req);
	req = unit_request(&like);
	return rest_auth(req, &settings, &identity);
}

static void assert_is(const struct fn_error *error, const char *role)
{
	assert_null(error);
	assert_string_equal(identity.role, role);
}

static void assert_told(const struct fn_error *error, const char *code, const char *message)
{
	assert_non_null(error);
	assert_int_equal(error->message->status, 401);
	assert_string_equal(error->message->code, code);
	assert_string_equal(error->message->en, message);
}

static void nobody_is_the_anonymous_role_with_claims_all_the_same(void **state)
{
	(void)state;
	assert_is(ask(NULL, NULL), "anon");
	assert_true(identity.is_anonymous);
	assert_string_equal(identity.claims, "{\"role\":\"anon\"}");
	assert_null(identity.person);
	settings.anonymous_role = NULL;
	assert_told(ask(NULL, NULL), "PGRST302", "Anonymous access is disabled");
}

static void the_token_names_the_role_and_the_person(void **state)
{
	const char *members = "\"role\":\"authenticated\",\"sub\":\"" ANA "\",";

	(void)state;
	assert_is(ask(token_of(pem, members, 3600), NULL), "authenticated");
	assert_false(identity.is_anonymous);
	assert_string_equal(identity.person, ANA);
	assert_string_equal(fn_request_caller(req), ANA);
}

static void the_apikey_decides_without_a_bearer(void **state)
{
	const char *anon = token_of(pem, "\"role\":\"anon\",", 3600);
	const char *service = token_of(pem, "\"role\":\"service_role\",", 3600);

	(void)state;
	assert_is(ask(NULL, service), "service_role");
	assert_is(ask(anon, service), "anon");
	assert_true(identity.is_anonymous); /* by a token: a missing right is still 401 */
}

static void a_token_without_a_role_is_anonymous(void **state)
{
	(void)state;
	assert_is(ask(token_of(pem, "", 3600), NULL), "anon");
}

static void a_bad_token_is_never_read_as_anonymous(void **state)
{
	(void)state;
	assert_told(ask("", NULL), "PGRST301", "Empty JWT is sent in Authorization header");
	assert_told(ask("a.b", NULL), "PGRST301", "Expected 3 parts in JWT; got 2");
	assert_told(ask(token_of(other_pem, "\"role\":\"anon\",", 3600), NULL), "PGRST301",
		    "No suitable key or wrong key type");
	assert_told(ask(token_of(pem, "\"role\":\"anon\",", -3600), NULL), "PGRST303",
		    "JWT expired");
}

static const char *details(const struct fn_error *error)
{
	return fn_json_get_text(error->detail, "details");
}

static void each_refusal_has_the_words_of_upstream(void **state)
{
	static const struct {
		const char *members, *message;
	} claims[] = {
		{"\"exp\":\"x\"", "The JWT 'exp' claim must be a number"},
		{"\"nbf\":\"x\"", "The JWT 'nbf' claim must be a number"},
		{"\"iat\":\"x\"", "The JWT 'iat' claim must be a number"},
		{"\"nbf\":99999999999", "JWT not yet valid"},
		{"\"iat\":99999999999", "JWT issued at future"},
		{"\"aud\":7", "The JWT 'aud' claim must be a string or an array of strings"},
		{"\"aud\":[\"web\",7]",
		 "The JWT 'aud' claim must be a string or an array of strings"},
	};
	const char *none = "eyJhbGciOiJub25lIn0.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.";
	const char *other_kid =
		fn_sign_token(arena, pem, "other", fn_json_keep(arena, fn_json_trusted("{}")));
	struct fn_error *error;

	(void)state;
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		assert_told(ask(token_with(claims[i].members), NULL), "PGRST303",
			    claims[i].message);
	assert_told(ask(none, NULL), "PGRST301", "Wrong or unsupported encoding algorithm");
	assert_told(ask("A.B.C", NULL), "PGRST301", "JWT cryptographic operation failed");
	error = ask(other_kid, NULL);
	assert_told(error, "PGRST301", "No suitable key or wrong key type");
	assert_string_equal(details(error), "No suitable key was found to decode the JWT");
	error = ask(token_of(other_pem, "", 3600), NULL);
	assert_told(error, "PGRST301", "No suitable key or wrong key type");
	assert_string_equal(details(error), "None of the keys was able to decode the JWT");
}

static void a_token_may_be_without_an_end_where_that_is_wanted(void **state)
{
	(void)state;
	assert_is(ask(token_with("\"role\":\"service_role\""), NULL), "service_role");
	assert_told(ask(token_with("\"role\":\"r\",\"sub\":\"" ANA "\""), NULL), "PGRST303",
		    "The JWT has no 'exp' claim");
	settings.endless = true;
	assert_is(ask(token_with("\"role\":\"r\",\"sub\":\"" ANA "\""), NULL), "r");
}

static void an_opaque_key_stands_for_a_role(void **state)
{
	(void)state;
	assert_is(ask(NULL, PUBLISHABLE), "anon");
	assert_true(identity.is_anonymous);
	assert_is(ask(NULL, SECRET), "reporter");
	assert_string_equal(identity.claims, "{\"role\":\"reporter\"}");
	assert_string_equal(fn_request_caller(req), "reporter");
	assert_is(ask(SECRET, SECRET), "reporter");
	/* the person's own token says more */
	assert_is(ask(token_of(pem, "\"role\":\"r\",", 3600), SECRET), "r");
}

static void an_opaque_key_is_never_read_as_a_token(void **state)
{
	(void)state;
	assert_told(ask(NULL, PUBLISHABLE "0"), "PGRST301", "Invalid API key");
	assert_told(ask(NULL, "sb_secret_"), "PGRST301", "Invalid API key");
	assert_told(ask(NULL, "whatever"), "PGRST301", "Invalid API key");
	assert_told(ask(SECRET, NULL), "PGRST301", "Invalid API key");
	assert_told(ask(SECRET, PUBLISHABLE), "PGRST301", "Invalid API key");
	assert_told(ask("sb_secret_", token_of(pem, "", 3600)), "PGRST301", "Invalid API key");
}

static void another_scheme_is_no_token(void **state)
{
	static struct unit_request like = {.method = "GET",
					   .headers = {{"Authorization", "Basic YTpi"}}};

	(void)state;
	req = unit_request(&like);
	assert_is(rest_auth(req, &settings, &identity), "anon");
}

static void the_audience_counts_when_it_is_configured(void **state)
{
	(void)state;
	settings.audience = "web";
	assert_is(ask(token_of(pem, "\"role\":\"r\",\"aud\":[\"app\",\"web\"],", 3600), NULL), "r");
	assert_is(ask(token_of(pem, "\"role\":\"r\",\"aud\":[],", 3600), NULL), "r");
	assert_told(ask(token_of(pem, "\"role\":\"r\",\"aud\":\"app\",", 3600), NULL), "PGRST303",
		    "JWT not in audience");
}

static void the_role_may_lie_deeper(void **state)
{
	const char *members = "\"https://x.y/z\":{\"roles\":[\"a\",\"b\"]},\"role\":\"c\",";

	(void)state;
	settings.role_claim = ".\"https://x.y/z\".roles[1]";
	assert_is(ask(token_of(pem, members, 3600), NULL), "b");
	settings.role_claim = ".\"https://x.y/z\".roles[7]";
	assert_is(ask(token_of(pem, members, 3600), NULL), "anon");
	settings.role_claim = ".nothing.here";
	assert_is(ask(token_of(pem, members, 3600), NULL), "anon");
	/* policies read the role that counts */
	assert_string_equal(fn_json_get_text(fn_json_keep(arena, fn_json_trusted(identity.claims)),
					     "role"),
			    "anon");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_is_the_anonymous_role_with_claims_all_the_same),
		TEST(the_token_names_the_role_and_the_person),
		TEST(the_apikey_decides_without_a_bearer),
		TEST(a_token_without_a_role_is_anonymous),
		TEST(a_bad_token_is_never_read_as_anonymous),
		TEST(each_refusal_has_the_words_of_upstream),
		TEST(a_token_may_be_without_an_end_where_that_is_wanted),
		TEST(an_opaque_key_stands_for_a_role),
		TEST(an_opaque_key_is_never_read_as_a_token),
		TEST(another_scheme_is_no_token),
		TEST(the_audience_counts_when_it_is_configured),
		TEST(the_role_may_lie_deeper),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
