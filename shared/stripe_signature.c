/* stripe_signature.c: reading the header, and the MAC over time and body. */
#include "stripe_signature.h"

#include <string.h>

#include "fn_crypto.h"

enum {
	HEADER_MAX = 4096,
	SIGNATURES_MAX = 16, /* Stripe sends one for each live secret */
	DIGITS_MAX = 12,
	HEX = 2 * FN_SHA256_SIZE,
};

struct signature_header {
	char timestamp[DIGITS_MAX + 1]; /* as it was signed */
	int64_t time;
	const char *v1[SIGNATURES_MAX]; /* HEX characters each, not ended by a NUL */
	size_t count;
};

static bool read_time(const char *text, size_t length, struct signature_header *ret)
{
	if (length == 0 || length > DIGITS_MAX || strspn(text, "0123456789") < length)
		return false;
	memcpy(ret->timestamp, text, length);
	ret->timestamp[length] = '\0';
	ret->time = 0;
	for (size_t i = 0; i < length; i++)
		ret->time = ret->time * 10 + (text[i] - '0');
	return true;
}

/* t=1492774577,v1=5257a8...,v1=...,v0=... ; schemes that we do not know are passed over. */
static bool read_header(const char *header, struct signature_header *ret)
{
	*ret = (struct signature_header){0};
	for (const char *at = header; *at != '\0';) {
		size_t length = strcspn(at, ",");

		if (length > 2 && strncmp(at, "t=", 2) == 0) {
			/* a second time would be signed by nobody (wire.md 6.1) */
			if (ret->timestamp[0] != '\0' || !read_time(at + 2, length - 2, ret))
				return false;
		} else if (length == 3 + HEX && strncmp(at, "v1=", 3) == 0 &&
			   ret->count < SIGNATURES_MAX) {
			ret->v1[ret->count++] = at + 3;
		}
		at += length;
		if (*at == ',')
			at++;
	}
	return ret->timestamp[0] != '\0' && ret->count > 0;
}

/* Every secret against every signature, to the end, whatever is found on the way. */
static bool matches(struct fn_arena *arena, const struct signature_header *given,
		    const char *payload, size_t length, const char *secrets)
{
	bool found = false;

	for (const char *at = secrets; *at != '\0';) {
		size_t size = strcspn(at, ", ");
		uint8_t mac[FN_SHA256_SIZE];
		const char *hex;

		if (size > 0) { /* an empty secret signs nothing */
			fn_crypto_hmac(at, size, payload, length, mac);
			hex = fn_crypto_hex(arena, mac, sizeof(mac));
			for (size_t i = 0; i < given->count; i++)
				found |= fn_crypto_same(given->v1[i], HEX, hex, HEX);
		}
		at += size;
		at += strspn(at, ", ");
	}
	return found;
}

bool stripe_signed(struct fn_arena *arena, const char *header, struct fn_bytes body,
		   const char *secrets, int64_t now, const char **ret_why)
{
	struct signature_header given;
	size_t length, prefix;
	char *payload;

	*ret_why = "there is no Stripe-Signature";
	if (header == NULL || *header == '\0' || strlen(header) > HEADER_MAX)
		return false;
	*ret_why = "Stripe-Signature cannot be read";
	if (!read_header(header, &given))
		return false;
	prefix = strlen(given.timestamp) + 1;
	length = prefix + body.length;
	payload = fn_arena_alloc(arena, length + 1);
	memcpy(payload, given.timestamp, prefix - 1);
	payload[prefix - 1] = '.';
	if (body.length > 0)
		memcpy(payload + prefix, body.bytes, body.length);
	*ret_why = "no signature of ours";
	if (!matches(arena, &given, payload, length, secrets))
		return false;
	/* genuine, and still a replay when it is old */
	*ret_why = "signed too long ago, or in the future";
	return given.time >= now - STRIPE_TOLERANCE_SECONDS &&
	       given.time <= now + STRIPE_TOLERANCE_SECONDS;
}
