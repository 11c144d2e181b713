/* temba_checkout.h: the one statement by which somebody begins to pay (private.checkout,
 * migrations/0027), and its refusals in words. */
#ifndef TEMBA_CHECKOUT_H
#define TEMBA_CHECKOUT_H

#include "fn_auth.h"
#include "fn_db.h"
#include "fn_json.h"

/* The row of private.checkout(). Texts live as long as the request. */
struct temba_checkout {
	const char *outcome;
	struct fn_uuid payment, order; /* "" when there is none */
	bool order_created;
	const char *state;   /* of the payment; NULL: none */
	const char *subject; /* what a refusal is about; of a payment: its provider */
	const char *retry_at;
	int64_t amount_minor, charge_minor, limit;
	const char *currency, *charge_currency;
};

/* What every wish begins with: {provider, person, caller, key, body_hash, ip}. key NULL = none.
 * Owned by the request's arena. */
struct json_object *temba_checkout_wish(struct fn_request *req, const char *provider,
					const struct fn_caller *by, const char *key);
/* Payments counted under this key, of the ten minutes that now falls into: no more than the setting
 * says (0: no limit). "" as `whose` counts nothing. */
void temba_checkout_limit(struct json_object *wish, const char *setting, const char *kind,
			  const char *whose);
/* Inside a transaction of its own and nothing else: the provider is called after COMMIT. */
FN_CHECKED struct fn_error *temba_checkout(struct fn_tx *tx, struct json_object *wish,
					   struct temba_checkout *ret);
/* NULL when the checkout made or found a payment. */
FN_CHECKED struct fn_error *temba_checkout_refusal(struct fn_request *req,
						   const struct temba_checkout *made);
bool temba_checkout_is(const struct temba_checkout *made, const char *outcome);

#endif
