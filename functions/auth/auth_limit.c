/* auth_limit.c: how often something may be done, counted in the database so that all workers of all
 * machines count together. Refreshing tokens is never counted: a 4xx there signs people out. */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "auth.h"
#include "auth.sql.h"
#include "fn_crypto.h"

enum {
	WINDOW = 300 /* seconds; wire.md 2.8 */,
	IPV6_NETWORK = 8 /* bytes of what one client has */
};

/* What counts as one client: an IPv4 address, or the /64 network that an IPv6 client moves in. */
static const char *client_of(struct fn_request *req)
{
	struct fn_arena *arena = fn_request_arena(req);
	const char *address = fn_request_address(req);
	uint8_t bytes[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET6, address, bytes) != 1)
		return address;
	return fn_crypto_hex(arena, bytes, IPV6_NETWORK);
}

struct fn_error *auth_count_address(struct fn_tx *tx, const char *setting)
{
	struct fn_request *req = fn_tx_request(tx);
	int64_t limit = fn_conf_int(setting);
	const char *client = client_of(req), *key;
	struct fn_error *error;
	struct fn_row row;

	if (limit == 0 || *client == '\0') /* "": work of our own */
		return NULL;
	key = fn_arena_format(fn_request_arena(req), "auth:%s:%s", setting, client);
	FN_TRY(fn_db_one(tx, &sql_count_one, FN_ARGS(fn_arg_text(key), fn_arg_int(WINDOW)), &row));
	if (fn_col_int(&row, 0) <= limit)
		return NULL;
	error = fn_fail(req, &auth_too_often);
	error->retry_after = WINDOW;
	return error;
}

struct fn_error *auth_count_mail(struct fn_tx *tx, const char *email, int64_t *ret_wait)
{
	struct fn_arena *arena = fn_request_arena(fn_tx_request(tx));
	uint8_t hash[FN_SHA256_SIZE];
	const char *key;
	struct fn_row row;

	fn_crypto_sha256(email, strlen(email), hash); /* counters are no place for addresses */
	key = fn_arena_format(arena, "auth:mail:%s", fn_crypto_hex(arena, hash, sizeof(hash)));
	FN_TRY(fn_db_one(tx, &sql_count_mail,
			 FN_ARGS(fn_arg_text(key), fn_arg_int(fn_conf_int("MAIL_INTERVAL"))),
			 &row));
	*ret_wait = fn_col_int(&row, 0);
	return NULL;
}
