/* pawapay_operators.c: operators as pawaPay's documentation lists them; their limits are those of
 * our stand-in, which a test may lean on. */
#include "pawapay_operators.h"

#include <string.h>

enum { LEAST = 100, MOST = 2000000, GHANA_LEAST = 1, GHANA_MOST = 15000 };

/* Benin's numbers grew from eight digits to ten at the end of 2024. */
static const struct pawapay_country benin = {"BEN", "Benin", "Bénin", "229", "XOF", 8, 10};
static const struct pawapay_country burkina = {"BFA", "Burkina Faso", "Burkina Faso",
					       "226", "XOF",          8,
					       8};
static const struct pawapay_country cameroon = {"CMR", "Cameroon", "Cameroun", "237", "XAF", 9, 9};
static const struct pawapay_country ivory_coast = {"CIV", "Ivory Coast", "Côte d'Ivoire",
						   "225", "XOF",         10,
						   10};
static const struct pawapay_country ghana = {"GHA", "Ghana", "Ghana", "233", "GHS", 9, 9};
static const struct pawapay_country senegal = {"SEN", "Senegal", "Sénégal", "221", "XOF", 9, 9};

static const struct pawapay_operator operators[] = {
	{"MTN_MOMO_BEN", "MTN", &benin, PAWAPAY_PIN, 0, LEAST, MOST,
	 "0142 0146 0150 0151 0152 0153 0154 0156 0157 0159 0161 0162 0166 0167 0169 0190 0191 "
	 "0196 "
	 "0197 42 46 50 51 52 53 54 56 57 59 61 62 66 67 69 90 91 96 97"},
	{"MOOV_BEN", "Moov", &benin, PAWAPAY_PIN, 0, LEAST, MOST,
	 "0155 0158 0160 0163 0164 0165 0168 0194 0195 0198 0199 55 58 60 63 64 65 68 94 95 98 99"},
	{"MOOV_BFA", "Moov", &burkina, PAWAPAY_PIN, 0, LEAST, MOST,
	 "01 02 03 50 51 52 53 60 61 62 63 70 71 72 73"},
	{"ORANGE_BFA", "Orange", &burkina, PAWAPAY_PREAUTH, 0, LEAST, MOST,
	 "04 05 06 07 54 55 56 57 64 65 66 67 74 75 76 77"},
	{"MTN_MOMO_CMR", "MTN", &cameroon, PAWAPAY_PIN, 0, LEAST, MOST,
	 "67 68 650 651 652 653 654"},
	{"ORANGE_CMR", "Orange", &cameroon, PAWAPAY_PIN, 0, LEAST, MOST, "69 655 656 657 658 659"},
	{"MTN_MOMO_CIV", "MTN", &ivory_coast, PAWAPAY_PIN, 0, LEAST, MOST, "05"},
	{"ORANGE_CIV", "Orange", &ivory_coast, PAWAPAY_PIN, 0, LEAST, MOST, "07"},
	{"WAVE_CIV", "Wave", &ivory_coast, PAWAPAY_REDIRECT, 0, LEAST, MOST, ""},
	{"MTN_MOMO_GHA", "MTN", &ghana, PAWAPAY_PIN, 2, GHANA_LEAST, GHANA_MOST,
	 "24 25 53 54 55 59"},
	{"FREE_SEN", "Free", &senegal, PAWAPAY_PIN, 0, LEAST, MOST, "76"},
	{"ORANGE_SEN", "Orange", &senegal, PAWAPAY_PIN, 0, LEAST, MOST, "77 78"},
	{"WAVE_SEN", "Wave", &senegal, PAWAPAY_REDIRECT, 0, LEAST, MOST, ""},
};

const struct pawapay_operator *pawapay_operator(const char *name)
{
	for (size_t i = 0; i < FN_COUNT(operators); i++) {
		if (strcmp(operators[i].name, name) == 0)
			return &operators[i];
	}
	return NULL;
}

void pawapay_operators_each(void (*each)(const struct pawapay_operator *operator, void * arg),
			    void *arg)
{
	for (size_t i = 0; i < FN_COUNT(operators); i++)
		each(&operators[i], arg);
}

bool pawapay_is_number(const struct pawapay_country *country, const char *digits)
{
	size_t prefix = strlen(country->prefix), length = strlen(digits);

	return strspn(digits, "0123456789") == length &&
	       strncmp(digits, country->prefix, prefix) == 0 &&
	       length >= prefix + country->shortest && length <= prefix + country->longest;
}

static bool begins_with_one_of(const char *national, const char *beginnings)
{
	while (*beginnings != '\0') {
		size_t length = strcspn(beginnings, " ");

		if (strncmp(national, beginnings, length) == 0)
			return true;
		beginnings += length;
		beginnings += strspn(beginnings, " ");
	}
	return false;
}

const struct pawapay_operator *pawapay_operator_of(const char *digits)
{
	for (size_t i = 0; i < FN_COUNT(operators); i++) {
		const struct pawapay_operator *o = &operators[i];

		if (pawapay_is_number(o->country, digits) &&
		    begins_with_one_of(digits + strlen(o->country->prefix), o->beginning))
			return o;
	}
	return NULL;
}

const char *pawapay_auth_name(enum pawapay_auth auth)
{
	static const char *const names[] = {[PAWAPAY_PIN] = "PROVIDER_AUTH",
					    [PAWAPAY_PREAUTH] = "PREAUTH",
					    [PAWAPAY_REDIRECT] = "REDIRECT_AUTH"};

	return names[auth];
}

/* ---- the sandbox's numbers ----
 * All but the last three digits are the operator's own; the two digits after say what happens, and
 * the last one only goes on counting (22602345048, 22951345029). Codes 01 to 14 are published for
 * some operator; 05 and 07 are ours, for what no published number does. */

static bool is_sandbox(const char *digits)
{
	static const char *const stems[] = {
		"22602345",  "22607345",  "22951345",  "2250503456", "2250734567", "2250134567",
		"237653456", "237693456", "221763456", "221773456",  "233593456",
	};
	size_t length = strlen(digits);

	for (size_t i = 0; i < FN_COUNT(stems); i++) {
		size_t stem = strlen(stems[i]);

		if (length == stem + 3 && strncmp(digits, stems[i], stem) == 0)
			return true;
	}
	return false;
}

static const char *scripted(const char *digits, bool is_refund)
{
	static const struct {
		const char *code;
		const char *deposit, *refund;
	} table[] = {
		{"01", "FAILED:PAYER_LIMIT_REACHED", "COMPLETED"},
		{"02", "FAILED:PAYER_NOT_FOUND", "COMPLETED"},
		{"03", "FAILED:PAYMENT_NOT_APPROVED", "COMPLETED"},
		{"04", "FAILED:INSUFFICIENT_BALANCE", "COMPLETED"},
		{"05", "FAILED:WALLET_LIMIT_REACHED", "COMPLETED"},
		{"06", "FAILED:UNSPECIFIED_FAILURE", "COMPLETED"},
		{"07", "FAILED:PAYMENT_IN_PROGRESS", "COMPLETED"},
		{"08", "COMPLETED", "FAILED:RECIPIENT_NOT_FOUND"},
		{"09", "COMPLETED", "FAILED:WALLET_LIMIT_REACHED"},
		{"11", "COMPLETED", "FAILED:UNSPECIFIED_FAILURE"},
		{"12", NULL, NULL},
		{"13", NULL, NULL},
		{"14", "FAILED:PAYMENT_NOT_APPROVED", "COMPLETED"},
	};

	if (!is_sandbox(digits))
		return "COMPLETED";
	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strncmp(digits + strlen(digits) - 3, table[i].code, 2) == 0)
			return is_refund ? table[i].refund : table[i].deposit;
	}
	return "COMPLETED";
}

const char *pawapay_outcome(const char *digits)
{
	return scripted(digits, false);
}

const char *pawapay_refund_outcome(const char *digits)
{
	return scripted(digits, true);
}

const char *pawapay_failure_message(const char *code)
{
	static const struct {
		const char *code, *message;
	} table[] = {
		{"PAYER_NOT_FOUND", "The phone number does not belong to the provider."},
		{"PAYER_LIMIT_REACHED", "The customer has reached a limit on their wallet."},
		{"WALLET_LIMIT_REACHED", "The customer has reached a limit on their wallet."},
		{"PAYMENT_NOT_APPROVED", "The customer did not authorise the payment."},
		{"INSUFFICIENT_BALANCE", "The customer does not have enough funds."},
		{"PAYMENT_IN_PROGRESS", "Another payment of the customer is still pending."},
		{"RECIPIENT_NOT_FOUND", "The phone number does not belong to the provider."},
		{"MANUALLY_CANCELLED", "The payment was cancelled while it was enqueued."},
		{"PAWAPAY_WALLET_OUT_OF_FUNDS", "The balance of your wallet is too low."},
		{"UNSPECIFIED_FAILURE", "The provider gave no reason for the failure."},
	};

	for (size_t i = 0; i < FN_COUNT(table); i++) {
		if (strcmp(table[i].code, code) == 0)
			return table[i].message;
	}
	return "Unable to process request due to an unknown problem.";
}
