/* rest_parse_text.c: reading names and JSON paths, and saying where reading ended (rest.md 3). */
#include "rest_parse_text.h"

#include <ctype.h>
#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "rest_error.h"

enum { SHOWN_MAX = 300, INDEX_DIGITS_MAX = 18 };

/* ---- the reader ---- */

struct rest_reader rest_reader(struct fn_request *req, const char *what, const char *text)
{
	return (struct rest_reader){.req = req,
				    .arena = fn_request_arena(req),
				    .what = what,
				    .text = text,
				    .at = text};
}

/* Bytes of the character here; texts are UTF-8. */
static size_t character_size(const char *at)
{
	size_t size = 1;

	while (((unsigned char)at[size] & 0xc0) == 0x80)
		size++;
	return size;
}

struct fn_error *rest_unexpected(const struct rest_reader *reader, const char *expecting)
{
	struct fn_arena *arena = reader->arena;
	unsigned line = 1, column = 1;
	const char *shown = reader->text, *found = "end of input";
	size_t length = strlen(shown);

	for (const char *c = reader->text; c < reader->at; c += character_size(c)) {
		line += *c == '\n';
		column = *c == '\n' ? 1 : column + 1;
	}
	if (length > SHOWN_MAX) {
		length = SHOWN_MAX;
		while (((unsigned char)shown[length] & 0xc0) == 0x80)
			length--;
		shown = fn_arena_format(arena, "%.*s...", (int)length, shown);
	}
	if (*reader->at != '\0')
		found = fn_arena_format(arena, "\"%.*s\"", (int)character_size(reader->at),
					reader->at);
	return rest_fail(reader->req, 400, "PGRST100",
			 fn_arena_format(arena, "\"failed to parse %s (%s)\" (line %u, column %u)",
					 reader->what, shown, line, column),
			 fn_arena_format(arena, "unexpected %s expecting %s", found, expecting),
			 NULL);
}

struct fn_error *rest_too_much(struct fn_request *req, const char *what, size_t max)
{
	return rest_fail(req, 400, "PGRST100",
			 fn_arena_format(fn_request_arena(req),
					 "The request has too many %s: at most %zu are taken", what,
					 max),
			 NULL, NULL);
}

struct fn_error *rest_count_node(struct rest_reader *reader)
{
	if (++reader->nodes > REST_NODES_MAX)
		return rest_too_much(reader->req, "items or conditions", REST_NODES_MAX);
	return NULL;
}

void rest_skip(struct rest_reader *reader)
{
	reader->at += strspn(reader->at, " \t");
}

bool rest_eat(struct rest_reader *reader, const char *literal)
{
	size_t length = strlen(literal);

	if (strncmp(reader->at, literal, length) != 0)
		return false;
	reader->at += length;
	return true;
}

bool rest_at_end(const struct rest_reader *reader)
{
	return *reader->at == '\0';
}

void *rest_room(struct fn_arena *arena, void *array, size_t count, size_t size)
{
	void *more;

	if (count != 0 && (count & (count - 1)) != 0)
		return array;
	more = fn_arena_alloc(arena, (count == 0 ? 1 : count * 2) * size);
	if (array != NULL)
		memcpy(more, array, count * size);
	return more;
}

/* ---- names ---- */

static bool is_wide_letter(const char *at, size_t size)
{
	static locale_t unicode; /* knows which characters are letters; lives as long as we do */
	wint_t code = (unsigned char)at[0] & (0x7fU >> size);

	if (unicode == NULL)
		unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	for (size_t i = 1; i < size; i++)
		code = code << 6 | ((unsigned char)at[i] & 0x3f);
	return unicode != NULL && iswalnum_l(code, unicode) != 0;
}

/* Bytes of the letter, digit, blank, _ or $ here; 0 when it is none. */
static size_t ident_size(const char *at)
{
	size_t size;

	if ((unsigned char)*at < 0x80)
		return isalnum((unsigned char)*at) || *at == '_' || *at == ' ' || *at == '$';
	size = character_size(at);
	return is_wide_letter(at, size) ? size : 0;
}

/* Appends one part without the blanks around it; false when nothing is left. */
static bool add_part(char *into, size_t *length, const char *from, size_t size)
{
	while (size > 0 && *from == ' ') {
		from++;
		size--;
	}
	while (size > 0 && from[size - 1] == ' ')
		size--;
	memcpy(into + *length, from, size);
	*length += size;
	return size > 0;
}

static size_t dash_size(const char *at)
{
	return *at == '-' && at[1] != '>';
}

bool rest_read_quoted(struct rest_reader *reader, const char **ret)
{
	const char *end = reader->at + 1;
	char *out, *into;

	if (*reader->at != '"')
		return false;
	while (*end != '"') {
		end += *end == '\\';
		if (*end == '\0')
			return false;
		end++;
	}
	out = into = fn_arena_alloc(reader->arena, (size_t)(end - reader->at));
	for (const char *c = reader->at + 1; c < end; c++) {
		c += *c == '\\';
		*into++ = *c;
	}
	reader->at = end + 1;
	*ret = out;
	return true;
}

/* ident *( "-" ident ) */
static bool read_plain_name(struct rest_reader *reader, const char **ret)
{
	const char *end = reader->at, *part = reader->at;
	size_t length = 0, step;
	char *out;

	while ((step = ident_size(end) + dash_size(end)) > 0)
		end += step;
	out = fn_arena_alloc(reader->arena, (size_t)(end - part) + 1);
	for (const char *c = part; c <= end; c++) {
		if (c < end && *c != '-')
			continue;
		if (!add_part(out, &length, part, (size_t)(c - part))) {
			reader->at = c;
			return false;
		}
		part = c + 1;
		if (c < end)
			out[length++] = '-';
	}
	reader->at = end;
	*ret = out;
	return true;
}

struct fn_error *rest_read_name(struct rest_reader *reader, const char **ret)
{
	static const char expecting[] = "field name (* or [a..z0..9_$])";
	const char *start;

	rest_skip(reader);
	start = reader->at;
	if (*start == '"') {
		if (!rest_read_quoted(reader, ret) || **ret == '\0')
			return rest_unexpected(reader, expecting);
	} else if (!read_plain_name(reader, ret)) {
		return rest_unexpected(reader, expecting);
	}
	if (strlen(*ret) > REST_NAME_MAX) {
		reader->at = start;
		return rest_unexpected(reader, "a shorter name");
	}
	rest_skip(reader);
	return NULL;
}

struct fn_error *rest_read_names(struct fn_request *req, const char *what, const char *text,
				 const char *const **ret, size_t *ret_count)
{
	struct rest_reader reader = rest_reader(req, what, text);
	const char **names = NULL, *name;
	size_t count = 0, same;

	do {
		FN_TRY(rest_read_name(&reader, &name));
		for (same = 0; same < count && strcmp(names[same], name) != 0;)
			same++;
		if (same < count)
			continue;
		if (count == REST_ITEMS_MAX)
			return rest_too_much(req, "columns", REST_ITEMS_MAX);
		names = rest_room(reader.arena, names, count, sizeof(*names));
		names[count++] = name;
	} while (rest_eat(&reader, ","));
	if (!rest_at_end(&reader))
		return rest_unexpected(&reader, "\",\" or end of input");
	*ret = names;
	*ret_count = count;
	return NULL;
}

/* ---- JSON paths ---- */

/* After an index the path ends or goes on; otherwise it was the beginning of a key. */
static bool ends_index(const char *at)
{
	return *at == '\0' || *at == '.' || *at == ',' || *at == ')' || strncmp(at, "->", 2) == 0 ||
	       strncmp(at, "::", 2) == 0;
}

static bool read_index(struct rest_reader *reader, int64_t *ret)
{
	const char *at = reader->at;
	bool negative = *at == '-';
	int64_t value = 0;
	size_t digits;

	at += negative;
	digits = strspn(at, "0123456789");
	if (digits == 0 || digits > INDEX_DIGITS_MAX || !ends_index(at + digits))
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (at[i] - '0');
	*ret = negative ? -value : value;
	reader->at = at + digits;
	return true;
}

static struct fn_error *read_key(struct rest_reader *reader, const char **ret)
{
	const char *at = reader->at;
	size_t length;

	if (*at == '"') {
		if (!rest_read_quoted(reader, ret))
			return rest_unexpected(reader, "a closing quote");
		return NULL;
	}
	for (;;) {
		length = strcspn(at, "(-:.,>)");
		at += length;
		if (length == 0 || dash_size(at) == 0)
			break;
		at++;
	}
	length = (size_t)(at - reader->at);
	*ret = fn_arena_copy(reader->arena, reader->at, length);
	if (length == 0 || at[-1] == '-') {
		reader->at = at;
		return rest_unexpected(reader, "a key");
	}
	reader->at = at;
	return NULL;
}

struct fn_error *rest_read_path(struct rest_reader *reader, struct rest_field *ret)
{
	struct rest_step *steps = NULL;

	while (rest_eat(reader, "->")) {
		struct rest_step step = {.as_text = rest_eat(reader, ">")};

		if (ret->step_count == REST_STEPS_MAX)
			return rest_too_much(reader->req, "steps in a JSON path", REST_STEPS_MAX);
		if (!read_index(reader, &step.index))
			FN_TRY(read_key(reader, &step.key));
		steps = rest_room(reader->arena, steps, ret->step_count, sizeof(*steps));
		steps[ret->step_count++] = step;
	}
	ret->steps = steps;
	return NULL;
}

struct fn_error *rest_read_field(struct rest_reader *reader, struct rest_field *ret)
{
	*ret = (struct rest_field){.name = NULL};
	FN_TRY(rest_read_name(reader, &ret->name));
	return rest_read_path(reader, ret);
}
