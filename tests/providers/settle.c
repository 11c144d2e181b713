/* settle.c: from outcomes to what each provider makes of them. */
#include "settle.h"

#include <string.h>

#include "pawapay_payment.h"
#include "settings.h"
#include "stripe_objects.h"

enum { ARENA_MAX = 64 << 20, DUE_AT_ONCE = 256 };

static const char *settle_charge(struct fn_arena *arena, struct stored *charge, const char *outcome)
{
	const char *reason = strchr(outcome, ':');
	struct stored dispute;

	if (strncmp(outcome, "DISPUTED", 8) != 0)
		return "no such outcome";
	stripe_dispute_add(arena, charge, reason == NULL ? "fraudulent" : reason + 1, &dispute);
	return NULL;
}

const char *settle(struct fn_arena *arena, struct stored *object, const char *outcome)
{
	static const struct {
		const char *kind;
		const char *(*settle)(struct fn_arena *arena, struct stored *object,
				      const char *outcome);
	} table[] = {
		{"deposit", pawapay_deposit_settle},      {"deposit_refund", pawapay_refund_settle},
		{"payment_intent", stripe_intent_settle}, {"charge", settle_charge},
		{"refund", stripe_refund_settle},         {"dispute", stripe_dispute_settle},
	};
	const char *why = "nothing can become of it";

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(table[i].kind, object->kind) == 0)
			why = table[i].settle(arena, object, outcome);
	}
	if (why == NULL)
		store_keep(object);
	return why;
}

void settle_plan(struct fn_arena *arena, struct stored *object)
{
	const char *plan = object->plan == NULL ? "" : object->plan;
	size_t length = strcspn(plan, " ");
	const char *rest = plan[length] == ' ' ? plan + length + 1 : NULL;
	const char *why = settle(arena, object, fn_arena_copy(arena, plan, length));

	if (why == NULL && rest == NULL)
		return;
	object->plan = why == NULL ? rest : NULL; /* the object has overtaken its plan */
	object->due = object->plan == NULL ? NONE : settings_due(arena, object->provider);
	store_keep(object);
}

size_t settle_due(size_t limit)
{
	struct {
		const char *kind, *id;
	} due[DUE_AT_ONCE];
	struct fn_arena *arena;
	size_t count = 0;
	struct query *query;

	/* a look takes no lock */
	if (database_first_number("SELECT 1 FROM objects WHERE due <= ? LIMIT 1",
				  VALUES(of_number(database_now())), 0) == 0)
		return 0;
	arena = fn_arena_new(ARENA_MAX);
	database_begin();
	query = database_ask(
		"SELECT kind, id FROM objects WHERE due <= ? ORDER BY due, number LIMIT ?",
		VALUES(of_number(database_now()),
		       of_number(limit < DUE_AT_ONCE ? (int64_t)limit : DUE_AT_ONCE)));
	while (database_next(query)) {
		due[count].kind = fn_arena_text(arena, database_text(query, 0));
		due[count].id = fn_arena_text(arena, database_text(query, 1));
		count++;
	}
	for (size_t i = 0; i < count; i++) {
		struct stored object;

		if (store_find(arena, due[i].kind, due[i].id, &object))
			settle_plan(arena, &object);
	}
	database_commit();
	fn_arena_free(arena);
	return count;
}
