/* record.c: the shared record of what was asked. */
#include "record.h"

#include <stdio.h>
#include <string.h>

#include "database.h"

/* ---- requests ---- */

int64_t record_request(const struct record *r)
{
	(void)database_change(
		"INSERT INTO requests (provider, method, path, recipient, body, idempotency_key, "
		"mode)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)",
		VALUES(of_text(r->provider), of_text(r->method), of_text(r->path), of_text(r->to),
		       of_text(r->body), of_text(r->key), of_text(r->mode)));
	return database_last_number();
}

void record_result(int64_t number, int status, bool accepted, const char *reply_id)
{
	(void)database_change(
		"UPDATE requests SET status = ?, accepted = ?, reply_id = ? WHERE number = ?",
		VALUES(of_number(status), of_number(accepted), of_text(reply_id),
		       of_number(number)));
}

const char *record_list(struct fn_arena *arena, const char *provider, const char *to, int64_t limit)
{
	return database_first(
		arena,
		"SELECT json_group_array(json(line)) FROM (SELECT json_object('number', number,"
		" 'at', at, 'provider', provider, 'method', method, 'path', path,"
		" 'to', recipient, 'body', json(body), 'idempotency_key', idempotency_key,"
		" 'mode', mode, 'status', status,"
		" 'accepted', json(iif(accepted, 'true', 'false')), 'reply_id', reply_id) AS line"
		" FROM requests WHERE (?1 IS NULL OR provider = ?1)"
		" AND (?2 IS NULL OR recipient = ?2) ORDER BY number DESC LIMIT ?3)",
		VALUES(of_text(provider), of_text(to), of_number(limit)));
}

const char *record_accepted(struct fn_arena *arena, const char *provider, const char *to,
			    int64_t limit)
{
	return database_first(
		arena,
		"SELECT json_group_array(json(line)) FROM (SELECT json_object("
		"'reply_id', reply_id, 'at', at, 'body', json(body)) AS line"
		" FROM requests WHERE provider = ?1 AND accepted AND reply_id IS NOT NULL"
		" AND (?2 IS NULL OR recipient = ?2) ORDER BY number DESC LIMIT ?3)",
		VALUES(of_text(provider), of_text(to), of_number(limit)));
}

void record_reset(void)
{
	database_begin();
	(void)database_change("DELETE FROM requests", NULL, 0);
	(void)database_change("DELETE FROM behaviours", NULL, 0);
	(void)database_change("DELETE FROM keys", NULL, 0);
	(void)database_change("DELETE FROM replays", NULL, 0);
	(void)database_change("DELETE FROM objects", NULL, 0);
	(void)database_change("DELETE FROM outbox", NULL, 0);
	(void)database_change("DELETE FROM settings", NULL, 0);
	database_commit();
}

/* ---- behaviour ---- */

void record_set_behaviour(const char *provider, const char *mode, int64_t count, int64_t delay_ms)
{
	(void)database_change("INSERT OR REPLACE INTO behaviours (provider, mode, count, delay_ms)"
			      " VALUES (?, ?, ?, ?)",
			      VALUES(of_text(provider), of_text(mode), of_number(count),
				     of_number(delay_ms)));
}

struct behaviour record_next_behaviour(const char *provider)
{
	struct behaviour next = {.mode = "ok"};
	struct query *query = database_ask("UPDATE behaviours SET count = count - (count > 0)"
					   " WHERE provider = ? AND count <> 0"
					   " RETURNING mode, delay_ms",
					   VALUES(of_text(provider)));

	while (database_next(query)) {
		(void)snprintf(next.mode, sizeof(next.mode), "%s", database_text(query, 0));
		next.delay_ms = database_number(query, 1, 0);
	}
	return next;
}

/* ---- idempotency keys ---- */

enum key_state record_take_key(struct fn_arena *arena, const char *provider, const char *key,
			       const char *fingerprint, const char **ret_id)
{
	const char *known;

	(void)database_change(
		"DELETE FROM keys WHERE at < unixepoch() - iif(id IS NULL, 60, 86400)", NULL, 0);
	if (database_change("INSERT OR IGNORE INTO keys (provider, key, fingerprint)"
			    " VALUES (?, ?, ?)",
			    VALUES(of_text(provider), of_text(key), of_text(fingerprint))) == 1)
		return KEY_NEW;
	known = database_first(arena, "SELECT fingerprint FROM keys WHERE provider = ? AND key = ?",
			       VALUES(of_text(provider), of_text(key)));
	*ret_id = database_first(arena, "SELECT id FROM keys WHERE provider = ? AND key = ?",
				 VALUES(of_text(provider), of_text(key)));
	if (known == NULL || *ret_id == NULL)
		return KEY_IN_USE;
	return strcmp(known, fingerprint) == 0 ? KEY_DONE : KEY_OTHER_BODY;
}

void record_settle_key(const char *provider, const char *key, const char *id)
{
	if (id == NULL)
		(void)database_change("DELETE FROM keys WHERE provider = ? AND key = ?",
				      VALUES(of_text(provider), of_text(key)));
	else
		(void)database_change("UPDATE keys SET id = ? WHERE provider = ? AND key = ?",
				      VALUES(of_text(id), of_text(provider), of_text(key)));
}
