/* database_schema.h: the tables of the stand-ins; for database.c alone. Times are milliseconds
 * since 1970 where the table is not of the first days. */
#ifndef DATABASE_SCHEMA_H
#define DATABASE_SCHEMA_H

static const char database_schema[] =
	"CREATE TABLE IF NOT EXISTS requests (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), provider TEXT NOT NULL,"
	" method TEXT NOT NULL, path TEXT NOT NULL, recipient TEXT, body TEXT,"
	" idempotency_key TEXT, mode TEXT NOT NULL, status INTEGER,"
	" accepted INTEGER NOT NULL DEFAULT 0, reply_id TEXT);"
	"CREATE INDEX IF NOT EXISTS requests_recipient ON requests (provider, recipient);"
	"CREATE TABLE IF NOT EXISTS behaviours (provider TEXT PRIMARY KEY, mode TEXT NOT NULL,"
	" count INTEGER NOT NULL, delay_ms INTEGER NOT NULL);"
	/* a key in use for a minute belongs to a worker that died */
	"CREATE TABLE IF NOT EXISTS keys (provider TEXT NOT NULL, key TEXT NOT NULL,"
	" fingerprint TEXT NOT NULL, id TEXT, at INTEGER NOT NULL DEFAULT (unixepoch()),"
	" PRIMARY KEY (provider, key));"
	/* first answers by idempotency key; no status yet: the request is under way */
	"CREATE TABLE IF NOT EXISTS replays (key TEXT PRIMARY KEY, path TEXT NOT NULL,"
	" fingerprint TEXT NOT NULL, request TEXT NOT NULL, status INTEGER, body TEXT,"
	" at INTEGER NOT NULL);"
	/* what the providers hold: deposits, intents, charges, refunds, disputes, events */
	"CREATE TABLE IF NOT EXISTS objects (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" kind TEXT NOT NULL, id TEXT NOT NULL, provider TEXT NOT NULL, parent TEXT,"
	" status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,"
	" refunded INTEGER NOT NULL DEFAULT 0, reference TEXT, payer TEXT, document TEXT NOT NULL,"
	" plan TEXT, due INTEGER, created INTEGER NOT NULL, UNIQUE (kind, id));"
	"CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;"
	"CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, number);"
	"CREATE INDEX IF NOT EXISTS objects_status ON objects (kind, status);"
	"CREATE INDEX IF NOT EXISTS objects_parent ON objects (parent) WHERE parent IS NOT NULL;"
	/* webhooks to deliver; no due: over */
	"CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" provider TEXT NOT NULL, object TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL,"
	" forged TEXT, due INTEGER, attempts INTEGER NOT NULL DEFAULT 0, status INTEGER,"
	" answer TEXT, created INTEGER NOT NULL, finished INTEGER);"
	"CREATE INDEX IF NOT EXISTS outbox_due ON outbox (due) WHERE due IS NOT NULL;"
	"CREATE INDEX IF NOT EXISTS outbox_object ON outbox (object);"
	"CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
	/* pawaPay's key pairs, the newest signs */
	"CREATE TABLE IF NOT EXISTS signing_keys (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" private_pem TEXT NOT NULL, public_pem TEXT NOT NULL);";

#endif
