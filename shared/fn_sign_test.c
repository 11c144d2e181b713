/* fn_sign_test.c: keys, their public halves and their names. */
#include "fn_sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fn_crypto.h"
#include "fn_json.h"

/* A P-256 key made for this test alone; x, y and the thumbprint were computed by other tools. */
#define KNOWN_PEM                                                                                  \
	"-----BEGIN PRIVATE KEY-----\n"                                                            \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+phez+5iqmJDZBkE\n"                       \
	"Vsrd7z/xHGgfqH9PZikPaAJLohahRANCAAR4BsAhx4sDOCG8rT+1f9dBSjuxugw9\n"                       \
	"ymcD2wjS4TZW4mjSfC5LbYEIafija5zmbuQBsnXOu1ix7JTFtZKscQzO\n"                               \
	"-----END PRIVATE KEY-----\n"

static struct fn_arena *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	return 0;
}

static int free_arena(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static void names_a_key_by_its_thumbprint(void **state)
{
	(void)state;
	assert_string_equal(fn_sign_kid(arena, KNOWN_PEM),
			    "Uoe8IAhWzF4dEnBpVMSF6QujBJCM6sPPM3H57m97lkE");
}

static void shows_the_public_half_alone(void **state)
{
	struct json_object *jwk = fn_sign_jwk(arena, KNOWN_PEM, "a-name");

	(void)state;
	assert_string_equal(fn_json_write(jwk, NULL),
			    "{\"kty\":\"EC\",\"crv\":\"P-256\","
			    "\"x\":\"eAbAIceLAzghvK0_tX_XQUo7sboMPcpnA9sI0uE2VuI\","
			    "\"y\":\"aNJ8LkttgQhp-KNrnOZu5AGydc67WLHslMW1kqxxDM4\","
			    "\"alg\":\"ES256\",\"kid\":\"a-name\",\"use\":\"sig\","
			    "\"key_ops\":[\"verify\"]}");
}

static void makes_a_new_key_each_time(void **state)
{
	const char *a = fn_sign_new_key(arena), *b = fn_sign_new_key(arena);

	(void)state;
	assert_string_not_equal(fn_sign_kid(arena, a), fn_sign_kid(arena, b));
}

static void knows_what_is_no_p256_key(void **state)
{
	static const char *const texts[] = {
		"",
		"not a key",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		/* P-384 */
		"-----BEGIN PRIVATE KEY-----\n"
		"MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDC/Fl81Ieon/kJjkBVZ\n"
		"NY3/cbK1br2tW/nehT7LHnkhsXlcI/N6mHFPg4CC+SoQdNmhZANiAASRRXC2EJM5\n"
		"FLR2MJL/zO4V7LjM2w95FBLKFgAHZSRHZHTu47O6UbQHVyQV1d4YZjuDqWxN/eOj\n"
		"fgz9GKKOhI6u/KUKpylDUwTfvjQeBOB4v/uzxxFBvmHzLQly4nXux9g=\n"
		"-----END PRIVATE KEY-----\n",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(texts); i++) {
		assert_null(fn_sign_kid(arena, texts[i]));
		assert_null(fn_sign_jwk(arena, texts[i], "kid"));
	}
}

static void signs_with_alg_typ_and_kid_in_the_header(void **state)
{
	struct json_object *claims = fn_json_keep(arena, FN_OBJECT(fn_json_string("sub", "ana")));
	const char *token = fn_sign_token(arena, KNOWN_PEM, "a-name", claims);
	size_t length = 0;
	const char *header =
		(const char *)fn_crypto_unbase64url(arena, token, strcspn(token, "."), &length);
	const char *why;
	struct json_object *read = fn_json_parse(arena, header, length, &why);

	(void)state;
	assert_string_equal(fn_json_get_text(read, "alg"), "ES256");
	assert_string_equal(fn_json_get_text(read, "typ"), "JWT");
	assert_string_equal(fn_json_get_text(read, "kid"), "a-name");
}

static void refuses_claims_that_other_libraries_could_not_read(void **state)
{
	struct json_object *claims =
		fn_json_keep(arena, fn_json_trusted("{\"n\":10000000000000000000}"));

	(void)state;
	assert_null(fn_sign_token(arena, KNOWN_PEM, "a-name", claims));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_a_key_by_its_thumbprint),
		cmocka_unit_test(shows_the_public_half_alone),
		cmocka_unit_test(makes_a_new_key_each_time),
		cmocka_unit_test(knows_what_is_no_p256_key),
		cmocka_unit_test(signs_with_alg_typ_and_kid_in_the_header),
		cmocka_unit_test(refuses_claims_that_other_libraries_could_not_read),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
