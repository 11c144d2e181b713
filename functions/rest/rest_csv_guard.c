/* rest_csv_guard.c: an apostrophe before what a spreadsheet would run. */
#include "rest_csv_guard.h"

#include <ctype.h>
#include <string.h>

static const char *after_digits(const char *at, const char *end)
{
	while (at < end && isdigit((unsigned char)*at))
		at++;
	return at;
}

/* As PostgreSQL prints numbers: -1, 0.5, 1e-07, -Infinity. */
static bool is_number(const char *at, const char *end)
{
	static const char infinity[] = "Infinity";
	const char *digits;

	at += at < end && (*at == '+' || *at == '-');
	if ((size_t)(end - at) == strlen(infinity) && strncmp(at, infinity, strlen(infinity)) == 0)
		return true;
	digits = at;
	at = after_digits(at, end);
	if (at == digits)
		return false;
	if (at < end && *at == '.')
		at = after_digits(at + 1, end);
	if (at < end && (*at == 'e' || *at == 'E')) {
		at += 1 + (at + 1 < end && (at[1] == '+' || at[1] == '-'));
		digits = at;
		at = after_digits(at, end);
		if (at == digits)
			return false;
	}
	return at == end;
}

/* The end of the cell: the comma or line's end after it. Quotes inside a quoted one are doubled. */
static const char *end_of(const char *cell)
{
	bool quoted = false;

	for (; *cell != '\0' && (quoted || (*cell != ',' && *cell != '\n')); cell++)
		quoted ^= *cell == '"';
	return cell;
}

void rest_csv_guard(struct fn_spool *into, const char *csv)
{
	for (const char *cell = csv;;) {
		const char *end = end_of(cell), *text = cell + (*cell == '"');
		const char *text_end = text > cell && end > text && end[-1] == '"' ? end - 1 : end;

		fn_spool_add(into, cell, (size_t)(text - cell));
		if (text < text_end && strchr("=+-@\t\r", *text) != NULL &&
		    !is_number(text, text_end))
			fn_spool_text(into, "'");
		fn_spool_add(into, text, (size_t)(end - text) + (*end != '\0'));
		if (*end == '\0')
			return;
		cell = end + 1;
	}
}
