/* pawapay_toolkit.c: which operators there are, how their payers say yes, whose number it is. */
#include <string.h>

#include "../settings.h"
#include "pawapay_http.h"

/* What is asked for, and what has been built of the answer so far. */
struct listing {
	struct pawapay_call *p;
	const char *country, *operation; /* NULL = all */
	const struct json_object *settings;
	const struct pawapay_country *last;
	struct json_object *countries, *operators; /* operators: of the last country */
	struct json_object *(*describe)(const struct listing *l,
					const struct pawapay_operator *operator);
	struct json_object *(*describe_country)(const struct pawapay_country *country,
						struct json_object *operators);
};

static bool wants(const struct listing *l, const char *operation)
{
	return l->operation == NULL || strcmp(l->operation, operation) == 0;
}

static void add_operator(const struct pawapay_operator *operator, void * arg)
{
	struct listing *l = arg;

	if (l->country != NULL && strcmp(l->country, operator->country->code) != 0)
		return;
	if (l->last != operator->country) {
		l->last = operator->country;
		l->operators = fn_json_array();
		fn_json_append(l->countries, l->describe_country(l->last, l->operators));
	}
	fn_json_append(l->operators, l->describe(l, operator));
}

static struct listing list(struct pawapay_call *p)
{
	return (struct listing){.p = p,
				.country = fn_request_query(p->call.req, "country"),
				.operation = fn_request_query(p->call.req, "operationType"),
				.settings = settings_read(p->arena, "pawapay"),
				.countries = fn_json_array()};
}

/* ---- the configuration ---- */

static const char *status_of(const struct listing *l, const char *operator, bool is_refund)
{
	const char *refunds = fn_json_get_text(l->settings, "refunds");

	if (settings_lists(l->settings, "closed", operator))
		return "CLOSED";
	return is_refund && refunds != NULL && strcmp(refunds, "enqueued") == 0 ? "DELAYED"
										: "OPERATIONAL";
}

static struct json_object *step(const char *text, const char *template)
{
	return FN_OBJECT(fn_json_string("text", text), fn_json_string("template", template),
			 fn_json_value("variables",
				       FN_OBJECT(fn_json_string("shortCode", "*144*4*6#"))));
}

static struct json_object *steps(const char *const *texts, const char *first)
{
	struct json_object *list = fn_json_array();

	fn_json_append(list, step(texts[0], first));
	for (size_t i = 1; texts[i] != NULL; i++)
		fn_json_append(list, step(texts[i], texts[i]));
	return list;
}

/* How a payer of Orange gets the code that comes with the deposit. */
static struct json_object *code_instructions(void)
{
	static const char *const en[] = {"Dial *144*4*6#", "Enter amount", "Enter PIN", "Use OTP",
					 NULL};
	static const char *const fr[] = {"Composez *144*4*6#", "Entrez le montant",
					 "Entrez le code PIN",
					 "Entrez le code à usage unique reçu par SMS", NULL};
	struct json_object *channels = fn_json_array();

	fn_json_append(
		channels,
		FN_OBJECT(
			fn_json_string("type", "USSD"),
			fn_json_value("displayName",
				      FN_OBJECT(fn_json_string("en",
							       "Preauthorization instructions"),
						fn_json_string("fr",
							       "Instructions de préautorisation"))),
			fn_json_value("instructions",
				      FN_OBJECT(fn_json_value("en",
							      steps(en, "Dial {{shortCode}}")),
						fn_json_value("fr", steps(fr, "Composez "
									      "{{shortCode}}"))))));
	return FN_OBJECT(fn_json_value("channels", channels));
}

static struct json_object *operation(const struct listing *l, const struct pawapay_operator *o,
				     bool is_refund)
{
	struct fn_arena *arena = l->p->arena;
	struct json_object *about = FN_OBJECT(
		fn_json_string("minAmount", fn_arena_format(arena, "%lld", (long long)o->least)),
		fn_json_string("maxAmount", fn_arena_format(arena, "%lld", (long long)o->most)),
		fn_json_string("decimalsInAmount", o->decimals == 2 ? "TWO_PLACES" : "NONE"),
		fn_json_string("status", status_of(l, o->name, is_refund)));

	if (is_refund)
		return about;
	fn_json_set(about, fn_json_string("authType", pawapay_auth_name(o->auth)));
	if (o->auth == PAWAPAY_PIN) {
		fn_json_set(about, fn_json_string("pinPrompt", "AUTOMATIC"));
		fn_json_set(about, fn_json_bool("pinPromptRevivable", false));
	} else if (o->auth == PAWAPAY_PREAUTH) {
		fn_json_set(about, fn_json_value("authTokenInstructions", code_instructions()));
	}
	return about;
}

static struct json_object *configured(const struct listing *l, const struct pawapay_operator *o)
{
	struct json_object *types = fn_json_object(NULL, 0), *currencies = fn_json_array();

	if (wants(l, "DEPOSIT"))
		fn_json_set(types, fn_json_value("DEPOSIT", operation(l, o, false)));
	if (wants(l, "REFUND"))
		fn_json_set(types, fn_json_value("REFUND", operation(l, o, true)));
	fn_json_append(currencies, FN_OBJECT(fn_json_string("currency", o->country->currency),
					     fn_json_string("displayName", o->country->currency),
					     fn_json_value("operationTypes", types)));
	return FN_OBJECT(fn_json_string("provider", o->name),
			 fn_json_string("displayName", o->display),
			 fn_json_string("nameDisplayedToCustomer", "TEMBA"),
			 fn_json_value("currencies", currencies));
}

static struct json_object *configured_country(const struct pawapay_country *country,
					      struct json_object *operators)
{
	return FN_OBJECT(fn_json_string("country", country->code),
			 fn_json_value("displayName",
				       FN_OBJECT(fn_json_string("en", country->name_en),
						 fn_json_string("fr", country->name_fr))),
			 fn_json_string("prefix", country->prefix),
			 fn_json_value("providers", operators));
}

struct fn_error *pawapay_active_conf(struct pawapay_call *p)
{
	struct listing l = list(p);

	l.describe = configured;
	l.describe_country = configured_country;
	pawapay_operators_each(add_operator, &l);
	return pawapay_answer(
		p, 200,
		FN_OBJECT(fn_json_string("companyName", "Temba"),
			  fn_json_value("signatureConfiguration",
					FN_OBJECT(fn_json_bool("signedRequestsOnly", false),
						  fn_json_bool("signedCallbacks", true))),
			  fn_json_value("countries", l.countries)),
		NULL);
}

/* ---- who can be reached now ---- */

static struct json_object *available(const struct listing *l, const struct pawapay_operator *o)
{
	struct json_object *types = fn_json_object(NULL, 0);

	if (wants(l, "DEPOSIT"))
		fn_json_set(types, fn_json_string("DEPOSIT", status_of(l, o->name, false)));
	if (wants(l, "REFUND"))
		fn_json_set(types, fn_json_string("REFUND", status_of(l, o->name, true)));
	return FN_OBJECT(fn_json_string("provider", o->name),
			 fn_json_value("operationTypes", types));
}

static struct json_object *available_country(const struct pawapay_country *country,
					     struct json_object *operators)
{
	return FN_OBJECT(fn_json_string("country", country->code),
			 fn_json_value("providers", operators));
}

struct fn_error *pawapay_availability(struct pawapay_call *p)
{
	struct listing l = list(p);

	l.describe = available;
	l.describe_country = available_country;
	pawapay_operators_each(add_operator, &l);
	return pawapay_answer(p, 200, l.countries, NULL);
}

/* ---- whose number it is ---- */

static struct fn_error *no_prediction(struct pawapay_call *p, const char *code, const char *message)
{
	return pawapay_answer(p, 400,
			      FN_OBJECT(fn_json_value("failureReason",
						      FN_OBJECT(fn_json_string("failureCode", code),
								fn_json_string("failureMessage",
									       message)))),
			      NULL);
}

struct fn_error *pawapay_predict(struct pawapay_call *p)
{
	const char *given = fn_json_get_text(p->body, "phoneNumber");
	const struct pawapay_operator *operator;
	char digits[24];
	size_t length = 0;

	if (given == NULL)
		return no_prediction(p, "MISSING_PARAMETER",
				     "The required parameter 'phoneNumber' is missing.");
	for (const char *c = given; *c != '\0' && length < sizeof(digits) - 1; c++) {
		if (*c >= '0' && *c <= '9')
			digits[length++] = *c;
	}
	digits[length] = '\0';
	operator= pawapay_operator_of(digits);
	if (operator== NULL)
		return no_prediction(p, "INVALID_PHONE_NUMBER",
				     "The phone number belongs to no provider of this account.");
	return pawapay_answer(p, 200,
			      FN_OBJECT(fn_json_string("country", operator->country->code),
					fn_json_string("provider", operator->name),
					fn_json_string("phoneNumber", digits)),
			      NULL);
}
