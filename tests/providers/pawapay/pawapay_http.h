/* pawapay_http.h: one request to pawaPay's API, and how it is answered. */
#ifndef PAWAPAY_HTTP_H
#define PAWAPAY_HTTP_H

#include "../pawapay_payment.h"
#include "../provider.h"

struct pawapay_call {
	struct provider_call call;
	struct fn_arena *arena;
	const char *id;           /* in the path; NULL = none */
	struct json_object *body; /* an object; NULL when there is none that can be read */
	const char *id_name;      /* depositId or refundId: what answers begin with */
	const char *id_given;     /* that member of the body, or the id of the path */
};

/* Why a request is refused; no code: it is not. */
struct pawapay_complaint {
	int status; /* 200 for what the rules of a payment forbid, 4xx for what no request may be */
	const char *code, *message;
};

/* Every handler ends with one of these, outside of any transaction: a reply may be told to wait. */
struct fn_error *pawapay_answer(struct pawapay_call *p, int status, struct json_object *body,
				const char *accepted);
/* {"depositId","status":"REJECTED","failureReason":{...}} */
struct fn_error *pawapay_reject(struct pawapay_call *p, int status, const char *code,
				const char *message);
/* {"depositId","status","created"} with what else belongs there. */
struct fn_error *pawapay_accept(struct pawapay_call *p, const char *status, int64_t created,
				const char *next_step);
/* {"status":"FOUND","data":{...}} or NOT_FOUND. */
struct fn_error *pawapay_show(struct pawapay_call *p, const char *kind);
/* Queues the callback once more. */
struct fn_error *pawapay_resend(struct pawapay_call *p, const char *kind);

/* "5000" or "99.50" in the smallest unit; false when it is no amount at all. More decimals than
 * `decimals`: *ret_too_fine. */
bool pawapay_read_amount(const char *text, unsigned decimals, int64_t *ret, bool *ret_too_fine);
/* The list of one-member objects as one object, NULL when absent. *ret_code: why it is refused. */
struct json_object *pawapay_read_metadata(struct fn_arena *arena, const struct json_object *list,
					  const char **ret_code);

struct fn_error *pawapay_deposits(struct pawapay_call *p);
struct fn_error *pawapay_refunds(struct pawapay_call *p);
struct fn_error *pawapay_cancel_enqueued(struct pawapay_call *p);
struct fn_error *pawapay_active_conf(struct pawapay_call *p);
struct fn_error *pawapay_availability(struct pawapay_call *p);
struct fn_error *pawapay_predict(struct pawapay_call *p);

#endif
