/* fn_conf.c: the table of all settings and secrets, and a function's own share of them.
 * config/temba.ini says the same for operators; a check keeps the two in step. */
#include "fn_conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fn_die.h"
#include "fn_time.h"

enum { CONFIG_ERROR = 78 /* sysexits.h EX_CONFIG */, LOADED_MAX = 128 };

#define TEXT(key, value) .name = (key), .kind = FN_CONF_TEXT, .otherwise = (value)
#define INT(key, value, low, high)                                                                 \
	.name = (key), .kind = FN_CONF_INT, .otherwise = (value), .min = (low), .max = (high)
#define BOOL(key, value) .name = (key), .kind = FN_CONF_BOOL, .otherwise = (value)
#define SECRET(key, low)                                                                           \
	.name = (key), .kind = FN_CONF_TEXT, .secret = true, .min = (low), .max = 16384
#define COMMON   .common = true
#define OPTIONAL .optional = true

static const struct fn_conf_entry table[] = {
	/* the site */
	{TEXT("API_URL", "http://127.0.0.1:8080"), COMMON},
	{TEXT("SITE_URL", "http://127.0.0.1:3000"), COMMON},
	{TEXT("REFERRAL_LINK", "")},
	{TEXT("CORS_ALLOWED_ORIGINS", "*")},
	{TEXT("IMAGE_HOSTS", "images.unsplash.com")},
	{TEXT("CACHE_DIR", "cache")},
	{SECRET("CACHE_INVALIDATION_SECRET", 16)},
	/* limits of nginx, by client address and by a person's token */
	{INT("RATE_PER_ADDRESS", "50", 1, 100000000)},
	{INT("RATE_BURST", "200", 1, 100000000)},
	{INT("CONNECTIONS_PER_ADDRESS", "200", 1, 65535)},
	{INT("RATE_PER_TOKEN", "25", 1, 100000000)},
	{INT("RATE_TOKEN_BURST", "100", 1, 100000000)},
	{TEXT("REDIRECT_ALLOW_LIST", "")},
	/* keys and callers */
	{SECRET("JWKS", 20), COMMON},
	{SECRET("API_KEYS", 20), COMMON},
	{SECRET("JWT_PRIVATE_KEY", 100)},
	{TEXT("JWT_ISSUERS", ""), COMMON},
	{INT("JWT_EXP", "3600", 60, 604800)},
	{SECRET("REFRESH_TOKEN_KEY", 32)},
	{INT("REFRESH_REUSE_INTERVAL", "10", 0, 3600)},
	{SECRET("LINK_TOKEN_KEY", 32)},
	/* accounts; the counts are for five minutes and one client address, 0 = no limit */
	{BOOL("DISABLE_SIGNUP", "false")},
	{INT("PASSWORD_MIN_LENGTH", "6", 6, 72)},
	{INT("USER_METADATA_MAX", "1800", 100, 2000)},
	{INT("MAIL_LINK_LIFETIME", "86400", 60, 2592000)},
	{INT("MAIL_INTERVAL", "60", 0, 86400)},
	{INT("SIGN_UPS_PER_ADDRESS", "30", 0, 100000000)},
	{INT("SIGN_INS_PER_ADDRESS", "150", 0, 100000000)},
	{INT("VERIFICATIONS_PER_ADDRESS", "30", 0, 100000000)},
	{INT("RESENDS_PER_ADDRESS", "30", 0, 100000000)},
	{INT("USER_UPDATES_PER_ADDRESS", "30", 0, 100000000)},
	/* the database, as fnd sees it; each function gets a connection string of its own */
	{TEXT("DB_HOST", "/var/run/postgresql")},
	{INT("DB_PORT", "5432", 1, 65535)},
	{TEXT("DB_NAME", "temba")},
	{INT("DB_CONNECTIONS", "0", 0, 100000)},
	/* set by fnd from function.ini */
	{INT("FN_MAX_REQUESTS", "10000", 0, 100000000), COMMON},
	{INT("FN_QUEUE_TIMEOUT_MS", "1000", 0, 600000), COMMON},
	{INT("FN_HARD_LIMIT_MS", "10000", 10, 600000), COMMON},
	{TEXT("FN_DB_URL", ""), COMMON},
	/* development only: the providers' record (tests/providers) */
	{TEXT("PROVIDERS_DB", "providers.db")},
	{INT("PROVIDERS_SETTLE_MS", "50", -1, 86400000)},
	/* tests only: seconds added to the wall clock */
	{INT("TEST_CLOCK_OFFSET", "0", -31536000, 31536000), COMMON},
	/* jobs */
	{INT("JOBS_CONCURRENCY", "4", 1, 64)},
	{INT("JOBS_MAX_ATTEMPTS", "10", 1, 50)},
	{INT("JOBS_LEASE_SECONDS", "60", 3, 3600)},
	{INT("JOBS_KEEP_DAYS", "7", 1, 3650)},
	{INT("JOBS_STOP_SECONDS", "10", 0, 600)},
	/* outbound calls to loopback hosts: development and tests only */
	{BOOL("HTTP_LOOPBACK", "false"), COMMON},
	/* SMS and mail */
	{TEXT("TWILIO_API_URL", "https://api.twilio.com")},
	{TEXT("TWILIO_ACCOUNT_SID", "")},
	{SECRET("TWILIO_AUTH_TOKEN", 8)},
	{TEXT("TWILIO_PHONE_NUMBER", "")},
	{INT("SMS_PER_NUMBER_PER_DAY", "10", 0, 1000000)},
	{TEXT("MAIL_API_URL", "https://api.resend.com")},
	{TEXT("MAIL_FROM", "Temba <no-reply@temba.example>")},
	{SECRET("RESEND_API_KEY", 8)},
	/* the data API, under PostgREST's own names */
	{TEXT("PGRST_DB_SCHEMAS", "public")},
	{TEXT("PGRST_DB_EXTRA_SEARCH_PATH", "public, extensions")},
	{TEXT("PGRST_DB_ANON_ROLE", "anon")},
	{TEXT("PGRST_DB_PRE_REQUEST", "auth.check_session")},
	{INT("PGRST_DB_MAX_ROWS", "1000", 0, 1000000000)},
	{TEXT("PGRST_DB_TX_END", "commit")},
	{BOOL("PGRST_DB_AGGREGATES_ENABLED", "false")},
	{BOOL("PGRST_DB_PLAN_ENABLED", "false")},
	{TEXT("PGRST_DB_ROOT_SPEC", "")},
	{TEXT("PGRST_OPENAPI_MODE", "follow-privileges")},
	{BOOL("PGRST_OPENAPI_SECURITY_ACTIVE", "false")},
	{TEXT("PGRST_OPENAPI_SERVER_PROXY_URI", "")},
	{TEXT("REST_ROOT_ROLES", "service_role")},
	{BOOL("PGRST_SERVER_TIMING_ENABLED", "false")},
	{TEXT("PGRST_DB_CHANNEL", "pgrst")},
	{BOOL("PGRST_DB_CHANNEL_ENABLED", "true")},
	{SECRET("PGRST_DB_URI", 8), OPTIONAL},
	{SECRET("PGRST_APP_SETTINGS", 8), OPTIONAL},
	{BOOL("JWT_WITHOUT_EXP", "false")},
	{TEXT("PGRST_JWT_AUD", "")},
	{TEXT("PGRST_JWT_ROLE_CLAIM_KEY", ".role")},
	{TEXT("REST_CAPABILITIES",
	      "temba.guest_orders=orders.id,tickets.order_id,payments.order_id "
	      "temba.guest_payments=payments.id "
	      "temba.guest_tokens=guest_orders.token,guest_ticket_details.token")},
	/* and what PostgREST has no name for */
	{INT("REST_ANSWER_MAX", "67108864", 1024, 1099511627776)},
	{BOOL("REST_CSV_GUARD", "false")},
	/* money */
	{TEXT("STRIPE_API_URL", "https://api.stripe.com")},
	{INT("CARDS_PER_PERSON", "20", 0, 100000000)},
	{INT("CARDS_PER_ADDRESS", "200", 0, 100000000)},
	{SECRET("STRIPE_SECRET_KEY", 8)},
	{SECRET("STRIPE_WEBHOOK_SECRET", 16)},
	{TEXT("PAWAPAY_API_URL", "https://api.pawapay.io")},
	{TEXT("PAWAPAY_CALLBACK_URL", "")},
	/* prompts to pay, in ten minutes; 0 = no limit */
	{INT("DEPOSITS_PER_PHONE", "5", 0, 100000000)},
	{INT("DEPOSITS_PER_PERSON", "10", 0, 100000000)},
	{INT("DEPOSITS_PER_ADDRESS", "200", 0, 100000000)},
	{INT("UNKNOWN_PAYMENTS_PER_ADDRESS", "100", 0, 100000000)},
	{SECRET("PAWAPAY_API_KEY", 8)},
	{TEXT("FX_API_URL", "")},
	{SECRET("XE_API_KEY", 8), OPTIONAL},
	{INT("FX_MARGIN_BPS", "150", 0, 500)},
	{INT("FX_MAX_AGE_HOURS", "24", 1, 8760)},
	{SECRET("FINALIZE_ORDER_SECRET", 16)},
	/* tickets */
	{INT("TRANSFERS_PER_MINUTE", "10", 0, 1000000)},
	{INT("TRANSFERS_PER_DAY", "100", 0, 10000000)},
	{INT("TRANSFERS_OPEN_PER_EVENT", "10", 0, 1000000)},
	{INT("TRANSFER_LIFETIME_HOURS", "168", 1, 8760)},
	{INT("SCAN_OPENS_HOURS_BEFORE", "24", 0, 8760)},
	{INT("SCAN_CLOSES_HOURS_AFTER", "12", 0, 8760)},
	{0},
};

static struct {
	const struct fn_conf_entry *entry;
	const char *value;
} loaded[LOADED_MAX];
static size_t count;

const struct fn_conf_entry *fn_conf_table(void)
{
	return table;
}

const struct fn_conf_entry *fn_conf_find(const char *name)
{
	for (const struct fn_conf_entry *entry = table; entry->name != NULL; entry++) {
		if (strcmp(entry->name, name) == 0)
			return entry;
	}
	return NULL;
}

static const char *int_complaint(const struct fn_conf_entry *entry, const char *value)
{
	static char text[80];
	char *end;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0)
		return "must be a whole number";
	if (number >= entry->min && number <= entry->max)
		return NULL;
	(void)snprintf(text, sizeof(text), "must be between %lld and %lld", (long long)entry->min,
		       (long long)entry->max);
	return text;
}

const char *fn_conf_complaint(const struct fn_conf_entry *entry, const char *value)
{
	static char text[80];
	size_t max = entry->max > 0 ? (size_t)entry->max : 4096;

	switch (entry->kind) {
	case FN_CONF_INT:
		return int_complaint(entry, value);
	case FN_CONF_BOOL:
		return strcmp(value, "true") == 0 || strcmp(value, "false") == 0
			       ? NULL
			       : "must be true or false";
	case FN_CONF_TEXT:
	default:
		if (strlen(value) >= (size_t)entry->min && strlen(value) <= max)
			return NULL;
		(void)snprintf(text, sizeof(text), "must have between %lld and %zu characters",
			       (long long)entry->min, max);
		return text;
	}
}

void fn_conf_set(const char *name, const char *value)
{
	const struct fn_conf_entry *entry = fn_conf_find(name);
	const char *why = entry == NULL ? "no such setting" : fn_conf_complaint(entry, value);

	if (why != NULL)
		fn_die(CONFIG_ERROR, "setting %s %s", name, why);
	for (size_t i = 0; i < count; i++) {
		if (loaded[i].entry == entry) {
			loaded[i].value = value;
			return;
		}
	}
	if (count == LOADED_MAX)
		fn_die(CONFIG_ERROR, "more than %d settings", LOADED_MAX);
	loaded[count].entry = entry;
	loaded[count].value = value;
	count++;
}

void fn_conf_load(int descriptor)
{
	struct stat size;
	char *bytes;

	if (fstat(descriptor, &size) != 0)
		fn_die(CONFIG_ERROR, "settings: descriptor %d: %s", descriptor, strerror(errno));
	bytes = calloc(1, (size_t)size.st_size + 2); /* kept for the life of the process */
	if (bytes == NULL || pread(descriptor, bytes, (size_t)size.st_size, 0) != size.st_size)
		fn_die(CONFIG_ERROR, "settings: cannot read descriptor %d", descriptor);
	for (const char *at = bytes; at < bytes + size.st_size;) {
		const char *value = at + strlen(at) + 1;

		fn_conf_set(at, value);
		at = value + strlen(value) + 1;
	}
	if (fn_conf_has("TEST_CLOCK_OFFSET"))
		fn_time_offset(fn_conf_int("TEST_CLOCK_OFFSET"));
}

bool fn_conf_has(const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(loaded[i].entry->name, name) == 0)
			return true;
	}
	return false;
}

const char *fn_conf_text(const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(loaded[i].entry->name, name) == 0)
			return loaded[i].value;
	}
	fn_die(CONFIG_ERROR, "setting %s was not handed over: name it in function.ini", name);
}

int64_t fn_conf_int(const char *name)
{
	return strtoll(fn_conf_text(name), NULL, 10);
}

bool fn_conf_bool(const char *name)
{
	return strcmp(fn_conf_text(name), "true") == 0;
}
