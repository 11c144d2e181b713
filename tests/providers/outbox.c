/* outbox.c: queueing webhooks. */
#include "outbox.h"

#include <ctype.h>
#include <string.h>

#include "database.h"
#include "fn_buf.h"
#include "fn_crypto.h"
#include "settings.h"

enum { BODY_MAX = 1 << 20, COPIES_MAX = 100 };

/* 0 <= result < 1 */
static double chance(void)
{
	uint32_t random;

	fn_crypto_random(&random, sizeof(random));
	return random / 4294967296.0;
}

static int64_t between(int64_t low, int64_t high)
{
	return high <= low ? low : low + (int64_t)(chance() * (double)(high - low + 1));
}

/* "delay_ms": 100 or [0, 5000]; "shuffle_ms": a window in which any order is as good. */
static int64_t delay(const struct json_object *settings)
{
	const struct json_object *range = fn_json_get(settings, "delay_ms");
	int64_t ms = fn_json_integer(range);

	if (fn_json_type(range) == FN_JSON_ARRAY)
		ms = between(fn_json_integer(fn_json_at(range, 0)),
			     fn_json_integer(fn_json_at(range, 1)));
	return ms + between(0, fn_json_get_integer(settings, "shuffle_ms", 0));
}

void outbox_put(const char *provider, const char *object, const char *what, const char *body,
		const char *forged, int64_t due)
{
	(void)database_change(
		"INSERT INTO outbox (provider, object, what, body, forged, due, created)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)",
		VALUES(of_text(provider), of_text(object), of_text(what), of_text(body),
		       of_text(forged), of_time(due), of_number(database_now())));
}

bool outbox_again(int64_t number)
{
	return database_change("INSERT INTO outbox (provider, object, what, body, forged, due,"
			       " created) SELECT provider, object, what, body, forged, ?1, ?1"
			       " FROM outbox WHERE number = ?2",
			       VALUES(of_number(database_now()), of_number(number))) == 1;
}

/* courier_letter.c makes headers that are false in these ways. */
static const char *const kinds[] = {"signature", "amount", "old", "unsigned"};

bool outbox_is_forgery(const char *kind)
{
	for (size_t i = 0; i < FN_COUNT(kinds); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

static const char *forgery(const struct json_object *settings)
{
	const struct json_object *wanted = fn_json_get(settings, "forge_kinds");
	size_t count = fn_json_length(wanted);

	if (count == 0)
		return kinds[between(0, FN_COUNT(kinds) - 1)];
	return fn_json_text(fn_json_at(wanted, (size_t)between(0, (int64_t)count - 1)));
}

void outbox_post(struct fn_arena *arena, const char *provider, const char *object, const char *what,
		 const char *body)
{
	const struct json_object *settings =
		settings_read(arena, fn_arena_format(arena, "webhooks.%s", provider));
	const struct json_object *share = fn_json_get(settings, "forge_percent");
	int64_t copies = 1 + fn_json_get_integer(settings, "duplicate", 0);
	int64_t now = database_now();

	if (fn_json_get_bool(settings, "drop", false))
		return;
	for (int64_t i = 0; i < copies && i < COPIES_MAX; i++)
		outbox_put(provider, object, what, body, NULL, now + delay(settings));
	if (chance() * 100 < (double)fn_json_integer(share)) {
		const char *kind = forgery(settings);

		outbox_put(provider, object, what,
			   strcmp(kind, "old") == 0 ? body : outbox_cheapen(arena, body), kind,
			   now + delay(settings));
	}
}

/* ---- bodies ---- */

/* The number of "amount": 5000, "amount_received":5000 or "amount":"5000.00" behind the name; NULL
 * when the value is none. */
static const char *amount_of(const char *name)
{
	const char *at = strchr(name + 1, '"');

	if (at == NULL)
		return NULL;
	at += 1;
	if (*at != ':')
		return NULL;
	at += 1 + strspn(at + 1, " ");
	at += *at == '"';
	return isdigit((unsigned char)*at) ? at : NULL;
}

const char *outbox_cheapen(struct fn_arena *arena, const char *body)
{
	struct fn_buf cheap;
	const char *text, *from = body;

	fn_buf_init(&cheap, BODY_MAX);
	for (const char *at = strstr(body, "\"amount"); at != NULL;
	     at = strstr(at + 1, "\"amount")) {
		const char *number = amount_of(at);

		if (number == NULL)
			continue;
		fn_buf_add(&cheap, from, (size_t)(number - from));
		fn_buf_text(&cheap, "1");
		from = number + strspn(number, "0123456789");
	}
	fn_buf_text(&cheap, from);
	text = fn_arena_copy(arena, cheap.bytes, cheap.length);
	fn_buf_free(&cheap);
	return text;
}

static void new_line(struct fn_buf *into, unsigned depth)
{
	fn_buf_text(into, "\n");
	for (unsigned i = 0; i < depth; i++)
		fn_buf_text(into, "  ");
}

/* One character outside of strings; *depth is how many brackets are open. */
static void indent_one(struct fn_buf *into, const char *at, unsigned *depth)
{
	bool opens = *at == '{' || *at == '[', closes = *at == '}' || *at == ']';
	bool is_empty = opens && (at[1] == '}' || at[1] == ']');

	*depth -= closes;
	if (closes && at[-1] != '{' && at[-1] != '[')
		new_line(into, *depth);
	fn_buf_add(into, at, 1);
	*depth += opens;
	if ((opens && !is_empty) || *at == ',')
		new_line(into, *depth);
	else if (*at == ':')
		fn_buf_text(into, " ");
}

const char *outbox_indent(struct fn_arena *arena, const char *json)
{
	struct fn_buf lines;
	const char *text;
	unsigned depth = 0;

	fn_buf_init(&lines, BODY_MAX);
	for (const char *at = json; *at != '\0'; at++) {
		const char *end = at;

		if (*at != '"') {
			indent_one(&lines, at, &depth);
			continue;
		}
		do
			end += 1 + (*end == '\\');
		while (*end != '"' && *end != '\0');
		fn_buf_add(&lines, at, (size_t)(end - at) + 1);
		at = end;
	}
	text = fn_arena_copy(arena, lines.bytes, lines.length);
	fn_buf_free(&lines);
	return text;
}
