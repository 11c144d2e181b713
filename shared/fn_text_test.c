/* fn_text_test.c: what counts as text, an id, an address, and what escaping leaves alone. */
#include "fn_text.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static struct fn_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = fn_arena_new(4 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

struct bytes_case {
	const char *bytes;
	size_t length;
};

/* RFC 3629, at both ends of each range. */
static const struct bytes_case good_utf8[] = {
	{BYTES("")},
	{BYTES("\x01\x1f ~\x7f")},
	{BYTES("\xc2\x80")},
	{BYTES("\xdf\xbf")},
	{BYTES("\xe0\xa0\x80")},
	{BYTES("\xed\x9f\xbf")},
	{BYTES("\xee\x80\x80")},
	{BYTES("\xef\xbf\xbf")},
	{BYTES("\xf0\x90\x80\x80")},
	{BYTES("\xf4\x8f\xbf\xbf")},
	{BYTES("a\xc3\xa9z\xe2\x82\xac\xf0\x9f\x8e\xab!")},
};
static const struct bytes_case bad_utf8[] = {
	{BYTES("\0")},               /* NUL */
	{BYTES("a\0b")},             /* NUL inside */
	{BYTES("\x80")},             /* a tail without a head */
	{BYTES("\xbf")},             /* the same */
	{BYTES("\xc0\x80")},         /* overlong NUL */
	{BYTES("\xc1\xbf")},         /* overlong */
	{BYTES("\xc2")},             /* cut */
	{BYTES("\xc2 ")},            /* no tail */
	{BYTES("\xc2\xc2")},         /* two heads */
	{BYTES("\xe0\x9f\xbf")},     /* overlong */
	{BYTES("\xe2\x82")},         /* cut */
	{BYTES("\xe2\x82 ")},        /* no second tail */
	{BYTES("\xe2 \x82")},        /* no first tail */
	{BYTES("\xed\xa0\x80")},     /* U+D800 */
	{BYTES("\xed\xbf\xbf")},     /* U+DFFF */
	{BYTES("\xf0\x8f\xbf\xbf")}, /* overlong */
	{BYTES("\xf0\x9f\x8e")},     /* cut */
	{BYTES("\xf0\x9f\x8e"
	       "a")},                /* no third tail */
	{BYTES("\xf4\x90\x80\x80")}, /* U+110000 */
	{BYTES("\xf5\x80\x80\x80")}, /* never */
	{BYTES("\xf8\x88\x80\x80\x80")},
	{BYTES("\xfe")},
	{BYTES("\xff")},
	{BYTES("caf\xe9")}, /* Latin-1 */
};

static void accepts_all_of_unicode_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < FN_COUNT(good_utf8); i++) {
		if (!fn_text_is_utf8(good_utf8[i].bytes, good_utf8[i].length))
			fail_msg("good text %zu was refused", i);
	}
	for (size_t i = 0; i < FN_COUNT(bad_utf8); i++) {
		if (fn_text_is_utf8(bad_utf8[i].bytes, bad_utf8[i].length))
			fail_msg("bad text %zu was accepted", i);
	}
}

/* A character that goes on behind the end is cut, whatever stands there. */
static void reads_nothing_behind_the_end(void **state)
{
	(void)state;
	assert_false(fn_text_is_utf8("\xe2\x82\xac", 2));
	assert_true(fn_text_is_utf8("a\xe2\x82\xac", 1));
	assert_true(fn_text_is_utf8(NULL, 0));
}

static void reads_a_uuid_in_any_case(void **state)
{
	struct fn_uuid uuid;

	(void)state;
	assert_true(fn_text_uuid("0A1b2C3d-4E5f-6789-aBcD-eF0123456789", &uuid));
	assert_string_equal(uuid.text, "0a1b2c3d-4e5f-6789-abcd-ef0123456789");
}

static void refuses_what_is_no_uuid(void **state)
{
	static const char *const bad[] = {
		"",
		"0a1b2c3d4e5f6789abcdef0123456789",
		"{0a1b2c3d-4e5f-6789-abcd-ef0123456789}",
		"0a1b2c3d-4e5f-6789-abcd-ef012345678",
		"0a1b2c3d-4e5f-6789-abcd-ef01234567890",
		"0a1b2c3d-4e5f-6789-abcd-ef012345678g",
		"0a1b2c3d-4e5f-6789-abcd_ef0123456789",
		"0a1b2c3-d4e5f-6789-abcd-ef0123456789",
		" a1b2c3d-4e5f-6789-abcd-ef0123456789",
		"0a1b2c3d-4e5f-6789-abcd-ef01234567\xc3\xa9",
		"urn:uuid:0a1b2c3d-4e5f-6789-abcd-ef0123456789",
	};
	struct fn_uuid uuid = {"untouched"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		if (fn_text_uuid(bad[i], &uuid))
			fail_msg("\"%s\" passed as an id", bad[i]);
	}
	assert_false(fn_text_uuid(NULL, &uuid));
	assert_string_equal(uuid.text, "untouched");
}

static void reads_an_address_in_lower_case(void **state)
{
	(void)state;
	assert_string_equal(fn_text_email(arena, " Ana.Traore+1@Example.ORG\n"),
			    "ana.traore+1@example.org");
	assert_string_equal(fn_text_email(arena, "a@b.c"), "a@b.c");
	assert_string_equal(fn_text_email(arena, "o'neil@mail.example.bf"),
			    "o'neil@mail.example.bf");
	assert_string_equal(fn_text_email(arena, "aïcha@exämple.bf"), "aïcha@exämple.bf");
}

static void refuses_what_is_no_address(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"ana",
		"@b.c",
		"a@",
		"a@b",
		"a@b@c.d",
		"a b@c.d",
		"a@b .c",
		"a@b..c",
		"a@.b.c",
		"a@b.",
		"a@-b.c",
		"a@b_c.d",
		"a@[127.0.0.1]",
		"<a@b.c>",
		"a,b@c.d",
		"a@b.c,d@e.f",
		"a\tb@c.d",
		"a\x7f@b.c",
		"\"a\"@b.c",
		"a;b@c.d",
		"a@b.c\r\nBcc:x",
		"mailto:a@b.c",
		"a@b/c.d",
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		if (fn_text_email(arena, bad[i]) != NULL)
			fail_msg("\"%s\" passed as an address", bad[i]);
	}
	assert_null(fn_text_email(arena, NULL));
}

static void keeps_addresses_within_their_limits(void **state)
{
	char local[80], whole[300];

	(void)state;
	memset(local, 'a', sizeof(local));
	(void)snprintf(local + 64, 16, "@b.c");
	assert_non_null(fn_text_email(arena, local));
	(void)snprintf(local + 64, 16, "a@b.c");
	assert_null(fn_text_email(arena, local));
	memset(whole, 'b', sizeof(whole));
	whole[0] = 'a';
	whole[1] = '@';
	(void)snprintf(whole + 253, 16, ".c");
	assert_non_null(fn_text_email(arena, whole)); /* 255 bytes */
	(void)snprintf(whole + 253, 16, "b.c");
	assert_null(fn_text_email(arena, whole));
}

static const char *decoded(const char *text, bool form)
{
	return fn_text_url_decode(arena, text, strlen(text), form);
}

static void decodes_percent_and_plus(void **state)
{
	(void)state;
	assert_string_equal(decoded("a%20b+c%2b%2B", true), "a b c++");
	assert_string_equal(decoded("a+b", false), "a+b");
	assert_string_equal(decoded("caf%C3%A9", true), "café");
	assert_string_equal(decoded("", true), "");
	assert_string_equal(decoded("%41%4a%4A", true), "AJJ");
	assert_string_equal(fn_text_url_decode(arena, "a%20b", 1, true), "a");
}

static void refuses_what_does_not_decode_to_text(void **state)
{
	static const char *const bad[] = {"%",   "a%",      "%4",  "%4g", "%g4",    "%%20",
					  "%00", "a%00b",   "%ff", "%C3", "%C0%80", "%ed%a0%80",
					  "a%2", "caf\xe9", "% 1", "%+1"};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(bad); i++) {
		if (decoded(bad[i], true) != NULL)
			fail_msg("\"%s\" was decoded", bad[i]);
	}
	/* the digits must lie before the end, not only in memory */
	assert_null(fn_text_url_decode(arena, "%41", 2, true));
	assert_null(fn_text_url_decode(arena, "a\0b", 3, true));
}

static void encodes_all_but_unreserved_characters(void **state)
{
	(void)state;
	assert_string_equal(fn_text_url_encode(arena, "AZaz09-._~"), "AZaz09-._~");
	assert_string_equal(fn_text_url_encode(arena, " +&=/?#%\"é\n"),
			    "%20%2B%26%3D%2F%3F%23%25%22%C3%A9%0A");
	assert_string_equal(fn_text_url_encode(arena, ""), "");
}

static void decoding_undoes_encoding(void **state)
{
	char all[256];

	(void)state;
	for (int i = 0; i < 127; i++)
		all[i] = (char)(i + 1);
	all[127] = '\0';
	assert_string_equal(decoded(fn_text_url_encode(arena, all), true), all);
	assert_string_equal(decoded(fn_text_url_encode(arena, "€ Ségou 🎫"), false), "€ Ségou 🎫");
}

static void escapes_html(void **state)
{
	(void)state;
	assert_string_equal(fn_text_html(arena, "<a href=\"x\" title='y'>&amp;</a>"),
			    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
	assert_string_equal(fn_text_html(arena, "Ségou / 2 = `1`"), "Ségou / 2 = `1`");
	assert_string_equal(fn_text_html(arena, ""), "");
}

static void trims_white_space_at_both_ends_only(void **state)
{
	(void)state;
	assert_string_equal(fn_text_trim(arena, " \t\r\n\v\fa b\n "), "a b");
	assert_string_equal(fn_text_trim(arena, "   "), "");
	assert_string_equal(fn_text_trim(arena, ""), "");
	assert_string_equal(fn_text_trim(arena, "é"), "é");
}

static void compares_without_case(void **state)
{
	(void)state;
	assert_true(fn_text_same("Bearer", "bEARER"));
	assert_false(fn_text_same("Bearer", "Bearer "));
	assert_false(fn_text_same(NULL, ""));
	assert_false(fn_text_same("", NULL));
	assert_false(fn_text_same(NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_all_of_unicode_and_nothing_else),
		cmocka_unit_test(reads_nothing_behind_the_end),
		cmocka_unit_test(reads_a_uuid_in_any_case),
		cmocka_unit_test(refuses_what_is_no_uuid),
		cmocka_unit_test(reads_an_address_in_lower_case),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(keeps_addresses_within_their_limits),
		cmocka_unit_test(decodes_percent_and_plus),
		cmocka_unit_test(refuses_what_does_not_decode_to_text),
		cmocka_unit_test(encodes_all_but_unreserved_characters),
		cmocka_unit_test(decoding_undoes_encoding),
		cmocka_unit_test(escapes_html),
		cmocka_unit_test(trims_white_space_at_both_ends_only),
		cmocka_unit_test(compares_without_case),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
