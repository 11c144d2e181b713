/* jwt.c: fuzz target for tokens: the compact form, what is inside a genuine one, the two headers
 * that bring it, and key sets. The first byte says which; the keys are made for this alone.
 * Whatever comes in, an answer is either a refusal or claims that are an object whose times hold.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fn_auth.h"
#include "fn_conf.h"
#include "fn_crypto.h"
#include "fn_json.h"
#include "fn_jwt.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1800000000 };
enum { TOKEN = 't', INSIDE = 'i', HEADERS = 'h', KEY_SET = 'k' };

#define SECRET   "a secret of the fuzz target, 32+ bytes"
#define SECRET64 "YSBzZWNyZXQgb2YgdGhlIGZ1enogdGFyZ2V0LCAzMisgYnl0ZXM"
#define MODULUS                                                                                    \
	"u0r0UeyX9B3DKa-vT0NfX_VTa5MIJGDHsmRDA-Gj-dYIhIYhdVAY41peYSOThVM_lxr80v"                   \
	"KIqCjolwAeXNTEbtnGvunSmUQ5l5-E3b7vJcH4hQcAbvoe170KIIawR9qi2NFpIJEOmR68"                   \
	"X41ECTaL7XSsb8FYtfzb6L7-D5x15mPMoTatzmOuUUBK53uXmrGEuXMgsLvEE9yAqWW1cy"                   \
	"hScUJBp-pEYKQ2qadlbh-Amg-I4eW0suyCopXLmTqNjO1kv4iOxqRzt0hyS5U-7C0g8mxs"                   \
	"5PELKxxqWoFx0B6jH2aVnmhB0MTmGm4vqgwyB8iKxFnO7uN1fxdZ1UkgCWYjjQ"

static const char jwks[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ec\","
			   "\"x\":\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\","
			   "\"y\":\"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU\"},"
			   "{\"kty\":\"RSA\",\"kid\":\"rsa\",\"e\":\"AQAB\",\"n\":\"" MODULUS "\"},"
			   "{\"kty\":\"oct\",\"k\":\"" SECRET64 "\"}]}";
static struct fn_jwt_keys *keys;

static void demand(bool fact)
{
	if (!fact)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *why = NULL;

	(void)argc;
	(void)argv;
	fn_conf_set("JWKS", jwks);
	fn_conf_set("API_KEYS", "{\"sb_publishable_of_the_fuzz_target\":\"anon\"}");
	fn_conf_set("API_URL", "http://api.test");
	fn_conf_set("JWT_ISSUERS", "");
	fn_auth_init();
	keys = fn_jwt_keys_new(jwks, &why);
	demand(keys != NULL);
	return 0;
}

static enum fn_jwt_result verify(struct fn_arena *arena, const char *token)
{
	struct json_object *claims;
	enum fn_jwt_result result = fn_jwt_verify(keys, arena, token, NOW, &claims);

	demand((result == FN_JWT_OK) == (claims != NULL));
	if (result != FN_JWT_OK)
		return result;
	demand(strlen(token) <= FN_JWT_MAX);
	demand(fn_json_type(claims) == FN_JSON_OBJECT);
	demand(fn_json_get_integer(claims, "exp", NOW) >= NOW - FN_JWT_SKEW);
	demand(fn_json_get_integer(claims, "nbf", NOW) <= NOW + FN_JWT_SKEW);
	demand(fn_json_get_integer(claims, "iat", NOW) <= NOW + FN_JWT_SKEW);
	return result;
}

/* Header and payload, divided by the first line feed, under a genuine MAC. */
static const char *sign(struct fn_arena *arena, const char *text, size_t length)
{
	const char *feed = memchr(text, '\n', length), *head;
	size_t header = feed == NULL ? length : (size_t)(feed - text);
	size_t payload = feed == NULL ? 0 : length - header - 1;
	uint8_t mac[FN_SHA256_SIZE];

	head = fn_arena_format(arena, "%s.%s", fn_crypto_base64url(arena, text, header),
			       fn_crypto_base64url(arena, text + length - payload, payload));
	fn_crypto_hmac(SECRET, strlen(SECRET), head, strlen(head), mac);
	return fn_arena_format(arena, "%s.%s", head, fn_crypto_base64url(arena, mac, sizeof(mac)));
}

struct headers {
	const char *authorization, *apikey;
};

static const char *find_header(void *from, const char *name)
{
	const struct headers *headers = from;

	if (strcasecmp(name, "authorization") == 0)
		return headers->authorization;
	return strcasecmp(name, "apikey") == 0 ? headers->apikey : NULL;
}

/* Both headers, divided by the first line feed; each way of asking who it is. */
static void ask(const struct headers *headers)
{
	struct headers copy = *headers;
	struct fn_request_parts parts = {.method = "GET", .header = find_header, .from = &copy};
	struct fn_request *req = fn_request_new(&parts);
	struct fn_caller caller;
	struct fn_error *error = fn_auth_user(req, &caller);

	demand(error != NULL || (caller.id.text[0] != '\0' && caller.session.text[0] != '\0'));
	error = fn_auth_any(req, &caller);
	demand(error != NULL || (caller.role != NULL && caller.claims != NULL));
	error = fn_auth_key(req, &caller);
	demand(error != NULL || caller.id.text[0] == '\0');
	fn_request_free(req);
}

static void ask_with(struct fn_arena *arena, const char *text)
{
	size_t first = strcspn(text, "\n");
	struct headers headers = {.authorization = fn_arena_copy(arena, text, first)};

	if (text[first] != '\0')
		headers.apikey = text + first + 1;
	ask(&headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fn_arena *arena;
	struct fn_jwt_keys *read;
	const char *text, *why = NULL;

	if (size == 0)
		return 0;
	arena = fn_arena_new(16 << 20);
	text = fn_arena_copy(arena, data + 1, size - 1);
	switch (data[0]) {
	case INSIDE:
		text = sign(arena, text, size - 1);
		(void)verify(arena, text);
		ask(&(struct headers){fn_arena_format(arena, "Bearer %s", text), text});
		break;
	case HEADERS:
		ask_with(arena, text);
		break;
	case KEY_SET:
		read = fn_jwt_keys_new(text, &why);
		demand((read == NULL) == (why != NULL));
		fn_jwt_keys_free(read);
		break;
	case TOKEN:
	default:
		(void)verify(arena, text);
		break;
	}
	fn_arena_free(arena);
	return 0;
}
