/* notice_test.c: words and facts, in both languages, and what people's own text may not bring. */
#include "notice.h"

#include <string.h>

#include "fn_buf.h"
#include "fn_text.h"
#include "twilio.h"
#include "unit.h"

static struct fn_arena *arena;

static int start(void **state)
{
	(void)state;
	arena = fn_arena_new(1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fn_arena_free(arena);
	return 0;
}

static struct notice_facts facts(void)
{
	return (struct notice_facts){
		.name = "Ben",
		.sender = "Ana <b>",
		.recipient = "Chloé",
		.event = "Jazz & Co",
		.type = "VIP",
		.when_fr = "le 12/03/2026 à 20h",
		.when_en = "12/03/2026, 20h",
		.until_fr = "19/03/2026 10:00",
		.until_en = "19/03/2026 10:00",
		.link = "https://temba.example/signup?a=1&b=2",
		.reference = "0123abcd",
		.amount = "5 100 FCFA",
		.sum = "5100 XOF",
		.fee = "100 FCFA",
		.count_fr = "3 billets",
		.count_en = "3 tickets",
		.why_fr = "Il n'y avait plus de place.",
		.why_en = "No place was left.",
	};
}

static struct notice_mail mail(enum temba_notice kind, enum notice_language language)
{
	struct notice_facts f = facts();

	return notice_mail(arena, notice_template(kind), &f, language);
}

#define HAS(text, part)   assert_non_null(strstr((text), (part)))
#define LACKS(text, part) assert_null(strstr((text), (part)))

static void a_mail_says_the_same_in_html_and_in_plain_text(void **state)
{
	struct notice_mail m = mail(TEMBA_NOTICE_TRANSFER_PENDING_EMAIL, NOTICE_FRENCH);

	(void)state;
	assert_string_equal(m.subject, "Ana <b> vous envoie un billet pour Jazz & Co");
	HAS(m.html, "<p>Ana &lt;b&gt; vous envoie un billet « VIP » pour Jazz &amp; Co, le "
		    "12/03/2026 à 20h.</p>");
	HAS(m.html, "<a href=\"https://temba.example/signup?a=1&amp;b=2\"");
	HAS(m.html, "<title>Ana &lt;b&gt; vous");
	LACKS(m.html, "<b>");
	HAS(m.text, "Ana <b> vous envoie un billet « VIP » pour Jazz & Co, le 12/03/2026 à 20h.\n");
	HAS(m.text, "Créer mon compte : https://temba.example/signup?a=1&b=2\n");
	LACKS(m.text, "<p>");
}

static void the_language_of_the_person_decides(void **state)
{
	struct notice_mail french = mail(TEMBA_NOTICE_TRANSFER_CLAIMED, NOTICE_FRENCH);
	struct notice_mail english = mail(TEMBA_NOTICE_TRANSFER_CLAIMED, NOTICE_ENGLISH);
	struct notice_mail unknown = mail(TEMBA_NOTICE_TRANSFER_CLAIMED, NOTICE_UNKNOWN);

	(void)state;
	HAS(french.text, "a récupéré le billet");
	LACKS(french.text, "claimed");
	assert_string_equal(english.subject, "Your ticket for Jazz & Co was claimed");
	LACKS(english.html, "récupéré");
	assert_string_equal(unknown.subject, french.subject);
	HAS(unknown.text, "a récupéré le billet");
	HAS(strstr(unknown.text, "-----"), "claimed the ticket");
	HAS(unknown.html, "<html lang=\"fr\">");
	HAS(unknown.html, "<div lang=\"en\">");
}

static void a_paragraph_without_its_fact_is_left_out(void **state)
{
	struct notice_facts f = facts();
	const struct notice_template *template =
		notice_template(TEMBA_NOTICE_TRANSFER_PENDING_EMAIL);

	(void)state;
	LACKS(notice_mail(arena, template, &f, NOTICE_FRENCH).text, "Son message");
	f.message = "Bonne {soirée} !";
	HAS(notice_mail(arena, template, &f, NOTICE_FRENCH).text,
	    "Son message : « Bonne {soirée} ! »\n");
}

static void every_notice_has_its_words_in_both_languages(void **state)
{
	struct notice_facts f = facts();

	(void)state;
	f.message = "m";
	for (unsigned kind = 0; kind < TEMBA_NOTICE_KINDS; kind++) {
		const struct notice_template *t = notice_template((enum temba_notice)kind);
		const struct notice_words *both[] = {&t->fr, &t->en};

		for (size_t i = 0; i < FN_COUNT(both); i++) {
			enum notice_language language = i == 0 ? NOTICE_FRENCH : NOTICE_ENGLISH;
			struct notice_mail m;

			if (t->is_sms) {
				const char *sms = notice_sms(arena, t, &f, language);

				HAS(sms, f.link);
				HAS(sms, f.reference); /* else two of them could be the same text */
				LACKS(sms, "{");
				continue;
			}
			m = notice_mail(arena, t, &f, language);
			assert_true(strlen(m.subject) > 10);
			LACKS(m.subject, "{");
			LACKS(m.html, "{");
			HAS(m.text, both[i]->button);
			HAS(m.text, f.link);
		}
	}
}

static const char *repeated(const char *text, unsigned times)
{
	struct fn_buf buf;
	const char *result;

	fn_buf_init(&buf, 4096);
	while (times-- > 0)
		fn_buf_text(&buf, text);
	result = fn_arena_text(arena, buf.bytes);
	fn_buf_free(&buf);
	return result;
}

static void the_longest_sms_is_one_that_the_provider_takes(void **state)
{
	const struct notice_template *t = notice_template(TEMBA_NOTICE_TRANSFER_PENDING_SMS);
	struct notice_facts f = facts();

	(void)state;
	f.sender = repeated("é", 60);
	f.event = repeated("é", 80);
	f.link = repeated("https://x", 25);
	assert_in_range(strlen(notice_sms(arena, t, &f, NOTICE_FRENCH)), 300, TWILIO_TEXT_MAX);
}

static void web_addresses_are_taken_out(void **state)
{
	/* right-to-left override; as bytes, so that no editor is misled */
	static const char turned[] = {101,        118, 105, 108, (char)0xe2, (char)0x80,
				      (char)0xae, 109, 111, 99,  0};
	static const struct {
		const char *given, *clean;
	} table[] = {
		{"Ana", "Ana"},
		{"  Ana\r\n\tDiallo ", "Ana Diallo"},
		{"voir https://evil.example/x maintenant", "voir maintenant"},
		{"http://a", NULL},
		{"bit.ly/abc", NULL},
		{"WWW.evil", NULL},
		{"(evil.example)", NULL},
		{"www.", NULL},
		{"x www.evil.example:8080/y?z z", "x z"},
		{"a\xe2\x80\x8b.\xe2\x80\x8b"
		 "com b",
		 "b"}, /* dots hidden between zero-width spaces */
		{turned, "evilmoc"},
		{"20.30", "20.30"},
		{"à 20h. Merci... M. Koné", "à 20h. Merci... M. Koné"},
		{"prix 3.5k", "prix 3.5k"},
		{"\x01\x02", NULL},
		{"", NULL},
		{NULL, NULL},
		{"\xff\xfe", NULL},
		{"\xc2\x85"
		 "a\xc2\xa0"
		 "b",
		 "a b"},
	};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		const char *clean = notice_clean(arena, table[i].given, 60);

		if ((clean == NULL) != (table[i].clean == NULL) ||
		    (clean != NULL && strcmp(clean, table[i].clean) != 0))
			fail_msg("\"%s\" became \"%s\"", table[i].given,
				 clean == NULL ? "(none)" : clean);
	}
}

static void long_text_is_cut_between_characters(void **state)
{
	(void)state;
	assert_string_equal(notice_clean(arena, "éééééé", 6), "éééééé");
	assert_string_equal(notice_clean(arena, "ééééééé", 6), "ééé...");
	assert_string_equal(notice_clean(arena, "😀😀😀😀😀", 4), "😀...");
}

static void words_are_found_by_kind_and_kinds_by_word(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < TEMBA_NOTICE_KINDS; kind++)
		assert_int_equal(temba_notice_kind(temba_notice_word((enum temba_notice)kind)),
				 kind);
	assert_int_equal(temba_notice_kind("confirm"), TEMBA_NOTICE_KINDS);
	assert_int_equal(temba_notice_kind(NULL), TEMBA_NOTICE_KINDS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mail_says_the_same_in_html_and_in_plain_text),
		TEST(the_language_of_the_person_decides),
		TEST(a_paragraph_without_its_fact_is_left_out),
		TEST(every_notice_has_its_words_in_both_languages),
		TEST(the_longest_sms_is_one_that_the_provider_takes),
		TEST(web_addresses_are_taken_out),
		TEST(long_text_is_cut_between_characters),
		TEST(words_are_found_by_kind_and_kinds_by_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
