/* pawapay_signature.c: fuzz target for the headers of a signed callback: four lines are
 * Content-Digest, Signature-Input, Signature and the body. A key that signs nothing is found under
 * every name, so whatever comes in is refused. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fn_crypto.h"
#include "pawapay_signature.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1800000000, LINES = 4 };

/* P-256; whoever had the other half has thrown it away */
#define KEY                                                                                        \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/" \
	"m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="

static struct fn_pubkey *key;

struct lines {
	const char *at[LINES];
};

static void demand(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct fn_arena *arena = fn_arena_new(1 << 20);
	size_t length = 0;
	const uint8_t *der = fn_crypto_unbase64(arena, KEY, strlen(KEY), &length);

	(void)argc;
	(void)argv;
	demand(der != NULL);
	key = fn_pubkey_new(der, length);
	demand(key != NULL);
	fn_arena_free(arena);
	return 0;
}

static const struct fn_pubkey *find(void *from, const char *id, bool *ret_away)
{
	(void)from;
	demand(id != NULL);
	*ret_away = false;
	return id[0] == '?' ? NULL : key;
}

static const char *find_header(void *from, const char *name)
{
	static const char *const names[] = {"content-digest", "signature-input", "signature"};
	const struct lines *lines = from;

	for (size_t i = 0; i < FN_COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return lines->at[i];
	}
	return strcmp(name, "content-type") == 0 ? " application/json " : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fn_arena *arena = fn_arena_new(64 << 20);
	char *text = fn_arena_copy(arena, data, size);
	struct lines lines = {{0}};
	struct pawapay_message message = {.method = "POST",
					  .authority = "api.test",
					  .path = "/functions/v1/pawapay-webhook",
					  .header = find_header,
					  .from = &lines};
	const char *why = NULL;

	for (size_t i = 0; i < LINES && text != NULL; i++)
		lines.at[i] = strsep(&text, "\n");
	message.body.bytes = lines.at[LINES - 1] == NULL ? "" : lines.at[LINES - 1];
	message.body.length = strlen(message.body.bytes);
	demand(pawapay_verify(arena, &message, &(struct pawapay_keys){find, NULL}, NOW, &why) !=
	       PAWAPAY_GENUINE);
	demand(why != NULL);
	fn_arena_free(arena);
	return 0;
}
