/* stripe_records.c: what is only looked at (charges, events), and disputes. */
#include <string.h>

#include "stripe_http.h"

static struct stripe_answer show(struct stripe_call *s, const char *kind, const char *param)
{
	struct stored object;

	if (!store_find(s->arena, kind, s->id, &object))
		return stripe_missing(s, kind, s->id, param);
	return stripe_yes(fn_json_share(object.document), NULL);
}

struct stripe_answer stripe_get_charge(struct stripe_call *s)
{
	return show(s, "charge", "id");
}

struct stripe_answer stripe_list_charges(struct stripe_call *s)
{
	return stripe_list(s, "/v1/charges",
			   (struct store_list){.kind = "charge",
					       .parent = fn_json_get_text(s->form,
									  "payment_intent")});
}

struct stripe_answer stripe_get_event(struct stripe_call *s)
{
	return show(s, "event", "id");
}

struct stripe_answer stripe_list_events(struct stripe_call *s)
{
	return stripe_list(s, "/v1/events",
			   (struct store_list){.kind = "event",
					       .status = fn_json_get_text(s->form, "type")});
}

/* ---- disputes ---- */

struct stripe_answer stripe_get_dispute(struct stripe_call *s)
{
	return show(s, "dispute", "id");
}

struct stripe_answer stripe_list_disputes(struct stripe_call *s)
{
	return stripe_list(s, "/v1/disputes",
			   (struct store_list){.kind = "dispute",
					       .parent = fn_json_get_text(s->form, "charge")});
}

static struct stripe_answer close_as(struct stripe_call *s, const char *outcome)
{
	struct stored dispute;
	const char *why;

	if (!store_find(s->arena, "dispute", s->id, &dispute))
		return stripe_missing(s, "dispute", s->id, "id");
	why = stripe_dispute_settle(s->arena, &dispute, outcome);
	if (why != NULL)
		return stripe_no(
			stripe_refuse(s->arena, NULL, NULL, "This dispute is already closed"));
	store_keep(&dispute);
	return stripe_yes(fn_json_share(dispute.document), dispute.id);
}

/* The merchant gives up. */
struct stripe_answer stripe_close_dispute(struct stripe_call *s)
{
	return close_as(s, "lost");
}

/* Evidence decides, as in test mode: winning_evidence and losing_evidence are magic words. */
struct stripe_answer stripe_update_dispute(struct stripe_call *s)
{
	const char *text = fn_json_get_text(fn_json_get(s->form, "evidence"), "uncategorized_text");

	if (text != NULL && strcmp(text, "winning_evidence") == 0)
		return close_as(s, "won");
	if (text != NULL && strcmp(text, "losing_evidence") == 0)
		return close_as(s, "lost");
	return close_as(s, "under_review");
}
