/* courier_letter.c: what is due is signed and sent; until 2xx it becomes due again, after gaps that
 * grow. A letter under way is due again when its courier must have died. */
#include "courier_letter.h"

#include <string.h>

#include "../database.h"
#include "../settings.h"
#include "../sign.h"
#include "../signing_keys.h"
#include "courier_http.h"
#include "fn_conf.h"
#include "fn_crypto.h"

enum {
	LETTER_MAX = 4 << 20,
	LEASE_MS = 2 * COURIER_TIMEOUT_MS,
	FIRST_GAP_MS = 200,
	GAP_MAX_MS = 60000,
	OLD_SECONDS = 3600, /* how old a replayed signature is */
	SECRETS_MAX = 8,
	HEADERS_MAX = 8,
};

struct letter {
	struct fn_arena *arena; /* owns all of it */
	int64_t number, attempts, created;
	const char *provider, *body;
	const char *forged; /* NULL = genuine */
	const char *url, *headers[HEADERS_MAX];
	int status;
	const char *answer;
};

static struct letter *answered[COURIER_AT_ONCE];
static size_t answered_count;

static bool is_forged(const struct letter *letter, const char *kind)
{
	return letter->forged != NULL && strcmp(letter->forged, kind) == 0;
}

/* What is signed: of a body that was changed on the way, not the whole. */
static struct fn_bytes signed_part(const struct letter *letter)
{
	size_t length = strlen(letter->body);

	return (struct fn_bytes){letter->body,
				 is_forged(letter, "amount") && length > 0 ? length - 1 : length};
}

/* ---- Stripe ---- */

static const char *some_secret(struct fn_arena *arena)
{
	uint8_t random[FN_SHA256_SIZE];

	fn_crypto_random(random, sizeof(random));
	return fn_arena_format(arena, "whsec_%s", fn_crypto_hex(arena, random, sizeof(random)));
}

/* Those of the settings, else the first of ours; during a rotation one more that nobody knows. */
static size_t read_secrets(struct letter *letter, const struct json_object *settings,
			   const char *secrets[static SECRETS_MAX])
{
	const struct json_object *list = fn_json_get(settings, "secrets");
	const char *ours = fn_conf_text("STRIPE_WEBHOOK_SECRET");
	size_t count = 0;

	if (is_forged(letter, "signature")) {
		secrets[count++] = some_secret(letter->arena);
		return count;
	}
	if (fn_json_get_bool(settings, "rotate", false))
		secrets[count++] = some_secret(letter->arena);
	for (size_t i = 0; i < fn_json_length(list) && count < SECRETS_MAX; i++) {
		const char *one = fn_json_text(fn_json_at(list, i));

		if (one != NULL)
			secrets[count++] = one;
	}
	if (fn_json_length(list) == 0)
		secrets[count++] = fn_arena_copy(letter->arena, ours, strcspn(ours, ","));
	return count;
}

static void sign_for_stripe(struct letter *letter, const struct json_object *settings)
{
	const char *secrets[SECRETS_MAX];
	size_t count = read_secrets(letter, settings, secrets);
	int64_t at = database_now() / 1000 - (is_forged(letter, "old") ? OLD_SECONDS : 0);

	letter->headers[0] = "Content-Type: application/json; charset=utf-8";
	letter->headers[1] = "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)";
	if (!is_forged(letter, "unsigned"))
		letter->headers[2] = fn_arena_format(letter->arena, "Stripe-Signature: %s",
						     sign_stripe(letter->arena, secrets, count,
								 signed_part(letter), at));
}

/* ---- pawaPay ---- */

static void sign_for_pawapay(struct letter *letter, const struct json_object *settings)
{
	static const char type[] = "application/json; charset=UTF-8";
	struct fn_arena *arena = letter->arena;
	const char *host = strstr(letter->url, "://");
	const char *authority = host == NULL ? letter->url : host + 3;
	const char *path = authority + strcspn(authority, "/");
	struct sign_key key = signing_keys_newest(arena);
	struct sign_request request = {.authority = fn_arena_copy(arena, authority,
								  strcspn(authority, "/")),
				       .path = fn_arena_copy(arena, path, strcspn(path, "?")),
				       .type = type,
				       .body = signed_part(letter),
				       .at_us = database_now() * 1000,
				       .is_raw =
					       fn_json_get_bool(settings, "raw_signature", false)};
	struct signature s;

	letter->headers[0] = fn_arena_format(arena, "Content-Type: %s", type);
	letter->headers[1] = "User-Agent: pawaPay";
	if (is_forged(letter, "unsigned"))
		return;
	if (is_forged(letter, "old"))
		request.at_us -= (int64_t)OLD_SECONDS * 1000000;
	if (is_forged(letter, "signature"))
		key.private_pem = sign_new_key(arena).private_pem;
	s = sign_request(arena, &key, &request);
	letter->headers[2] = fn_arena_format(arena, "Content-Digest: %s", s.digest);
	letter->headers[3] = fn_arena_format(arena, "Signature-Date: %s", s.date);
	letter->headers[4] = fn_arena_format(arena, "Signature-Input: %s", s.input);
	letter->headers[5] = fn_arena_format(arena, "Signature: %s", s.signature);
}

/* ---- out ---- */

static void address(struct letter *letter)
{
	struct fn_arena *arena = letter->arena;
	bool is_stripe = strcmp(letter->provider, "stripe") == 0;
	const struct json_object *settings =
		settings_read(arena, is_stripe ? "webhooks.stripe" : "webhooks.pawapay");
	const char *url = fn_json_get_text(settings, "url");

	letter->url = url != NULL ? url
				  : fn_arena_format(arena, "%s/functions/v1/%s-webhook",
						    fn_conf_text("API_URL"), letter->provider);
	if (is_stripe)
		sign_for_stripe(letter, settings);
	else
		sign_for_pawapay(letter, settings);
}

static struct letter *read_letter(struct query *query)
{
	struct fn_arena *arena = fn_arena_new(LETTER_MAX);
	struct letter *letter = fn_arena_alloc(arena, sizeof(*letter));

	*letter = (struct letter){.arena = arena,
				  .number = database_number(query, 0, 0),
				  .provider = fn_arena_text(arena, database_text(query, 1)),
				  .body = fn_arena_text(arena, database_text(query, 2)),
				  .forged = fn_arena_text(arena, database_text(query, 3)),
				  .attempts = database_number(query, 4, 0),
				  .created = database_number(query, 5, 0)};
	return letter;
}

static bool is_anything_due(void)
{
	return database_first_number("SELECT 1 FROM outbox WHERE due <= ? LIMIT 1",
				     VALUES(of_number(database_now())), 0) == 1;
}

size_t courier_letters_send(void)
{
	struct letter *letters[COURIER_AT_ONCE];
	size_t count = 0, room = courier_http_free();
	int64_t now = database_now();
	struct query *query;

	/* a look takes no lock; the taking does */
	if (room == 0 || !is_anything_due())
		return 0;
	query = database_ask("UPDATE outbox SET due = ?1 WHERE number IN (SELECT number FROM outbox"
			     " WHERE due <= ?2 ORDER BY due, number LIMIT ?3)"
			     " RETURNING number, provider, body, forged, attempts, created",
			     VALUES(of_number(now + LEASE_MS), of_number(now),
				    of_number((int64_t)room)));
	while (database_next(query))
		letters[count++] = read_letter(query);
	for (size_t i = 0; i < count; i++) {
		struct letter *letter = letters[i];

		address(letter);
		courier_http_post(
			&(struct courier_post){.url = letter->url,
					       .headers = letter->headers,
					       .body = {letter->body, strlen(letter->body)},
					       .letter = letter});
	}
	return count;
}

/* ---- back ---- */

/* What goes into the file must be text. */
static const char *readable(struct fn_arena *arena, const char *text)
{
	char *copy = fn_arena_text(arena, text);

	if (fn_text_is_utf8(copy, strlen(copy)))
		return copy;
	for (char *c = copy; *c != '\0'; c++)
		*c = (unsigned char)*c < 0x80 ? *c : '?';
	return copy;
}

void courier_letter_answered(void *arg, int status, const char *text)
{
	struct letter *letter = arg;

	letter->status = status;
	letter->answer = readable(letter->arena, text);
	answered[answered_count++] = letter;
}

/* pawaPay tries for a quarter of an hour, Stripe for three days. */
static int64_t patience(const struct letter *letter)
{
	enum { MINUTE = 60000, DAY = 24 * 60 * MINUTE };

	return strcmp(letter->provider, "pawapay") == 0 ? (int64_t)15 * MINUTE : (int64_t)3 * DAY;
}

/* When it is due again; NONE: never. */
static int64_t next_try(const struct letter *letter, int64_t now)
{
	const struct json_object *settings =
		settings_read(letter->arena,
			      fn_arena_format(letter->arena, "webhooks.%s", letter->provider));
	int64_t gap = fn_json_get_integer(settings, "retry_ms", FIRST_GAP_MS);

	if (letter->forged != NULL || (letter->status >= 200 && letter->status <= 299))
		return NONE;
	for (int64_t i = 0; i < letter->attempts && gap < GAP_MAX_MS; i++)
		gap *= 2;
	gap = gap < GAP_MAX_MS ? gap : GAP_MAX_MS;
	return now + gap > letter->created + patience(letter) ? NONE : now + gap;
}

void courier_letters_settle(void)
{
	if (answered_count == 0)
		return;
	database_begin();
	for (size_t i = 0; i < answered_count; i++) {
		const struct letter *letter = answered[i];
		int64_t now = database_now(), due = next_try(letter, now);

		(void)database_change("UPDATE outbox SET due = ?, attempts = attempts + 1,"
				      " status = ?, answer = ?, finished = ? WHERE number = ?",
				      VALUES(of_time(due), of_number(letter->status),
					     of_text(letter->answer),
					     of_time(due == NONE ? now : NONE),
					     of_number(letter->number)));
		fn_arena_free(letter->arena);
	}
	database_commit();
	answered_count = 0;
}
