/* auth_refresh.c: POST /token?grant_type=refresh_token (wire.md 2.7). The current token rotates;
 * its predecessor gets the current one again, however often and however late: that saves a client
 * that lost the answer, and all who refresh at once. Anything older is somebody else's copy: the
 * session ends. No 4xx but for these: it signs people out. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"

struct refresh {
	struct fn_request *req;
	const char *token;
	struct fn_uuid id; /* of the session, and the token's counter */
	int64_t counter;
	bool genuine;
	struct auth_session session; /* settled by exchange() */
	struct auth_person person;
};

/* Where a session's chain stands. */
struct chain {
	int64_t counter;
	const char *current, *previous; /* hashes in hex; previous "" at first */
	bool fresh;                     /* rotated within the reuse interval */
};

enum verdict { ROTATE, REPEAT, REUSED, UNKNOWN };

static enum verdict judge(const struct refresh *r, const struct chain *chain, const char *hash)
{
	if (strcmp(hash, chain->current) == 0)
		return ROTATE;
	if (strcmp(hash, chain->previous) == 0)
		return REPEAT;
	if (!r->genuine || r->counter == chain->counter)
		return UNKNOWN;
	if (r->counter > chain->counter) /* the database was restored from before it was made */
		return ROTATE;
	return chain->fresh ? REPEAT : REUSED;
}

static struct fn_error *rotate(struct fn_tx *tx, struct refresh *r, int64_t counter)
{
	struct fn_arena *arena = fn_request_arena(r->req);

	r->session.refresh_token = auth_refresh_token(arena, &r->id, counter);
	return fn_db_run(tx, &sql_rotate,
			 FN_ARGS(fn_arg_uuid(&r->id), fn_arg_int(counter),
				 fn_arg_text(auth_refresh_hash(arena, r->session.refresh_token))),
			 NULL);
}

/* The current token once more, without a change. Derived anew, it differs only when the key was
 * changed since: then the chain goes on from here. */
static struct fn_error *repeat(struct fn_tx *tx, struct refresh *r, const struct chain *chain)
{
	struct fn_arena *arena = fn_request_arena(r->req);

	r->session.refresh_token = auth_refresh_token(arena, &r->id, chain->counter);
	if (strcmp(auth_refresh_hash(arena, r->session.refresh_token), chain->current) == 0)
		return NULL;
	return rotate(tx, r, chain->counter + 1);
}

/* Committed although the answer is an error: a reuse that is rolled back was never found. */
static struct fn_error *end_reused(struct fn_tx *tx, struct refresh *r,
				   const struct fn_uuid *person)
{
	FN_TRY(fn_db_run(tx, &sql_end_sessions,
			 FN_ARGS(fn_arg_uuid(person), fn_arg_uuid(&r->id), fn_arg_text("local")),
			 NULL));
	FN_TRY(auth_log(tx, "token_reused", person, &r->id));
	return fn_fail(r->req, &auth_token_used);
}

static struct fn_error *advance(struct fn_tx *tx, struct refresh *r, const struct fn_uuid *person)
{
	const char *hash = auth_refresh_hash(fn_request_arena(r->req), r->token);
	struct chain chain;
	struct fn_row row;
	int64_t newest;

	/* a statement of its own: after the wait for the lock it must see what the others wrote */
	FN_TRY(fn_db_one(tx, &sql_read_chain,
			 FN_ARGS(fn_arg_uuid(&r->id),
				 fn_arg_int(fn_conf_int("REFRESH_REUSE_INTERVAL"))),
			 &row));
	if (!fn_row_found(&row))
		return fn_fail(r->req, &auth_token_unknown);
	chain = (struct chain){fn_col_int(&row, 0), fn_col_text(&row, 1), fn_col_text(&row, 2),
			       fn_col_bool(&row, 3)};
	newest = r->counter > chain.counter && r->genuine ? r->counter : chain.counter;
	switch (judge(r, &chain, hash)) {
	case ROTATE:
		return rotate(tx, r, newest + 1);
	case REPEAT:
		return repeat(tx, r, &chain);
	case REUSED:
		return end_reused(tx, r, person);
	case UNKNOWN:
	default:
		return fn_fail(r->req, &auth_token_unknown);
	}
}

static struct fn_error *exchange(struct fn_tx *tx, void *arg)
{
	struct refresh *r = arg;
	struct fn_uuid person;
	struct fn_row row;

	FN_TRY(fn_db_one(tx, &sql_lock_session, FN_ARGS(fn_arg_uuid(&r->id)), &row));
	if (!fn_row_found(&row))
		return fn_fail(r->req, &auth_token_unknown);
	person = fn_col_uuid(&row, 0);
	r->session.id = r->id;
	r->session.amr = fn_col_text(&row, 1);
	if (fn_col_bool(&row, 2))
		return fn_fail(r->req, &auth_session_expired);
	FN_TRY(auth_read_person(tx, &person, &r->id, &r->person));
	if (r->person.json == NULL || r->person.deleted)
		return fn_fail(r->req, &auth_token_unknown);
	if (r->person.blocked)
		return fn_fail(r->req, &auth_banned);
	return advance(tx, r, &person);
}

struct fn_error *auth_refresh(struct fn_request *req, struct fn_fields *f)
{
	struct refresh r = {.req = req};

	r.token = fn_field_secret(f, "refresh_token", FN_REQUIRED, 256);
	FN_TRY(auth_input_end(f));
	if (!auth_read_refresh_token(fn_request_arena(req), r.token, &r.id, &r.counter,
				     &r.genuine)) {
		fn_field_complain(f, "refresh_token", "not a refresh token");
		return auth_input_end(f);
	}
	FN_TRY(fn_db_transaction_keep(req, FN_READ_COMMITTED, exchange, &r));
	return auth_reply(req, auth_session_json(req, &r.person, &r.session));
}
