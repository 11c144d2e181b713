/* store.c: the objects of the providers. */
#include "store.h"

#include <string.h>

#define COLUMNS                                                                                    \
	"SELECT kind, id, provider, parent, status, amount, currency, refunded, reference, payer," \
	" document, plan, due, created FROM objects "

static bool read_one(struct fn_arena *arena, struct query *query, struct stored *ret)
{
	if (!database_next(query))
		return false;
	*ret = (struct stored){
		.kind = fn_arena_text(arena, database_text(query, 0)),
		.id = fn_arena_text(arena, database_text(query, 1)),
		.provider = fn_arena_text(arena, database_text(query, 2)),
		.parent = fn_arena_text(arena, database_text(query, 3)),
		.status = fn_arena_text(arena, database_text(query, 4)),
		.amount = database_number(query, 5, 0),
		.currency = fn_arena_text(arena, database_text(query, 6)),
		.refunded = database_number(query, 7, 0),
		.reference = fn_arena_text(arena, database_text(query, 8)),
		.payer = fn_arena_text(arena, database_text(query, 9)),
		.document = fn_json_keep(arena, fn_json_trusted(database_text(query, 10))),
		.plan = fn_arena_text(arena, database_text(query, 11)),
		.due = database_number(query, 12, NONE),
		.created = database_number(query, 13, 0),
	};
	database_stop(query);
	return true;
}

bool store_find(struct fn_arena *arena, const char *kind, const char *id, struct stored *ret)
{
	return read_one(arena,
			database_ask(COLUMNS "WHERE kind = ? AND id = ?",
				     VALUES(of_text(kind), of_text(id))),
			ret);
}

bool store_find_any(struct fn_arena *arena, const char *id, struct stored *ret)
{
	return read_one(arena,
			database_ask(COLUMNS "WHERE kind IN ('deposit', 'deposit_refund', 'charge',"
					     " 'payment_intent', 'refund', 'dispute') AND id = ?",
				     VALUES(of_text(id))),
			ret);
}

bool store_add(const struct stored *o)
{
	return database_change(
		       "INSERT OR IGNORE INTO objects (kind, id, provider, parent, status, amount,"
		       " currency, refunded, reference, payer, document, plan, due, created)"
		       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		       VALUES(of_text(o->kind), of_text(o->id), of_text(o->provider),
			      of_text(o->parent), of_text(o->status), of_number(o->amount),
			      of_text(o->currency), of_number(o->refunded), of_text(o->reference),
			      of_text(o->payer), of_text(fn_json_write(o->document, NULL)),
			      of_text(o->plan), of_time(o->due), of_number(o->created))) == 1;
}

void store_keep(const struct stored *o)
{
	(void)database_change("UPDATE objects SET status = ?, amount = ?, refunded = ?, payer = ?,"
			      " document = ?, plan = ?, due = ? WHERE kind = ? AND id = ?",
			      VALUES(of_text(o->status), of_number(o->amount),
				     of_number(o->refunded), of_text(o->payer),
				     of_text(fn_json_write(o->document, NULL)), of_text(o->plan),
				     of_time(o->due), of_text(o->kind), of_text(o->id)));
}

struct json_object *store_documents(const struct store_list *list, bool *ret_more)
{
	struct query *query = database_ask(
		"SELECT document FROM objects WHERE kind = ?1 AND (?2 IS NULL OR number <"
		" (SELECT number FROM objects WHERE kind = ?1 AND id = ?2))"
		" AND (?3 IS NULL OR parent = ?3) AND (?4 IS NULL OR status = ?4)"
		" ORDER BY number DESC LIMIT ?5",
		VALUES(of_text(list->kind), of_text(list->after), of_text(list->parent),
		       of_text(list->status), of_number(list->limit + 1)));
	struct json_object *documents = fn_json_array();

	*ret_more = false;
	while (database_next(query)) {
		if ((int64_t)fn_json_length(documents) == list->limit)
			*ret_more = true;
		else
			fn_json_append(documents, fn_json_trusted(database_text(query, 0)));
	}
	return documents;
}
