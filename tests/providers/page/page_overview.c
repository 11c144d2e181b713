/* page_overview.c: the operator's page. */
#include <string.h>
#include <time.h>

#include "../stripe_card.h"
#include "page.h"

enum { ENDED_SHOWN = 20, OPEN_SHOWN = 100, WEBHOOKS_SHOWN = 30, CARDS_MAX = 64 };

static const char *clock_time(struct page *p, int64_t ms)
{
	time_t seconds = ms / 1000;
	char text[16];
	struct tm local;

	(void)localtime_r(&seconds, &local);
	(void)strftime(text, sizeof(text), "%H:%M:%S", &local);
	return fn_arena_text(p->arena, text);
}

/* ---- what can be done ---- */

static void deposit_buttons(struct page *p, const char *id)
{
	static const char *const failures[] = {"FAILED:PAYMENT_NOT_APPROVED",
					       "not approved",
					       "FAILED:INSUFFICIENT_BALANCE",
					       "insufficient balance",
					       "FAILED:PAYER_NOT_FOUND",
					       "payer not found",
					       "FAILED:PAYER_LIMIT_REACHED",
					       "payer's limit reached",
					       "FAILED:WALLET_LIMIT_REACHED",
					       "wallet's limit reached",
					       "FAILED:PAYMENT_IN_PROGRESS",
					       "another payment in progress",
					       "FAILED:UNSPECIFIED_FAILURE",
					       "no reason given",
					       NULL};

	page_button(p, id, "COMPLETED", "Approve");
	page_choice(p, id, failures, "Decline");
	page_button(p, id, "FAILED:PAYMENT_NOT_APPROVED", "Let it expire");
}

static void card_choice(struct page *p, const char *id)
{
	const char *choices[2 * CARDS_MAX + 1];
	size_t count, at = 0;
	const struct stripe_card *cards = stripe_cards(&count);

	for (size_t i = 0; i < count && i < CARDS_MAX; i++) {
		choices[at++] = fn_arena_format(p->arena, "CARD:%s", cards[i].number);
		choices[at++] =
			fn_arena_format(p->arena, "%s  %s", cards[i].number, cards[i].label);
	}
	choices[at] = NULL;
	page_choice(p, id, choices, "Pay with this card");
}

static void intent_buttons(struct page *p, const char *id, const char *status)
{
	if (strcmp(status, "succeeded") == 0) {
		page_button(p, id, "DISPUTED:fraudulent", "Dispute");
		return;
	}
	if (strcmp(status, "requires_action") == 0) {
		page_button(p, id, "COMPLETED", "3-D Secure: pass");
		page_button(p, id, "FAILED", "3-D Secure: fail");
	} else {
		page_button(p, id, "COMPLETED", "Approve");
		page_button(p, id, "FAILED", "Decline");
		page_button(p, id, "REQUIRES_ACTION", "Ask for 3-D Secure");
		card_choice(p, id);
	}
	page_button(p, id, "CANCELED", "Let it expire");
}

static void buttons(struct page *p, const char *kind, const char *id, const char *status)
{
	fn_buf_text(&p->html, "<td>");
	if (strcmp(kind, "payment_intent") == 0) {
		intent_buttons(p, id, status);
	} else if (strcmp(kind, "deposit") == 0) {
		deposit_buttons(p, id);
	} else if (strcmp(kind, "dispute") == 0) {
		page_button(p, id, "won", "Won");
		page_button(p, id, "lost", "Lost");
	} else {
		page_button(p, id, "COMPLETED", "Complete");
		page_button(p, id, "FAILED", "Fail");
	}
	fn_buf_text(&p->html, "</td>");
}

/* ---- payments ---- */

#define PAYMENTS                                                                                   \
	"SELECT kind, id, provider, status, amount, currency, refunded, reference, payer, "        \
	"created,"                                                                                 \
	" coalesce(document ->> '$.failureReason.failureCode',"                                    \
	" document ->> '$.last_payment_error.decline_code',"                                       \
	" document ->> '$.last_payment_error.code') FROM objects WHERE kind IN ('deposit',"        \
	" 'deposit_refund', 'payment_intent', 'refund', 'dispute') AND status "
#define ENDED "IN ('COMPLETED', 'FAILED', 'succeeded', 'canceled', 'failed', 'won', 'lost')"

static void payment_row(struct page *p, const struct query *q, bool is_open)
{
	const char *kind = fn_arena_text(p->arena, database_text(q, 0));
	const char *id = fn_arena_text(p->arena, database_text(q, 1));
	const char *provider = fn_arena_text(p->arena, database_text(q, 2));
	const char *status = fn_arena_text(p->arena, database_text(q, 3));
	const char *currency = fn_arena_text(p->arena, database_text(q, 5));
	int64_t refunded = database_number(q, 6, 0);

	fn_buf_text(&p->html, "<tr>");
	page_cell(p, clock_time(p, database_number(q, 9, 0)));
	page_cell(p, fn_arena_format(p->arena, "%s %s", provider, kind));
	fn_buf_text(&p->html, "<td><code>");
	page_text(p, id);
	fn_buf_text(&p->html, "</code></td>");
	page_cell(p, database_text(q, 7));
	page_cell(p, page_amount(p, provider, database_number(q, 4, 0), currency));
	page_cell(p, database_text(q, 8));
	page_cell(p,
		  fn_arena_format(p->arena, "%s %s%s", status,
				  database_text(q, 10) == NULL ? "" : database_text(q, 10),
				  refunded == 0 ? ""
						: fn_arena_format(p->arena, ", refunded %s",
								  page_amount(p, provider, refunded,
									      currency))));
	if (is_open || (strcmp(kind, "payment_intent") == 0 && strcmp(status, "succeeded") == 0))
		buttons(p, kind, id, status);
	fn_buf_text(&p->html, "</tr>");
}

static void payments(struct page *p, struct query *q, const char *title, bool is_open)
{
	size_t count = 0;

	fn_buf_text(&p->html, "<h2>");
	page_text(p, title);
	fn_buf_text(&p->html, "</h2><table><tr><th>since<th>what<th>id<th>order<th>amount"
			      "<th>phone or card<th>state<th></tr>");
	for (; database_next(q); count++)
		payment_row(p, q, is_open);
	fn_buf_text(&p->html, "</table>");
	if (count == 0)
		fn_buf_text(&p->html, "<p>None.</p>");
}

/* ---- webhooks ---- */

static void webhook_row(struct page *p, const struct query *q)
{
	int64_t due = database_number(q, 6, NONE), status = database_number(q, 5, 0);
	const char *number = fn_arena_text(p->arena, database_text(q, 0));

	fn_buf_text(&p->html, "<tr>");
	page_cell(p, clock_time(p, database_number(q, 8, 0)));
	page_cell(p, database_text(q, 1));
	page_cell(p, database_text(q, 2));
	fn_buf_text(&p->html, "<td><code>");
	page_text(p, database_text(q, 3));
	fn_buf_text(&p->html, "</code></td>");
	page_cell(p, database_text(q, 9));
	page_cell(p, due != NONE                      ? "waiting"
		     : status >= 200 && status <= 299 ? "delivered"
						      : "given up");
	page_cell(p, fn_arena_format(p->arena, "%lld tries, last answer %lld %s",
				     (long long)database_number(q, 4, 0), (long long)status,
				     database_text(q, 7) == NULL ? "" : database_text(q, 7)));
	fn_buf_text(&p->html, "<td>");
	page_button(p, number, "SEND_AGAIN", "Send again");
	fn_buf_text(&p->html, "</td></tr>");
}

static void webhooks(struct page *p)
{
	struct query *q =
		database_ask("SELECT number, provider, what, object, attempts, status, due, answer,"
			     " created, forged FROM outbox ORDER BY number DESC LIMIT ?",
			     VALUES(of_number(WEBHOOKS_SHOWN)));

	fn_buf_text(&p->html, "<h2>Last webhooks</h2><table><tr><th>at<th>from<th>what<th>of"
			      "<th>forged<th>state<th>answer<th></tr>");
	while (database_next(q))
		webhook_row(p, q);
	fn_buf_text(&p->html, "</table>");
}

struct fn_error *page_overview(struct fn_request *req, const char *note)
{
	struct page p = {.req = req, .arena = fn_request_arena(req)};

	page_begin(&p, "Payments of the stand-ins");
	fn_buf_text(&p.html, "<p>No money moves here. <a href='/page'>Look again</a>, or at <a "
			     "href='/control/requests'>everything that was asked</a> (mail and SMS "
			     "too).</p>");
	if (note != NULL) {
		fn_buf_text(&p.html, "<p class=note>That could not be done: ");
		page_text(&p, note);
		fn_buf_text(&p.html, "</p>");
	}
	payments(&p,
		 database_ask(PAYMENTS "NOT " ENDED " ORDER BY number DESC LIMIT ?",
			      VALUES(of_number(OPEN_SHOWN))),
		 "Open", true);
	payments(&p,
		 database_ask(PAYMENTS ENDED " ORDER BY number DESC LIMIT ?",
			      VALUES(of_number(ENDED_SHOWN))),
		 "Ended", false);
	webhooks(&p);
	return page_end(&p, note == NULL ? 200 : 409);
}
