/* control_payments.c: the truth of the providers, and what becomes of payments. */
#include <string.h>

#include "../database.h"
#include "../settle.h"
#include "control.h"

enum { OUTCOME_MAX = 100, AT_ONCE = 50 }; /* others wait meanwhile */

struct fn_error *control_payments(struct fn_request *req)
{
	const char *text = database_first(
		fn_request_arena(req),
		"SELECT json_group_array(json(line)) FROM (SELECT json_object('id', id, 'provider',"
		" provider, 'kind', kind, 'status', status, 'amount', amount, 'currency', currency,"
		" 'refunded', refunded, 'reference', reference, 'payer', payer, 'parent', parent,"
		" 'failure', coalesce(document ->> '$.failureReason.failureCode',"
		" document ->> '$.last_payment_error.decline_code',"
		" document ->> '$.last_payment_error.code', document ->> '$.failure_reason'),"
		" 'created', created) AS line FROM objects"
		" WHERE iif(?1 IS NULL, kind IN ('deposit', 'payment_intent'), kind = ?1)"
		" AND (?2 IS NULL OR provider = ?2) AND (?3 IS NULL OR status = ?3)"
		" AND (?4 IS NULL OR reference = ?4) ORDER BY number DESC LIMIT ?5)",
		VALUES(of_text(fn_request_query(req, "kind")),
		       of_text(fn_request_query(req, "provider")),
		       of_text(fn_request_query(req, "status")),
		       of_text(fn_request_query(req, "reference")), of_number(control_limit(req))));

	return fn_reply_bytes(req, 200, "application/json", text, strlen(text));
}

static struct fn_error *settle_one(struct fn_request *req, const char *id, const char *outcome)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct stored object;
	const char *why = NULL;
	bool is_known;

	database_begin();
	is_known = store_find_any(arena, id, &object);
	if (is_known)
		why = settle(arena, &object, outcome);
	database_commit();
	if (!is_known)
		return control_refuse(req, 404, "no such payment");
	if (why != NULL)
		return control_refuse(req, 409, why);
	return control_done(req, fn_json_string("status", object.status));
}

/* The next open ones behind *number, which moves on; returns how many were found. */
static int64_t settle_some(const char *provider, const char *kind, const char *outcome,
			   int64_t *number, int64_t *settled)
{
	struct fn_arena *arena = fn_arena_new(64 << 20);
	const char *ids[AT_ONCE];
	struct query *query;
	size_t count = 0;

	database_begin();
	query = database_ask("SELECT id, number FROM objects WHERE kind = ?1 AND provider = ?2"
			     " AND number > ?3 AND status NOT IN ('COMPLETED', 'FAILED',"
			     " 'succeeded', 'canceled', 'failed', 'won', 'lost')"
			     " ORDER BY number LIMIT ?4",
			     VALUES(of_text(kind), of_text(provider), of_number(*number),
				    of_number(AT_ONCE)));
	while (database_next(query)) {
		ids[count++] = fn_arena_text(arena, database_text(query, 0));
		*number = database_number(query, 1, 0);
	}
	for (size_t i = 0; i < count; i++) {
		struct stored object;

		if (store_find(arena, kind, ids[i], &object))
			*settled += settle(arena, &object, outcome) == NULL;
	}
	database_commit();
	fn_arena_free(arena);
	return (int64_t)count;
}

struct fn_error *control_settle(struct fn_request *req, const char *id)
{
	const char *outcome, *provider = NULL, *kind = NULL;
	int64_t number = 0, settled = 0;
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	outcome = fn_field_text(&f, "outcome", FN_REQUIRED, OUTCOME_MAX);
	if (*id == '\0') {
		provider = fn_field_text(&f, "provider", FN_REQUIRED, 20);
		kind = fn_field_text(&f, "kind", FN_OPTIONAL, 20);
	}
	FN_TRY(fn_field_end(&f));
	if (*id != '\0')
		return settle_one(req, id, outcome);
	if (kind == NULL)
		kind = strcmp(provider, "stripe") == 0 ? "payment_intent" : "deposit";
	while (settle_some(provider, kind, outcome, &number, &settled) == AT_ONCE)
		;
	return control_done(req, fn_json_int("count", settled));
}
