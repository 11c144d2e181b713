/* page: the providers for a person at a browser: open payments with buttons, last webhooks.
 *
 *	GET  /page                      the overview; POST: a button was pressed
 *	GET  /page/deposits/ID          where a payer of Wave approves; POST: what they said
 *	GET  /page/intents/ID           where a payer passes 3-D Secure; POST the same */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "../outbox.h"
#include "../pawapay_payment.h"
#include "../settle.h"
#include "../stripe_money.h"

enum { HTML_MAX = 4 << 20, BODY_MAX = 8 << 10 };

/* ---- HTML ---- */

static const char head[] =
	"<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
	"content='width=device-width'><style>"
	"body{font:15px/1.4 sans-serif;margin:1.5em;color:#222}table{border-collapse:collapse;"
	"margin:.5em 0 2em}td,th{border-bottom:1px solid #ddd;padding:.3em .7em;text-align:left;"
	"vertical-align:top}th{background:#f4f4f4}form{display:inline}button,select{font:inherit;"
	"margin:.1em}code{font-size:90%}.note{background:#fff4c2;padding:.5em}.big{font-size:140%}"
	"</style><title>";

void page_begin(struct page *p, const char *title)
{
	fn_buf_init(&p->html, HTML_MAX);
	fn_buf_text(&p->html, head);
	page_text(p, title);
	fn_buf_text(&p->html, "</title></head><body><h1>");
	page_text(p, title);
	fn_buf_text(&p->html, "</h1>");
}

struct fn_error *page_end(struct page *p, int status)
{
	struct fn_error *error;

	fn_buf_text(&p->html, "</body></html>");
	fn_reply_header(p->req, "Cache-Control", "no-store");
	error = fn_reply_bytes(p->req, status, "text/html; charset=utf-8", p->html.bytes,
			       p->html.length);
	fn_buf_free(&p->html);
	return error;
}

void page_text(struct page *p, const char *text)
{
	if (text != NULL)
		fn_buf_text(&p->html, fn_text_html(p->arena, text));
}

void page_cell(struct page *p, const char *text)
{
	fn_buf_text(&p->html, "<td>");
	page_text(p, text);
	fn_buf_text(&p->html, "</td>");
}

const char *page_amount(struct page *p, const char *provider, int64_t amount, const char *currency)
{
	if (strcmp(provider, "stripe") == 0)
		return stripe_show_amount(p->arena, amount, currency);
	return fn_arena_format(p->arena, "%s %s", pawapay_amount(p->arena, amount, currency),
			       currency);
}

static void open_form(struct page *p, const char *id)
{
	fn_buf_text(&p->html,
		    "<form method=post action='/page'><input type=hidden name=id value='");
	page_text(p, id);
	fn_buf_text(&p->html, "'>");
}

void page_button(struct page *p, const char *id, const char *outcome, const char *label)
{
	open_form(p, id);
	fn_buf_text(&p->html, "<button name=outcome value='");
	page_text(p, outcome);
	fn_buf_text(&p->html, "'>");
	page_text(p, label);
	fn_buf_text(&p->html, "</button></form>");
}

void page_choice(struct page *p, const char *id, const char *const *outcomes, const char *label)
{
	open_form(p, id);
	fn_buf_text(&p->html, "<select name=outcome>");
	for (size_t i = 0; outcomes[i] != NULL; i += 2) {
		fn_buf_text(&p->html, "<option value='");
		page_text(p, outcomes[i]);
		fn_buf_text(&p->html, "'>");
		page_text(p, outcomes[i + 1]);
		fn_buf_text(&p->html, "</option>");
	}
	fn_buf_text(&p->html, "</select><button>");
	page_text(p, label);
	fn_buf_text(&p->html, "</button></form>");
}

struct fn_error *page_go(struct fn_request *req, const char *where)
{
	fn_reply_header(req, "Location", where);
	return fn_reply_bytes(req, 303, NULL, "", 0);
}

/* ---- buttons ---- */

static const char *settle_by_hand(struct fn_arena *arena, const char *id, const char *outcome)
{
	struct stored object;
	const char *why = "there is no such payment";

	database_begin();
	if (store_find_any(arena, id, &object))
		why = settle(arena, &object, outcome);
	database_commit();
	return why;
}

static struct fn_error *press(struct fn_request *req)
{
	const char *id = provider_form(req, "id"), *outcome = provider_form(req, "outcome");
	const char *why;

	if (id == NULL || outcome == NULL)
		return page_overview(req, "Nothing was chosen.");
	if (strcmp(outcome, "SEND_AGAIN") == 0) {
		(void)outbox_again(strtoll(id, NULL, 10));
		return page_go(req, "/page");
	}
	why = settle_by_hand(fn_request_arena(req), id, outcome);
	return why == NULL ? page_go(req, "/page") : page_overview(req, why);
}

static struct fn_error *page(struct fn_request *req)
{
	const char *path = fn_request_path(req);
	bool posts = fn_request_method(req) == FN_POST;
	static const char *const kinds[] = {"deposits", "intents"};

	if (*path == '\0' || strcmp(path, "/") == 0)
		return posts ? press(req) : page_overview(req, NULL);
	for (size_t i = 0; i < FN_COUNT(kinds); i++) {
		size_t length = strlen(kinds[i]);

		if (strncmp(path + 1, kinds[i], length) != 0 || path[1 + length] != '/')
			continue;
		return posts ? page_payer_says(req, kinds[i], path + length + 2)
			     : page_payer(req, kinds[i], path + length + 2);
	}
	return fn_fail(req, &fn_message_not_found);
}

const struct fn_function fn_function = {
	.name = "page",
	.mount = "/page",
	.methods = FN_GET | FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = BODY_MAX,
	.errors = FN_ERRORS_PLAIN,
	.handle = page,
};
