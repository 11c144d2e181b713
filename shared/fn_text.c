/* fn_text.c: reading and checking text. */
#include "fn_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fn_buf.h"

/* How many bytes follow a lead byte, and the bounds of the first of them (RFC 3629, section 4). */
static size_t utf8_tail(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high)
{
	*ret_low = 0x80;
	*ret_high = 0xbf;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 1;
	if (lead >= 0xe0 && lead <= 0xef) {
		*ret_low = lead == 0xe0 ? 0xa0 : 0x80;  /* no overlong forms */
		*ret_high = lead == 0xed ? 0x9f : 0xbf; /* no surrogates */
		return 2;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*ret_low = lead == 0xf0 ? 0x90 : 0x80;
		*ret_high = lead == 0xf4 ? 0x8f : 0xbf; /* nothing past U+10FFFF */
		return 3;
	}
	return 0;
}

bool fn_text_is_utf8(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes, *end = at + length;

	while (at < end) {
		unsigned char low, high;
		size_t tail;

		if (*at > 0 && *at < 0x80) {
			at++;
			continue;
		}
		tail = utf8_tail(*at, &low, &high);
		if (tail == 0 || (size_t)(end - at) <= tail || at[1] < low || at[1] > high)
			return false;
		for (size_t i = 2; i <= tail; i++) {
			if ((at[i] & 0xc0) != 0x80)
				return false;
		}
		at += tail + 1;
	}
	return true;
}

bool fn_text_uuid(const char *text, struct fn_uuid *ret)
{
	struct fn_uuid uuid;

	if (text == NULL || strlen(text) != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
		uuid.text[i] = (char)tolower((unsigned char)text[i]);
	}
	uuid.text[36] = '\0';
	*ret = uuid;
	return true;
}

const char *fn_text_trim(struct fn_arena *arena, const char *text)
{
	size_t length;

	while (isspace((unsigned char)*text))
		text++;
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	return fn_arena_copy(arena, text, length);
}

/* What may stand in a domain name; bytes of other scripts pass, a mail server decides. */
static bool is_domain(const char *domain)
{
	const char *dot = strrchr(domain, '.');

	if (dot == NULL || dot == domain || dot[1] == '\0' || strstr(domain, "..") != NULL)
		return false;
	for (const unsigned char *c = (const unsigned char *)domain; *c != '\0'; c++) {
		if (*c < 0x80 && !isalnum(*c) && *c != '-' && *c != '.')
			return false;
	}
	return domain[0] != '-' && domain[0] != '.';
}

const char *fn_text_email(struct fn_arena *arena, const char *text)
{
	char *email;
	const char *at;

	if (text == NULL)
		return NULL;
	email = fn_arena_text(arena, fn_text_trim(arena, text));
	at = strchr(email, '@');
	if (at == NULL || at == email || at != strrchr(email, '@') || strlen(email) > 255 ||
	    at - email > 64 || !is_domain(at + 1))
		return NULL;
	for (char *c = email; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte <= ' ' || byte == 0x7f || strchr("<>()[]\\,;:\"", byte) != NULL)
			return NULL;
		*c = (char)(byte < 0x80 ? tolower(byte) : byte);
	}
	return email;
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* The byte that %XX stands for, or -1. */
static int percent_byte(const char *text, size_t left)
{
	int high = left < 3 ? -1 : hex_value(text[1]);
	int low = high < 0 ? -1 : hex_value(text[2]);

	return low < 0 ? -1 : high * 16 + low;
}

const char *fn_text_url_decode(struct fn_arena *arena, const char *text, size_t length, bool form)
{
	char *out = fn_arena_alloc(arena, length + 1), *at = out;

	for (size_t i = 0; i < length; i++) {
		int byte = (unsigned char)text[i];

		if (byte == '%') {
			byte = percent_byte(text + i, length - i);
			i += 2;
		} else if (byte == '+' && form) {
			byte = ' ';
		}
		if (byte < 0)
			return NULL;
		*at++ = (char)byte;
	}
	return fn_text_is_utf8(out, (size_t)(at - out)) ? out : NULL;
}

const char *fn_text_url_encode(struct fn_arena *arena, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = fn_arena_alloc(arena, strlen(text) * 3 + 1), *at = out;

	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if ((*c < 0x80 && isalnum(*c)) || strchr("-._~", *c) != NULL) {
			*at++ = (char)*c;
		} else {
			*at++ = '%';
			*at++ = digits[*c >> 4];
			*at++ = digits[*c & 15];
		}
	}
	return out;
}

const char *fn_text_html(struct fn_arena *arena, const char *text)
{
	static const struct {
		char plain;
		const char *escaped;
	} table[] = {{'&', "&amp;"},
		     {'<', "&lt;"},
		     {'>', "&gt;"},
		     {'"', "&quot;"},
		     {'\'', "&#39;"}};
	char *out = fn_arena_alloc(arena, strlen(text) * 6 + 1), *at = out;

	for (; *text != '\0'; text++) {
		const char *escaped = NULL;

		for (size_t i = 0; i < FN_COUNT(table); i++) {
			if (table[i].plain == *text)
				escaped = table[i].escaped;
		}
		if (escaped == NULL) {
			*at++ = *text;
		} else {
			while (*escaped != '\0')
				*at++ = *escaped++;
		}
	}
	return out;
}

bool fn_text_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}
