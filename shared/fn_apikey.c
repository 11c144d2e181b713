/* fn_apikey.c: opaque API keys by their digest. */
#include "fn_apikey.h"

#include <string.h>

#include "fn_conf.h"
#include "fn_crypto.h"
#include "fn_die.h"
#include "fn_json.h"

enum {
	CONFIG_ERROR = 78,
	KEYS_MAX = 32,
	KEY_MIN = 20, /* characters: nobody guesses them */
	KEY_MAX = 200,
	ROLE_MAX = 63, /* NAMEDATALEN of PostgreSQL */
	SET_MAX = 1 << 20,
};

/* The keys themselves are not kept. */
static struct {
	uint8_t digest[FN_SHA256_SIZE];
	char role[ROLE_MAX + 1];
} known[KEYS_MAX];
static size_t count;

static void add(const char *key, struct json_object *value, void *arg)
{
	const char *role = fn_json_text(value);

	(void)arg;
	if (count == KEYS_MAX)
		fn_die(CONFIG_ERROR, "setting API_KEYS: more than %d keys", KEYS_MAX);
	if (strlen(key) < KEY_MIN || strlen(key) > KEY_MAX || strpbrk(key, ". \t") != NULL)
		fn_die(CONFIG_ERROR,
		       "setting API_KEYS: a key has less than %d or more than %d characters, or "
		       "dots or blanks",
		       KEY_MIN, KEY_MAX);
	if (role == NULL || *role == '\0' || strlen(role) > ROLE_MAX)
		fn_die(CONFIG_ERROR, "setting API_KEYS: a key stands for no role");
	fn_crypto_sha256(key, strlen(key), known[count].digest);
	memcpy(known[count].role, role, strlen(role) + 1);
	count++;
}

void fn_apikey_init(void)
{
	struct fn_arena *arena;
	const struct json_object *keys;
	const char *text, *why = NULL;

	count = 0;
	if (!fn_conf_has("API_KEYS"))
		return;
	text = fn_conf_text("API_KEYS");
	arena = fn_arena_new(SET_MAX);
	keys = fn_json_parse(arena, text, strlen(text), &why);
	if (fn_json_type(keys) != FN_JSON_OBJECT)
		fn_die(CONFIG_ERROR, "setting API_KEYS: no JSON object of keys and roles%s%s",
		       why != NULL ? ": " : "", why != NULL ? why : "");
	fn_json_each(keys, add, NULL);
	fn_arena_free(arena);
}

/* Looks at all of them, however early one fits: time says nothing about them. */
const char *fn_apikey_role(const char *key)
{
	uint8_t digest[FN_SHA256_SIZE];
	const char *role = NULL;

	if (strnlen(key, KEY_MAX + 1) > KEY_MAX)
		return NULL;
	fn_crypto_sha256(key, strlen(key), digest);
	for (size_t i = 0; i < count; i++) {
		if (fn_crypto_same(known[i].digest, sizeof(digest), digest, sizeof(digest)))
			role = known[i].role;
	}
	return role;
}

bool fn_apikey_is(const char *text)
{
	static const char publishable[] = "sb_publishable_", secret[] = "sb_secret_";

	return strncmp(text, publishable, sizeof(publishable) - 1) == 0 ||
	       strncmp(text, secret, sizeof(secret) - 1) == 0 ||
	       (count > 0 && fn_apikey_role(text) != NULL);
}
