/* fn_jwt_keys_test.c: key sets that would let anybody in. */
#include "fn_jwt_forge.h"

static void refuses_key_sets_that_would_let_anybody_in(void **state)
{
#define EC(more)                                                                                   \
	"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\","                              \
	"\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","                                   \
	"\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"" more "}]}"
	static const char *const sets[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"keys\":[]}",
		"{\"keys\":{}}",
		"{\"keys\":[null,7,\"x\",{}]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"\"}]}",
		"{\"keys\":[{\"kty\":\"oct\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2hvcnQ\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"not base64 at all, but long enough to "
		"pass\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\",\"x\":\"AAAA\",\"y\":"
		"\"AAAA\"}]}",
		/* the generator of P-256 with its y changed: no point of the curve */
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\","
		"\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","
		"\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfY\"}]}",
		EC(",\"d\":\"AQ\""),
		EC(",\"alg\":\"HS256\""),
		EC("},{\"kty\":\"oct\",\"kid\":\"a\",\"k\":"
		   "\"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\""),
	};
	const char *why = NULL;
	struct fn_jwt_keys *keys = fn_jwt_keys_new(EC(""), &why);

	(void)state;
	assert_non_null(keys);
	fn_jwt_keys_free(keys);
	for (size_t i = 0; i < FN_COUNT(sets); i++) {
		why = NULL;
		assert_null(fn_jwt_keys_new(sets[i], &why));
		assert_non_null(why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_key_sets_that_would_let_anybody_in),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
