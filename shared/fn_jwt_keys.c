/* fn_jwt_keys.c: reading a JWK set (RFC 7517) into parsed keys, each bound to one algorithm. */
#include "fn_jwt_keys.h"

#include <stdlib.h>
#include <string.h>

#include "fn_crypto.h"
#include "fn_die.h"
#include "fn_json.h"

enum { SECRET_MIN = 32, SET_MAX = 1 << 20 };

static bool is(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

/* Decodes one text member of a key or NULL. */
static const uint8_t *member(struct fn_arena *arena, struct json_object *jwk, const char *name,
			     size_t *ret_length)
{
	const char *text = fn_json_get_text(jwk, name);

	return text == NULL ? NULL : fn_crypto_unbase64url(arena, text, strlen(text), ret_length);
}

static const char *read_ec(struct fn_arena *arena, struct json_object *jwk, struct fn_jwt_key *key)
{
	const char *curve = fn_json_get_text(jwk, "crv"), *alg = fn_json_get_text(jwk, "alg");
	size_t x_length = 0, y_length = 0;
	const uint8_t *x = member(arena, jwk, "x", &x_length),
		      *y = member(arena, jwk, "y", &y_length);

	if (!is(curve, "P-256") || (alg != NULL && !is(alg, "ES256")))
		return "an EC key is not for ES256";
	if (fn_json_get(jwk, "d") != NULL)
		return "a key is private";
	if (key->kid[0] == '\0')
		return "an EC key has no kid";
	if (x == NULL || y == NULL || x_length != FN_ES256_HALF || y_length != FN_ES256_HALF)
		return "an EC key has no proper x and y";
	key->public = fn_es256_key_new(x, y);
	return key->public == NULL ? "an EC key is no point of the curve" : NULL;
}

static const char *read_oct(struct fn_arena *arena, struct json_object *jwk, struct fn_jwt_key *key)
{
	const char *alg = fn_json_get_text(jwk, "alg");
	const uint8_t *secret = member(arena, jwk, "k", &key->secret_length);

	if (alg != NULL && !is(alg, "HS256"))
		return "an oct key is not for HS256";
	/* an empty or short secret would let anybody sign */
	if (secret == NULL || key->secret_length < SECRET_MIN ||
	    key->secret_length > FN_JWT_SECRET_MAX)
		return "an oct key has less than 32 or more than 512 bytes";
	memcpy(key->secret, secret, key->secret_length);
	return NULL;
}

const struct fn_jwt_key *fn_jwt_keys_find(const struct fn_jwt_keys *keys, const char *kid)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (strcmp(keys->keys[i].kid, kid == NULL ? "" : kid) == 0)
			return &keys->keys[i];
	}
	return NULL;
}

static const char *add_key(struct fn_arena *arena, struct fn_jwt_keys *keys,
			   struct json_object *jwk)
{
	const char *kty = fn_json_get_text(jwk, "kty"), *kid = fn_json_get_text(jwk, "kid");
	struct fn_jwt_key *key = &keys->keys[keys->count];
	const char *why;

	if (!is(kty, "EC") && !is(kty, "oct"))
		return NULL;
	if (keys->count == FN_JWT_KEYS_MAX || (kid != NULL && strlen(kid) > FN_JWT_KID_MAX))
		return "too many keys, or a long kid";
	if (kid != NULL)
		memcpy(key->kid, kid, strlen(kid) + 1);
	if (fn_jwt_keys_find(keys, key->kid) != NULL)
		return "two keys with one kid";
	why = is(kty, "EC") ? read_ec(arena, jwk, key) : read_oct(arena, jwk, key);
	keys->count += why == NULL;
	return why;
}

struct fn_jwt_keys *fn_jwt_keys_new(const char *jwks, const char **ret_why)
{
	struct fn_arena *arena = fn_arena_new(SET_MAX);
	struct json_object *set = fn_json_parse(arena, jwks, strlen(jwks), ret_why);
	struct json_object *list = fn_json_get(set, "keys");
	struct fn_jwt_keys *keys = calloc(1, sizeof(*keys));

	if (keys == NULL)
		fn_die(71, "out of memory");
	for (size_t i = 0; *ret_why == NULL && i < fn_json_length(list); i++)
		*ret_why = add_key(arena, keys, fn_json_at(list, i));
	if (*ret_why == NULL && keys->count == 0)
		*ret_why = "no usable key";
	fn_arena_free(arena);
	if (*ret_why == NULL)
		return keys;
	fn_jwt_keys_free(keys);
	return NULL;
}

void fn_jwt_keys_free(struct fn_jwt_keys *keys)
{
	for (size_t i = 0; keys != NULL && i < FN_JWT_KEYS_MAX; i++)
		fn_es256_key_free(keys->keys[i].public);
	free(keys);
}
