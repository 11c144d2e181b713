/* pawapay_keys.h: the public keys that pawaPay signs callbacks with, as GET /v2/public-key/http
 * shows them. Kept in each process; one that is not among them is looked for once more there. */
#ifndef PAWAPAY_KEYS_H
#define PAWAPAY_KEYS_H

#include "fn_request.h"
#include "pawapay_signature.h"

/* Good while the request lives. */
struct pawapay_keys pawapay_keys(struct fn_request *req);
/* For tests: nothing is known. */
void pawapay_keys_forget(void);

#endif
