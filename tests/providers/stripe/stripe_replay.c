/* stripe_replay.c: idempotency as Stripe has it: by key, bound to address and parameters. */
#include "stripe_replay.h"

#include <string.h>

#include "../database.h"

/* a key in use for a minute belongs to a worker that died */
enum { BUSY_MS = 60 * 1000, KEPT_MS = 24 * 3600 * 1000 };

static bool take(const char *key, const char *path, const char *fingerprint, const char *request)
{
	int64_t now = database_now();

	return database_change("INSERT INTO replays (key, path, fingerprint, request, at)"
			       " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE"
			       " SET path = ?2, fingerprint = ?3, request = ?4, at = ?5,"
			       " status = NULL, body = NULL"
			       " WHERE at < iif(status IS NULL, ?6, ?7)",
			       VALUES(of_text(key), of_text(path), of_text(fingerprint),
				      of_text(request), of_number(now), of_number(now - BUSY_MS),
				      of_number(now - KEPT_MS))) == 1;
}

enum stripe_replay stripe_replay_take(struct fn_arena *arena, const char *key, const char *path,
				      const char *fingerprint, const char *request,
				      struct stripe_replay_answer *ret)
{
	enum stripe_replay state = STRIPE_REPLAY_BUSY;
	struct query *query;

	if (take(key, path, fingerprint, request))
		return STRIPE_REPLAY_NEW;
	query = database_ask("SELECT path, fingerprint, request, status, body FROM replays"
			     " WHERE key = ?",
			     VALUES(of_text(key)));
	while (database_next(query)) {
		*ret = (struct stripe_replay_answer){
			.path = fn_arena_text(arena, database_text(query, 0)),
			.request = fn_arena_text(arena, database_text(query, 2)),
			.status = (int)database_number(query, 3, 0),
			.body = fn_arena_text(arena, database_text(query, 4))};
		if (strcmp(ret->path, path) != 0)
			state = STRIPE_REPLAY_PATH;
		else if (strcmp(database_text(query, 1), fingerprint) != 0)
			state = STRIPE_REPLAY_OTHER;
		else if (ret->body != NULL)
			state = STRIPE_REPLAY_DONE;
	}
	return state;
}

void stripe_replay_settle(const char *key, int status, const char *body)
{
	if (body == NULL)
		(void)database_change("DELETE FROM replays WHERE key = ?", VALUES(of_text(key)));
	else
		(void)database_change("UPDATE replays SET status = ?, body = ? WHERE key = ?",
				      VALUES(of_number(status), of_text(body), of_text(key)));
}
