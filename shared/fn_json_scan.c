/* fn_json_scan.c: what a JSON text must be before json-c sees it: json-c alone accepts single
 * quotes, NaN, -01, NULs and saturates integers (reliability.md 4.3). */
#include "fn_json_scan.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 64 };

struct scan {
	const char *at, *end;
	size_t members;
	const char *why;
};

static int hex4(const char *digits)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)digits[i];

		if (!isxdigit(c))
			return -1;
		value = value * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return value;
}

/* \uXXXX: no NUL, and surrogates only in pairs. `at` stands on the 'u'. */
static bool scan_unicode(struct scan *s)
{
	int code = s->end - s->at < 5 ? -1 : hex4(s->at + 1);

	s->why = "bad \\u escape";
	if (code <= 0 || (code >= 0xdc00 && code <= 0xdfff))
		return false;
	s->at += 4;
	if (code >= 0xd800 && code <= 0xdbff) {
		if (s->end - s->at < 7 || s->at[1] != '\\' || s->at[2] != 'u')
			return false;
		code = hex4(s->at + 3);
		if (code < 0xdc00 || code > 0xdfff)
			return false;
		s->at += 6;
	}
	return true;
}

/* `at` stands on the opening quote; ends behind the closing one. */
static bool scan_string(struct scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++) {
		if ((unsigned char)*s->at < 0x20) {
			s->why = "control character in a string";
			return false;
		}
		if (*s->at != '\\')
			continue;
		s->at++;
		if (s->at < s->end && *s->at == 'u') {
			if (!scan_unicode(s))
				return false;
		} else if (s->at >= s->end || strchr("\"\\/bfnrt", *s->at) == NULL) {
			s->why = "bad escape";
			return false;
		}
	}
	if (s->at >= s->end) {
		s->why = "string without end";
		return false;
	}
	s->at++;
	return true;
}

static const char *skip_digits(const char *at)
{
	while (isdigit((unsigned char)*at))
		at++;
	return at;
}

/* RFC 8259, section 6; integers must fit 64 bits, others must be finite. */
static bool is_number(const char *text)
{
	const char *at = text + (*text == '-'), *start = at;
	bool whole = true;

	at = skip_digits(at);
	if (at == start || (*start == '0' && at - start > 1))
		return false;
	if (*at == '.') {
		whole = false;
		start = at + 1;
		at = skip_digits(start);
		if (at == start)
			return false;
	}
	if (*at == 'e' || *at == 'E') {
		whole = false;
		start = at + 1 + (at[1] == '+' || at[1] == '-');
		at = skip_digits(start);
		if (at == start)
			return false;
	}
	if (*at != '\0')
		return false;
	errno = 0;
	if (whole)
		(void)strtoll(text, NULL, 10);
	else if (!isfinite(strtod(text, NULL)))
		return false;
	return !whole || errno == 0;
}

/* A literal or a number. */
static bool scan_word(struct scan *s)
{
	char word[NUMBER_MAX + 1] = "";
	size_t length = 0;

	while (s->at < s->end &&
	       (isalnum((unsigned char)*s->at) || strchr("+-.", *s->at) != NULL)) {
		if (*s->at == '\0' || length == NUMBER_MAX)
			break;
		word[length++] = *s->at++;
	}
	word[length] = '\0';
	s->why = "not a value";
	return length > 0 && (strcmp(word, "true") == 0 || strcmp(word, "false") == 0 ||
			      strcmp(word, "null") == 0 || is_number(word));
}

static bool scan_all(struct scan *s)
{
	unsigned depth = 0;

	while (s->at < s->end) {
		char c = *s->at;

		if (c == '"') {
			if (!scan_string(s))
				return false;
		} else if (c != '\0' && strchr(" \t\r\n,:[]{}", c) != NULL) {
			s->members += c == ':';
			depth += c == '[' || c == '{';
			depth -= (c == ']' || c == '}') && depth > 0;
			if (depth > FN_JSON_DEPTH_MAX) {
				s->why = "nested too deeply";
				return false;
			}
			s->at++;
		} else if (!scan_word(s)) {
			return false;
		}
	}
	return true;
}

bool fn_json_scan(const char *bytes, size_t length, size_t *ret_members, const char **ret_why)
{
	struct scan s = {.at = bytes, .end = bytes + length};
	bool fine = scan_all(&s);

	*ret_members = s.members;
	if (!fine)
		*ret_why = s.why;
	return fine;
}
