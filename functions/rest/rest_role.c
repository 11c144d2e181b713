/* rest_role.c: the path to the role in a token's claims. */
#include "rest_role.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fn_json.h"
#include "fn_macros.h"

enum { KEY_MAX = 200 };

enum comparison { IS, IS_NOT, BEGINS, ENDS, HOLDS };

/* One step of the path. */
struct step {
	enum { STEP_KEY, STEP_INDEX, STEP_FILTER } kind;
	char text[KEY_MAX]; /* of a key or a filter */
	unsigned long index;
	enum comparison comparison;
};

/* ---- reading the path: each moves *at behind what it took ---- */

static bool take(const char **at, const char *text)
{
	size_t length = strlen(text);

	if (strncmp(*at, text, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool take_text(const char **at, size_t length, struct step *ret)
{
	if (length == 0 || length >= sizeof(ret->text))
		return false;
	memcpy(ret->text, *at, length);
	ret->text[length] = '\0';
	*at += length;
	return true;
}

/* Behind the first quote. */
static bool take_quoted(const char **at, struct step *ret)
{
	return take_text(at, strcspn(*at, "\""), ret) && take(at, "\"");
}

static bool take_key(const char **at, struct step *ret)
{
	ret->kind = STEP_KEY;
	return take(at, "\"") ? take_quoted(at, ret) : take_text(at, strcspn(*at, ".[\""), ret);
}

static bool take_index(const char **at, struct step *ret)
{
	char *behind;

	if (!isdigit((unsigned char)**at))
		return false;
	ret->kind = STEP_INDEX;
	ret->index = strtoul(*at, &behind, 10);
	*at = behind;
	return take(at, "]");
}

static void skip_blanks(const char **at)
{
	*at += strspn(*at, " ");
}

/* Behind "[?(": @ == "text")] */
static bool take_filter(const char **at, struct step *ret)
{
	static const struct {
		const char *text;
		enum comparison comparison;
	} words[] = {{"==^", ENDS}, {"^==", BEGINS}, {"*==", HOLDS}, {"==", IS}, {"!=", IS_NOT}};
	size_t word = 0;

	ret->kind = STEP_FILTER;
	if (!take(at, "@"))
		return false;
	skip_blanks(at);
	while (word < FN_COUNT(words) && !take(at, words[word].text))
		word++;
	if (word == FN_COUNT(words))
		return false;
	ret->comparison = words[word].comparison;
	skip_blanks(at);
	return take(at, "\"") && take_quoted(at, ret) && take(at, ")]");
}

static bool take_step(const char **at, struct step *ret)
{
	if (take(at, "."))
		return take_key(at, ret);
	if (take(at, "[?("))
		return take_filter(at, ret) && **at == '\0'; /* nothing may follow */
	return take(at, "[") && take_index(at, ret);
}

/* ---- following it ---- */

static bool fits(const char *text, const struct step *step)
{
	size_t length = strlen(text), wanted = strlen(step->text);

	switch (step->comparison) {
	case IS_NOT:
		return strcmp(text, step->text) != 0;
	case BEGINS:
		return strncmp(text, step->text, wanted) == 0;
	case ENDS:
		return length >= wanted && strcmp(text + length - wanted, step->text) == 0;
	case HOLDS:
		return strstr(text, step->text) != NULL;
	case IS:
	default:
		return strcmp(text, step->text) == 0;
	}
}

static struct json_object *first_that_fits(struct json_object *list, const struct step *step)
{
	if (fn_json_type(list) != FN_JSON_ARRAY)
		return NULL;
	for (size_t i = 0; i < fn_json_length(list); i++) {
		struct json_object *value = fn_json_at(list, i);

		if (fn_json_text(value) != NULL && fits(fn_json_text(value), step))
			return value;
	}
	return NULL;
}

static struct json_object *follow(struct json_object *value, const struct step *step)
{
	if (step->kind == STEP_KEY)
		return fn_json_get(value, step->text);
	return step->kind == STEP_INDEX ? fn_json_at(value, step->index)
					: first_that_fits(value, step);
}

bool rest_role_path_is_good(const char *path)
{
	struct step step;

	if (*path != '.')
		return false;
	while (*path != '\0') {
		if (!take_step(&path, &step))
			return false;
	}
	return true;
}

const char *rest_role_find(struct json_object *claims, const char *path)
{
	struct json_object *value = claims;
	struct step step;

	while (value != NULL && *path != '\0') {
		if (!take_step(&path, &step))
			return NULL;
		value = follow(value, &step);
	}
	if (value == NULL || fn_json_text(value) != NULL)
		return fn_json_text(value);
	return fn_json_write(value, NULL);
}
