/* create.h: what the parts of create-pawapay-payment share. */
#ifndef CREATE_H
#define CREATE_H

#include "fn.h"
#include "pawapay.h"
#include "temba_checkout.h"
#include "temba_deposit.h"
#include "temba_money.h"

/* What the client asks for, read and checked; resume.c reads it from a draft. */
struct ask {
	bool has_event, has_order, has_date, has_user, has_amount, create_order;
	struct fn_uuid event, order, date, user;
	struct json_object *quantities;              /* {type: number}, or NULL */
	struct temba_money shown;                    /* what the client shows its buyer */
	const char *phone;                           /* E.164 */
	const char *provider;                        /* as the client says it */
	const char *email, *code, *key, *return_url; /* NULL: none */
	const struct pawapay_operator *operator;
};

struct create {
	struct fn_request *req;
	struct fn_caller by; /* id "" for a project's key */
	struct ask ask;
	struct fn_uuid resumed; /* what the client resumes; "" : nothing */
	bool is_draft;          /* and that is a draft */
	struct temba_checkout made;
};

/* ---- input.c ---- */
/* 400 with every bad field, or a refusal in words: nothing has been written yet. */
FN_CHECKED struct fn_error *input_read(struct create *c, struct fn_fields *f);
/* The code in a body, under any of its names; NULL when absent. Complains about one that is none.
 */
const char *input_code(struct fn_fields *f);
/* Number, operator, currency and limits belong together; else a refusal. */
FN_CHECKED struct fn_error *input_check_operator(struct create *c);
/* Bad fields are 400 here. */
FN_CHECKED struct fn_error *input_end(struct fn_fields *f);

/* ---- wish.c ---- */
/* What private.checkout() and a draft are given. */
struct json_object *wish_of(struct create *c);
/* And back: the ask of a draft. False when the draft is none. */
bool wish_read(struct create *c, const char *text);

/* ---- deposit.c ---- */
/* Asks pawaPay for the deposit of c->made and answers the client. */
FN_CHECKED struct fn_error *deposit_begin(struct create *c);
/* Answers with where the payment stands, without asking for anything. */
FN_CHECKED struct fn_error *deposit_tell(struct create *c);

/* ---- resume.c ---- */
/* {payment_id, order_id, preAuthorisationCode}. */
FN_CHECKED struct fn_error *resume(struct create *c, struct fn_fields *f);

/* ---- pay.c ---- */
/* From a complete ask to the answer. */
FN_CHECKED struct fn_error *create_pay(struct create *c);

#endif
