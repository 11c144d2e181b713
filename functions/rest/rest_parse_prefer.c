/* rest_parse_prefer.c: Prefer, in one header or several joined ones (rest.md 9). */
#include <string.h>

#include "rest_parse.h"

enum { UNKNOWN_MAX = 500, DIGITS_MAX = 18 };

struct prefer {
	struct fn_arena *arena;
	struct rest_preferences *ret;
	bool tx_override;
};

struct word {
	const char *text;
	int value;
};

/* The value that a word stands for, or -1. */
static int find(const struct word *words, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i].text, text) == 0)
			return words[i].value;
	}
	return -1;
}

#define FIND(words, text) find(words, FN_COUNT(words), text)

/* The first of a repeated preference counts; each reader says whether it knows the value. */

static bool take_resolution(struct prefer *p, const char *value)
{
	static const struct word words[] = {{"merge-duplicates", REST_MERGE_DUPLICATES},
					    {"ignore-duplicates", REST_IGNORE_DUPLICATES}};
	int found = FIND(words, value);

	if (found >= 0 && p->ret->resolution == REST_NO_RESOLUTION)
		p->ret->resolution = (enum rest_resolution)found;
	return found >= 0;
}

static bool take_missing(struct prefer *p, const char *value)
{
	static const struct word words[] = {{"null", false}, {"default", true}};
	int found = FIND(words, value);

	if (found >= 0 && !p->ret->missing_given) {
		p->ret->missing_given = true;
		p->ret->missing_default = found != 0;
	}
	return found >= 0;
}

static bool take_return(struct prefer *p, const char *value)
{
	static const struct word words[] = {{"minimal", REST_RETURN_MINIMAL},
					    {"headers-only", REST_RETURN_HEADERS},
					    {"representation", REST_RETURN_ROWS}};
	int found = FIND(words, value);

	if (found >= 0 && !p->ret->return_given) {
		p->ret->return_given = true;
		p->ret->returns = (enum rest_return)found;
	}
	return found >= 0;
}

static bool take_count(struct prefer *p, const char *value)
{
	static const struct word words[] = {{"exact", REST_COUNT_EXACT},
					    {"planned", REST_COUNT_PLANNED},
					    {"estimated", REST_COUNT_ESTIMATED}};
	int found = FIND(words, value);

	if (found >= 0 && p->ret->count == REST_NO_COUNT)
		p->ret->count = (enum rest_count)found;
	return found >= 0;
}

static bool take_tx(struct prefer *p, const char *value)
{
	static const struct word words[] = {{"commit", false}, {"rollback", true}};
	int found = FIND(words, value);

	if (found >= 0 && p->tx_override && !p->ret->tx_given) {
		p->ret->tx_given = true;
		p->ret->rollback = found != 0;
	}
	return found >= 0;
}

static bool take_handling(struct prefer *p, const char *value)
{
	static const struct word words[] = {{"lenient", false}, {"strict", true}};
	int found = FIND(words, value);

	if (found >= 0 && !p->ret->handling_given) {
		p->ret->handling_given = true;
		p->ret->strict = found != 0;
	}
	return found >= 0;
}

static bool take_timezone(struct prefer *p, const char *value)
{
	if (p->ret->timezone == NULL)
		p->ret->timezone = value;
	return true;
}

static bool take_max_affected(struct prefer *p, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	int64_t number = 0;

	if (digits == 0 || digits > DIGITS_MAX || value[digits] != '\0')
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (value[i] - '0');
	if (!p->ret->has_max_affected) {
		p->ret->has_max_affected = true;
		p->ret->max_affected = number;
	}
	return true;
}

static bool take(struct prefer *p, const char *name, const char *value)
{
	static const struct {
		const char *name;
		bool (*take)(struct prefer *p, const char *value);
	} table[] = {{"resolution", take_resolution},
		     {"missing", take_missing},
		     {"return", take_return},
		     {"count", take_count},
		     {"tx", take_tx},
		     {"handling", take_handling},
		     {"timezone", take_timezone},
		     {"max-affected", take_max_affected}};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(table[i].name, name) == 0)
			return table[i].take(p, value);
	}
	return false;
}

static void take_one(struct prefer *p, const char *text, size_t length)
{
	const char *whole = fn_text_trim(p->arena, fn_arena_copy(p->arena, text, length));
	const char *equals = strchr(whole, '='), *known = p->ret->unknown;
	size_t name = equals == NULL ? strlen(whole) : (size_t)(equals - whole);
	const char *value = equals == NULL ? "" : fn_text_trim(p->arena, equals + 1);

	if (*whole == '\0')
		return;
	if (take(p, fn_text_trim(p->arena, fn_arena_copy(p->arena, whole, name)), value))
		return;
	if (known == NULL)
		p->ret->unknown = fn_arena_format(p->arena, "%.*s", UNKNOWN_MAX, whole);
	else if (strlen(known) + strlen(whole) < UNKNOWN_MAX)
		p->ret->unknown = fn_arena_format(p->arena, "%s, %s", known, whole);
}

void rest_parse_prefer(struct fn_request *req, const char *header,
		       const struct rest_parse_settings *settings, struct rest_preferences *ret)
{
	struct prefer p = {.arena = fn_request_arena(req),
			   .ret = ret,
			   .tx_override = settings->tx_override};

	*ret = (struct rest_preferences){.returns = REST_RETURN_MINIMAL,
					 .rollback = settings->tx_rollback};
	while (header != NULL && *header != '\0') {
		size_t length = strcspn(header, ",");

		take_one(&p, header, length);
		header += length + (header[length] == ',');
	}
}
