/* auth_token.c: access tokens (signed, ES256) and refresh tokens (derived from session and
 * counter). */
#include <string.h>

#include "auth.h"
#include "fn_crypto.h"
#include "fn_die.h"
#include "fn_jwt.h"
#include "fn_sign.h"
#include "fn_time.h"

/* A refresh token is base64url of: version, session (16 bytes), counter (8), HMAC (32). */
enum {
	VERSION = 1,
	SESSION_AT = 1,
	COUNTER_AT = SESSION_AT + 16,
	MAC_AT = COUNTER_AT + 8,
	TOKEN_BYTES = MAC_AT + FN_SHA256_SIZE,
	TOKEN_TEXT = TOKEN_BYTES / 3 * 4, /* 57 bytes: no left-over bits */
};
enum { CONFIG_ERROR = 78, OUR_BUG = 70, INIT_ARENA = 1 << 20 };
enum { ACCESS_TOKEN_MAX = 4096 }; /* it travels with every request */

static const char *kid; /* of JWT_PRIVATE_KEY; lives as long as the process */

/* A key that does not fit the public set would sign tokens that everybody refuses. */
void auth_token_init(void)
{
	static char name[64];
	struct fn_arena *arena = fn_arena_new(INIT_ARENA);
	const char *pem = fn_conf_text("JWT_PRIVATE_KEY"), *why = NULL, *token, *found;
	struct fn_jwt_keys *keys = fn_jwt_keys_new(fn_conf_text("JWKS"), &why);
	struct json_object *claims =
		fn_json_keep(arena, FN_OBJECT(fn_json_int("exp", fn_time_now() + FN_JWT_SKEW)));

	found = fn_sign_kid(arena, pem);
	if (keys == NULL || found == NULL || strlen(found) >= sizeof(name))
		fn_die(CONFIG_ERROR, "setting %s",
		       keys == NULL ? why : "JWT_PRIVATE_KEY is no P-256 key");
	memcpy(name, found, strlen(found) + 1);
	kid = name;
	token = fn_sign_token(arena, pem, kid, claims);
	if (fn_jwt_verify(keys, arena, token, fn_time_now(), &claims) != FN_JWT_OK)
		fn_die(CONFIG_ERROR, "JWKS does not hold the public half of JWT_PRIVATE_KEY");
	fn_jwt_keys_free(keys);
	fn_arena_free(arena);
}

static struct json_object *claims_of(struct fn_request *req, const struct auth_person *person,
				     const struct auth_session *session, int64_t now)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *issuer = fn_arena_format(arena, "%s/auth/v1", fn_conf_text("API_URL"));

	return fn_json_keep(
		arena,
		FN_OBJECT(fn_json_string("iss", issuer), fn_json_uuid("sub", &person->id),
			  fn_json_string("aud", "authenticated"),
			  fn_json_int("exp", now + fn_conf_int("JWT_EXP")), fn_json_int("iat", now),
			  fn_json_string("email", person->email),
			  fn_json_string("phone", person->phone),
			  fn_json_value("app_metadata", fn_json_share(person->app_metadata)),
			  fn_json_value("user_metadata", fn_json_share(person->user_metadata)),
			  fn_json_string("role", "authenticated"), fn_json_string("aal", "aal1"),
			  fn_json_value("amr", fn_json_trusted(session->amr)),
			  fn_json_uuid("session_id", &session->id),
			  fn_json_bool("is_anonymous", person->anonymous)));
}

const char *auth_access_token(struct fn_request *req, const struct auth_person *person,
			      const struct auth_session *session, int64_t now)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *pem = fn_conf_text("JWT_PRIVATE_KEY");
	struct json_object *claims = claims_of(req, person, session, now);
	const char *token = fn_sign_token(arena, pem, kid, claims);

	if (token != NULL && strlen(token) <= ACCESS_TOKEN_MAX)
		return token;
	/* imported metadata may be larger than we let anybody write, and a number in it may be one
	 * that other libraries cannot read: a token without it is better than none */
	fn_json_set(claims, fn_json_value("user_metadata", fn_json_object(NULL, 0)));
	token = fn_sign_token(arena, pem, kid, claims);
	if (token != NULL)
		return token;
	fn_json_set(claims, fn_json_value("app_metadata", fn_json_object(NULL, 0)));
	token = fn_sign_token(arena, pem, kid, claims);
	if (token == NULL)
		fn_die(OUR_BUG, "our own claims cannot be signed");
	return token;
}

static void put_mac(const uint8_t bytes[static MAC_AT], uint8_t into[static FN_SHA256_SIZE])
{
	const char *key = fn_conf_text("REFRESH_TOKEN_KEY");

	fn_crypto_hmac(key, strlen(key), bytes, MAC_AT, into);
}

static unsigned hex_value(char digit)
{
	return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* Two digits a byte, dashes skipped: a canonical uuid has no others. */
static void put_uuid(const struct fn_uuid *uuid, uint8_t into[static 16])
{
	const char *at = uuid->text;

	for (size_t i = 0; i < 16; i++) {
		at += *at == '-';
		into[i] = (uint8_t)(hex_value(at[0]) << 4 | hex_value(at[1]));
		at += 2;
	}
}

const char *auth_refresh_token(struct fn_arena *arena, const struct fn_uuid *session,
			       int64_t counter)
{
	uint8_t bytes[TOKEN_BYTES] = {VERSION};

	put_uuid(session, bytes + SESSION_AT);
	for (size_t i = 0; i < 8; i++)
		bytes[COUNTER_AT + i] = (uint8_t)((uint64_t)counter >> (56 - 8 * i));
	put_mac(bytes, bytes + MAC_AT);
	return fn_crypto_base64url(arena, bytes, sizeof(bytes));
}

const char *auth_refresh_hash(struct fn_arena *arena, const char *token)
{
	uint8_t hash[FN_SHA256_SIZE];

	fn_crypto_sha256(token, strlen(token), hash);
	return fn_crypto_hex(arena, hash, sizeof(hash));
}

static void read_uuid(struct fn_arena *arena, const uint8_t *bytes, struct fn_uuid *ret)
{
	const char *hex = fn_crypto_hex(arena, bytes, 16);

	(void)fn_text_uuid(fn_arena_format(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
					   hex + 12, hex + 16, hex + 20),
			   ret);
}

bool auth_read_refresh_token(struct fn_arena *arena, const char *token, struct fn_uuid *ret_session,
			     int64_t *ret_counter, bool *ret_genuine)
{
	size_t length = 0;
	const uint8_t *bytes = strlen(token) == TOKEN_TEXT
				       ? fn_crypto_unbase64url(arena, token, TOKEN_TEXT, &length)
				       : NULL;
	uint8_t mac[FN_SHA256_SIZE];
	uint64_t counter = 0;

	if (bytes == NULL || length != TOKEN_BYTES || bytes[0] != VERSION)
		return false;
	for (size_t i = 0; i < 8; i++)
		counter = counter << 8 | bytes[COUNTER_AT + i];
	read_uuid(arena, bytes + SESSION_AT, ret_session);
	*ret_counter = (int64_t)counter;
	put_mac(bytes, mac);
	*ret_genuine = fn_crypto_same(mac, sizeof(mac), bytes + MAC_AT, sizeof(mac));
	return true;
}

struct json_object *auth_public_keys(void)
{
	struct json_object *set = fn_json_trusted(fn_conf_text("JWKS"));
	struct json_object *keys = fn_json_get(set, "keys"), *shown = fn_json_array();

	for (size_t i = 0; i < fn_json_length(keys); i++) {
		struct json_object *key = fn_json_at(keys, i);
		const char *type = fn_json_get_text(key, "kty");

		if (type != NULL && strcmp(type, "oct") != 0)
			fn_json_append(shown, fn_json_share(key));
	}
	fn_json_drop(set);
	return FN_OBJECT(fn_json_value("keys", shown));
}
