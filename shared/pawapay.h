/* pawapay.h: mobile money through pawaPay's Merchant API v2. The id of a payment is the id of its
 * deposit, that of a refund the id of its refund: asking twice with one id does it once, and what
 * became of it can always be read. Never inside a transaction. */
#ifndef PAWAPAY_H
#define PAWAPAY_H

#include "fn_json.h"
#include "fn_request.h"
#include "pawapay_operator.h"

/* What pawaPay said to a new deposit or refund. */
enum pawapay_taken {
	PAWAPAY_UNKNOWN,  /* silence, a fault or nonsense: it may have been taken; read its state */
	PAWAPAY_ACCEPTED, /* and the end comes later */
	PAWAPAY_DUPLICATE, /* this id is known already: read its state */
	PAWAPAY_REJECTED,  /* it does not exist, and nothing will come of it */
};
struct pawapay_reply {
	enum pawapay_taken taken;
	const char *code;  /* of a rejection, "AMOUNT_OUT_OF_BOUNDS"; NULL when none was given */
	const char *cause; /* English, for the log; no personal data. NULL when accepted */
	bool unsent;       /* UNKNOWN, but it cannot have got there: pawaPay was not called */
	int retry_after;   /* seconds; 0 = nothing was asked for */
};

struct pawapay_deposit {
	const struct fn_uuid *id;
	const struct pawapay_operator *operator;
	int64_t amount_minor;
	const char *currency;
	const char *phone;      /* E.164 */
	const char *code;       /* that the payer got from the operator; NULL = none */
	const char *reference;  /* shown on statements: our order; NULL = none */
	const char *return_url; /* where the operator's own page leads at its end; NULL = none */
};
struct pawapay_reply pawapay_deposit(struct fn_request *req, const struct pawapay_deposit *d);

struct pawapay_refund {
	const struct fn_uuid *id, *deposit;
	int64_t amount_minor;
	const char *currency;
};
struct pawapay_reply pawapay_refund(struct fn_request *req, const struct pawapay_refund *r);

/* What is known of a deposit or refund, by asking or by a callback's body. */
enum pawapay_seen { PAWAPAY_UNREAD /* nobody knows */, PAWAPAY_FOUND, PAWAPAY_NOT_FOUND };
struct pawapay_state {
	enum pawapay_seen seen;
	const char *id; /* depositId or refundId */
	bool is_refund;
	const char
		*status; /* in pawaPay's words: ACCEPTED, PROCESSING, IN_RECONCILIATION, ENQUEUED,
			    COMPLETED, FAILED, or one that we do not know; never NULL when found */
	int64_t amount_minor;          /* -1: none that can be read exactly */
	const char *currency;          /* NULL: none */
	const char *failure;           /* failureCode; NULL: none */
	const char *authorization_url; /* where the payer says yes; NULL: none */
	const char *cause;             /* why it could not be read; NULL when it could */
};
/* timeout_ms 0 = 5 s. */
struct pawapay_state pawapay_read_deposit(struct fn_request *req, const struct fn_uuid *id,
					  long timeout_ms);
struct pawapay_state pawapay_read_refund(struct fn_request *req, const struct fn_uuid *id,
					 long timeout_ms);
/* Of one document, as callbacks and answers show it. UNREAD when it is none. */
struct pawapay_state pawapay_state_of(const struct json_object *document);

/* The amount as pawaPay wants it: "5000", "99.50"; NULL when it has more decimals than allowed, or
 * is none. The bytes are money: tests compare them. */
const char *pawapay_amount(struct fn_arena *arena, int64_t minor, const char *currency,
			   unsigned decimals);
/* "5000", "5000.00" or "99.5" in minor units; -1 when it is not exactly that. */
int64_t pawapay_minor(const char *amount, const char *currency);

/* ---- for pawapay_operator.c and pawapay_keys.c ---- */
/* GET of one of pawaPay's documents: NULL, or why not in *ret_why. */
struct json_object *pawapay_get(struct fn_request *req, const char *path, long timeout_ms,
				const char **ret_why);

#endif
