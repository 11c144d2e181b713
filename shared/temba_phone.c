/* temba_phone.c: phone numbers in one canonical form. The original had a rule per function, so that
 * a number stored by one was not found by another; this is the only reader there is. */
#include "temba_phone.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "fn_macros.h"

/* Countries whose numbers are recognised without a '+', and how many digits follow their code. */
static const struct country {
	const char *code;
	size_t min, max;
} countries[] = {
	{"226", 8, 8},   /* Burkina Faso: the country of whoever writes no code */
	{"225", 10, 10}, /* Côte d'Ivoire */
	{"233", 9, 9},   /* Ghana */
	{"221", 9, 9},   /* Senegal */
	{"223", 8, 8},   /* Mali */
	{"227", 8, 8},   /* Niger */
	{"228", 8, 8},   /* Togo */
	{"229", 8, 8},   /* Benin */
	{"234", 10, 11}, /* Nigeria */
};

enum {
	CODE_LENGTH = 3,
	HOME_LENGTH = 8,
	DIGITS_MIN = 7,
	DIGITS_MAX = 15, /* E.164 */
	/* room for spaces, dots and brackets around 17 digits; longer text is no phone number */
	TEXT_MAX = 64,
};

static const char home[] = "226";

struct number {
	char digits[TEXT_MAX + 2 * CODE_LENGTH + 1];
	size_t length;
	bool international; /* began with '+' or 00 */
};

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static void remove_front(struct number *n, size_t count)
{
	memmove(n->digits, n->digits + count, n->length - count + 1);
	n->length -= count;
}

/* Keeps the digits, and whether a '+' stood before the first of them. */
static bool read_digits(struct number *n, const char *text)
{
	*n = (struct number){0};
	if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '+' && n->length == 0)
			n->international = true;
		else if (isdigit((unsigned char)*c))
			n->digits[n->length++] = *c;
	}
	if (!n->international && starts_with(n->digits, "00")) {
		n->international = true;
		remove_front(n, 2);
	}
	return n->length > 0;
}

static bool names_its_country(const struct number *n)
{
	for (size_t i = 0; i < FN_COUNT(countries); i++) {
		const struct country *c = &countries[i];

		if (starts_with(n->digits, c->code) && n->length >= CODE_LENGTH + c->min &&
		    n->length <= CODE_LENGTH + c->max)
			return true;
	}
	return false;
}

/* Web clients glue +226 in front of numbers that begin with 226 already. */
static void collapse_doubled_home(struct number *n)
{
	if (n->length == 2 * (size_t)CODE_LENGTH + HOME_LENGTH && starts_with(n->digits, "226226"))
		remove_front(n, CODE_LENGTH);
}

/* A national number gets the home code, unless it names its country already. */
static void add_country(struct number *n)
{
	remove_front(n, strspn(n->digits, "0"));
	collapse_doubled_home(n);
	if (n->length != HOME_LENGTH && names_its_country(n))
		return;
	memmove(n->digits + CODE_LENGTH, n->digits, n->length + 1);
	memcpy(n->digits, home, CODE_LENGTH);
	n->length += CODE_LENGTH;
}

const char *temba_phone(struct fn_arena *arena, const char *text)
{
	struct number n;

	if (text == NULL || !read_digits(&n, text))
		return NULL;
	if (n.international)
		collapse_doubled_home(&n);
	else
		add_country(&n);
	/* no country code begins with 0 (ITU-T E.164) */
	if (n.length < DIGITS_MIN || n.length > DIGITS_MAX || n.digits[0] == '0')
		return NULL;
	return fn_arena_format(arena, "+%s", n.digits);
}

bool temba_phone_is_whole(const char *phone)
{
	enum {
		BENIN_NEW = 10
	}; /* since the end of 2024; the eight digits of before are still written */
	size_t length = strlen(phone);

	for (size_t i = 0; i < FN_COUNT(countries); i++) {
		const struct country *c = &countries[i];
		size_t national = length - 1 - CODE_LENGTH;

		if (length > 1 + CODE_LENGTH && starts_with(phone + 1, c->code))
			return (national >= c->min && national <= c->max) ||
			       (strcmp(c->code, "229") == 0 && national == BENIN_NEW);
	}
	return true;
}

const char *temba_phone_masked(struct fn_arena *arena, const char *phone)
{
	size_t length = phone == NULL ? 0 : strlen(phone);

	/* a short number has too few digits to show five of them */
	if (length < 1 + 2 * (size_t)CODE_LENGTH + 2)
		return "****";
	return fn_arena_format(arena, "%.4s****%s", phone, phone + length - 2);
}
