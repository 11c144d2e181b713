#include "fn_secret.h"

#include <string.h>

#include "fn_conf.h"
#include "fn_crypto.h"

bool fn_secret_given(struct fn_request *req, const char *header, const char *secret)
{
	const char *given = fn_request_header(req, header);
	const char *kept = fn_conf_has(secret) ? fn_conf_text(secret) : "";

	return given != NULL && *kept != '\0' &&
	       fn_crypto_same(given, strlen(given), kept, strlen(kept));
}
