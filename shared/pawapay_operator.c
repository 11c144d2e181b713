/* pawapay_operator.c: GET /v2/active-conf, kept for some minutes. */
#include "pawapay_operator.h"

#include <string.h>

#include "fn_conf.h"
#include "fn_log.h"
#include "fn_time.h"
#include "pawapay.h"

enum {
	OPERATORS_MAX = 128, /* pawaPay has some fifty in all of Africa */
	FRESH_SECONDS = 300,
	AGAIN_SECONDS = 10, /* after a failure: not each buyer waits for a provider that is away */
	TIMEOUT_MS = 2500,
	WANTED_MAX = 40,
};

static struct pawapay_operator known[OPERATORS_MAX];
static size_t count;
static uint64_t ask_again_at; /* monotonic nanoseconds */

/* What Burkina has always had: sales go on when pawaPay's list cannot be had at the start. It knows
 * no limits; pawaPay does. */
static const struct pawapay_operator home[] = {
	{.name = "MOOV_BFA",
	 .display = "Moov",
	 .country = "BFA",
	 .prefix = "226",
	 .currency = "XOF",
	 .consent = PAWAPAY_PIN,
	 .least = 1,
	 .most = INT64_MAX},
	{.name = "ORANGE_BFA",
	 .display = "Orange",
	 .country = "BFA",
	 .prefix = "226",
	 .currency = "XOF",
	 .consent = PAWAPAY_PREAUTH,
	 .least = 1,
	 .most = INT64_MAX},
};

void pawapay_operator_forget(void)
{
	count = 0;
	ask_again_at = 0;
}

/* ---- the list ---- */

/* False when it is missing, empty or longer than we keep. */
static bool keep_text(char *into, size_t size, const char *text)
{
	size_t length = text == NULL ? 0 : strlen(text);

	if (length == 0 || length >= size)
		return false;
	memcpy(into, text, length + 1);
	return true;
}

static bool read_consent(const char *word, enum pawapay_consent *ret)
{
	static const char *const words[] = {[PAWAPAY_PIN] = "PROVIDER_AUTH",
					    [PAWAPAY_PREAUTH] = "PREAUTH",
					    [PAWAPAY_REDIRECT] = "REDIRECT_AUTH"};

	for (size_t i = 0; i < FN_COUNT(words); i++) {
		if (word != NULL && strcmp(word, words[i]) == 0) {
			*ret = (enum pawapay_consent)i;
			return true;
		}
	}
	return false;
}

static int64_t limit(const struct json_object *deposit, const char *name, const char *currency,
		     int64_t otherwise)
{
	const char *text = fn_json_get_text(deposit, name);
	int64_t minor = text == NULL ? -1 : pawapay_minor(text, currency);

	return minor < 0 ? otherwise : minor;
}

/* An entry of which we do not understand enough is left out: it could not be paid with. */
static void add(const struct json_object *country, const struct json_object *provider,
		const struct json_object *currency)
{
	const struct json_object *deposit =
		fn_json_get(fn_json_get(currency, "operationTypes"), "DEPOSIT");
	const char *decimals = fn_json_get_text(deposit, "decimalsInAmount");
	struct pawapay_operator o = {0};

	if (count == OPERATORS_MAX || deposit == NULL ||
	    !keep_text(o.name, sizeof(o.name), fn_json_get_text(provider, "provider")) ||
	    !keep_text(o.country, sizeof(o.country), fn_json_get_text(country, "country")) ||
	    !keep_text(o.prefix, sizeof(o.prefix), fn_json_get_text(country, "prefix")) ||
	    !keep_text(o.currency, sizeof(o.currency), fn_json_get_text(currency, "currency")) ||
	    !read_consent(fn_json_get_text(deposit, "authType"), &o.consent))
		return;
	if (!keep_text(o.display, sizeof(o.display), fn_json_get_text(provider, "displayName")))
		(void)keep_text(o.display, sizeof(o.display), o.name);
	o.decimals = decimals != NULL && strcmp(decimals, "TWO_PLACES") == 0 ? 2 : 0;
	o.least = limit(deposit, "minAmount", o.currency, 1);
	o.most = limit(deposit, "maxAmount", o.currency, INT64_MAX);
	known[count++] = o;
}

static void read_provider(const struct json_object *country, const struct json_object *provider)
{
	const struct json_object *currencies = fn_json_get(provider, "currencies");

	for (size_t i = 0; i < fn_json_length(currencies); i++)
		add(country, provider, fn_json_at(currencies, i));
}

static void read_countries(const struct json_object *countries)
{
	count = 0;
	for (size_t i = 0; i < fn_json_length(countries); i++) {
		const struct json_object *country = fn_json_at(countries, i);
		const struct json_object *providers = fn_json_get(country, "providers");

		for (size_t j = 0; j < fn_json_length(providers); j++)
			read_provider(country, fn_json_at(providers, j));
	}
}

static void refresh(struct fn_request *req)
{
	const char *why = NULL;
	struct json_object *list, *countries;
	uint64_t seconds = AGAIN_SECONDS;

	if (ask_again_at != 0 && fn_time_monotonic() < ask_again_at)
		return;
	list = pawapay_get(req, "active-conf?operationType=DEPOSIT", TIMEOUT_MS, &why);
	countries = fn_json_get(list, "countries");
	if (fn_json_type(countries) == FN_JSON_ARRAY) {
		read_countries(countries);
		seconds = FRESH_SECONDS;
	} else {
		fn_log_request(req, FN_WARN, "the operators stay as they were: %s",
			       why == NULL ? "pawapay: no list of countries" : why);
	}
	if (count == 0) {
		memcpy(known, home, sizeof(home));
		count = FN_COUNT(home);
	}
	ask_again_at = fn_time_monotonic() + seconds * 1000000000U;
}

/* ---- who is meant ---- */

/* "Moov-Money" as MOOV: upper case, _ for whatever is no letter or digit, without "money". */
static bool normalize(const char *wanted, char into[static WANTED_MAX + 1])
{
	static const char *const endings[] = {"_MOBILE_MONEY", "_MONEY", "_MOMO"};
	size_t length = strlen(wanted);

	if (length == 0 || length > WANTED_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = wanted[i];

		if (c >= 'a' && c <= 'z')
			into[i] = (char)(c - 'a' + 'A');
		else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
			into[i] = c;
		else
			into[i] = '_';
	}
	into[length] = '\0';
	for (size_t i = 0; i < FN_COUNT(endings); i++) {
		size_t tail = strlen(endings[i]);

		if (length > tail && strcmp(into + length - tail, endings[i]) == 0) {
			into[length - tail] = '\0';
			break;
		}
	}
	return true;
}

/* "ORANGE" or "ORANGE_BF" or "ORANGE_MONEY_BF" or "ORANGE_BFA" for ORANGE_BFA: the brand is what
 * stands before the first _, and the country is the phone's. */
static bool is_meant(const struct pawapay_operator *o, const char *wanted)
{
	size_t brand = strcspn(o->name, "_"), given = strcspn(wanted, "_");

	if (strcmp(o->name, wanted) == 0)
		return true;
	if (brand != given || strncmp(o->name, wanted, brand) != 0)
		return false;
	/* with a country, it must be this one: BF and BFA are Burkina, a name of another is not */
	wanted = strrchr(wanted, '_');
	return wanted == NULL || strcmp(wanted + 1, o->country) == 0 ||
	       (strlen(wanted + 1) == 2 && strncmp(wanted + 1, o->country, 2) == 0);
}

static bool has_numbers_like(const struct pawapay_operator *o, const char *phone)
{
	return strncmp(phone + 1, o->prefix, strlen(o->prefix)) == 0;
}

const struct pawapay_operator *pawapay_operator_for(struct fn_request *req, const char *wanted,
						    const char *phone)
{
	char name[WANTED_MAX + 1];

	refresh(req);
	if (!normalize(wanted, name))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (has_numbers_like(&known[i], phone) && is_meant(&known[i], name))
			return &known[i];
	}
	return NULL;
}

const struct pawapay_operator *pawapay_operator_named(struct fn_request *req, const char *name)
{
	refresh(req);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(known[i].name, name) == 0)
			return &known[i];
	}
	return NULL;
}

bool pawapay_operator_reaches(struct fn_request *req, const char *phone)
{
	refresh(req);
	for (size_t i = 0; i < count; i++) {
		if (has_numbers_like(&known[i], phone))
			return true;
	}
	return false;
}
