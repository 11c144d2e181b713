/* temba_money.c: reading and writing sums. The table of ISO decimals is that of private.minor_units
 * (migrations/0001_ground.sql); tests/sql/200_fx.sql holds the two against each other. */
#include "temba_money.h"

#include <string.h>
#include <strings.h>

/* U+202F between groups of three digits, as Intl writes fr-FR. */
static const char group_space[] = "\xe2\x80\xaf";

static const struct currency {
	char code[4];
	int decimals;
} currencies[] = {
	{"XOF", 0}, {"XAF", 0}, {"GNF", 0}, {"RWF", 0}, {"UGX", 0}, {"JPY", 0}, {"USD", 2},
	{"EUR", 2}, {"GBP", 2}, {"CAD", 2}, {"GHS", 2}, {"NGN", 2}, {"KES", 2}, {"ZAR", 2},
};

/* Where a provider counts otherwise than ISO. */
static const struct exception {
	enum temba_money_form form;
	char code[4];
	int decimals;
} exceptions[] = {
	{TEMBA_MONEY_STRIPE, "UGX", 2}, /* kept at two for old clients; the cents must be zero */
};

static const struct currency *find(const char *code)
{
	for (size_t i = 0; code != NULL && i < FN_COUNT(currencies); i++) {
		if (strcasecmp(currencies[i].code, code) == 0)
			return &currencies[i];
	}
	return NULL;
}

int temba_money_decimals(const char *currency, enum temba_money_form form)
{
	const struct currency *found = find(currency);

	if (found == NULL)
		return -1;
	for (size_t i = 0; i < FN_COUNT(exceptions); i++) {
		if (exceptions[i].form == form && strcmp(exceptions[i].code, found->code) == 0)
			return exceptions[i].decimals;
	}
	return found->decimals;
}

bool temba_money_of(int64_t minor, const char *currency, struct temba_money *ret)
{
	const struct currency *found = find(currency);

	*ret = (struct temba_money){0};
	if (found == NULL || minor < 0)
		return false;
	ret->minor = minor;
	memcpy(ret->currency, found->code, sizeof(ret->currency));
	return true;
}

bool temba_money_same(const struct temba_money *a, const struct temba_money *b)
{
	return a->minor == b->minor && strcmp(a->currency, b->currency) == 0;
}

bool temba_money_add(const struct temba_money *a, const struct temba_money *b,
		     struct temba_money *ret)
{
	struct temba_money sum = *a;

	if (strcmp(a->currency, b->currency) != 0 ||
	    __builtin_add_overflow(a->minor, b->minor, &sum.minor))
		return false;
	*ret = sum;
	return true;
}

bool temba_money_times(const struct temba_money *a, int64_t times, struct temba_money *ret)
{
	struct temba_money product = *a;

	if (times < 0 || __builtin_mul_overflow(a->minor, times, &product.minor))
		return false;
	*ret = product;
	return true;
}

/* ---- reading */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool add_digit(char digit, int64_t *number)
{
	return !__builtin_mul_overflow(*number, (int64_t)10, number) &&
	       !__builtin_add_overflow(*number, (int64_t)(digit - '0'), number);
}

static bool begins_well(const char *text)
{
	return text != NULL && is_digit(text[0]) && (text[0] != '0' || !is_digit(text[1]));
}

/* What stands behind the last decimal that counts: nothing but zeros, or so much that it rounds. */
static bool read_rest(const char *text, enum temba_money_rest rest, bool *ret_up)
{
	*ret_up = rest == TEMBA_MONEY_HALF_UP && is_digit(*text) && *text >= '5';
	for (; is_digit(*text); text++) {
		if (rest == TEMBA_MONEY_EXACT && *text != '0')
			return false;
	}
	return *text == '\0';
}

bool temba_money_read(const char *text, const char *currency, enum temba_money_rest rest,
		      struct temba_money *ret)
{
	int decimals = temba_money_decimals(currency, TEMBA_MONEY_ISO);
	int64_t minor = 0;
	bool up = false, fits = true;

	*ret = (struct temba_money){0};
	if (decimals < 0 || !begins_well(text))
		return false;
	for (; fits && is_digit(*text); text++)
		fits = add_digit(*text, &minor);
	if (*text == '.' && !is_digit(*++text))
		return false;
	for (; fits && decimals > 0; decimals--)
		fits = add_digit(is_digit(*text) ? *text++ : '0', &minor);
	if (!fits || !read_rest(text, rest, &up))
		return false;
	if (up && __builtin_add_overflow(minor, (int64_t)1, &minor))
		return false;
	return temba_money_of(minor, currency, ret);
}

bool temba_money_read_json(struct json_object *value, const char *currency,
			   enum temba_money_rest rest, struct temba_money *ret)
{
	enum fn_json_type type = fn_json_type(value);

	*ret = (struct temba_money){0};
	if (type == FN_JSON_TEXT)
		return temba_money_read(fn_json_text(value), currency, rest, ret);
	/* a parsed number is written as it came, digit by digit */
	if (type == FN_JSON_INTEGER || type == FN_JSON_NUMBER)
		return temba_money_read(fn_json_write(value, NULL), currency, rest, ret);
	return false;
}

/* How many of the provider's units one of ours is: never less than one. */
static int64_t scale(const char *currency, enum temba_money_form form)
{
	int64_t units = 1;

	for (int i = temba_money_decimals(currency, TEMBA_MONEY_ISO);
	     i < temba_money_decimals(currency, form); i++)
		units *= 10;
	return units;
}

bool temba_money_read_units(int64_t units, const char *currency, enum temba_money_form form,
			    struct temba_money *ret)
{
	int64_t one = scale(currency, form);

	*ret = (struct temba_money){0};
	return units % one == 0 && temba_money_of(units / one, currency, ret);
}

/* ---- writing */

bool temba_money_units(const struct temba_money *money, enum temba_money_form form, int64_t *ret)
{
	return !__builtin_mul_overflow(money->minor, scale(money->currency, form), ret);
}

struct parts {
	long long whole, rest;
	int decimals;
};

static struct parts split(const struct temba_money *money)
{
	int decimals = temba_money_decimals(money->currency, TEMBA_MONEY_ISO);
	int64_t one = 1;

	for (int i = 0; i < decimals; i++)
		one *= 10;
	return (struct parts){money->minor / one, money->minor % one, decimals};
}

const char *temba_money_decimal(struct fn_arena *arena, const struct temba_money *money)
{
	struct parts p = split(money);

	if (p.decimals <= 0)
		return fn_arena_format(arena, "%lld", p.whole);
	return fn_arena_format(arena, "%lld.%0*lld", p.whole, p.decimals, p.rest);
}

static const char *grouped(struct fn_arena *arena, const struct temba_money *money)
{
	struct parts p = split(money);
	const char *digits = fn_arena_format(arena, "%lld", p.whole);
	size_t length = strlen(digits), used = 0;
	char *text = fn_arena_alloc(arena, length * sizeof(group_space) + 1);

	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0) {
			memcpy(text + used, group_space, sizeof(group_space) - 1);
			used += sizeof(group_space) - 1;
		}
		text[used++] = digits[i];
	}
	if (p.decimals <= 0)
		return text;
	return fn_arena_format(arena, "%s,%0*lld", text, p.decimals, p.rest);
}

const char *temba_money_display(struct fn_arena *arena, const struct temba_money *money)
{
	return fn_arena_format(arena, "%s %s", grouped(arena, money), money->currency);
}

const char *temba_money_named(struct fn_arena *arena, const struct temba_money *money)
{
	if (strcmp(money->currency, "XOF") == 0 || strcmp(money->currency, "XAF") == 0)
		return fn_arena_format(arena, "%s FCFA", grouped(arena, money));
	return temba_money_display(arena, money);
}

const char *temba_money_charge(struct fn_arena *arena, const struct temba_money *money)
{
	return fn_arena_format(arena, "%s%s %s", strcmp(money->currency, "USD") == 0 ? "$" : "",
			       temba_money_decimal(arena, money), money->currency);
}
