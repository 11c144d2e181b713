/* auth_token_test.c: refresh tokens, access tokens and the keys that are shown. */
#include <string.h>

#include "auth_test.h"
#include "fn_jwt.h"

static const struct fn_uuid session = {"0123abcd-4567-4890-a123-456789abcdef"};

static void derives_a_refresh_token_that_reads_back(void **state)
{
	static const int64_t counters[] = {0, 1, 255, 256, 4294967296, INT64_MAX};
	struct fn_uuid read;
	int64_t counter;
	bool genuine;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(counters); i++) {
		const char *token = auth_refresh_token(arena, &session, counters[i]);

		assert_int_equal(strlen(token), 76);
		assert_string_equal(token, auth_refresh_token(arena, &session, counters[i]));
		assert_true(auth_read_refresh_token(arena, token, &read, &counter, &genuine));
		assert_true(genuine);
		assert_int_equal(counter, counters[i]);
		assert_string_equal(read.text, session.text);
	}
	assert_string_not_equal(auth_refresh_token(arena, &session, 1),
				auth_refresh_token(arena, &session, 2));
}

/* Every character is covered by the HMAC, or the text is no token at all. */
static void knows_a_changed_refresh_token(void **state)
{
	char *token = fn_arena_text(arena, auth_refresh_token(arena, &session, 7));
	struct fn_uuid read;
	int64_t counter;
	bool genuine;

	(void)state;
	for (size_t i = 0; i < strlen(token); i++) {
		char kept = token[i];

		token[i] = kept == 'A' ? 'B' : 'A';
		if (auth_read_refresh_token(arena, token, &read, &counter, &genuine))
			assert_false(genuine);
		token[i] = kept;
	}
	fn_conf_set("REFRESH_TOKEN_KEY", "another key, which makes other tokens");
	assert_true(auth_read_refresh_token(arena, token, &read, &counter, &genuine));
	assert_false(genuine);
	fn_conf_set("REFRESH_TOKEN_KEY", "0123456789abcdef0123456789abcdef");
}

static void refuses_texts_that_are_no_refresh_token(void **state)
{
	static const char *const texts[] = {
		"",
		"x",
		"v1.abc",
		"aaaaaaaaaaaa",
		"AZoS_LwSVkBpuVHbywHDEgkAAAAAAAAAANYEtRuPuenTxuFO-duQOiTgHEeDXK_TJcWe4qoXbZb",
		"AZoS_LwSVkBpuVHbywHDEgkAAAAAAAAAANYEtRuPuenTxuFO-duQOiTgHEeDXK_TJcWe4qoXbZb00",
		"AZoS/LwSVkBpuVHbywHDEgkAAAAAAAAAANYEtRuPuenTxuFO+duQOiTgHEeDXK/TJcWe4qoXbZb0",
		"ApoS_LwSVkBpuVHbywHDEgkAAAAAAAAAANYEtRuPuenTxuFO-duQOiTgHEeDXK_TJcWe4qoXbZb0",
	};
	struct fn_uuid read;
	int64_t counter;
	bool genuine;

	(void)state;
	for (size_t i = 0; i < FN_COUNT(texts); i++)
		assert_false(auth_read_refresh_token(arena, texts[i], &read, &counter, &genuine));
}

static const char *access_token(const char *user_metadata, struct json_object **ret_claims)
{
	struct unit_request like = {.method = "POST"};
	struct fn_request *req = unit_request(&like);
	struct auth_person person = {
		.id = {"11111111-1111-4111-8111-111111111111"},
		.email = "ana@example.org",
		.phone = "",
		.app_metadata = fn_json_keep(arena, fn_json_trusted("{\"provider\":\"email\"}")),
		.user_metadata = fn_json_keep(arena, fn_json_trusted(user_metadata)),
	};
	struct auth_session open = {.id = session,
				    .amr = "[{\"method\":\"password\",\"timestamp\":1}]"};
	int64_t now = fn_time_now();
	const char *why = NULL,
		   *token = fn_arena_text(arena, auth_access_token(req, &person, &open, now));
	struct fn_jwt_keys *keys = fn_jwt_keys_new(fn_conf_text("JWKS"), &why);

	assert_int_equal(fn_jwt_verify(keys, arena, token, now, ret_claims), FN_JWT_OK);
	fn_jwt_keys_free(keys);
	fn_request_free(req);
	return token;
}

static void signs_the_claims_that_clients_and_policies_read(void **state)
{
	struct json_object *claims;

	(void)state;
	(void)access_token("{\"name\":\"Ana\"}", &claims);
	assert_string_equal(fn_json_get_text(claims, "iss"), "http://api.test/auth/v1");
	assert_string_equal(fn_json_get_text(claims, "sub"),
			    "11111111-1111-4111-8111-111111111111");
	assert_string_equal(fn_json_get_text(claims, "aud"), "authenticated");
	assert_string_equal(fn_json_get_text(claims, "role"), "authenticated");
	assert_string_equal(fn_json_get_text(claims, "email"), "ana@example.org");
	assert_string_equal(fn_json_get_text(claims, "phone"), "");
	assert_string_equal(fn_json_get_text(claims, "aal"), "aal1");
	assert_string_equal(fn_json_get_text(claims, "session_id"), session.text);
	assert_int_equal(fn_json_get_integer(claims, "exp", 0) -
				 fn_json_get_integer(claims, "iat", 0),
			 3600);
	assert_string_equal(fn_json_get_text(fn_json_at(fn_json_get(claims, "amr"), 0), "method"),
			    "password");
	assert_string_equal(fn_json_get_text(fn_json_get(claims, "user_metadata"), "name"), "Ana");
	assert_false(fn_json_get_bool(claims, "is_anonymous", true));
}

static void leaves_out_metadata_that_would_make_a_token_useless(void **state)
{
	char large[4001];
	struct json_object *claims;
	const char *token;

	(void)state;
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	token = access_token(fn_arena_format(arena, "{\"x\":\"%s\"}", large), &claims);
	assert_true(strlen(token) <= 4096);
	assert_int_equal(fn_json_length(fn_json_get(claims, "user_metadata")), 0);
	/* a number that libjwt does not take */
	(void)access_token("{\"n\":10000000000000000000}", &claims);
	assert_int_equal(fn_json_length(fn_json_get(claims, "user_metadata")), 0);
}

static void shows_public_keys_and_no_shared_secret(void **state)
{
	struct json_object *shown = fn_json_keep(arena, auth_public_keys());
	struct json_object *keys = fn_json_get(shown, "keys");

	(void)state;
	assert_int_equal(fn_json_length(keys), 1);
	assert_string_equal(fn_json_get_text(fn_json_at(keys, 0), "kty"), "EC");
	assert_null(strstr(fn_json_write(shown, NULL), "c2VjcmV0"));
}

static void start_with_a_foreign_key(void *unused)
{
	(void)unused;
	fn_conf_set("JWT_PRIVATE_KEY", fn_sign_new_key(arena));
	auth_token_init();
}

static void start_without_a_key(void *unused)
{
	(void)unused;
	fn_conf_set("JWT_PRIVATE_KEY",
		    "-----BEGIN PRIVATE KEY-----\n"
		    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
		    "-----END PRIVATE KEY-----\n");
	auth_token_init();
}

static void refuses_to_start_with_a_key_that_nobody_trusts(void **state)
{
	(void)state;
	unit_assert_dies(start_with_a_foreign_key, NULL, 78, "JWKS does not hold");
	unit_assert_dies(start_without_a_key, NULL, 78, "JWT_PRIVATE_KEY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derives_a_refresh_token_that_reads_back),
		cmocka_unit_test(knows_a_changed_refresh_token),
		cmocka_unit_test(refuses_texts_that_are_no_refresh_token),
		cmocka_unit_test(signs_the_claims_that_clients_and_policies_read),
		cmocka_unit_test(leaves_out_metadata_that_would_make_a_token_useless),
		cmocka_unit_test(shows_public_keys_and_no_shared_secret),
		cmocka_unit_test(refuses_to_start_with_a_key_that_nobody_trusts),
	};

	return cmocka_run_group_tests(tests, auth_test_start, auth_test_stop);
}
