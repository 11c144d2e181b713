/* pawapay_operators.h: the mobile money operators that our pawaPay account has, and the sandbox's
 * phone numbers. */
#ifndef PAWAPAY_OPERATORS_H
#define PAWAPAY_OPERATORS_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_arena.h"
#include "fn_json.h"

enum pawapay_auth { PAWAPAY_PIN, PAWAPAY_PREAUTH, PAWAPAY_REDIRECT };

struct pawapay_country {
	const char *code, *name_en, *name_fr, *prefix, *currency;
	size_t shortest, longest; /* digits of a national number */
};

struct pawapay_operator {
	const char *name; /* ORANGE_BFA */
	const char *display;
	const struct pawapay_country *country;
	enum pawapay_auth auth;
	unsigned decimals;     /* that amounts may have */
	int64_t least, most;   /* in whole units */
	const char *beginning; /* first digits of its national numbers, separated by spaces */
};

/* NULL when our account has no such operator. */
const struct pawapay_operator *pawapay_operator(const char *name);
/* The one whose numbers begin so; NULL when no country has them. */
const struct pawapay_operator *pawapay_operator_of(const char *digits);
bool pawapay_is_number(const struct pawapay_country *country, const char *digits);
const char *pawapay_auth_name(enum pawapay_auth auth);
/* Calls each(operator, arg) in the order of countries. */
void pawapay_operators_each(void (*each)(const struct pawapay_operator *operator, void * arg),
			    void *arg);

/* What becomes of a deposit from this number: "COMPLETED", "FAILED:CODE", or NULL: it stays where
 * it is and nobody is told. */
const char *pawapay_outcome(const char *digits);
/* The same for a refund to it. */
const char *pawapay_refund_outcome(const char *digits);
/* What pawaPay says beside a failure code. */
const char *pawapay_failure_message(const char *code);

#endif
