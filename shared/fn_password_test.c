/* fn_password_test.c: today's hashes, imported ones, and equal time for people who are not there.
 */
#include "fn_password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

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

static void hashes_with_argon2id_of_the_stated_cost(void **state)
{
	const char *hash = fn_password_hash(arena, "correct horse");

	(void)state;
	assert_memory_equal(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
	assert_true(fn_password_matches(hash, "correct horse"));
	assert_false(fn_password_matches(hash, "correct horsf"));
	assert_false(fn_password_matches(hash, ""));
	assert_false(fn_password_is_old(hash));
}

static void salts_each_hash(void **state)
{
	(void)state;
	assert_string_not_equal(fn_password_hash(arena, "same"), fn_password_hash(arena, "same"));
}

static void tells_long_passwords_apart_to_the_last_byte(void **state)
{
	char a[101], b[101];
	const char *hash;

	(void)state;
	memset(a, 'x', 100);
	a[100] = '\0';
	memcpy(b, a, sizeof(b));
	b[99] = 'y';
	hash = fn_password_hash(arena, a);
	assert_true(fn_password_matches(hash, a));
	assert_false(fn_password_matches(hash, b));
}

/* Known answers of OpenBSD's own test vectors for the password "U*U". */
static void accepts_imported_bcrypt(void **state)
{
	static const char *const hashes[] = {
		"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_true(fn_password_matches(hashes[i], "U*U"));
		assert_false(fn_password_matches(hashes[i], "U*V"));
		assert_true(fn_password_is_old(hashes[i]));
	}
}

/* bcrypt cuts at 72 bytes: a longer password must not match what its first 72 bytes made. */
static void refuses_a_bcrypt_password_past_72_bytes(void **state)
{
	static const char made_of_72[] =
		"$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
	char password[74];

	(void)state;
	memset(password, 'a', sizeof(password));
	password[72] = '\0';
	assert_true(fn_password_matches(made_of_72, password));
	password[72] = 'b';
	password[73] = '\0';
	assert_false(fn_password_matches(made_of_72, password));
}

static void never_matches_a_broken_or_missing_hash(void **state)
{
	static const char *const broken[] = {"",
					     "*0",
					     "*1",
					     "$2b$",
					     "$2b$04$short",
					     "$2b$99$abcdefghijklmnopqrstuu",
					     "$argon2id$",
					     "$argon2id$v=19$m=19456,t=2,p=1$AAAA",
					     "plain",
					     "$1$old$md5"};

	(void)state;
	assert_false(fn_password_matches(NULL, "x"));
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		assert_false(fn_password_matches(broken[i], "plain"));
		assert_false(fn_password_matches(broken[i], broken[i]));
		assert_false(fn_password_matches(broken[i], "*0"));
	}
}

static int64_t processor_time(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t fastest_of_five(const char *stored)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 5; i++) {
		int64_t start = processor_time(), spent;

		assert_false(fn_password_matches(stored, "wrong"));
		spent = processor_time() - start;
		best = spent < best ? spent : best;
	}
	return best;
}

static void spends_equal_time_on_unknown_people(void **state)
{
	const char *hash = fn_password_hash(arena, "right");
	int64_t known = fastest_of_five(hash), unknown = fastest_of_five(NULL);

	(void)state;
	/* wide bounds: other work shares the machine; the http suite compares medians */
	assert_true(unknown > known / 2 && unknown < known * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_with_argon2id_of_the_stated_cost),
		cmocka_unit_test(salts_each_hash),
		cmocka_unit_test(tells_long_passwords_apart_to_the_last_byte),
		cmocka_unit_test(accepts_imported_bcrypt),
		cmocka_unit_test(refuses_a_bcrypt_password_past_72_bytes),
		cmocka_unit_test(never_matches_a_broken_or_missing_hash),
		cmocka_unit_test(spends_equal_time_on_unknown_people),
	};

	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
