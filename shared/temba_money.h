/* temba_money.h: sums of money in whole minor units, and how people, browsers and providers write
 * them. No float anywhere: numbers are read as the text they were sent as. */
#ifndef TEMBA_MONEY_H
#define TEMBA_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_json.h"

struct temba_money {
	int64_t minor;
	char currency[4]; /* ISO 4217, capitals */
};

/* Whose way of writing: providers differ from ISO in a few currencies. */
enum temba_money_form { TEMBA_MONEY_ISO, TEMBA_MONEY_STRIPE, TEMBA_MONEY_PAWAPAY };

/* What to do with "10200.4" francs, which is what 10 000 times 1.02 may be in a browser. */
enum temba_money_rest { TEMBA_MONEY_EXACT, TEMBA_MONEY_HALF_UP };

/* How many decimals a currency has there; -1: we do not take it. */
int temba_money_decimals(const char *currency, enum temba_money_form form);
/* False when we do not take the currency (any case) or the sum is negative. */
FN_CHECKED bool temba_money_of(int64_t minor, const char *currency, struct temba_money *ret);
FN_CHECKED bool temba_money_same(const struct temba_money *a, const struct temba_money *b);
/* False when the currencies differ or the sum is too large. */
FN_CHECKED bool temba_money_add(const struct temba_money *a, const struct temba_money *b,
				struct temba_money *ret);
FN_CHECKED bool temba_money_times(const struct temba_money *a, int64_t times,
				  struct temba_money *ret);

/* ---- reading: major units in decimal, "5000", "8.71" or "5000.00". No sign, no exponent, no
 * leading zeros, no spaces. False: it is none, it has a rest that is not zero, or it is too large.
 */
FN_CHECKED bool temba_money_read(const char *text, const char *currency, enum temba_money_rest rest,
				 struct temba_money *ret);
/* The same of a member of a body: a JSON number or a text. */
FN_CHECKED bool temba_money_read_json(struct json_object *value, const char *currency,
				      enum temba_money_rest rest, struct temba_money *ret);
/* A whole number of the provider's own minor units (Stripe's amounts). */
FN_CHECKED bool temba_money_read_units(int64_t units, const char *currency,
				       enum temba_money_form form, struct temba_money *ret);

/* ---- writing */
/* "5000", "8.71": major units as on pawaPay's wire. */
const char *temba_money_decimal(struct fn_arena *arena, const struct temba_money *money);
/* Whole minor units of the provider: Stripe's `amount`. False when too large for it. */
FN_CHECKED bool temba_money_units(const struct temba_money *money, enum temba_money_form form,
				  int64_t *ret);
/* "5 000 XOF", "1 234,56 EUR": as fr-FR groups, with a narrow no-break space (functions.md 1.5). */
const char *temba_money_display(struct fn_arena *arena, const struct temba_money *money);
/* The same as people call it: "5 000 FCFA"; other currencies by their code. */
const char *temba_money_named(struct fn_arena *arena, const struct temba_money *money);
/* "$8.71 USD" for a charge in dollars; others as temba_money_decimal with the code, "5000 XOF". */
const char *temba_money_charge(struct fn_arena *arena, const struct temba_money *money);

#endif
