/* notice_render.c: words and facts become a mail in HTML and in plain text, or an SMS. */
#include <string.h>

#include "fn_buf.h"
#include "fn_text.h"
#include "notice.h"

/* Far above what the words and the capped facts can come to. */
enum { TEXT_MAX = 64 << 10 };

static const char head[] = "<!doctype html>\n<html lang=\"%s\">\n<head><meta "
			   "charset=\"utf-8\"><title>%s</title></head>\n"
			   "<body style=\"margin:0;padding:24px;background:#f4f4f5;color:#18181b;"
			   "font:16px/1.5 Helvetica,Arial,sans-serif\">\n"
			   "<div style=\"max-width:560px;margin:0 "
			   "auto;padding:24px;background:#fff;border-radius:8px\">\n"
			   "<p style=\"margin-top:0;font-size:20px;font-weight:bold\">Temba</p>\n";
static const char button[] =
	"<p><a href=\"%s\" style=\"display:inline-block;padding:12px 20px;background:#4338ca;"
	"color:#fff;border-radius:6px;text-decoration:none\">%s</a></p>\n"
	"<p style=\"font-size:13px;color:#52525b\">%s</p>\n";
static const char foot[] = "</div>\n</body>\n</html>\n";

static const char *fact(const struct notice_facts *facts, const char *name, size_t length,
			bool english)
{
	const struct {
		const char *name, *value;
	} table[] = {
		{"name", facts->name},
		{"sender", facts->sender},
		{"recipient", facts->recipient},
		{"event", facts->event},
		{"type", facts->type},
		{"when", english ? facts->when_en : facts->when_fr},
		{"until", english ? facts->until_en : facts->until_fr},
		{"message", facts->message},
		{"amount", facts->amount},
		{"sum", facts->sum},
		{"fee", facts->fee},
		{"count", english ? facts->count_en : facts->count_fr},
		{"why", english ? facts->why_en : facts->why_fr},
		{"link", facts->link},
		{"reference", facts->reference},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
			return table[i].value;
	}
	return NULL;
}

struct manner {
	bool html, english;
};

/* The words with the facts in their places; NULL when a fact is not there. */
static const char *fill(struct fn_arena *arena, const char *words, const struct notice_facts *facts,
			struct manner how)
{
	struct fn_buf out;
	const char *result = NULL;

	fn_buf_init(&out, TEXT_MAX);
	for (;;) {
		size_t length = strcspn(words, "{");
		const char *value, *end;

		fn_buf_add(&out, words, length);
		words += length;
		end = *words == '\0' ? NULL : strchr(words, '}');
		if (end == NULL)
			break;
		value = fact(facts, words + 1, (size_t)(end - words) - 1, how.english);
		if (value == NULL) {
			fn_buf_free(&out);
			return NULL;
		}
		fn_buf_text(&out, how.html ? fn_text_html(arena, value) : value);
		words = end + 1;
	}
	result = fn_arena_copy(arena, out.bytes == NULL ? "" : out.bytes, out.length);
	fn_buf_free(&out);
	return result;
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static void add_html(struct fn_arena *arena, struct fn_buf *to, const struct notice_words *words,
		     const struct notice_facts *facts, bool english)
{
	const struct manner how = {.html = true, .english = english};
	const char *link = fn_text_html(arena, facts->link);

	for (size_t i = 0; i < NOTICE_LINES_MAX && words->lines[i] != NULL; i++) {
		const char *line = fill(arena, words->lines[i], facts, how);

		if (line != NULL)
			fn_buf_format(to, "<p>%s</p>\n", line);
	}
	fn_buf_format(to, button, link, words->button, link);
}

static void add_text(struct fn_arena *arena, struct fn_buf *to, const struct notice_words *words,
		     const struct notice_facts *facts, bool english)
{
	const struct manner how = {.english = english};

	for (size_t i = 0; i < NOTICE_LINES_MAX && words->lines[i] != NULL; i++) {
		const char *line = fill(arena, words->lines[i], facts, how);

		if (line != NULL)
			fn_buf_format(to, "%s\n\n", line);
	}
	fn_buf_format(to, english ? "%s: %s\n" : "%s : %s\n", words->button, facts->link);
}

struct notice_mail notice_mail(struct fn_arena *arena, const struct notice_template *template,
			       const struct notice_facts *facts, enum notice_language language)
{
	bool english = language == NOTICE_ENGLISH, both = language == NOTICE_UNKNOWN;
	const struct notice_words *words = english ? &template->en : &template->fr;
	struct notice_mail mail;
	struct fn_buf html, text;

	mail.subject =
		or_empty(fill(arena, words->subject, facts, (struct manner){.english = english}));
	fn_buf_init(&html, TEXT_MAX);
	fn_buf_init(&text, TEXT_MAX);
	fn_buf_format(&html, head, english ? "en" : "fr", fn_text_html(arena, mail.subject));
	add_html(arena, &html, words, facts, english);
	add_text(arena, &text, words, facts, english);
	if (both) {
		fn_buf_text(&html,
			    "<hr style=\"border:0;border-top:1px solid #e4e4e7;margin:24px 0\">\n"
			    "<div lang=\"en\">\n");
		add_html(arena, &html, &template->en, facts, true);
		fn_buf_text(&html, "</div>\n");
		fn_buf_text(&text, "\n-----\n\n");
		add_text(arena, &text, &template->en, facts, true);
	}
	fn_buf_text(&html, foot);
	mail.html = fn_arena_copy(arena, html.bytes, html.length);
	mail.text = fn_arena_copy(arena, text.bytes, text.length);
	fn_buf_free(&html);
	fn_buf_free(&text);
	return mail;
}

const char *notice_sms(struct fn_arena *arena, const struct notice_template *template,
		       const struct notice_facts *facts, enum notice_language language)
{
	bool english = language == NOTICE_ENGLISH;
	const struct notice_words *words = english ? &template->en : &template->fr;

	return or_empty(fill(arena, words->sms, facts, (struct manner){.english = english}));
}
