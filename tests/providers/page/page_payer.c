/* page_payer.c: what a payer sees who is sent to Wave or to their bank, and where they go after. */
#include <string.h>

#include "../settle.h"
#include "page.h"

static bool find(struct fn_request *req, const char *kind, const char *id, struct stored *ret)
{
	return store_find(fn_request_arena(req),
			  strcmp(kind, "deposits") == 0 ? "deposit" : "payment_intent", id, ret);
}

static struct fn_error *nobody(struct fn_request *req)
{
	struct page p = {.req = req, .arena = fn_request_arena(req)};

	page_begin(&p, "There is no such payment");
	return page_end(&p, 404);
}

struct fn_error *page_payer(struct fn_request *req, const char *kind, const char *id)
{
	struct page p = {.req = req, .arena = fn_request_arena(req)};
	bool is_deposit = strcmp(kind, "deposits") == 0;
	struct stored payment;

	if (!find(req, kind, id, &payment))
		return nobody(req);
	page_begin(&p, is_deposit ? "Wave" : "Your bank asks");
	fn_buf_text(&p.html, "<p class=big>Pay ");
	page_text(&p, page_amount(&p, payment.provider, payment.amount, payment.currency));
	fn_buf_text(&p.html, " to Temba?</p><form method=post>"
			     "<button class=big name=answer value=yes>Yes</button> "
			     "<button class=big name=answer value=no>No</button></form>");
	return page_end(&p, 200);
}

/* Stripe adds what the merchant's page asks about. */
static const char *come_back(struct fn_arena *arena, const struct stored *before, const char *url,
			     bool passed)
{
	return fn_arena_format(
		arena, "%s%cpayment_intent=%s&payment_intent_client_secret=%s&redirect_status=%s",
		url, strchr(url, '?') == NULL ? '?' : '&', before->id,
		fn_json_get_text(before->document, "client_secret"),
		passed ? "succeeded" : "failed");
}

/* Where the merchant wants them; NULL: nowhere. */
static const char *way_back(struct fn_arena *arena, const struct stored *payment, bool is_deposit,
			    bool says_yes)
{
	const struct json_object *action = fn_json_get(payment->document, "next_action");
	const char *url = fn_json_get_text(fn_json_get(action, "redirect_to_url"), "return_url");

	if (is_deposit)
		return fn_arena_text(arena,
				     fn_json_get_text(payment->document,
						      says_yes ? "successfulUrl" : "failedUrl"));
	return url == NULL ? NULL : come_back(arena, payment, url, says_yes);
}

struct fn_error *page_payer_says(struct fn_request *req, const char *kind, const char *id)
{
	struct fn_arena *arena = fn_request_arena(req);
	struct page p = {.req = req, .arena = arena};
	const char *said = provider_form(req, "answer"), *back, *why;
	bool is_deposit = strcmp(kind, "deposits") == 0;
	bool says_yes = said != NULL && strcmp(said, "yes") == 0;
	struct stored payment;

	database_begin();
	if (!find(req, kind, id, &payment)) {
		database_commit();
		return nobody(req);
	}
	back = way_back(arena, &payment, is_deposit, says_yes);
	why = settle(arena, &payment,
		     says_yes     ? "COMPLETED"
		     : is_deposit ? "FAILED:PAYMENT_NOT_APPROVED"
				  : "FAILED");
	database_commit();
	if (why == NULL && back != NULL)
		return page_go(req, back);
	page_begin(&p, why == NULL ? "Thank you" : "That was decided already");
	fn_buf_text(&p.html, "<p>You can close this page.</p>");
	return page_end(&p, why == NULL ? 200 : 409);
}
