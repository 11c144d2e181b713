/* stripe_signature.c: fuzz target for Stripe-Signature: the first line is the header, the rest the
 * body. Nobody but the holder of the secret can write one that holds, so whatever comes in is
 * refused; the right signature at its end is accepted whatever stands before it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fn_buf.h"
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
	static char text[128];
	struct fn_arena *arena = fn_arena_new(1 << 20);
	uint8_t one[SECRET_SIZE], other[SECRET_SIZE];

	(void)argc;
	(void)argv;
	/* two that nobody has ever seen */
	fn_crypto_random(one, sizeof(one));
	fn_crypto_random(other, sizeof(other));
	(void)snprintf(text, sizeof(text), "%s,%s", fn_crypto_hex(arena, one, sizeof(one)),
		       fn_crypto_hex(arena, other, sizeof(other)));
	secrets = text;
	fn_arena_free(arena);
	return 0;
}

static const char *right_header(struct fn_arena *arena, struct fn_bytes body, const char *noise)
{
	const char *secret = strchr(secrets, ',') + 1;
	struct fn_buf signed_text;
	uint8_t mac[FN_SHA256_SIZE];

	fn_buf_init(&signed_text, body.length + 64);
	fn_buf_format(&signed_text, "%d.", NOW);
	fn_buf_add(&signed_text, body.bytes, body.length);
	fn_crypto_hmac(secret, strlen(secret), signed_text.bytes, signed_text.length, mac);
	fn_buf_free(&signed_text);
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
