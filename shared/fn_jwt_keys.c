/* fn_jwt_keys.c: reading a JWK set (RFC 7517) into parsed keys, each bound to its
 * algorithms. */
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

const struct fn_jwt_algorithm *fn_jwt_algorithm(const char *name)
{
	static const struct fn_jwt_algorithm table[] = {
		{"HS256", FN_JWT_OCT, FN_SHA256, FN_RSA_PKCS1},
		{"HS384", FN_JWT_OCT, FN_SHA384, FN_RSA_PKCS1},
		{"HS512", FN_JWT_OCT, FN_SHA512, FN_RSA_PKCS1},
		{"ES256", FN_JWT_EC, FN_SHA256, FN_RSA_PKCS1},
		{"RS256", FN_JWT_RSA, FN_SHA256, FN_RSA_PKCS1},
		{"RS384", FN_JWT_RSA, FN_SHA384, FN_RSA_PKCS1},
		{"RS512", FN_JWT_RSA, FN_SHA512, FN_RSA_PKCS1},
		{"PS256", FN_JWT_RSA, FN_SHA256, FN_RSA_PSS},
		{"PS384", FN_JWT_RSA, FN_SHA384, FN_RSA_PSS},
		{"PS512", FN_JWT_RSA, FN_SHA512, FN_RSA_PSS},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (is(name, table[i].name))
			return &table[i];
	}
	return NULL;
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
	size_t x_length = 0, y_length = 0;
	const uint8_t *x = member(arena, jwk, "x", &x_length),
		      *y = member(arena, jwk, "y", &y_length);

	if (x == NULL || y == NULL || x_length != FN_ES256_HALF || y_length != FN_ES256_HALF)
		return "an EC key has no proper x and y";
	key->ec = fn_es256_key_new(x, y);
	return key->ec == NULL ? "an EC key is no point of the curve" : NULL;
}

static const char *read_rsa(struct fn_arena *arena, struct json_object *jwk, struct fn_jwt_key *key)
{
	size_t n_length = 0, e_length = 0;
	const uint8_t *n = member(arena, jwk, "n", &n_length),
		      *e = member(arena, jwk, "e", &e_length);

	if (n == NULL || e == NULL)
		return "an RSA key has no proper n and e";
	key->rsa = fn_rsa_key_new(n, n_length, e, e_length);
	return key->rsa == NULL ? "an RSA key has less than 2048 or more than 8192 bits, or an "
				  "exponent that proves nothing"
				: NULL;
}

static const char *read_oct(struct fn_arena *arena, struct json_object *jwk, struct fn_jwt_key *key)
{
	const uint8_t *secret = member(arena, jwk, "k", &key->secret_length);

	/* an empty or short secret would let anybody sign */
	if (secret == NULL || key->secret_length < SECRET_MIN ||
	    key->secret_length > FN_JWT_SECRET_MAX)
		return "an oct key has less than 32 or more than 512 bytes";
	memcpy(key->secret, secret, key->secret_length);
	return NULL;
}

/* Sets of others hold keys for encryption and of kinds that we do not know: those are not ours. */
static bool is_for_us(struct json_object *jwk, struct fn_jwt_key *key)
{
	static const char *const kinds[] =
		{[FN_JWT_OCT] = "oct", [FN_JWT_EC] = "EC", [FN_JWT_RSA] = "RSA"};
	const char *use = fn_json_get_text(jwk, "use");
	size_t kind = 0;

	while (kind < FN_COUNT(kinds) && !is(fn_json_get_text(jwk, "kty"), kinds[kind]))
		kind++;
	if (kind == FN_COUNT(kinds) || (use != NULL && !is(use, "sig")))
		return false;
	key->kind = (enum fn_jwt_kind)kind;
	if (key->kind == FN_JWT_EC && !is(fn_json_get_text(jwk, "crv"), "P-256"))
		return false;
	if (fn_json_get(jwk, "alg") == NULL)
		return true;
	key->only = fn_jwt_algorithm(fn_json_get_text(jwk, "alg"));
	return key->only != NULL && key->only->kind == key->kind;
}

static bool is_taken(const struct fn_jwt_keys *keys, const char *kid)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (is(kid, keys->keys[i].kid))
			return true;
	}
	return false;
}

static const char *read_key(struct fn_arena *arena, struct json_object *jwk, struct fn_jwt_key *key)
{
	if (key->kind == FN_JWT_OCT)
		return read_oct(arena, jwk, key);
	if (fn_json_get(jwk, "d") != NULL)
		return "a key is private";
	return key->kind == FN_JWT_EC ? read_ec(arena, jwk, key) : read_rsa(arena, jwk, key);
}

static const char *add_key(struct fn_arena *arena, struct fn_jwt_keys *keys,
			   struct json_object *jwk)
{
	const char *kid = fn_json_get_text(jwk, "kid"), *why;
	struct fn_jwt_key key = {0};

	if (!is_for_us(jwk, &key))
		return NULL;
	if (keys->count == FN_JWT_KEYS_MAX || (kid != NULL && strlen(kid) > FN_JWT_KID_MAX))
		return "too many keys, or a long kid";
	if (is_taken(keys, kid))
		return "two keys with one kid";
	if (kid != NULL)
		memcpy(key.kid, kid, strlen(kid) + 1);
	why = read_key(arena, jwk, &key);
	if (why == NULL)
		keys->keys[keys->count++] = key;
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
	for (size_t i = 0; keys != NULL && i < keys->count; i++) {
		fn_es256_key_free(keys->keys[i].ec);
		fn_rsa_key_free(keys->keys[i].rsa);
	}
	free(keys);
}
