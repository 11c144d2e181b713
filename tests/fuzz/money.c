/* money.c: fuzz target for sums of money: the first bytes choose currency and rounding, the rest is
 * the text. What is accepted is written and read again as itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "temba_money.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool fact)
{
	if (!fact)
		abort();
}

static void read_sum(struct fn_arena *arena, const char *text, const char *currency,
		     enum temba_money_rest rest)
{
	struct temba_money money, again;
	int64_t units;

	if (!temba_money_read(text, currency, rest, &money)) {
		demand(money.minor == 0 && money.currency[0] == '\0');
		return;
	}
	demand(money.minor >= 0 && strcmp(money.currency, currency) == 0);
	demand(temba_money_read(temba_money_decimal(arena, &money), currency, TEMBA_MONEY_EXACT,
				&again) &&
	       temba_money_same(&money, &again));
	demand(strlen(temba_money_display(arena, &money)) < 64);
	if (temba_money_units(&money, TEMBA_MONEY_STRIPE, &units))
		demand(temba_money_read_units(units, currency, TEMBA_MONEY_STRIPE, &again) &&
		       temba_money_same(&money, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const currencies[] = {"XOF", "USD", "UGX", "EUR"};
	struct fn_arena *arena = fn_arena_new(16 << 20);
	size_t choice = size > 0 ? data[0] : 0;
	const char *text =
		fn_arena_copy(arena, size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);

	read_sum(arena, text, currencies[choice % 4],
		 choice / 4 % 2 == 0 ? TEMBA_MONEY_EXACT : TEMBA_MONEY_HALF_UP);
	fn_arena_free(arena);
	return 0;
}
