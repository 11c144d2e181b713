/* stripe_http.h: one request to Stripe's API: its parameters, and how handlers read them. */
#ifndef STRIPE_HTTP_H
#define STRIPE_HTTP_H

#include "../provider.h"
#include "../stripe_objects.h"

struct stripe_call {
	struct provider_call call;
	struct fn_arena *arena;
	struct json_object *form; /* the parameters, nested; every value a text */
	const char *id;           /* in the path; NULL = none */
	bool is_publishable;      /* the caller is a browser: it must know the client secret */
};

/* What a handler comes to; a refusal wins. Handlers of POST run within a transaction. */
struct stripe_answer {
	const struct stripe_refusal *refusal;
	struct json_object *body;
	const char *accepted; /* the id of what was made or moved */
};
struct stripe_answer stripe_no(const struct stripe_refusal *refusal);
struct stripe_answer stripe_yes(struct json_object *body, const char *accepted);
/* 404 resource_missing; param: where the id stood. */
struct stripe_answer stripe_missing(struct stripe_call *s, const char *what, const char *id,
				    const char *param);

/* ---- parameters (stripe_read.c); each refuses in Stripe's words ---- */

/* known: names, ended by NULL; `expand` always is. */
const struct stripe_refusal *stripe_check_known(struct stripe_call *s, const char *const *known);
/* *ret NULL when absent. */
const struct stripe_refusal *stripe_read_text(struct stripe_call *s, const char *name, size_t max,
					      const char **ret);
/* otherwise: when absent. */
const struct stripe_refusal *stripe_read_integer(struct stripe_call *s, const char *name,
						 int64_t otherwise, int64_t *ret);
/* An empty object when absent. */
const struct stripe_refusal *stripe_read_metadata(struct stripe_call *s, struct json_object **ret);
/* payment_method or payment_method_data; *ret NULL when neither is there. */
const struct stripe_refusal *stripe_read_card(struct stripe_call *s,
					      const struct stripe_card **ret);
bool stripe_is_true(const struct json_object *form, const char *name);
/* A page of a list: limit and starting_after, the filter as given. */
struct stripe_answer stripe_list(struct stripe_call *s, const char *url, struct store_list list);
/* latest_charge and the like as objects, where `expand` asks for it. */
void stripe_expand(struct stripe_call *s, struct json_object *body);

/* ---- handlers ---- */

struct stripe_answer stripe_create_intent(struct stripe_call *s);
struct stripe_answer stripe_get_intent(struct stripe_call *s);
struct stripe_answer stripe_update_intent(struct stripe_call *s);
struct stripe_answer stripe_confirm_intent(struct stripe_call *s);
struct stripe_answer stripe_cancel_intent(struct stripe_call *s);
struct stripe_answer stripe_list_intents(struct stripe_call *s);
struct stripe_answer stripe_create_refund(struct stripe_call *s);
struct stripe_answer stripe_get_refund(struct stripe_call *s);
struct stripe_answer stripe_update_refund(struct stripe_call *s);
struct stripe_answer stripe_list_refunds(struct stripe_call *s);
struct stripe_answer stripe_get_charge(struct stripe_call *s);
struct stripe_answer stripe_list_charges(struct stripe_call *s);
struct stripe_answer stripe_get_event(struct stripe_call *s);
struct stripe_answer stripe_list_events(struct stripe_call *s);
struct stripe_answer stripe_get_dispute(struct stripe_call *s);
struct stripe_answer stripe_update_dispute(struct stripe_call *s);
struct stripe_answer stripe_close_dispute(struct stripe_call *s);
struct stripe_answer stripe_list_disputes(struct stripe_call *s);

#endif
