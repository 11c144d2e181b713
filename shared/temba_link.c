/* temba_link.c: the secret in a link that is sent by mail, derived and never stored. */
#include "temba_link.h"

#include <string.h>

#include "fn_conf.h"
#include "fn_crypto.h"

const char *temba_link_token(struct fn_arena *arena, const struct fn_uuid *id)
{
	const char *key = fn_conf_text("LINK_TOKEN_KEY");
	uint8_t mac[FN_SHA256_SIZE];

	fn_crypto_hmac(key, strlen(key), id->text, strlen(id->text), mac);
	return fn_crypto_base64url(arena, mac, sizeof(mac));
}

const char *temba_link_hash(struct fn_arena *arena, const char *token)
{
	uint8_t hash[FN_SHA256_SIZE];

	fn_crypto_sha256(token, strlen(token), hash);
	return fn_crypto_hex(arena, hash, sizeof(hash));
}

const char *temba_link_url(struct fn_arena *arena, const struct fn_uuid *id, const char *type,
			   const char *redirect)
{
	return fn_arena_format(arena, "%s/auth/v1/verify?token=%s&type=%s&redirect_to=%s",
			       fn_conf_text("API_URL"), temba_link_token(arena, id), type,
			       fn_text_url_encode(arena, redirect != NULL
								 ? redirect
								 : fn_conf_text("SITE_URL")));
}
