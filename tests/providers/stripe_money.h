/* stripe_money.h: what Stripe lets be charged: currencies, their decimals, least and most. */
#ifndef STRIPE_MONEY_H
#define STRIPE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_arena.h"

/* currency in small letters */
bool stripe_is_currency(const char *currency);
/* 0 for currencies whose smallest unit is the whole one, 3 for a few, else 2. */
unsigned stripe_decimals(const char *currency);
/* NULL when the amount may be charged; else the message, and *ret_code. */
const char *stripe_amount_complaint(struct fn_arena *arena, int64_t amount, const char *currency,
				    const char **ret_code);
/* "8.71 usd", "5000 xof" */
const char *stripe_show_amount(struct fn_arena *arena, int64_t amount, const char *currency);

#endif
