/* track-referral: somebody says who invited them. Contract: functions.md 10.3. */
#include <ctype.h>
#include <string.h>

#include "fn.h"
#include "track-referral.sql.h"

enum { CODE_MAX = 20, TRACE_MAX = 255 };

/* The page keeps the code and asks again at every sign-in unless the sentence has one of its words:
 * already, own code, invalid, disabled, not found. So they stand in the French ones too. */
static const struct {
	const char *outcome;
	struct fn_message message;
} refusals[] = {
	{"off",
	 {409, "program_disabled", "Le parrainage est fermé pour le moment (disabled)",
	  "The referral programme is disabled"}},
	{"unknown_code",
	 {409, "code_not_found", "Ce code de parrainage n'existe pas (invalid code, not found)",
	  "Invalid code: not found"}},
	{"own_code",
	 {409, "own_code", "C'est votre propre code (own code)", "This is your own code"}},
	{"already",
	 {409, "already_referred", "Vous avez déjà un parrain (already referred)",
	  "You were already referred"}},
	{"not_new",
	 {409, "not_new", "Le parrainage est réservé aux nouveaux comptes (invalid)",
	  "Invalid: referrals are for new accounts"}},
};

struct track {
	struct fn_request *req;
	struct fn_caller by;
	const char *code, *click, *device;
	const char *outcome;
};

static struct fn_error *write_it(struct fn_tx *tx, void *arg)
{
	struct track *t = arg;
	struct fn_row row;

	FN_TRY(fn_auth_alive(tx, &t->by));
	FN_TRY(fn_db_one(tx, &sql_track,
			 FN_ARGS(fn_arg_uuid(&t->by.id), fn_arg_text(t->code),
				 fn_arg_text(t->click), fn_arg_text(t->device)),
			 &row));
	t->outcome = fn_col_text(&row, 0);
	for (size_t i = 0; i < FN_COUNT(refusals); i++) {
		if (strcmp(refusals[i].outcome, t->outcome) == 0)
			return fn_fail(t->req, &refusals[i].message);
	}
	return NULL;
}

/* As the web sends it, or its twin. */
static const char *text_of(struct fn_fields *f, const char *name, const char *twin, size_t max)
{
	const char *text = fn_field_text(f, name, FN_OPTIONAL, max);

	return text != NULL ? text : fn_field_text(f, twin, FN_OPTIONAL, max);
}

static const char *upper(struct fn_arena *arena, const char *text)
{
	char *copy = fn_arena_text(arena, text);

	for (char *c = copy; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	return copy;
}

static struct fn_error *track_referral(struct fn_request *req)
{
	static const struct fn_message no_code = {409, "code_required",
						  "Le code de parrainage est requis (invalid)",
						  "Invalid: the referral code is required"};
	struct track t = {.req = req};
	struct fn_fields f;

	FN_TRY(fn_field_begin(req, &f));
	FN_TRY(fn_auth_user(req, &t.by));
	t.code = text_of(&f, "referralCode", "referral_code", CODE_MAX);
	t.click = text_of(&f, "appsflyerClickId", "appsflyer_click_id", TRACE_MAX);
	t.device = text_of(&f, "deviceId", "device_id", TRACE_MAX);
	if (t.code == NULL && f.complaints == NULL)
		return fn_fail(req, &no_code);
	FN_TRY(fn_field_end(&f));
	t.code = upper(fn_request_arena(req), t.code);
	FN_TRY(fn_db_transaction(req, FN_READ_COMMITTED, write_it, &t));
	return fn_reply_json(
		req,
		FN_OBJECT(fn_json_bool("success", true),
			  fn_json_value("referral",
					FN_OBJECT(fn_json_string("referral_code", t.code),
						  fn_json_string("status", "pending"))),
			  fn_json_string("message", fn_request_say(req, "Parrainage enregistré",
								   "Referral recorded"))));
}

const struct fn_function fn_function = {
	.name = "track-referral",
	.methods = FN_POST,
	.auth = FN_AUTH_USER,
	.body_max = 4096,
	.errors = FN_ERRORS_AS_200,
	.statements = sql_all,
	.handle = track_referral,
};
