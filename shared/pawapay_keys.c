/* pawapay_keys.c: pawaPay's keys in this process. A callback with a key that nobody has makes one
 * question, and not one per callback: whoever sends forged ones must not make us ask for ever. */
#include "pawapay_keys.h"

#include <string.h>

#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_log.h"
#include "fn_time.h"
#include "pawapay.h"

enum {
	KEYS_MAX = 16,
	ID_MAX = 128,
	TIMEOUT_MS = 3000,
	AGAIN_SECONDS = 2,
	OLD_SECONDS = 3600, /* then a key that was taken back is no longer believed */
};

static struct known {
	char id[ID_MAX];
	struct fn_pubkey *key;
} known[KEYS_MAX];
static size_t count;
static uint64_t asked_at, got_at; /* monotonic nanoseconds; 0 = never */

void pawapay_keys_forget(void)
{
	for (size_t i = 0; i < count; i++)
		fn_pubkey_free(known[i].key);
	count = 0;
	asked_at = got_at = 0;
}

/* A PEM, or its base64 alone. */
static struct fn_pubkey *parse(struct fn_arena *arena, const char *text)
{
	static const char *const marks[] = {"-----BEGIN PUBLIC KEY-----",
					    "-----END PUBLIC KEY-----"};
	const char *begin = strstr(text, marks[0]), *end = strstr(text, marks[1]);
	char *plain = fn_arena_alloc(arena, strlen(text) + 1), *to = plain;
	const uint8_t *der;
	size_t length = 0;

	if (begin != NULL)
		text = begin + strlen(marks[0]);
	for (; *text != '\0' && text != end; text++) {
		if (strchr(" \t\r\n", *text) == NULL)
			*to++ = *text;
	}
	der = fn_crypto_unbase64(arena, plain, (size_t)(to - plain), &length);
	return der == NULL ? NULL : fn_pubkey_new(der, length);
}

/* False, and all stays as it was, when there is not one key in the list that can be used. */
static bool keep(struct fn_arena *arena, const struct json_object *list)
{
	struct known fresh[KEYS_MAX];
	size_t usable = 0;

	for (size_t i = 0; i < fn_json_length(list) && usable < KEYS_MAX; i++) {
		const char *id = fn_json_get_text(fn_json_at(list, i), "id");
		const char *text = fn_json_get_text(fn_json_at(list, i), "key");

		if (id == NULL || text == NULL || strlen(id) >= ID_MAX)
			continue;
		fresh[usable].key = parse(arena, text);
		if (fresh[usable].key == NULL)
			continue;
		memcpy(fresh[usable].id, id, strlen(id) + 1);
		usable++;
	}
	if (usable == 0)
		return false;
	pawapay_keys_forget();
	memcpy(known, fresh, usable * sizeof(fresh[0]));
	count = usable;
	return true;
}

static bool is_past(uint64_t since, uint64_t seconds)
{
	return since == 0 || fn_time_monotonic() - since >= seconds * 1000000000U;
}

/* False when nobody could be asked. */
static bool ask(struct fn_request *req)
{
	const char *why = NULL;
	struct json_object *list = pawapay_get(req, "public-key/http", TIMEOUT_MS, &why);

	asked_at = fn_time_monotonic();
	if (fn_json_type(list) != FN_JSON_ARRAY || !keep(fn_request_arena(req), list)) {
		fn_log_request(req, FN_WARN, "pawaPay's keys stay as they were: %s",
			       why == NULL ? "no list of keys" : why);
		return false;
	}
	asked_at = got_at = fn_time_monotonic();
	return true;
}

static const struct fn_pubkey *look(const char *id)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(known[i].id, id) == 0)
			return known[i].key;
	}
	return NULL;
}

static const struct fn_pubkey *find(void *from, const char *id, bool *ret_away)
{
	struct fn_request *req = from;
	const struct fn_pubkey *key = look(id);

	if (key != NULL && (!is_past(got_at, OLD_SECONDS) || !is_past(asked_at, AGAIN_SECONDS)))
		return key;
	if (!is_past(asked_at, AGAIN_SECONDS)) {
		*ret_away = count == 0;
		return NULL;
	}
	/* while pawaPay cannot be asked, what it said last goes on counting */
	if (!ask(req))
		*ret_away = look(id) == NULL;
	return look(id);
}

struct pawapay_keys pawapay_keys(struct fn_request *req)
{
	return (struct pawapay_keys){.find = find, .from = req};
}
