/* notice_clean.c: what people typed, before our mail and SMS repeat it. A name or a message must
 * not turn our notices into somebody's advertisement: web addresses go, and what could hide text.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fn_buf.h"
#include "fn_text.h"
#include "notice.h"

/* not the one character: it is not of the GSM alphabet */
static const char ellipsis[] = "...";

/* Bytes of the UTF-8 character that begins here; the text is valid. */
static size_t character_length(const char *at)
{
	unsigned char lead = (unsigned char)*at;

	return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Marks that change the direction of text or show nothing: U+200B to U+200F, U+2028 to U+202E,
 * U+2060 to U+2069, U+FEFF. */
static bool is_hidden(const char *at, size_t length)
{
	const unsigned char *c = (const unsigned char *)at;

	if (length != 3)
		return false;
	if (c[0] == 0xe2 && c[1] == 0x80)
		return (c[2] >= 0x8b && c[2] <= 0x8f) || (c[2] >= 0xa8 && c[2] <= 0xae);
	if (c[0] == 0xe2 && c[1] == 0x81)
		return c[2] >= 0xa0 && c[2] <= 0xa9;
	return c[0] == 0xef && c[1] == 0xbb && c[2] == 0xbf;
}

/* C0, DEL and C1 controls, white space, and U+00A0. */
static bool is_space(const char *at, size_t length)
{
	unsigned char lead = (unsigned char)at[0];

	if (length == 1)
		return lead <= 0x20 || lead == 0x7f;
	return length == 2 && lead == 0xc2 && (unsigned char)at[1] <= 0xa0;
}

/* A name with a dot and at least two letters after it, as in bit.ly/x or www.example.org: mail
 * programs and telephones make links of these. */
static bool is_web_address(const char *word, size_t length)
{
	const char *end = word + length;

	for (const char *c = word; c < end; c++) {
		if (end - c >= 3 && strncmp(c, "://", 3) == 0)
			return true;
		if (*c == '.' && c > word && isalnum((unsigned char)c[-1]) && end - c > 2 &&
		    isalpha((unsigned char)c[1]) && isalpha((unsigned char)c[2]))
			return true;
	}
	return length >= 4 && strncasecmp(word, "www.", 4) == 0;
}

/* The word between `word` and `end` is over: it goes when it is a web address. Returns where the
 * next one begins, behind a space. */
static char *end_word(char *word, char *end)
{
	if (end == word || is_web_address(word, (size_t)(end - word)))
		return word;
	*end = ' ';
	return end + 1;
}

/* Words of the text, one space between two; hidden marks are taken out of them. */
static const char *keep_words(struct fn_arena *arena, const char *text)
{
	char *out = fn_arena_alloc(arena, strlen(text) + 2), *at = out, *word = out;

	while (*text != '\0') {
		size_t length = character_length(text);

		if (is_space(text, length)) {
			at = word = end_word(word, at);
		} else if (!is_hidden(text, length)) {
			memcpy(at, text, length);
			at += length;
		}
		text += length;
	}
	at = end_word(word, at);
	if (at > out)
		at--; /* the last space */
	*at = '\0';
	return out;
}

const char *notice_clean(struct fn_arena *arena, const char *text, size_t max)
{
	const char *clean, *at;
	size_t count = 0;

	if (text == NULL || !fn_text_is_utf8(text, strlen(text)))
		return NULL;
	clean = keep_words(arena, text);
	if (*clean == '\0')
		return NULL;
	for (at = clean; *at != '\0' && count < max; count++)
		at += character_length(at);
	if (*at == '\0')
		return clean;
	for (at = clean, count = 0; count + strlen(ellipsis) < max; count++)
		at += character_length(at);
	return fn_arena_format(arena, "%.*s%s", (int)(at - clean), clean, ellipsis);
}
