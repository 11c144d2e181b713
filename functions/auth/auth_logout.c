/* auth_logout.c: POST /logout?scope=global|local|others. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"

struct logout {
	struct fn_caller caller;
	const char *scope;
};

static struct fn_error *end(struct fn_tx *tx, void *arg)
{
	struct logout *l = arg;
	struct auth_person person;

	FN_TRY(auth_read_person(tx, &l->caller.id, &l->caller.session, &person));
	if (person.json == NULL || !person.session_lives) /* an ended session ends no others */
		return fn_fail(fn_tx_request(tx), &auth_no_session);
	FN_TRY(fn_db_run(tx, &sql_end_sessions,
			 FN_ARGS(fn_arg_uuid(&l->caller.id), fn_arg_uuid(&l->caller.session),
				 fn_arg_text(l->scope)),
			 NULL));
	return auth_log(tx, "logout", &l->caller.id, &l->caller.session);
}

static bool is_scope(const char *text)
{
	return strcmp(text, "global") == 0 || strcmp(text, "local") == 0 ||
	       strcmp(text, "others") == 0;
}

struct fn_error *auth_logout(struct fn_request *req)
{
	struct logout l = {.scope = fn_request_query(req, "scope")};

	FN_TRY(auth_caller(req, &l.caller));
	if (l.scope == NULL || *l.scope == '\0')
		l.scope = "global";
	if (!is_scope(l.scope))
		return auth_fail_with(req, &auth_bad_field, "Unsupported logout scope");
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, end, &l));
	return fn_reply_bytes(req, 204, NULL, NULL, 0);
}
