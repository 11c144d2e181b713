/* fn_jwt_claims_test.c: times, payloads and shapes of tokens whose signature is not the question.
 */
#include "fn_jwt_forge.h"

/* ---- times and claims ---- */

static void checks_exp_with_half_a_minute_of_skew(void **state)
{
	(void)state;
	assert_result(genuine("{\"exp\":1799999970}"), FN_JWT_OK);
	assert_result(genuine("{\"exp\":1799999969}"), FN_JWT_EXPIRED);
	assert_result(genuine("{\"exp\":0}"), FN_JWT_EXPIRED);
	assert_result(genuine("{\"exp\":-9223372036854775808}"), FN_JWT_EXPIRED);
	assert_result(genuine("{\"exp\":9223372036854775807}"), FN_JWT_OK);
}

static void checks_nbf_and_iat_with_half_a_minute_of_skew(void **state)
{
	(void)state;
	assert_result(genuine("{\"exp\":1800003600,\"nbf\":1800000030}"), FN_JWT_OK);
	assert_result(genuine("{\"exp\":1800003600,\"nbf\":1800000031}"), FN_JWT_NOT_YET);
	assert_result(genuine("{\"exp\":1800003600,\"nbf\":9223372036854775807}"), FN_JWT_NOT_YET);
	assert_result(genuine("{\"exp\":1800003600,\"iat\":1800000030}"), FN_JWT_OK);
	assert_result(genuine("{\"exp\":1800003600,\"iat\":1800000031}"), FN_JWT_FUTURE);
	assert_result(genuine("{\"exp\":1,\"nbf\":1900000000,\"iat\":\"x\"}"), FN_JWT_EXPIRED);
}

/* That some tokens must end is the caller's to say. */
static void asks_for_no_time(void **state)
{
	(void)state;
	assert_result(genuine("{}"), FN_JWT_OK);
	assert_result(genuine("{\"exp\":null,\"nbf\":null,\"iat\":null}"), FN_JWT_OK);
}

static void wants_times_as_numbers(void **state)
{
	static const struct {
		const char *payload;
		enum fn_jwt_result result;
	} cases[] = {
		{"{\"exp\":\"1800003600\"}", FN_JWT_BAD_EXP},
		{"{\"exp\":true}", FN_JWT_BAD_EXP},
		{"{\"exp\":[1800003600]}", FN_JWT_BAD_EXP},
		{"{\"exp\":1800003600,\"nbf\":\"0\"}", FN_JWT_BAD_NBF},
		{"{\"exp\":1800003600,\"iat\":{}}", FN_JWT_BAD_IAT},
		/* not whole: long ago; a number that nobody can hold: no JSON of ours */
		{"{\"exp\":1800003600.5}", FN_JWT_EXPIRED},
		{"{\"exp\":18000036000000000000000}", FN_JWT_CLAIMS},
		{"{\"exp\":1800003600,\"nbf\":0.5,\"iat\":0.5}", FN_JWT_OK},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(cases); i++)
		assert_result(genuine(cases[i].payload), cases[i].result);
}

static void refuses_ambiguous_or_foreign_payloads(void **state)
{
	static const char *const payloads[] = {
		"{\"exp\":1800003600,\"sub\":\"a\",\"sub\":\"b\"}",
		"{\"exp\":1,\"exp\":1800003600}",
		"[{\"exp\":1800003600}]",
		"1800003600",
		"\"text\"",
		"{\"exp\":1800003600} {}",
		"{\"exp\":1800003600,\"sub\":\"a\\u0000b\"}",
		"{'exp':1800003600}",
		"{\"exp\":1800003600,\"sub\":\"\xff\"}",
		"not json",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(payloads); i++)
		assert_result(genuine(payloads[i]), FN_JWT_CLAIMS);
}

static void checks_times_again_on_rereading(void **state)
{
	const char *token = genuine(CLAIMS);
	struct json_object *claims;

	(void)state;
	assert_int_equal(fn_jwt_reread(w.arena, token, NOW, &claims), FN_JWT_OK);
	assert_string_equal(fn_json_get_text(claims, "sub"), "ana");
	assert_int_equal(fn_jwt_reread(w.arena, token, NOW + 3631, &claims), FN_JWT_EXPIRED);
	assert_null(claims);
}

/* ---- shape ---- */

static void refuses_wrong_shapes(void **state)
{
	const char *token = genuine(CLAIMS);
	static const char *const texts[] = {
		"",
		".",
		"..",
		"...",
		"a",
		"a.b",
		"a.b.c",
		"a.b.c.d",
		"A..",
		"..A",
		".AAAA.",
		"AAAA.AAAA.",
		"AAAA..A",
		"=.=.=",
		" . . ",
		"\x01.\x02.\x03",
		"\xff.\xff.\xff",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(texts); i++)
		assert_result(texts[i], FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s=", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s.", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s.AAAA", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, " %s", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, "%s\n", token), FN_JWT_MALFORMED);
	assert_result(fn_arena_format(w.arena, ".%s", token), FN_JWT_MALFORMED);
}

/* The last character carries four bits of nothing: the same bytes with other bits there are no
 * token. */
static void refuses_a_second_spelling_of_one_signature(void **state)
{
	char *token = fn_arena_text(w.arena, genuine(CLAIMS));
	char *last = token + strlen(token) - 1;

	(void)state;
	assert_non_null(strchr("AQgw", *last));
	*last = (char)(*last + 1);
	assert_result(token, FN_JWT_MALFORMED);
}

static const char *with_signature(const uint8_t *bytes, size_t length)
{
	const char *token = genuine(CLAIMS);
	int head = (int)(strrchr(token, '.') - token);

	return fn_arena_format(w.arena, "%.*s.%s", head, token,
			       fn_crypto_base64url(w.arena, bytes, length));
}

static void refuses_degenerate_signatures(void **state)
{
	uint8_t bytes[128] = {0};

	(void)state;
	assert_result(with_signature(bytes, 64), FN_JWT_FORGED);
	memset(bytes, 0xff, sizeof(bytes));
	assert_result(with_signature(bytes, 64), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 1), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 63), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 65), FN_JWT_FORGED);
	assert_result(with_signature(bytes, 128), FN_JWT_FORGED);
	assert_result(signed_as(fn_arena_format(w.arena, "{\"alg\":\"ES256\",\"kid\":\"%s\"}",
						w.kid),
				CLAIMS, true),
		      FN_JWT_FORGED);
}

static void refuses_what_is_longer_than_the_limit(void **state)
{
	size_t huge = 9 << 20;
	char *text = malloc(huge + 1);
	char filler[FN_JWT_MAX];
	const char *longest = NULL;

	(void)state;
	memset(text, 'A', huge);
	text[huge] = '\0';
	assert_result(text, FN_JWT_MALFORMED);
	text[100] = text[200] = '.';
	assert_result(text, FN_JWT_MALFORMED);
	memset(text, '.', huge);
	assert_result(text, FN_JWT_MALFORMED);
	free(text);
	for (size_t n = 5700; longest == NULL || strlen(longest) <= FN_JWT_MAX; n++) {
		const char *shorter = longest;

		memset(filler, 'x', n);
		filler[n] = '\0';
		longest = genuine(
			fn_arena_format(w.arena, "{\"exp\":1800003600,\"x\":\"%s\"}", filler));
		if (strlen(longest) > FN_JWT_MAX) {
			assert_non_null(shorter);
			assert_result(shorter, FN_JWT_OK);
			assert_result(longest, FN_JWT_MALFORMED);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_exp_with_half_a_minute_of_skew),
		cmocka_unit_test(checks_nbf_and_iat_with_half_a_minute_of_skew),
		cmocka_unit_test(asks_for_no_time),
		cmocka_unit_test(wants_times_as_numbers),
		cmocka_unit_test(refuses_ambiguous_or_foreign_payloads),
		cmocka_unit_test(checks_times_again_on_rereading),
		cmocka_unit_test(refuses_wrong_shapes),
		cmocka_unit_test(refuses_a_second_spelling_of_one_signature),
		cmocka_unit_test(refuses_degenerate_signatures),
		cmocka_unit_test(refuses_what_is_longer_than_the_limit),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
