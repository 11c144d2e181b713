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
	const char *amount, *sum;        /* the same money, for a mail and for an SMS */
	const char *fee;                 /* the buyer's, of what was paid */
	const char *count_fr, *count_en; /* how many tickets */
	const char *why_fr, *why_en;     /* money goes back */
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

/* Those of the money path: notice_words_money.c. */
const struct notice_template *notice_money_template(enum temba_notice kind);

/* ---- notice_order.c: notices of orders and refunds ---- */

struct notice_target {
	const char *to;       /* NULL: nothing to send */
	const char *idle;     /* why nothing is sent */
	const char *language; /* tag, or NULL */
	struct notice_facts facts;
};
bool notice_is_of_order(enum temba_notice kind);
FN_CHECKED struct fn_error *notice_order(struct fn_tx *tx, enum temba_notice kind,
					 const struct fn_uuid *id, struct notice_target *ret);

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
