/* record.c: the shared record, in SQLite. Opened at the first use, so after the fork. Any failure
 * ends the process: a stand-in that forgets would make tests lie. */
#include "record.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "fn_conf.h"
#include "fn_die.h"
#include "fn_macros.h"

enum { BUSY_MS = 10000, PARAMETERS_MAX = 8 };

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS requests (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), provider TEXT NOT NULL,"
	" method TEXT NOT NULL, path TEXT NOT NULL, recipient TEXT, body TEXT, idempotency_key "
	"TEXT,"
	" mode TEXT NOT NULL, status INTEGER, accepted INTEGER NOT NULL DEFAULT 0, reply_id TEXT);"
	"CREATE INDEX IF NOT EXISTS requests_recipient ON requests (provider, recipient);"
	"CREATE TABLE IF NOT EXISTS behaviours (provider TEXT PRIMARY KEY, mode TEXT NOT NULL,"
	" count INTEGER NOT NULL, delay_ms INTEGER NOT NULL);"
	/* a key in use for a minute belongs to a worker that died */
	"CREATE TABLE IF NOT EXISTS keys (provider TEXT NOT NULL, key TEXT NOT NULL,"
	" fingerprint TEXT NOT NULL, id TEXT, at INTEGER NOT NULL DEFAULT (unixepoch()),"
	" PRIMARY KEY (provider, key));";

static sqlite3 *database;

static void check(int code, int wanted, const char *what)
{
	if (code != wanted)
		fn_die(71, "%s: %s: %s", fn_conf_text("PROVIDERS_DB"), what,
		       sqlite3_errmsg(database));
}

static void run(const char *sql)
{
	check(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK, sql);
}

static void open_database(void)
{
	if (database != NULL)
		return;
	check(sqlite3_open(fn_conf_text("PROVIDERS_DB"), &database), SQLITE_OK, "open");
	check(sqlite3_busy_timeout(database, BUSY_MS), SQLITE_OK, "busy timeout");
	run("PRAGMA journal_mode = WAL");
	run("PRAGMA synchronous = OFF"); /* it need not survive the machine */
	run("BEGIN IMMEDIATE");
	run(schema);
	run("COMMIT");
}

struct value {
	const char *text; /* NULL: the number, unless is_null */
	int64_t number;
	bool is_null;
};

static struct value of_text(const char *text)
{
	return (struct value){.text = text, .is_null = text == NULL};
}

static struct value of_number(int64_t number)
{
	return (struct value){.number = number};
}

#define VALUES(...)                                                                                \
	(const struct value[]){__VA_ARGS__},                                                       \
		sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)

static sqlite3_stmt *begin(const char *sql, const struct value *values, size_t count)
{
	sqlite3_stmt *statement = NULL;

	open_database();
	check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK, sql);
	for (size_t i = 0; i < count; i++) {
		int at = (int)i + 1;
		int code = values[i].is_null ? sqlite3_bind_null(statement, at)
			   : values[i].text != NULL
				   ? sqlite3_bind_text(statement, at, values[i].text, -1,
						       SQLITE_TRANSIENT)
				   : sqlite3_bind_int64(statement, at, values[i].number);

		check(code, SQLITE_OK, sql);
	}
	return statement;
}

static void change(const char *sql, const struct value *values, size_t count)
{
	sqlite3_stmt *statement = begin(sql, values, count);

	check(sqlite3_step(statement), SQLITE_DONE, sql);
	(void)sqlite3_finalize(statement);
}

/* The first column of the only row, copied; NULL when there is no row or it is NULL. */
static const char *fetch(struct fn_arena *arena, const char *sql, const struct value *values,
			 size_t count)
{
	sqlite3_stmt *statement = begin(sql, values, count);
	int code = sqlite3_step(statement);
	const char *text = NULL;

	if (code == SQLITE_ROW)
		text = fn_arena_text(arena, (const char *)sqlite3_column_text(statement, 0));
	else
		check(code, SQLITE_DONE, sql);
	(void)sqlite3_finalize(statement);
	return text;
}

/* ---- requests ---- */

int64_t record_request(const struct record *r)
{
	change("INSERT INTO requests (provider, method, path, recipient, body, idempotency_key, "
	       "mode)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	       VALUES(of_text(r->provider), of_text(r->method), of_text(r->path), of_text(r->to),
		      of_text(r->body), of_text(r->key), of_text(r->mode)));
	return sqlite3_last_insert_rowid(database);
}

void record_result(int64_t number, int status, bool accepted, const char *reply_id)
{
	change("UPDATE requests SET status = ?, accepted = ?, reply_id = ? WHERE number = ?",
	       VALUES(of_number(status), of_number(accepted), of_text(reply_id),
		      of_number(number)));
}

const char *record_list(struct fn_arena *arena, const char *provider, const char *to, int64_t limit)
{
	return fetch(
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
	return fetch(arena,
		     "SELECT json_group_array(json(line)) FROM (SELECT json_object("
		     "'reply_id', reply_id, 'at', at, 'body', json(body)) AS line"
		     " FROM requests WHERE provider = ?1 AND accepted AND reply_id IS NOT NULL"
		     " AND (?2 IS NULL OR recipient = ?2) ORDER BY number DESC LIMIT ?3)",
		     VALUES(of_text(provider), of_text(to), of_number(limit)));
}

void record_reset(void)
{
	open_database();
	run("BEGIN IMMEDIATE");
	run("DELETE FROM requests");
	run("DELETE FROM behaviours");
	run("DELETE FROM keys");
	run("COMMIT");
}

/* ---- behaviour ---- */

void record_set_behaviour(const char *provider, const char *mode, int64_t count, int64_t delay_ms)
{
	change("INSERT OR REPLACE INTO behaviours (provider, mode, count, delay_ms)"
	       " VALUES (?, ?, ?, ?)",
	       VALUES(of_text(provider), of_text(mode), of_number(count), of_number(delay_ms)));
}

struct behaviour record_next_behaviour(const char *provider)
{
	struct behaviour next = {.mode = "ok"};
	sqlite3_stmt *statement =
		begin("UPDATE behaviours SET count = count - (count > 0)"
		      " WHERE provider = ? AND count <> 0 RETURNING mode, delay_ms",
		      VALUES(of_text(provider)));

	if (sqlite3_step(statement) == SQLITE_ROW) {
		(void)snprintf(next.mode, sizeof(next.mode), "%s",
			       (const char *)sqlite3_column_text(statement, 0));
		next.delay_ms = sqlite3_column_int64(statement, 1);
		check(sqlite3_step(statement), SQLITE_DONE, "behaviour");
	}
	(void)sqlite3_finalize(statement);
	return next;
}

/* ---- idempotency keys ---- */

enum key_state record_take_key(struct fn_arena *arena, const char *provider, const char *key,
			       const char *fingerprint, const char **ret_id)
{
	const char *known;

	change("DELETE FROM keys WHERE at < unixepoch() - iif(id IS NULL, 60, 86400)", NULL, 0);
	change("INSERT OR IGNORE INTO keys (provider, key, fingerprint) VALUES (?, ?, ?)",
	       VALUES(of_text(provider), of_text(key), of_text(fingerprint)));
	if (sqlite3_changes(database) == 1)
		return KEY_NEW;
	known = fetch(arena, "SELECT fingerprint FROM keys WHERE provider = ? AND key = ?",
		      VALUES(of_text(provider), of_text(key)));
	*ret_id = fetch(arena, "SELECT id FROM keys WHERE provider = ? AND key = ?",
			VALUES(of_text(provider), of_text(key)));
	if (known == NULL || *ret_id == NULL)
		return KEY_IN_USE;
	return strcmp(known, fingerprint) == 0 ? KEY_DONE : KEY_OTHER_BODY;
}

void record_settle_key(const char *provider, const char *key, const char *id)
{
	if (id == NULL)
		change("DELETE FROM keys WHERE provider = ? AND key = ?",
		       VALUES(of_text(provider), of_text(key)));
	else
		change("UPDATE keys SET id = ? WHERE provider = ? AND key = ?",
		       VALUES(of_text(id), of_text(provider), of_text(key)));
}
