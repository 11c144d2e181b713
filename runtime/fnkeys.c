/* fnkeys: makes the keys and secrets that a new installation needs, once.
 *
 *	fnkeys DIR [--url API_URL]
 *
 * Each is a file of mode 0400 in DIR. What is there already is kept, whoever made it and however
 * often this runs, also at the same moment. At the end the parts are tried against each other. With
 * --url the project keys carry the host as `ref`, so that the keys of two installations can be told
 * apart. Only names of files are printed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fn_crypto.h"
#include "fn_die.h"
#include "fn_json.h"
#include "fn_jwt.h"
#include "fn_log.h"
#include "fn_sign.h"
#include "fn_time.h"
#include "rt_files.h"

enum { WRONG_USE = 64, CONFIG_ERROR = 78, SYSTEM_ERROR = 71 }; /* sysexits.h */
enum { SECRET_BYTES = 32, FILE_MAX = 16 << 10, TEN_YEARS = 10 * 365 * 86400 };

struct kit {
	struct fn_arena *arena;
	const char *directory;
	const char *ref;               /* host of the installation, or NULL */
	const char *jwt_pem, *api_pem; /* signs sessions; signs the project keys */
};

/* ---- files ---- */

/* NULL when there is no such file. */
static const char *read_secret(const struct kit *kit, const char *name)
{
	char path[RT_PATH_MAX];
	struct rt_why why;
	struct fn_buf buf;
	const char *text;

	rt_path(path, "%s/%s", kit->directory, name);
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return NULL;
	fn_buf_init(&buf, FILE_MAX);
	if (!rt_read_file(path, &buf, &why))
		fn_die(CONFIG_ERROR, "%s", why.text);
	text = fn_arena_copy(kit->arena, buf.bytes, buf.length);
	if (buf.bytes != NULL)
		explicit_bzero(buf.bytes, buf.length);
	fn_buf_free(&buf);
	return text;
}

/* link() is the one call that makes a whole file appear and never replaces another. */
static void put_secret(const struct kit *kit, const char *name, const char *text)
{
	char path[RT_PATH_MAX], beside[RT_PATH_MAX];
	struct rt_why why;
	struct fn_buf buf;

	rt_path(path, "%s/%s", kit->directory, name);
	rt_path(beside, "%s/.%s.%d", kit->directory, name, (int)getpid());
	fn_buf_init(&buf, FILE_MAX);
	fn_buf_text(&buf, text);
	if (!rt_write_file(beside, &buf, 0400, true, &why))
		fn_die(SYSTEM_ERROR, "%s", why.text);
	explicit_bzero(buf.bytes, buf.length);
	fn_buf_free(&buf);
	if (link(beside, path) == 0)
		(void)printf("made %s\n", path);
	else if (errno != EEXIST)
		fn_die(SYSTEM_ERROR, "%s: %s", path, strerror(errno));
	(void)unlink(beside);
}

/* What the file holds; made first when it is not there. Whoever came first wins: it is read back.
 */
static const char *settle(const struct kit *kit, const char *name,
			  const char *(*make)(const struct kit *kit))
{
	const char *text = read_secret(kit, name);

	if (text == NULL) {
		put_secret(kit, name, make(kit));
		text = read_secret(kit, name);
	}
	if (text == NULL || *text == '\0')
		fn_die(CONFIG_ERROR, "%s/%s is empty", kit->directory, name);
	return text;
}

/* ---- contents ---- */

static const char *make_key(const struct kit *kit)
{
	return fn_sign_new_key(kit->arena);
}

static const char *make_hex(const struct kit *kit)
{
	uint8_t bytes[SECRET_BYTES];

	fn_crypto_random(bytes, sizeof(bytes));
	return fn_crypto_hex(kit->arena, bytes, sizeof(bytes));
}

/* The prefix is part of the secret (wire.md 6.1). */
static const char *make_webhook_secret(const struct kit *kit)
{
	return fn_arena_format(kit->arena, "whsec_%s", make_hex(kit));
}

static const char *kid_of(const struct kit *kit, const char *pem, const char *name)
{
	const char *kid = fn_sign_kid(kit->arena, pem);

	if (kid == NULL)
		fn_die(CONFIG_ERROR, "%s/%s is no P-256 private key in PEM", kit->directory, name);
	return kid;
}

/* The public halves: what every function and every client may read. */
static const char *make_jwks(const struct kit *kit)
{
	struct json_object *list = fn_json_array();
	struct json_object *jwt =
		fn_sign_jwk(kit->arena, kit->jwt_pem, kid_of(kit, kit->jwt_pem, "JWT_PRIVATE_KEY"));
	struct json_object *api =
		fn_sign_jwk(kit->arena, kit->api_pem, kid_of(kit, kit->api_pem, "API_PRIVATE_KEY"));

	fn_json_append(list, fn_json_share(jwt));
	fn_json_append(list, fn_json_share(api));
	return fn_json_write(fn_json_keep(kit->arena, FN_OBJECT(fn_json_value("keys", list))),
			     NULL);
}

/* A project key: a token of a role and of nobody (wire.md 1.2). */
static const char *make_project_key(const struct kit *kit, const char *role)
{
	int64_t now = fn_time_now();
	struct json_object *claims =
		fn_json_keep(kit->arena, FN_OBJECT(fn_json_string("iss", "supabase"),
						   fn_json_string("role", role)));

	if (kit->ref != NULL)
		fn_json_set(claims, fn_json_string("ref", kit->ref));
	fn_json_set(claims, fn_json_int("iat", now));
	fn_json_set(claims, fn_json_int("exp", now + TEN_YEARS));
	return fn_sign_token(kit->arena, kit->api_pem, kid_of(kit, kit->api_pem, "API_PRIVATE_KEY"),
			     claims);
}

static const char *make_anon_key(const struct kit *kit)
{
	return make_project_key(kit, "anon");
}

static const char *make_service_key(const struct kit *kit)
{
	return make_project_key(kit, "service_role");
}

/* ---- do they fit together? ---- */

static void try_token(const struct kit *kit, const struct fn_jwt_keys *keys, const char *name,
		      const char *token)
{
	struct json_object *claims;
	enum fn_jwt_result result = fn_jwt_verify(keys, kit->arena, token, fn_time_now(), &claims);

	if (result != FN_JWT_OK)
		fn_die(CONFIG_ERROR, "%s/%s does not fit %s/JWKS: %s", kit->directory, name,
		       kit->directory, fn_jwt_result_name(result));
}

/* A token that a private key signs now: its public half must be in the set. */
static void try_key(const struct kit *kit, const struct fn_jwt_keys *keys, const char *name,
		    const char *pem)
{
	struct json_object *claims =
		fn_json_keep(kit->arena,
			     FN_OBJECT(fn_json_int("exp", fn_time_now() + FN_JWT_SKEW)));

	try_token(kit, keys, name, fn_sign_token(kit->arena, pem, kid_of(kit, pem, name), claims));
}

static void make_all(struct kit *kit)
{
	const char *why = NULL, *jwks, *anon, *service;
	struct fn_jwt_keys *keys;

	kit->jwt_pem = settle(kit, "JWT_PRIVATE_KEY", make_key);
	kit->api_pem = settle(kit, "API_PRIVATE_KEY", make_key);
	jwks = settle(kit, "JWKS", make_jwks);
	anon = settle(kit, "ANON_KEY", make_anon_key);
	service = settle(kit, "SERVICE_ROLE_KEY", make_service_key);
	(void)settle(kit, "STRIPE_WEBHOOK_SECRET", make_webhook_secret);
	(void)settle(kit, "FINALIZE_ORDER_SECRET", make_hex);
	(void)settle(kit, "CACHE_INVALIDATION_SECRET", make_hex);
	(void)settle(kit, "LINK_TOKEN_KEY", make_hex);
	(void)settle(kit, "REFRESH_TOKEN_KEY", make_hex);

	keys = fn_jwt_keys_new(jwks, &why);
	if (keys == NULL)
		fn_die(CONFIG_ERROR, "%s/JWKS: %s", kit->directory, why);
	try_key(kit, keys, "JWT_PRIVATE_KEY", kit->jwt_pem);
	try_key(kit, keys, "API_PRIVATE_KEY", kit->api_pem);
	try_token(kit, keys, "ANON_KEY", anon);
	try_token(kit, keys, "SERVICE_ROLE_KEY", service);
	fn_jwt_keys_free(keys);
}

/* http://127.0.0.1:8080/x -> 127.0.0.1:8080 */
static const char *host_of(struct fn_arena *arena, const char *url)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	return fn_arena_copy(arena, host, strcspn(host, "/?#"));
}

static int complain(void)
{
	(void)fputs("usage: fnkeys DIR [--url API_URL]\n", stderr);
	return WRONG_USE;
}

int main(int argc, char **argv)
{
	struct kit kit = {.arena = fn_arena_new(1 << 20)};
	struct rt_why why;

	fn_log_init("fnkeys");
	if (argc == 4 && strcmp(argv[2], "--url") == 0)
		kit.ref = host_of(kit.arena, argv[3]);
	else if (argc != 2)
		return complain();
	if (argv[1][0] == '-' || argv[1][0] == '\0')
		return complain();
	kit.directory = argv[1];
	(void)umask(077);
	if (!rt_make_directory(kit.directory, 0700, &why))
		fn_die(SYSTEM_ERROR, "%s", why.text);
	make_all(&kit);
	fn_arena_free(kit.arena);
	return EXIT_SUCCESS;
}
