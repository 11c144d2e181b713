/* rest_parse_filter.c: column=[not.]operator.value (rest.md 4). */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "rest_parse.h"
#include "rest_parse_text.h"

enum kind { PLAIN, QUANTIFIED, PATTERN, LIST, IS, TEXT_SEARCH };

struct operator_entry {
	const char *name;
	enum rest_operator operator;
	enum kind kind;
};

static const struct operator_entry operators[] = {
	{"eq", REST_EQ, QUANTIFIED},
	{"neq", REST_NEQ, PLAIN},
	{"gt", REST_GT, QUANTIFIED},
	{"gte", REST_GTE, QUANTIFIED},
	{"lt", REST_LT, QUANTIFIED},
	{"lte", REST_LTE, QUANTIFIED},
	{"like", REST_LIKE, PATTERN},
	{"ilike", REST_ILIKE, PATTERN},
	{"match", REST_MATCH, QUANTIFIED},
	{"imatch", REST_IMATCH, QUANTIFIED},
	{"in", REST_IN, LIST},
	{"is", REST_IS, IS},
	{"isdistinct", REST_ISDISTINCT, PLAIN},
	{"fts", REST_FTS, TEXT_SEARCH},
	{"plfts", REST_PLFTS, TEXT_SEARCH},
	{"phfts", REST_PHFTS, TEXT_SEARCH},
	{"wfts", REST_WFTS, TEXT_SEARCH},
	{"cs", REST_CS, PLAIN},
	{"cd", REST_CD, PLAIN},
	{"ov", REST_OV, PLAIN},
	{"sl", REST_SL, PLAIN},
	{"sr", REST_SR, PLAIN},
	{"nxl", REST_NXL, PLAIN},
	{"nxr", REST_NXR, PLAIN},
	{"adj", REST_ADJ, PLAIN},
};

static const struct operator_entry *find_operator(const char *word, size_t length)
{
	for (size_t i = 0; i < FN_COUNT(operators); i++) {
		if (strlen(operators[i].name) == length &&
		    strncmp(operators[i].name, word, length) == 0)
			return &operators[i];
	}
	return NULL;
}

/* A quoted value counts only in front of a comma, a closing parenthesis or the end. */
static bool read_quoted_value(struct rest_reader *reader, const char **ret)
{
	const char *start = reader->at;

	if (!rest_read_quoted(reader, ret))
		return false;
	if (*reader->at == '\0' || *reader->at == ',' || *reader->at == ')')
		return true;
	reader->at = start;
	return false;
}

static const char *read_until(struct rest_reader *reader, size_t length)
{
	const char *start = reader->at;

	reader->at += length;
	return fn_arena_copy(reader->arena, start, length);
}

static const char *read_value(struct rest_reader *reader, bool in_logic)
{
	const char *value;
	size_t braces;

	if (!in_logic)
		return read_until(reader, strlen(reader->at));
	if (read_quoted_value(reader, &value))
		return value;
	braces = *reader->at == '{' ? 1 + strcspn(reader->at + 1, "{}") : 0;
	if (braces > 0 && reader->at[braces] == '}')
		return read_until(reader, braces + 1);
	return read_until(reader, strcspn(reader->at, ",)"));
}

/* "(" elements ")"; "()" is the empty list */
static struct fn_error *read_list(struct rest_reader *reader, struct rest_condition *ret)
{
	const char **list = NULL;

	rest_skip(reader);
	if (!rest_eat(reader, "("))
		return rest_unexpected(reader, "\"(\"");
	rest_skip(reader);
	if (rest_eat(reader, ")")) {
		rest_skip(reader);
		return NULL;
	}
	do {
		const char *element;

		if (!read_quoted_value(reader, &element))
			element = read_until(reader, strcspn(reader->at, ",)"));
		list = rest_room(reader->arena, list, ret->list_count, sizeof(*list));
		list[ret->list_count++] = element;
	} while (rest_eat(reader, ","));
	ret->list = list;
	if (!rest_eat(reader, ")"))
		return rest_unexpected(reader, "\",\" or \")\"");
	rest_skip(reader);
	return NULL;
}

static struct fn_error *read_is(struct rest_reader *reader, enum rest_is *ret)
{
	static const struct {
		const char *word;
		enum rest_is is;
	} table[] = {{"null", REST_IS_NULL},
		     {"not_null", REST_IS_NOT_NULL},
		     {"true", REST_IS_TRUE},
		     {"false", REST_IS_FALSE},
		     {"unknown", REST_IS_UNKNOWN}};
	size_t length = 0;

	while (isalpha((unsigned char)reader->at[length]) || reader->at[length] == '_')
		length++;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strlen(table[i].word) == length &&
		    strncasecmp(table[i].word, reader->at, length) == 0) {
			*ret = table[i].is;
			reader->at += length;
			rest_skip(reader);
			return NULL;
		}
	}
	return rest_unexpected(reader, "isVal: (null, not_null, true, false, unknown)");
}

/* What may stand in parentheses between operator and dot. */
static struct fn_error *read_modifier(struct rest_reader *reader, enum kind kind,
				      struct rest_condition *ret)
{
	if (*reader->at != '(')
		return NULL;
	if (kind == TEXT_SEARCH) {
		reader->at++;
		FN_TRY(rest_read_name(reader, &ret->language));
		return rest_eat(reader, ")") ? NULL : rest_unexpected(reader, "\")\"");
	}
	if (kind != QUANTIFIED && kind != PATTERN)
		return rest_unexpected(reader, "\".\"");
	if (rest_eat(reader, "(any)"))
		ret->quantifier = REST_ANY;
	else if (rest_eat(reader, "(all)"))
		ret->quantifier = REST_ALL;
	else
		return rest_unexpected(reader, "\"(any)\" or \"(all)\"");
	return NULL;
}

static const char *with_percents(struct fn_arena *arena, const char *value)
{
	char *copy = fn_arena_text(arena, value);

	for (char *c = strchr(copy, '*'); c != NULL; c = strchr(c, '*'))
		*c = '%';
	return copy;
}

struct fn_error *rest_read_operation(struct rest_reader *reader, bool in_logic,
				     struct rest_condition *ret)
{
	const struct operator_entry *entry;
	const char *word;

	ret->negated = rest_eat(reader, "not.");
	word = reader->at;
	entry = find_operator(word, strspn(word, "abcdefghijklmnopqrstuvwxyz"));
	if (entry == NULL)
		return rest_unexpected(reader, "operator (eq, gt, ...)");
	ret->node = REST_FILTER;
	ret->operator= entry->operator;
	reader->at += strlen(entry->name);
	FN_TRY(read_modifier(reader, entry->kind, ret));
	if (!rest_eat(reader, "."))
		return rest_unexpected(reader, "\".\"");
	if (entry->kind == LIST)
		return read_list(reader, ret);
	if (entry->kind == IS)
		return read_is(reader, &ret->is);
	ret->value = read_value(reader, in_logic);
	if (entry->kind == TEXT_SEARCH && strlen(ret->value) > REST_SEARCH_MAX)
		return rest_too_much(reader->req, "bytes in a text search", REST_SEARCH_MAX);
	if (entry->kind == PATTERN)
		ret->value = with_percents(reader->arena, ret->value);
	return NULL;
}

struct fn_error *rest_parse_filter(struct fn_request *req, const char *field, const char *value,
				   struct rest_condition *ret)
{
	struct rest_reader name = rest_reader(req, "tree path", field);
	struct rest_reader reader = rest_reader(req, "filter", value);

	*ret = (struct rest_condition){.node = REST_FILTER};
	FN_TRY(rest_read_field(&name, &ret->field));
	if (!rest_at_end(&name))
		return rest_unexpected(&name, "\"->\" or end of input");
	FN_TRY(rest_read_operation(&reader, false, ret));
	return rest_at_end(&reader) ? NULL : rest_unexpected(&reader, "end of input");
}
