/* fn_password.c: password hashes: argon2id (libargon2), and bcrypt of imported people (libcrypt).
 */
#include "fn_password.h"

#include <argon2.h>
#include <crypt.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>

#include "fn_crypto.h"
#include "fn_die.h"

/* OWASP's own row for argon2id: 19 MiB, 2 passes, 1 lane; about 27 ms of one core. */
enum { PASSES = 2, MEMORY_KIB = 19456, LANES = 1, SALT = 16, HASH = 32 };
enum { BCRYPT_MAX = 72 /* bytes it reads */, SYSTEM_ERROR = 71 };

static const char today[] = "$argon2id$v=19$m=19456,t=2,p=1$";

/* glibc moves its limit for handing freed memory back up to the largest block ever freed: after two
 * hashes a worker would keep 19 MiB for ever. A fixed limit keeps them apart from the heap. */
static void give_memory_back(void)
{
	static bool done;

	if (!done)
		(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
	done = true;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

const char *fn_password_hash(struct fn_arena *arena, const char *password)
{
	uint8_t salt[SALT];
	char text[160];
	int error;

	give_memory_back();
	fn_crypto_random(salt, sizeof(salt));
	error = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password, strlen(password), salt,
				      sizeof(salt), HASH, text, sizeof(text));
	if (error != ARGON2_OK)
		fn_die(SYSTEM_ERROR, "argon2: %s", argon2_error_message(error));
	return fn_arena_text(arena, text);
}

static bool matches_argon2(const char *stored, const char *password)
{
	int error;

	give_memory_back();
	error = argon2id_verify(stored, password, strlen(password));
	if (error == ARGON2_MEMORY_ALLOCATION_ERROR)
		fn_die(SYSTEM_ERROR, "argon2: %s", argon2_error_message(error));
	return error == ARGON2_OK;
}

static bool matches_bcrypt(const char *stored, const char *password)
{
	static struct crypt_data work; /* 32 KiB: too much for a stack */
	const char *made;
	bool same;

	memset(&work, 0, sizeof(work));
	made = crypt_r(password, stored, &work);
	/* an error is "*0" or "*1", which a broken stored value could equal */
	same = made != NULL && made[0] != '*' &&
	       fn_crypto_same(made, strlen(made), stored, strlen(stored));
	explicit_bzero(&work, sizeof(work));
	return same && strlen(password) <= BCRYPT_MAX; /* it would not see the rest */
}

/* The time of one check, for a person who is not there. */
static void spend_time(const char *password)
{
	static const uint8_t salt[SALT] = {1};
	uint8_t hash[HASH];

	give_memory_back();
	if (argon2id_hash_raw(PASSES, MEMORY_KIB, LANES, password, strlen(password), salt,
			      sizeof(salt), hash, sizeof(hash)) != ARGON2_OK)
		fn_die(SYSTEM_ERROR, "argon2 failed");
}

bool fn_password_matches(const char *stored, const char *password)
{
	if (stored != NULL && begins(stored, "$argon2id$"))
		return matches_argon2(stored, password);
	if (stored != NULL &&
	    (begins(stored, "$2a$") || begins(stored, "$2b$") || begins(stored, "$2y$")))
		return matches_bcrypt(stored, password);
	spend_time(password);
	return false;
}

bool fn_password_is_old(const char *stored)
{
	return !begins(stored, today);
}
