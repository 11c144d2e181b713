/* temba_link_test.c: links are derived from their row and the key, and from nothing else. */
#include "temba_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fn_conf.h"

static const struct fn_uuid row = {"0a0b0c0d-1111-4222-8333-444455556666"};
static struct fn_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	fn_conf_set("API_URL", "http://api.test");
	fn_conf_set("SITE_URL", "http://site.test/?a=1&b");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static void derives_one_token_per_row_and_key(void **state)
{
	struct fn_uuid other = row;
	const char *token;

	(void)state;
	fn_conf_set("LINK_TOKEN_KEY",
		    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
	token = temba_link_token(arena, &row);
	assert_int_equal(strlen(token), 43);
	assert_string_equal(token, temba_link_token(arena, &row));
	other.text[0] = '1';
	assert_string_not_equal(token, temba_link_token(arena, &other));
	fn_conf_set("LINK_TOKEN_KEY",
		    "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
	assert_string_not_equal(token, temba_link_token(arena, &row));
}

static void stores_a_hash_that_is_not_the_token(void **state)
{
	(void)state;
	assert_string_equal(temba_link_hash(arena, "abc"),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void writes_the_link_that_auth_reads(void **state)
{
	const char *token = temba_link_token(arena, &row);

	(void)state;
	assert_string_equal(
		temba_link_url(arena, &row, "signup", NULL),
		fn_arena_format(arena,
				"http://api.test/auth/v1/verify?token=%s&type=signup&redirect_to="
				"http%%3A%%2F%%2Fsite.test%%2F%%3Fa%%3D1%%26b",
				token));
	assert_non_null(strstr(temba_link_url(arena, &row, "signup", "http://x.test/y"),
			       "&redirect_to=http%3A%2F%2Fx.test%2Fy"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derives_one_token_per_row_and_key),
		cmocka_unit_test(stores_a_hash_that_is_not_the_token),
		cmocka_unit_test(writes_the_link_that_auth_reads),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
