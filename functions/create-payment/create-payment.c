/* create-payment: one address for all ways to pay. Finds out which is meant and lets the function
 * of that way answer; what it costs, who pays and whether it may be are that one's to say. */
#include <string.h>

#include "fn.h"

static const char card[] = "create-stripe-payment";
static const char mobile_money[] = "create-pawapay-payment";
static const char gone[] = ""; /* PayDunya, whose invoices nobody makes any more */

static const struct fn_message paydunya_gone =
	{410, "paydunya_gone",
	 "Ce moyen de paiement n'existe plus : payez par carte ou par mobile money",
	 "This way to pay no longer exists: pay by card or by mobile money"};
static const struct fn_message method_unclear =
	{400, "method_unclear", "Indiquez comment vous payez : card ou mobile_money",
	 "Say how you pay: card or mobile_money"};

/* Every word that clients have for a way to pay, in `method`, `payment_method` or `provider`. */
static const struct {
	const char *word, *way;
} words[] = {
	{"card", card},
	{"credit_card", card},
	{"stripe", card},
	{"mobile_money", mobile_money},
	{"mobile-money", mobile_money},
	{"pawapay", mobile_money},
	{"paydunya", gone},
	{"bank_transfer", gone}, /* the old page had it; nothing of ours does */
};

static const char *way_of(const char *word)
{
	for (size_t i = 0; word != NULL && i < FN_COUNT(words); i++) {
		if (fn_text_same(word, words[i].word))
			return words[i].way;
	}
	return NULL;
}

/* False: this member says something else than those before it, or nothing that we know. */
static bool agrees(const struct json_object *body, const char *name, const char *otherwise,
		   const char **way)
{
	const char *word = fn_json_get_text(body, name);
	const char *said = way_of(word);

	if (word == NULL || *word == '\0')
		return true;
	if (said == NULL)
		said = otherwise;
	if (said == NULL || (*way != NULL && *way != said))
		return false;
	*way = said;
	return true;
}

static bool is_there(const struct json_object *body, const char *name)
{
	enum fn_json_type type = fn_json_type(fn_json_get(body, name));

	return type != FN_JSON_NONE && type != FN_JSON_NULL;
}

/* What no method says: the old page's body had none, and a code by SMS is sent to mobile money. */
static const char *guess(const struct json_object *body)
{
	static const char *const codes[] = {"preAuthorisationCode", "pre_authorisation_code",
					    "otpCode"};

	for (size_t i = 0; i < FN_COUNT(codes); i++) {
		if (is_there(body, codes[i]))
			return mobile_money;
	}
	return is_there(body, "amount_major") ? gone : NULL;
}

static struct fn_error *create_payment(struct fn_request *req)
{
	const char *way = NULL;
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	/* any other provider is an operator of mobile money: orange, moov, WAVE_SEN */
	if (!agrees(f.object, "method", NULL, &way) ||
	    !agrees(f.object, "payment_method", NULL, &way) ||
	    !agrees(f.object, "provider", mobile_money, &way))
		return fn_fail(req, &method_unclear);
	if (way == NULL)
		way = guess(f.object);
	if (way == NULL)
		return fn_fail(req, &method_unclear);
	if (way == gone)
		return fn_fail(req, &paydunya_gone);
	return fn_reply_hand_on(req, way);
}

static const char *const ways[] = {card, mobile_money, NULL};

const struct fn_function fn_function = {
	.name = "create-payment",
	.methods = FN_POST,
	.auth = FN_AUTH_NONE,
	.body_max = 16384,
	.errors = FN_ERRORS_SUCCESS,
	.hands_to = ways,
	.handle = create_payment,
};
