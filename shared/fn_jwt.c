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
	       t->header_length > 0 && t->payload_length > 0;
}

static struct json_object *parse(struct fn_arena *arena, const uint8_t *bytes, size_t length)
{
	const char *why;
	struct json_object *value = fn_json_parse(arena, (const char *)bytes, length, &why);

	return fn_json_type(value) == FN_JSON_OBJECT ? value : NULL;
}

static bool holds(const struct token *t, const struct fn_jwt_key *key,
		  const struct fn_jwt_algorithm *algorithm)
{
	uint8_t mac[FN_HASH_MAX];
	size_t size;

	if (key->kind == FN_JWT_EC)
		return t->signature_length == FN_ES256_SIGNATURE &&
		       fn_es256_holds(key->ec, t->signature, t->text, t->signed_length);
	if (key->kind == FN_JWT_RSA)
		return fn_rsa_holds(key->rsa, algorithm->padding, algorithm->hash, t->signature,
				    t->signature_length, t->text, t->signed_length);
	size = fn_crypto_hmac_with(algorithm->hash, key->secret, key->secret_length, t->text,
				   t->signed_length, mac);
	return fn_crypto_same(mac, size, t->signature, t->signature_length);
}

/* The algorithm is the key's, the token may only agree. The kid chooses; a token without one may be
 * of any key. */
static enum fn_jwt_result try_keys(const struct fn_jwt_keys *keys, const struct token *t,
				   const char *kid, const struct fn_jwt_algorithm *algorithm)
{
	enum fn_jwt_result result = FN_JWT_NO_KEY;

	for (size_t i = 0; i < keys->count; i++) {
		const struct fn_jwt_key *key = &keys->keys[i];

		if ((kid != NULL && strcmp(key->kid, kid) != 0) || key->kind != algorithm->kind ||
		    (key->only != NULL && key->only != algorithm))
			continue;
		if (holds(t, key, algorithm))
			return FN_JWT_OK;
		result = FN_JWT_FORGED;
	}
	return result;
}

/* access tokens of others say so (RFC 9068) */
static bool is_type(const char *type)
{
	return type != NULL && (fn_text_same(type, "JWT") || fn_text_same(type, "at+jwt"));
}

static enum fn_jwt_result check_signature(const struct fn_jwt_keys *keys, struct fn_arena *arena,
					  const struct token *t)
{
	static const char *const foreign[] = {"crit", "jku", "jwk", "x5u", "x5c"};
	struct json_object *header = parse(arena, t->header, t->header_length);
	const char *alg = fn_json_get_text(header, "alg"), *kid = fn_json_get_text(header, "kid");
	struct json_object *type = fn_json_get(header, "typ");
	const struct fn_jwt_algorithm *algorithm = fn_jwt_algorithm(alg);

	if (alg == NULL || (kid == NULL && fn_json_get(header, "kid") != NULL) ||
	    (type != NULL && !is_type(fn_json_text(type))))
		return FN_JWT_MALFORMED;
	for (size_t i = 0; i < FN_COUNT(foreign); i++) {
		if (fn_json_get(header, foreign[i]) != NULL)
			return FN_JWT_MALFORMED; /* keys come from us alone */
	}
	return algorithm == NULL ? FN_JWT_ALGORITHM : try_keys(keys, t, kid, algorithm);
}

/* A time of the claims; false when it is no number. One that is not whole counts as
 * 0, and so does an absent one: *ret_there says which. Null is the same as absent. */
static bool read_time(struct json_object *claims, const char *name, bool *ret_there, int64_t *ret)
{
	struct json_object *value = fn_json_get(claims, name);
	enum fn_json_type type = fn_json_type(value);

	*ret_there = type == FN_JSON_INTEGER || type == FN_JSON_NUMBER;
	*ret = fn_json_integer(value);
	return *ret_there || type == FN_JSON_NONE || type == FN_JSON_NULL;
}

static enum fn_jwt_result check_times(struct json_object *claims, int64_t now)
{
	bool there;
	int64_t time;

	if (!read_time(claims, "exp", &there, &time))
		return FN_JWT_BAD_EXP;
	if (there && time < now - FN_JWT_SKEW)
		return FN_JWT_EXPIRED;
	if (!read_time(claims, "nbf", &there, &time))
		return FN_JWT_BAD_NBF;
	if (time > now + FN_JWT_SKEW)
		return FN_JWT_NOT_YET;
	if (!read_time(claims, "iat", &there, &time))
		return FN_JWT_BAD_IAT;
	return time > now + FN_JWT_SKEW ? FN_JWT_FUTURE : FN_JWT_OK;
}

static enum fn_jwt_result check_claims(struct fn_arena *arena, const struct token *t, int64_t now,
				       struct json_object **ret_claims)
{
	struct json_object *claims = parse(arena, t->payload, t->payload_length);
	enum fn_jwt_result result = claims == NULL ? FN_JWT_CLAIMS : check_times(claims, now);

	if (result == FN_JWT_OK)
		*ret_claims = claims;
	return result;
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
	size_t header = strcspn(token, ".");
	const char *payload = token + header + (token[header] == '.');
	struct token t = {0};

	*ret_claims = NULL;
	t.payload = fn_crypto_unbase64url(arena, payload, strcspn(payload, "."), &t.payload_length);
	return t.payload != NULL ? check_claims(arena, &t, now, ret_claims) : FN_JWT_MALFORMED;
}

const char *fn_jwt_result_name(enum fn_jwt_result result)
{
	static const char *const names[] = {
		[FN_JWT_OK] = "ok",
		[FN_JWT_MALFORMED] = "malformed",
		[FN_JWT_ALGORITHM] = "no algorithm of ours",
		[FN_JWT_NO_KEY] = "no such key",
		[FN_JWT_FORGED] = "forged",
		[FN_JWT_EXPIRED] = "expired",
		[FN_JWT_NOT_YET] = "not yet",
		[FN_JWT_FUTURE] = "issued in the future",
		[FN_JWT_BAD_EXP] = "exp is no number",
		[FN_JWT_BAD_NBF] = "nbf is no number",
		[FN_JWT_BAD_IAT] = "iat is no number",
		[FN_JWT_CLAIMS] = "bad claims",
		[FN_JWT_NO_SECRET] = "no key set",
	};

	return names[result];
}
