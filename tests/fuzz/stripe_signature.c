/* stripe_signature.c: fuzz target for Stripe-Signature: the first line is the header, the rest the
 * body. Nobody but the holder of the secret can write one that holds, so whatever comes in is
 * refused; the right signature at its end is accepted whatever stands before it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fn_crypto.h"
#include "stripe_signature.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1800000000, SECRET_SIZE = 16 };

static const char *secrets;

static void demand(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char text[2 * (2 * SECRET_SIZE + 1)];
	struct fn_arena *arena = fn_arena_new(1 << 20);
	uint8_t bytes[SECRET_SIZE];

	(void)argc;
	(void)argv;
	/* two that nobody has ever seen */
	fn_crypto_random(bytes, sizeof(bytes));
	memcpy(text, fn_crypto_hex(arena, bytes, sizeof(bytes)), 2 * SECRET_SIZE);
	text[2 * SECRET_SIZE] = ',';
	fn_crypto_random(bytes, sizeof(bytes));
	memcpy(text + 2 * SECRET_SIZE + 1, fn_crypto_hex(arena, bytes, sizeof(bytes)),
	       2 * SECRET_SIZE + 1);
	secrets = text;
	fn_arena_free(arena);
	return 0;
}

static const char *right_header(struct fn_arena *arena, struct fn_bytes body, const char *noise)
{
	const char *secret = strchr(secrets, ',') + 1;
	const char *prefix = fn_arena_format(arena, "%d.", NOW);
	size_t length = strlen(prefix);
	char *signed_text = fn_arena_alloc(arena, length + body.length + 1);
	uint8_t mac[FN_SHA256_SIZE];

	memcpy(signed_text, prefix, length);
	if (body.length > 0)
		memcpy(signed_text + length, body.bytes, body.length);
	fn_crypto_hmac(secret, strlen(secret), signed_text, length + body.length, mac);
	return fn_arena_format(arena, "v0=%.*s,v1=%s,t=%d", (int)strcspn(noise, ",\n\r"), noise,
			       fn_crypto_hex(arena, mac, sizeof(mac)), NOW);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fn_arena *arena = fn_arena_new(64 << 20);
	const uint8_t *line = memchr(data, '\n', size);
	size_t length = line == NULL ? size : (size_t)(line - data);
	char *header = fn_arena_copy(arena, data, length);
	struct fn_bytes body = {"", 0};
	const char *why = NULL;

	if (line != NULL)
		body = (struct fn_bytes){(const char *)line + 1, size - length - 1};
	demand(!stripe_signed(arena, header, body, secrets, NOW, &why));
	demand(why != NULL);
	if (strlen(header) < 1000)
		demand(stripe_signed(arena, right_header(arena, body, header), body, secrets, NOW,
				     &why));
	fn_arena_free(arena);
	return 0;
}
