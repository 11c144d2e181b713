/* pawapay_deposits.c: POST /v2/deposits: what is checked, in the order in which pawaPay complains.
 */
#include <string.h>

#include "../settings.h"
#include "pawapay_http.h"

enum { MESSAGE_MIN = 4, MESSAGE_MAX = 22, REFERENCE_MAX = 36, CODE_MIN = 4, CODE_MAX = 36 };

static const char *const members[] = {"depositId",
				      "payer",
				      "amount",
				      "currency",
				      "metadata",
				      "preAuthorisationCode",
				      "customerMessage",
				      "clientReferenceId",
				      "successfulUrl",
				      "failedUrl",
				      NULL};

static struct pawapay_complaint missing(struct fn_arena *arena, const char *name)
{
	return (struct pawapay_complaint){400, "MISSING_PARAMETER",
					  fn_arena_format(arena,
							  "The required parameter '%s' is missing.",
							  name)};
}

static struct pawapay_complaint invalid(struct fn_arena *arena, const char *name)
{
	return (struct pawapay_complaint){400, "INVALID_PARAMETER",
					  fn_arena_format(arena,
							  "The value of parameter '%s' is invalid.",
							  name)};
}

static bool is_uuid4(const char *text)
{
	struct fn_uuid uuid;

	return fn_text_uuid(text, &uuid) && uuid.text[14] == '4' && strchr("89ab", uuid.text[19]);
}

/* ---- how a request must look: 400 ---- */

static struct pawapay_complaint check_members(struct fn_arena *arena,
					      const struct json_object *body)
{
	static const char *const texts[] = {"depositId", "amount", "currency"};
	const struct json_object *payer = fn_json_get(body, "payer");
	const struct json_object *account = fn_json_get(payer, "accountDetails");
	const char *unknown = provider_unknown(body, members, NULL);

	if (unknown != NULL)
		return (struct pawapay_complaint){
			400, "UNSUPPORTED_PARAMETER",
			fn_arena_format(arena, "The parameter '%s' is not supported.", unknown)};
	for (size_t i = 0; i < FN_COUNT(texts); i++) {
		if (fn_json_get(body, texts[i]) == NULL)
			return missing(arena, texts[i]);
		if (fn_json_get_text(body, texts[i]) == NULL)
			return invalid(arena, texts[i]); /* an amount is a text */
	}
	if (payer == NULL)
		return missing(arena, "payer");
	if (fn_json_get_text(account, "phoneNumber") == NULL)
		return missing(arena, "payer.accountDetails.phoneNumber");
	if (fn_json_get_text(account, "provider") == NULL)
		return missing(arena, "payer.accountDetails.provider");
	if (fn_json_get_text(payer, "type") == NULL ||
	    strcmp(fn_json_get_text(payer, "type"), "MMO") != 0)
		return invalid(arena, "payer.type");
	if (!is_uuid4(fn_json_get_text(body, "depositId")))
		return invalid(arena, "depositId");
	return (struct pawapay_complaint){0};
}

/* Letters, digits and spaces alone: it goes into an SMS. */
static bool is_message(const char *text)
{
	size_t length = strlen(text);

	return length >= MESSAGE_MIN && length <= MESSAGE_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ") ==
		       length;
}

static struct pawapay_complaint check_extras(struct pawapay_call *p, struct pawapay_ask *ask)
{
	const char *code;

	ask->message = fn_json_get_text(p->body, "customerMessage");
	ask->reference = fn_json_get_text(p->body, "clientReferenceId");
	ask->pre_authorisation = fn_json_get_text(p->body, "preAuthorisationCode");
	ask->successful_url = fn_json_get_text(p->body, "successfulUrl");
	ask->failed_url = fn_json_get_text(p->body, "failedUrl");
	if (ask->message != NULL && !is_message(ask->message))
		return invalid(p->arena, "customerMessage");
	if (ask->reference != NULL && strlen(ask->reference) > REFERENCE_MAX)
		return invalid(p->arena, "clientReferenceId");
	if (ask->pre_authorisation != NULL && (strlen(ask->pre_authorisation) < CODE_MIN ||
					       strlen(ask->pre_authorisation) > CODE_MAX))
		return invalid(p->arena, "preAuthorisationCode");
	ask->metadata = pawapay_read_metadata(p->arena, fn_json_get(p->body, "metadata"), &code);
	if (code != NULL)
		return (struct pawapay_complaint){400, code,
						  "The metadata of the request is invalid."};
	return (struct pawapay_complaint){0};
}

/* ---- what the account and the operator allow: 200 ---- */

static struct pawapay_complaint check_amount(struct pawapay_call *p, struct pawapay_ask *ask)
{
	const struct pawapay_operator *operator= ask->operator;
	int64_t unit = operator->decimals == 2 ? 100 : 1;
	bool too_fine;

	if (!pawapay_read_amount(fn_json_get_text(p->body, "amount"), operator->decimals,
				 &ask->amount, &too_fine))
		return invalid(p->arena, "amount");
	if (too_fine)
		return (struct pawapay_complaint){
			200, "INVALID_AMOUNT",
			fn_arena_format(p->arena, "The provider '%s' supports %u decimal places.",
						  operator->name, operator->decimals)};
	if (ask->amount < operator->least * unit || ask->amount> operator->most * unit)
		return (struct pawapay_complaint){
			200, "AMOUNT_OUT_OF_BOUNDS",
			fn_arena_format(p->arena,
					"The amount needs to be between '%lld' and '%lld' for "
					"provider '%s'.",
					(long long)operator->least,
					(long long)operator->most, operator->name)};
	return (struct pawapay_complaint){0};
}

static struct pawapay_complaint check_operator(struct pawapay_call *p, struct pawapay_ask *ask)
{
	const struct json_object *account =
		fn_json_get(fn_json_get(p->body, "payer"), "accountDetails");
	const char *name = fn_json_get_text(account, "provider");
	const char *currency = fn_json_get_text(p->body, "currency");

	ask->operator= pawapay_operator(name);
	ask->phone = fn_json_get_text(account, "phoneNumber");
	if (ask->operator== NULL)
		return (struct pawapay_complaint){200, "INVALID_PROVIDER",
						  fn_arena_format(p->arena,
								  "The provider '%s' is invalid.",
								  name)};
	if (strcmp(currency, ask->operator->country->currency) != 0)
		return (struct pawapay_complaint){
			200, "INVALID_CURRENCY",
			fn_arena_format(p->arena,
					"The currency '%s' is not supported by provider '%s'.",
					currency, name)};
	if (!pawapay_is_number(ask->operator->country, ask->phone))
		return (struct pawapay_complaint){
			200, "INVALID_PHONE_NUMBER",
			fn_arena_format(p->arena,
					"The phone number '%s' seems to be invalid for the "
					"provider '%s'.",
					ask->phone, name)};
	if (ask->operator->auth == PAWAPAY_PREAUTH && ask->pre_authorisation == NULL)
		return missing(p->arena, "preAuthorisationCode");
	if (settings_lists(settings_read(p->arena, "pawapay"), "closed", name))
		return (struct pawapay_complaint){
			200, "PROVIDER_TEMPORARILY_UNAVAILABLE",
			fn_arena_format(p->arena,
					"The provider '%s' is currently not able to process "
					"payments.",
					name)};
	return check_amount(p, ask);
}

static struct fn_error *duplicate(struct pawapay_call *p, const struct stored *deposit)
{
	return pawapay_accept(p, "DUPLICATE_IGNORED", deposit->created, NULL);
}

struct fn_error *pawapay_deposits(struct pawapay_call *p)
{
	struct pawapay_ask ask = {.id = p->id_given};
	struct pawapay_complaint c = check_members(p->arena, p->body);
	struct stored earlier;

	if (c.code == NULL)
		c = check_extras(p, &ask);
	if (c.code != NULL)
		return pawapay_reject(p, c.status, c.code, c.message);
	if (store_find(p->arena, "deposit", ask.id, &earlier))
		return duplicate(p, &earlier);
	c = check_operator(p, &ask);
	if (c.code != NULL)
		return pawapay_reject(p, c.status, c.code, c.message);
	if (!pawapay_deposit_add(p->arena, &ask) &&
	    store_find(p->arena, "deposit", ask.id, &earlier))
		return duplicate(p, &earlier);
	return pawapay_accept(p, "ACCEPTED", database_now(),
			      ask.operator->auth == PAWAPAY_REDIRECT ? "GET_AUTH_URL"
								     : "FINAL_STATUS");
}
