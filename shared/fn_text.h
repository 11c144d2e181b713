/* fn_text.h: reading and checking text: UTF-8, uuid, e-mail, URL decoding, HTML escaping. */
#ifndef FN_TEXT_H
#define FN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "fn_arena.h"

struct fn_bytes {
	const char *bytes; /* NUL-terminated beyond length, unless stated */
	size_t length;
};

/* A uuid in canonical form: lower case, 36 characters. */
struct fn_uuid {
	char text[37];
};

/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, no NUL. */
bool fn_text_is_utf8(const char *bytes, size_t length);
/* Accepts 8-4-4-4-12 hex digits in any case; writes the canonical form. */
bool fn_text_uuid(const char *text, struct fn_uuid *ret);
/* An address of the form local@domain.tld, at most 255 bytes, no spaces or control characters.
 * Returns it lower-cased and trimmed, or NULL. Not a proof that anybody reads it. */
const char *fn_text_email(struct fn_arena *arena, const char *text);
/* %XX (and '+' as a space when `form`) decoded; NULL when malformed or when a NUL or bad UTF-8
 * comes out. */
const char *fn_text_url_decode(struct fn_arena *arena, const char *text, size_t length, bool form);
/* Everything but unreserved characters (RFC 3986 2.3) as %XX. */
const char *fn_text_url_encode(struct fn_arena *arena, const char *text);
/* & < > " ' escaped. */
const char *fn_text_html(struct fn_arena *arena, const char *text);
/* Without white space at both ends. */
const char *fn_text_trim(struct fn_arena *arena, const char *text);
/* Equal when ASCII case is ignored. */
bool fn_text_same(const char *a, const char *b);

#endif
