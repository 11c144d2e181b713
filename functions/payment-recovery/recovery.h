/* recovery.h: what a provider says of a payment, beside what we say. */
#ifndef RECOVERY_H
#define RECOVERY_H

#include "fn.h"

struct recovery_payment {
	struct fn_uuid id;
	const char *provider, *reference, *state;
	int64_t minor;
	const char *currency;
};

enum recovery_finding { RECOVERY_AGREES, RECOVERY_DIFFERS, RECOVERY_UNREAD };

/* *ret_theirs: the provider's word for it, with the sum that it took; for people. */
enum recovery_finding recovery_compare(struct fn_request *req, const struct recovery_payment *ours,
				       const char **ret_theirs);

#endif
