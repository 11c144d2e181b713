/* notice.h: what a notice says and how it is put into words. */
#ifndef NOTICE_H
#define NOTICE_H

#include <stdbool.h>

#include "fn_arena.h"
#include "temba_notice.h"

/* What the words speak of. NULL: not there; a paragraph that needs it is left out. */
struct notice_facts {
	const char *name;      /* of the person it is sent to */
	const char *sender;    /* who gives the ticket */
	const char *recipient; /* who claimed it */
	const char *event, *type;
	const char *when_fr, *when_en;
	const char *until_fr, *until_en; /* when an offer ends */
	const char *message;             /* the sender's own words */
	const char *link;
	const char *reference; /* short, differs between notices */
};

enum notice_language { NOTICE_UNKNOWN, NOTICE_FRENCH, NOTICE_ENGLISH };

/* ---- notice_words.c: all the texts, and nothing else ---- */

enum { NOTICE_LINES_MAX = 6 };

/* {sender} and so on stand for facts. */
struct notice_words {
	const char *subject;
	const char *lines[NOTICE_LINES_MAX]; /* paragraphs, ended by NULL */
	const char *button;
	const char *sms;
};

struct notice_template {
	bool is_sms;
	struct notice_words fr, en;
};

/* kind: not TEMBA_NOTICE_KINDS. */
const struct notice_template *notice_template(enum temba_notice kind);

/* ---- notice_render.c ---- */

struct notice_mail {
	const char *subject, *html, *text;
};

/* Unknown language: French first, English below it. Facts are escaped in the HTML. */
struct notice_mail notice_mail(struct fn_arena *arena, const struct notice_template *template,
			       const struct notice_facts *facts, enum notice_language language);
/* Unknown language: French alone, an SMS is paid by its length. */
const char *notice_sms(struct fn_arena *arena, const struct notice_template *template,
		       const struct notice_facts *facts, enum notice_language language);

/* ---- notice_clean.c ---- */

/* Free text of a person, fit to be quoted in our name: one line, no control or direction marks, no
 * web address, at most `max` characters. NULL when nothing is left. */
const char *notice_clean(struct fn_arena *arena, const char *text, size_t max);

#endif
