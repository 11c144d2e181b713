/* fn_jwt.c: verifying JSON Web Tokens. The order matters: nothing of the content is read before the
 * signature holds, and the key alone says which algorithm that is. */
#include "fn_jwt.h"

#include <string.h>

#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_jwt_keys.h"

/* The three parts of a compact token, decoded. */
struct token {
	const char *text;
	size_t signed_length; /* header.payload as sent */
	const uint8_t *header, *payload, *signature;
	size_t header_length, payload_length, signature_length;
};

static bool split(struct fn_arena *arena, const char *text, struct token *t)
{
	size_t length = strnlen(text, FN_JWT_MAX + 1), first = strcspn(text, ".");
	const char *payload = text + first + 1, *signature;

	if (length > FN_JWT_MAX || first >= length)
		return false;
	t->text = text;
	t->signed_length = first + 1 + strcspn(payload, ".");
	if (t->signed_length >= length)
		return false;
	signature = text + t->signed_length + 1;
	/* a fourth part fails here: '.' is not of the alphabet */
	t->header = fn_crypto_unbase64url(arena, text, first, &t->header_length);
	t->payload = fn_crypto_unbase64url(arena, payload, t->signed_length - first - 1,
					   &t->payload_length);
	t->signature =
		fn_crypto_unbase64url(arena, signature, strlen(signature), &t->signature_length);
	return t->header != NULL && t->payload != NULL && t->signature != NULL &&
	       t->header_length > 0 && t->payload_length > 0 && t->signature_length > 0;
}

static struct json_object *parse(struct fn_arena *arena, const uint8_t *bytes, size_t length)
{
	const char *why;
	struct json_object *value = fn_json_parse(arena, (const char *)bytes, length, &why);

	return fn_json_type(value) == FN_JSON_OBJECT ? value : NULL;
}

/* The algorithm is the key's, the token may only agree. */
static bool holds(const struct token *t, const struct fn_jwt_key *key, const char *alg)
{
	uint8_t mac[FN_SHA256_SIZE];

	if (key->public != NULL)
		return strcmp(alg, "ES256") == 0 && t->signature_length == FN_ES256_SIGNATURE &&
		       fn_es256_holds(key->public, t->signature, t->text, t->signed_length);
	fn_crypto_hmac(key->secret, key->secret_length, t->text, t->signed_length, mac);
	return strcmp(alg, "HS256") == 0 &&
	       fn_crypto_same(mac, sizeof(mac), t->signature, t->signature_length);
}

static enum fn_jwt_result check_signature(const struct fn_jwt_keys *keys, struct fn_arena *arena,
					  const struct token *t)
{
	static const char *const foreign[] = {"crit", "jku", "jwk", "x5u", "x5c"};
	struct json_object *header = parse(arena, t->header, t->header_length);
	const char *alg = fn_json_get_text(header, "alg"), *kid = fn_json_get_text(header, "kid");
	struct json_object *type = fn_json_get(header, "typ");
	const struct fn_jwt_key *key = fn_jwt_keys_find(keys, kid);

	if (alg == NULL || (kid == NULL && fn_json_get(header, "kid") != NULL) ||
	    (type != NULL && !fn_text_same(fn_json_text(type), "JWT")))
		return FN_JWT_MALFORMED;
	for (size_t i = 0; i < FN_COUNT(foreign); i++) {
		if (fn_json_get(header, foreign[i]) != NULL)
			return FN_JWT_MALFORMED; /* keys come from us alone */
	}
	if (key == NULL)
		return FN_JWT_NO_KEY;
	return holds(t, key, alg) ? FN_JWT_OK : FN_JWT_FORGED;
}

static bool is_time(struct json_object *value)
{
	return value == NULL || fn_json_type(value) == FN_JSON_INTEGER;
}

static enum fn_jwt_result check_claims(struct fn_arena *arena, const struct token *t, int64_t now,
				       struct json_object **ret_claims)
{
	struct json_object *claims = parse(arena, t->payload, t->payload_length);
	struct json_object *exp = fn_json_get(claims, "exp"), *nbf = fn_json_get(claims, "nbf");

	if (exp == NULL || !is_time(exp) || !is_time(nbf) || !is_time(fn_json_get(claims, "iat")))
		return FN_JWT_CLAIMS;
	if (fn_json_integer(exp) <= now - FN_JWT_SKEW)
		return FN_JWT_EXPIRED;
	if (nbf != NULL && fn_json_integer(nbf) > now + FN_JWT_SKEW)
		return FN_JWT_NOT_YET;
	*ret_claims = claims;
	return FN_JWT_OK;
}

enum fn_jwt_result fn_jwt_verify(const struct fn_jwt_keys *keys, struct fn_arena *arena,
				 const char *token, int64_t now, struct json_object **ret_claims)
{
	enum fn_jwt_result result = FN_JWT_MALFORMED;
	struct token t;

	*ret_claims = NULL;
	if (split(arena, token, &t))
		result = check_signature(keys, arena, &t);
	return result == FN_JWT_OK ? check_claims(arena, &t, now, ret_claims) : result;
}

enum fn_jwt_result fn_jwt_reread(struct fn_arena *arena, const char *token, int64_t now,
				 struct json_object **ret_claims)
{
	struct token t;

	*ret_claims = NULL;
	return split(arena, token, &t) ? check_claims(arena, &t, now, ret_claims)
				       : FN_JWT_MALFORMED;
}

const char *fn_jwt_result_name(enum fn_jwt_result result)
{
	static const char *const names[] = {"ok",      "malformed", "no such key", "forged",
					    "expired", "not yet",   "bad claims"};

	return names[result];
}
