/* auth_grant.c: POST /token: which grant is asked for. */
#include <string.h>

#include "auth.h"

struct fn_error *auth_token_grant(struct fn_request *req)
{
	const char *grant = fn_request_query(req, "grant_type");
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	if (grant != NULL && strcmp(grant, "password") == 0)
		return auth_sign_in(req, &f);
	if (grant != NULL && strcmp(grant, "refresh_token") == 0)
		return auth_refresh(req, &f);
	return fn_fail(req, &auth_bad_grant);
}
