/* control.h: the parts of the control endpoint. */
#ifndef CONTROL_H
#define CONTROL_H

#include "../provider.h"

/* 422 or 409 in these words. */
struct fn_error *control_refuse(struct fn_request *req, int status, const char *why);
/* ?limit=, from 1 to what is bearable. */
int64_t control_limit(struct fn_request *req);
/* {"success":true} with one member more, or with none. */
struct fn_error *control_done(struct fn_request *req, struct fn_member more);

struct fn_error *control_payments(struct fn_request *req);
/* id "" = all that are open */
struct fn_error *control_settle(struct fn_request *req, const char *id);
struct fn_error *control_deliveries(struct fn_request *req);
struct fn_error *control_deliver(struct fn_request *req);
/* name: webhooks (of a provider), stripe, pawapay or fx */
struct fn_error *control_settings(struct fn_request *req, const char *name);

#endif
