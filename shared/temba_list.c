/* temba_list.c: public lists that every page loads. */
#include "temba_list.h"

#include <string.h>

#include "fn_crypto.h"
#include "fn_reply.h"

enum { ETAG_BYTES = 16 }; /* of the hash: enough to tell lists apart */

struct read {
	const struct temba_list *list;
	struct fn_row row;
};

static struct fn_error *read_list(struct fn_tx *tx, void *arg)
{
	struct read *r = arg;

	return fn_db_one(tx, r->list->sql, r->list->args, r->list->count, &r->row);
}

/* Any of the tags that the client has, weak or strong, or a `*`. */
static bool has_it(struct fn_request *req, const char *etag)
{
	const char *known = fn_request_header(req, "If-None-Match");

	return known != NULL && (strstr(known, etag) != NULL || strcmp(known, "*") == 0);
}

struct fn_error *temba_list_reply(struct fn_request *req, const struct temba_list *list)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct read r = {.list = list};
	uint8_t hash[FN_SHA256_SIZE];
	const char *text, *etag;
	size_t length;

	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, read_list, &r));
	text = fn_row_found(&r.row) ? fn_col_text(&r.row, 0) : NULL;
	if (text == NULL)
		return fn_fail_because(req, &fn_message_internal, "%s: no list", list->sql->name);
	length = strlen(text);
	fn_crypto_sha256(text, length, hash);
	etag = fn_arena_format(arena, "\"%s\"", fn_crypto_hex(arena, hash, ETAG_BYTES));
	fn_reply_header(req, "ETag", etag);
	fn_reply_header(req, "X-Cache-Key", list->name);
	fn_reply_header(req, "X-Accel-Expires", fn_arena_format(arena, "%d", TEMBA_LIST_SECONDS));
	/* a browser keeps it too, and asks each time whether it is still the same */
	fn_reply_header(req, "Cache-Control", "public, no-cache");
	if (has_it(req, etag))
		return fn_reply_bytes(req, 304, NULL, NULL, 0);
	return fn_reply_bytes(req, 200, "application/json", text, length);
}
