/* auth_resend.c: POST /resend: the confirmation mail once more. The answer is the same for
 * addresses that nobody has, that are proven already, and that wait. */
#include <string.h>

#include "auth.h"
#include "auth.sql.h"

struct resend {
	struct fn_request *req;
	const char *email, *redirect;
};

static struct fn_error *send_again(struct fn_tx *tx, void *arg)
{
	struct resend *r = arg;
	struct fn_uuid person;
	struct fn_row row;
	int64_t wait;

	FN_TRY(auth_count_address(tx, "RESENDS_PER_ADDRESS"));
	FN_TRY(auth_count_mail(tx, r->email, &wait));
	if (wait > 0) {
		struct fn_error *error = auth_fail_with(
			r->req, &auth_mail_too_often,
			"For security purposes, you can only request this after %d seconds.",
			(int)wait);

		error->retry_after = (int)wait;
		return error;
	}
	FN_TRY(fn_db_one(tx, &sql_find_unproven, FN_ARGS(fn_arg_text(r->email)), &row));
	if (!fn_row_found(&row) || !auth_has_mailbox(r->email))
		return NULL;
	person = fn_col_uuid(&row, 0);
	FN_TRY(fn_db_run(tx, &sql_mark_sent, FN_ARGS(fn_arg_uuid(&person)), NULL));
	FN_TRY(auth_log(tx, "user_confirmation_requested", &person, NULL));
	return auth_send_link(tx, &person, r->email, r->redirect);
}

struct fn_error *auth_resend(struct fn_request *req)
{
	struct resend r = {.req = req, .redirect = fn_request_query(req, "redirect_to")};
	struct fn_fields f;
	const char *type;

	FN_TRY(fn_field_begin(req, &f));
	type = fn_field_text(&f, "type", FN_REQUIRED, 32);
	r.email = auth_email(&f, FN_OPTIONAL);
	FN_TRY(auth_input_end(&f));
	if (strcmp(type, "sms") == 0 || strcmp(type, "phone_change") == 0)
		return fn_fail(req, &auth_no_phone_sign_up);
	if (strcmp(type, "signup") != 0 && strcmp(type, "email_change") != 0)
		return auth_fail_with(req, &auth_bad_field,
				      "Missing one of these types: signup, email_change, sms, "
				      "phone_change");
	if (r.email == NULL) {
		fn_field_complain(&f, "email", "required");
		return auth_input_end(&f);
	}
	if (strcmp(type, "signup") == 0) /* a change of address is never under way yet */
		FN_TRY(fn_db_transaction_keep(req, FN_READ_COMMITTED, send_again, &r));
	return auth_reply(req, fn_json_object(NULL, 0));
}
