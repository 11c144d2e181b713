/* pawapay_operator.h: the mobile money operators that our account may collect from, as pawaPay's
 * active configuration lists them. Kept for some minutes in each process. */
#ifndef PAWAPAY_OPERATOR_H
#define PAWAPAY_OPERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "fn_request.h"

enum pawapay_consent {
	PAWAPAY_PIN,      /* a prompt comes up on the payer's phone */
	PAWAPAY_PREAUTH,  /* the payer dials for a code first, which comes with the deposit */
	PAWAPAY_REDIRECT, /* the payer says yes on a page of the operator's */
};

struct pawapay_operator {
	char name[32];    /* ORANGE_BFA */
	char display[64]; /* Orange */
	char country[4];  /* BFA */
	char prefix[8];   /* 226 */
	char currency[4];
	enum pawapay_consent consent;
	unsigned decimals;   /* that amounts may have */
	int64_t least, most; /* in minor units */
};

/* The one that a client means ("orange", "moov-money", "ORANGE_BFA", "wave"), whose numbers begin
 * as `phone` (E.164) does; NULL when there is none. Asks pawaPay when its list is not known or old,
 * so never inside a transaction; while pawaPay does not answer, what was known goes on counting. */
const struct pawapay_operator *pawapay_operator_for(struct fn_request *req, const char *wanted,
						    const char *phone);
/* By pawaPay's own name, from what is known; NULL when there is none. */
const struct pawapay_operator *pawapay_operator_named(struct fn_request *req, const char *name);
/* Some operator has numbers of this country. */
bool pawapay_operator_reaches(struct fn_request *req, const char *phone);
/* For tests: nothing is known. */
void pawapay_operator_forget(void);

#endif
