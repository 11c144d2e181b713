/* stripe_money.c: Stripe's rules of amounts. */
#include "stripe_money.h"

#include <string.h>

enum { MOST = 99999999 };

/* Three letters and a space each. */
static const char currencies[] =
	"usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd "
	"bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp "
	"gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf "
	"krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn "
	"nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr "
	"sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv "
	"wst xaf xcd xof xpf yer zar zmw ";
static const char zero_decimal[] = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf ";
static const char three_decimal[] = "bhd jod kwd omr tnd ";
/* two decimals in form, none in fact */
static const char in_hundreds[] = "isk ugx ";

static bool stands_in(const char *list, const char *currency)
{
	if (strlen(currency) != 3)
		return false;
	for (const char *at = list; *at != '\0'; at += 4) {
		if (strncmp(at, currency, 3) == 0)
			return true;
	}
	return false;
}

bool stripe_is_currency(const char *currency)
{
	return stands_in(currencies, currency);
}

unsigned stripe_decimals(const char *currency)
{
	if (stands_in(zero_decimal, currency))
		return 0;
	return stands_in(three_decimal, currency) ? 3 : 2;
}

const char *stripe_show_amount(struct fn_arena *arena, int64_t amount, const char *currency)
{
	switch (stripe_decimals(currency)) {
	case 0:
		return fn_arena_format(arena, "%lld %s", (long long)amount, currency);
	case 3:
		return fn_arena_format(arena, "%lld.%03d %s", (long long)(amount / 1000),
				       (int)(amount % 1000), currency);
	default:
		return fn_arena_format(arena, "%lld.%02d %s", (long long)(amount / 100),
				       (int)(amount % 100), currency);
	}
}

/* Fifty cents, or what Stripe's list of minimum amounts says. CFA francs have no minimum of their
 * own: they must be worth fifty cents, and 300 are at any rate of these years. */
static int64_t least(const char *currency)
{
	static const struct {
		const char *currency;
		int64_t least;
	} table[] = {{"usd", 50},  {"aed", 200},   {"aud", 50},   {"brl", 50},  {"cad", 50},
		     {"chf", 50},  {"czk", 1500},  {"dkk", 250},  {"eur", 50},  {"gbp", 30},
		     {"hkd", 400}, {"huf", 17500}, {"inr", 50},   {"jpy", 50},  {"mxn", 1000},
		     {"myr", 200}, {"nok", 300},   {"nzd", 50},   {"pln", 200}, {"ron", 200},
		     {"sek", 300}, {"sgd", 50},    {"thb", 1000}, {"xaf", 300}, {"xof", 300}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(table[i].currency, currency) == 0)
			return table[i].least;
	}
	return 1;
}

const char *stripe_amount_complaint(struct fn_arena *arena, int64_t amount, const char *currency,
				    const char **ret_code)
{
	*ret_code = "parameter_invalid_integer";
	if (amount < 1)
		return "This value must be greater than or equal to 1.";
	*ret_code = "amount_too_small";
	if (amount < least(currency))
		return fn_arena_format(arena, "Amount must be at least %s",
				       stripe_show_amount(arena, least(currency), currency));
	*ret_code = "amount_too_large";
	if (amount > MOST)
		return fn_arena_format(arena, "Amount must be no more than %s",
				       stripe_show_amount(arena, MOST, currency));
	*ret_code = "invalid_charge_amount";
	if (stands_in(in_hundreds, currency) && amount % 100 != 0)
		return "Amounts of this currency must be divisible by 100.";
	if (stands_in(three_decimal, currency) && amount % 10 != 0)
		return "The last digit of amounts of this currency must be zero.";
	return NULL;
}
