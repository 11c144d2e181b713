/* page.h: writing HTML, and the parts of the page. */
#ifndef PAGE_H
#define PAGE_H

#include "../provider.h"
#include "../store.h"
#include "fn_buf.h"

struct page {
	struct fn_request *req;
	struct fn_arena *arena;
	struct fn_buf html;
};

/* Everything up to the title, and what ends it. */
void page_begin(struct page *p, const char *title);
struct fn_error *page_end(struct page *p, int status);
/* Escaped; NULL = nothing. */
void page_text(struct page *p, const char *text);
/* A cell with that text. */
void page_cell(struct page *p, const char *text);
/* "5 000 XOF", "8.71 usd" */
const char *page_amount(struct page *p, const char *provider, int64_t amount, const char *currency);
/* A form that posts `id` and this outcome, as one button. */
void page_button(struct page *p, const char *id, const char *outcome, const char *label);
/* A form with a choice of outcomes: value, label, value, label, ended by NULL. */
void page_choice(struct page *p, const char *id, const char *const *outcomes, const char *label);
/* To another address of ours or of the merchant. */
struct fn_error *page_go(struct fn_request *req, const char *where);

/* The operator's page: what is open, what ended, what was delivered. */
struct fn_error *page_overview(struct fn_request *req, const char *note);
/* Where a payer says yes or no: to Wave, to their bank. kind: deposits or intents. */
struct fn_error *page_payer(struct fn_request *req, const char *kind, const char *id);
struct fn_error *page_payer_says(struct fn_request *req, const char *kind, const char *id);

#endif
