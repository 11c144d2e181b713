/* auth_mail.c: the link that proves an address, and the job that mails it. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"
#include "fn_crypto.h"
#include "temba_link.h"
#include "temba_notice.h"

/* Accounts of people without e-mail: the digits of their phone number at a domain that is nobody's.
 */
bool auth_has_mailbox(const char *email)
{
	const char *at = strrchr(email, '@');

	return at == NULL || strcmp(at, "@temba.temp") != 0;
}

struct fn_error *auth_send_link(struct fn_tx *tx, const struct fn_uuid *person, const char *email,
				const char *redirect)
{
	struct fn_arena *arena = fn_request_arena(fn_tx_request(tx));
	struct fn_uuid id = fn_crypto_uuid();
	const char *hash;

	if (!auth_has_mailbox(email))
		return NULL;
	hash = temba_link_hash(arena, temba_link_token(arena, &id));
	FN_TRY(fn_db_run(tx, &sql_add_link,
			 FN_ARGS(fn_arg_uuid(&id), fn_arg_uuid(person), fn_arg_text(hash),
				 fn_arg_text(email),
				 fn_arg_text(auth_redirect_target(arena, redirect)),
				 fn_arg_int(fn_conf_int("MAIL_LINK_LIFETIME"))),
			 NULL));
	return temba_notice_queue(tx, TEMBA_NOTICE_CONFIRM_EMAIL, &id);
}
